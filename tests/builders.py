"""Plans, readings and transcripts, said in the fewest words."""

from collections.abc import Iterable, Mapping
from pathlib import Path

from fanscribe.contracts import Failure, Plan, Reading, Recording, Sound, Tile, Word
from fanscribe.ledger import settle_ledger
from fanscribe.models import MULTILINGUAL_VOCABULARY
from fanscribe.options import ReadingOptions
from fanscribe.times import SAMPLE_RATE
from fanscribe.transcript import Transcript, build_transcript

SECOND = SAMPLE_RATE


def a_tile(index: int, start_s: float, end_s: float, *, silent: bool = False) -> Tile:
    start, end = round(start_s * SECOND), round(end_s * SECOND)
    return Tile(index=index, start=start, end=end, speech=() if silent else ((start, end),))


def tiles(count: int, seconds: float = 10, silent: Iterable[int] = ()) -> tuple[Tile, ...]:
    """`count` tiles of the same length; those in `silent` hold no speech."""
    quiet = set(silent)
    return tuple(a_tile(i, i * seconds, (i + 1) * seconds, silent=i in quiet) for i in range(count))


def a_plan(of_tiles: tuple[Tile, ...], options: ReadingOptions | None = None) -> Plan:
    recording = Recording(bucket="recordings", key="talk.mp3", etag="0123", samples=of_tiles[-1].end if of_tiles else 0)
    job, options = "0123456789abcdef", options or ReadingOptions()
    return Plan(job=job, recording=recording, options=options, model="tiny.en", tiles=of_tiles, sound=Sound(job=job))


def words(text: str, start: int = 0, each: int = 300, gap: int = 100) -> tuple[Word, ...]:
    """The words of `text`, `each` ms long with `gap` ms between them; a `|` is a pause of two seconds."""
    said, now = [], start
    for token in text.split():
        if token == "|":
            now += 2_000
            continue
        said.append(Word(text=f" {token}", start=now, end=now + each, probability=0.9))
        now += each + gap
    return tuple(said)


def a_reading(tile: int, said: tuple[Word, ...], language: str = "en", logprob: float = -0.25) -> Reading:
    return Reading(tile=tile, language=language, words=said, avg_logprob=logprob, no_speech_prob=0.01, compression_ratio=1.5)


def a_transcript(text: str, failures: Mapping[int, Failure] | None = None, start: int = 0) -> Transcript:
    """A transcript of one tile of 30 s per 60 words or so."""
    said = words(text, start)
    length = (said[-1].end if said else 0) / 1000 + 1
    plan = a_plan((a_tile(0, 0, length),))
    readings = {0: a_reading(0, said)}
    return build_transcript(plan, readings, settle_ledger(plan, readings, failures or {}))


def a_model_folder(folder: Path, languages: Iterable[str] = ("en",), *, multilingual: bool = False) -> Path:
    """A folder that looks like a converted model from outside: weights, and a vocabulary of the right size."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "model.bin").write_bytes(b"weights")
    tokens = ["<|startoftranscript|>", *(f"<|{code}|>" for code in languages), "<|translate|>"]
    size = MULTILINGUAL_VOCABULARY if multilingual else MULTILINGUAL_VOCABULARY - 1
    tokens = [f"t{i}" for i in range(size - len(tokens))] + tokens
    (folder / "vocabulary.txt").write_text("\n".join(tokens) + "\n", "utf-8")
    return folder
