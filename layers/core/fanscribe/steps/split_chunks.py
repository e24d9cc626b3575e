"""How tiles are shared out among chunks. The transcript does not depend on it."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from fanscribe.documents.options import ReadingOptions
from fanscribe.documents.plan import Chunk, Plan, Tile
from fanscribe.errors import JobTooExpensive
from fanscribe.planning import planner
from fanscribe.planning.prices import speed_of
from fanscribe.planning.simulator import Fleet, Forecast
from fanscribe.recognition.models import Model
from fanscribe.runtime.settings import SplitSettings
from fanscribe.steps.split_voices import WantedVoices
from fanscribe.tiling.tiles import plan_chunks
from fanscribe.times import SAMPLE_RATE


@dataclass(frozen=True)
class Workload:
    """All that a job still has to do and that costs something."""

    audio_s: float  # of all channels
    spoken: int  # tiles to read
    voices: int = 0  # tiles whose voices are to be taken


def chunks_to_read(  # noqa: PLR0913, PLR0917  (all that decides them)
    plan: Plan,
    finished: Collection[int],
    language: str | None,
    model: Model,
    settings: SplitSettings,
    voices: WantedVoices | None = None,
) -> tuple[Chunk, ...]:
    """Chunks with tiles that are not `finished`, or without voices where those are wanted. All
    chunks of the job, if any is needed and its language is still unknown.

    Raises JobTooExpensive.
    """
    voiceless = voices is not None and unread(plan.tiles, voices.taken)
    if not voiceless and not unread(plan.scope, finished):
        return ()
    spoken = [tile.index for tile in plan.scope if not tile.silent]
    unheard = 0
    if voices is not None:
        unheard = len({tile.index for tile in plan.tiles if not tile.silent} - voices.taken)
    seconds = plan.samples * plan.channels / SAMPLE_RATE
    left = Workload(seconds, len(set(spoken) - set(finished)), unheard)
    check_cost(plan.recording.key, left, model, plan.options, settings)
    # by all its tiles, so that a repair has the chunks that the job had
    whole = Workload(seconds, len(spoken), unheard)
    size = settings.chunk_tiles or forecast(whole, model, plan.options, settings).chunk_tiles
    # voices are the recording's, and not the range's of a redo
    chunks = plan_chunks(
        plan.tiles if voiceless else plan.scope,
        size,
        settings.map_concurrency if settings.guided_chunks else None,
    )
    needed = {tile.index for tile in plan.scope} - set(finished)
    if voices is not None:
        chunks = tuple(chunk.model_copy(update={"voices": voices.models}) for chunk in chunks)
        needed |= {tile.index for tile in plan.tiles} - voices.taken
    if language is None:  # tiles from the whole length have a vote
        return chunks
    done = {tile.index for tile in plan.tiles} - needed
    return tuple(
        chunk for chunk in chunks if unread(plan.tiles[chunk.first : chunk.last + 1], done)
    )


def check_cost(
    name: str, left: Workload, model: Model, options: ReadingOptions, settings: SplitSettings
) -> None:
    """Check what is left of a recording's job against the deployment's MaxJobCost.

    Raises JobTooExpensive.
    """
    most = settings.max_job_cost
    if most and (usd := forecast(left, model, options, settings).usd) > most:
        raise JobTooExpensive(
            f"{name} would cost about ${usd:,.3f} to transcribe with {model.name}, and at most "
            f"${most:g} may be: raise the template's MaxJobCost, deploy a smaller model, or cut "
            "the recording."
        )


def forecast(
    work: Workload, model: Model, options: ReadingOptions, settings: SplitSettings
) -> Forecast:
    """Simulate the job, with chunks as the deployment says, else as the planner chooses."""
    concurrency = settings.map_concurrency
    fleet = Fleet(
        memory_mb=settings.transcribe_memory,
        split_mb=settings.split_memory,
        map_concurrency=concurrency,
        account_concurrency=concurrency,
    )
    speed = speed_of(model.name, model.shape).searching(options.beam_size)
    job = planner.a_job(work.audio_s, work.spoken, fleet, speed, voices=work.voices)
    if settings.chunk_tiles:
        return job.forecast(settings.chunk_tiles)
    return planner.plan(job, planner.USUAL)


def unread(tiles: Sequence[Tile], finished: Collection[int]) -> bool:
    """True if some tile with speech is not among the finished ones."""
    return any(not tile.silent and tile.index not in finished for tile in tiles)
