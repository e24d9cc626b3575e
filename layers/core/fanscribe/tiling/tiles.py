"""The plan: where a recording is cut. Pure, so that it can be stated as laws.

Voice activity detection gives one probability and one level per frame (32 ms). From them come spans
of speech, and from those the tiles: consecutive, each at most one Whisper window, each boundary in
a silence where there is one.
"""

from bisect import bisect_left
from collections.abc import Iterator, Sequence
from itertools import groupby

from fanscribe.documents.plan import Chunk, Span, Tile
from fanscribe.times import FRAME, SAMPLE_RATE, SAMPLES_PER_MS, WINDOW

SPEECH = 0.5  # a frame at or above this probability starts speech (Silero's default)
HYSTERESIS = 0.15  # and one this much below ends it, as Silero's own script has it
# Whisper makes "Thank you." of three frames, whatever they are
SHORTEST_WORD = 100 * SAMPLES_PER_MS
SHORTEST_SILENCE = 5 * FRAME  # 160 ms: gaps from here on may be cut (measured: better than 300 ms)
MARGIN = 3 * FRAME  # a cut stays this far behind the end of speech: 96 ms, the tail of a word
SHORTEST_TILE = SAMPLE_RATE  # a cut closer to the tile's start than this is no use
# in a longer silence, cut this close to speech: 512 ms, so that windows hold speech
BESIDE_SPEECH = 16 * FRAME
# from here on a silence is a tile of its own, which no model sees (nor invents words in)
LONG_SILENCE = 10 * SAMPLE_RATE
# where nobody pauses for 30 s: look for the quietest point in the last 10 s
SEARCH = 10 * SAMPLE_RATE
SMALLEST_SHARE = 2  # tiles: a child costs as much as reading half a tile with a small model
LULL = 3  # frames whose mean level counts as one point: 96 ms, about a plosive's closure


def speech_spans(
    probabilities: Sequence[float], samples: int, threshold: float = SPEECH
) -> list[Span]:
    """Spans of speech, in samples, from one probability per frame; gaps shorter than
    SHORTEST_SILENCE are bridged.

    Same rule as Silero's `get_speech_timestamps` with a minimum silence of 160 ms and no padding.
    """
    silence = max(threshold - HYSTERESIS, 0.01)
    spans: list[Span] = []
    start: int | None = None  # of the speech that is open
    quiet: int | None = None  # since when it has been below `silence`
    for frame, probability in enumerate(probabilities):
        here = frame * FRAME
        if probability >= threshold:
            start, quiet = (here if start is None else start), None
        elif start is not None and probability < silence:
            quiet = here if quiet is None else quiet
            if here - quiet >= SHORTEST_SILENCE:
                spans.append((start, quiet))
                start = quiet = None
    if start is not None:
        spans.append((start, samples))
    return spans


def plan_tiles(
    probabilities: Sequence[float], levels: Sequence[float], samples: int, threshold: float = SPEECH
) -> tuple[Tile, ...]:
    """Tiles that partition [0, samples): no gap, no overlap, none longer than WINDOW.

    `probabilities` and `levels` have one entry per frame, the last frame possibly cut short by the
    recording's end.
    """
    speech = speech_spans(probabilities, samples, threshold)
    silences = _gaps(speech, samples)
    spans = [
        span
        for region in _regions(silences, samples)
        for span in _windows(region, silences, levels)
    ]
    spoken = [
        (span, _words_of(inside))
        for span, inside in zip(spans, _overlaps(spans, speech), strict=True)
    ]
    return tuple(
        Tile(index=index, start=start, end=end, speech=inside)
        for index, ((start, end), inside) in enumerate(spoken)
    )


def _words_of(speech: tuple[Span, ...]) -> tuple[Span, ...]:
    """A tile's speech; none where all of it together is too short for a word."""
    return speech if sum(end - start for start, end in speech) >= SHORTEST_WORD else ()


def _gaps(spans: Sequence[Span], samples: int) -> list[Span]:
    """The rest of [0, samples) outside `spans`."""
    edges = [0, *(edge for span in spans for edge in span), samples]
    return [(start, end) for start, end in zip(edges[::2], edges[1::2], strict=True) if start < end]


def _regions(silences: Sequence[Span], samples: int) -> Iterator[Span]:
    """[0, samples) parted where a silence is a LONG_SILENCE: what is left of it between the
    speeches is a region itself.
    """
    start = 0
    for quiet, loud in silences:
        if loud - quiet >= LONG_SILENCE:
            inner = (
                0 if quiet == 0 else quiet + BESIDE_SPEECH,
                samples if loud == samples else loud - BESIDE_SPEECH,
            )
            yield from ((start, inner[0]), inner) if start < inner[0] else (inner,)
            start = inner[1]
    if start < samples:
        yield start, samples


def _windows(region: Span, silences: Sequence[Span], levels: Sequence[float]) -> Iterator[Span]:
    """A region as windows, each ending at the latest cut that its 30 s allow."""
    start, end = region
    upcoming = bisect_left(silences, start, key=lambda silence: silence[1])
    while end - start > WINDOW:
        limit = start + WINDOW
        cut = None
        while upcoming < len(silences) and silences[upcoming][0] + MARGIN <= limit:
            candidate = _cut(silences[upcoming], limit)
            if candidate - start >= SHORTEST_TILE:
                cut = candidate
            if silences[upcoming][1] > limit:
                break  # it reaches into the next window, which may want it too
            upcoming += 1
        if cut is None:
            cut = _quietest(levels, limit)
        yield start, cut
        start = cut
    yield start, end


def _cut(silence: Span, limit: int) -> int:
    """Where to cut a silence: in its middle, in a long one shortly before the speech, on a frame,
    never past `limit`.
    """
    start, end = silence
    cut = max((start + end) // 2, end - BESIDE_SPEECH)
    return min(cut, limit) // FRAME * FRAME


def _quietest(levels: Sequence[float], limit: int) -> int:
    """The middle of the quietest LULL in the last SEARCH before `limit`: where nobody pauses, cut
    where it hurts least.
    """
    last = limit // FRAME
    first = last - SEARCH // FRAME
    lulls = range(first, last - LULL + 1)
    quietest = min(lulls, key=lambda frame: (sum(levels[frame : frame + LULL]), -frame))
    return (quietest + LULL // 2) * FRAME


def _overlaps(bounds: Sequence[Span], spans: Sequence[Span]) -> Iterator[tuple[Span, ...]]:
    """For each of `bounds`, what of `spans` lies inside it.

    `bounds` partition, `spans` are sorted: one pass over both.
    """
    upcoming = 0
    for start, end in bounds:
        inside = []
        while upcoming < len(spans) and spans[upcoming][0] < end:
            inside.append((max(start, spans[upcoming][0]), min(end, spans[upcoming][1])))
            if spans[upcoming][1] > end:
                break
            upcoming += 1
        yield tuple(inside)


def plan_chunks(
    tiles: Sequence[Tile], chunk_tiles: int, places: int | None = None
) -> tuple[Chunk, ...]:
    """Runs of at most `chunk_tiles` consecutive tiles of a channel; a run without speech is
    nobody's work and gets no chunk.

    With `places`, a run is at most one place's share of what is left: runs get smaller towards the
    end, so that all places are busy to the last (guided self-scheduling, Polychronopoulos and Kuck
    1987).
    """
    spoken = [
        run for run in _runs(tiles, chunk_tiles, places) if any(not tile.silent for tile in run)
    ]
    return tuple(Chunk(first=run[0].index, last=run[-1].index) for run in spoken)


def _runs(tiles: Sequence[Tile], chunk_tiles: int, places: int | None) -> Iterator[list[Tile]]:
    left = len(tiles)
    for _, channel in groupby(tiles, key=lambda tile: tile.channel):
        waiting = list(channel)
        while waiting:
            share = max(SMALLEST_SHARE, -(-left // places)) if places else chunk_tiles
            run, waiting = waiting[: min(chunk_tiles, share)], waiting[min(chunk_tiles, share) :]
            left -= len(run)
            yield run
