"""The second look: when a reading is not believed, how its tile is cut to be read again, and which reading is kept. Pure.

Whisper sometimes ends a window early, or skips what opens it: a whole spoken introduction is missing, and nothing in the
scores says so. The words do: detected speech that no word accounts for. A tile is judged by itself alone, never by its
neighbours or its chunk, or the fan-out would change the text.

Measured (tiny.en, WER of the half-hour recording in the corpus): no second look 5.85 %, this one 3.66 %, faster-whisper 5.11 %.
Counting words per second of speech, as the prototype did, gave 4.50 %, and is wrong for slow speakers.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

from fanscribe.documents.plan import Span, Tile
from fanscribe.documents.reading import Reason, Scores, SecondLook
from fanscribe.recognition.word_times import TimedWord
from fanscribe.times import FRAME, SAMPLE_RATE, milliseconds

MISSED = 800  # ms of speech in one run without a word: more than a cough or a breath; 500 found no more, 1500 lost words
BASE, EACH_LETTER = 400, 60  # ms that a word accounts for at most: longer is stretched over speech that it does not cover
AROUND_WORD = 150  # ms before and after a word that are its own: alignment and VAD differ by as much
LOOP = 2.4  # compression ratio from which text repeats itself (openai/whisper's threshold)
UNSURE = -1.0  # mean log probability below which Whisper itself decodes again (openai/whisper's threshold)
NO_SPEECH = 0.6  # probability of no speech from which, with UNSURE, words are not believed (openai/whisper's threshold)
BRIEF = SAMPLE_RATE  # samples of speech; of less the model's doubt that it is speech is enough
DEEPEST = 3  # times that a piece is cut again
SHORTEST_PIECE = SAMPLE_RATE  # no cut closer than this to a piece's ends
BESIDE_RUN = 300  # ms: a cut may be this far inside the run that was missed
WORTH_CUTTING_OFF = 2_000  # ms beside the run: less stays with it


@dataclass(frozen=True)
class Look:
    """One reading of a tile, or a piece of one. Word times are ms from the recording's start."""

    words: tuple[TimedWord, ...]
    avg_logprob: float
    no_speech_prob: float
    compression_ratio: float
    tokens: int


def missed_runs(words: Sequence[TimedWord], speech: Sequence[Span]) -> list[tuple[Span, int]]:
    """Stretches with speech and no words, each as (span in ms, ms of speech in it). Silence within does not end one."""
    covered = sorted(_own(word) for word in words)
    runs: list[tuple[Span, int]] = []
    for start, end in _uncovered([(milliseconds(a), milliseconds(b)) for a, b in speech], covered):
        previous = runs[-1][0] if runs else None
        if previous and not any(previous[1] - 1 <= own[0] <= start or own[0] < start < own[1] for own in covered):
            runs[-1] = ((previous[0], end), runs[-1][1] + end - start)
        else:
            runs.append(((start, end), end - start))
    return runs


def _own(word: TimedWord) -> Span:
    """What a word accounts for. One that is stretched belongs to the end of its stretch: what it skipped came before."""
    longest = BASE + EACH_LETTER * len(word.text.strip())
    return max(word.start, word.end - longest) - AROUND_WORD, word.end + AROUND_WORD


def _uncovered(speech: Sequence[Span], covered: Sequence[Span]) -> Iterator[Span]:
    for start, end in speech:
        here = start
        for own_start, own_end in covered:
            if own_start >= end:
                break
            if own_start > here:
                yield here, own_start
            here = max(here, own_end)
        if here < end:
            yield here, end


def unaccounted(look: Look, tile: Tile) -> int:
    """Ms of the tile's speech that no word accounts for."""
    return sum(length for _, length in missed_runs(look.words, tile.speech))


def doubt(look: Look, tile: Tile) -> Reason | None:
    """Why a reading is not believed, if it is not."""
    if look.compression_ratio > LOOP:
        return "repetition"
    if any(length > MISSED for _, length in missed_runs(look.words, tile.speech)):
        return "speech without words"
    return "unsure" if look.avg_logprob < UNSURE else None


def pieces(tile: Tile, look: Look) -> list[Tile]:
    """The tile cut at its own silences: around the longest missed run, else near its middle. One piece: it has none to cut."""
    silences = [(before[1] + after[0]) // 2 // FRAME * FRAME for before, after in pairwise(tile.speech)]
    allowed = [cut for cut in silences if min(cut - tile.start, tile.end - cut) > SHORTEST_PIECE]
    runs = missed_runs(look.words, tile.speech)
    cuts = _around(max(runs, key=lambda run: run[1])[0], tile, allowed) if runs else set()
    if allowed and not cuts:
        cuts = {min(allowed, key=lambda cut: abs(2 * cut - tile.start - tile.end))}
    edges = [tile.start, *sorted(cuts), tile.end]
    return [_piece(tile, start, end) for start, end in pairwise(edges)]


def _around(run: Span, tile: Tile, allowed: Sequence[int]) -> set[int]:
    """The last cut before the run and the first one after it, where there is something to cut off."""
    before = [cut for cut in allowed if milliseconds(cut) <= run[0] + BESIDE_RUN]
    after = [cut for cut in allowed if milliseconds(cut) >= run[1] - BESIDE_RUN]
    cuts = set()
    if run[0] - milliseconds(tile.start) > WORTH_CUTTING_OFF:
        cuts |= {*before[-1:]}
    if milliseconds(tile.end) - run[1] > WORTH_CUTTING_OFF:
        cuts |= {*after[:1]}
    return cuts


def _piece(tile: Tile, start: int, end: int) -> Tile:
    speech = tuple((max(start, a), min(end, b)) for a, b in tile.speech if a < end and b > start)
    return tile.model_copy(update={"start": start, "end": end, "speech": speech})


def joined(looks: Sequence[Look]) -> Look:
    """Readings of a tile's pieces as one of the tile. Log probability is weighted by tokens; of the others the worst counts."""
    tokens = sum(look.tokens for look in looks)
    return Look(
        words=tuple(word for look in looks for word in look.words),
        avg_logprob=sum(look.avg_logprob * look.tokens for look in looks) / max(1, tokens),
        no_speech_prob=max((look.no_speech_prob for look in looks if look.words), default=looks[0].no_speech_prob),
        compression_ratio=max(look.compression_ratio for look in looks),
        tokens=tokens,
    )


def compare(reason: Reason, first: Look, second: Look, tile: Tile) -> SecondLook:
    """Which is kept: what repeats itself or was guessed loses, then what accounts for less speech, then what is less sure."""
    ranks = [(_invented(look), unaccounted(look, tile), -look.avg_logprob) for look in (first, second)]
    return SecondLook(
        reason=reason,
        first=_scores(first, tile),
        second=_scores(second, tile),
        kept="second" if ranks[1] < ranks[0] else "first",
    )


def _invented(look: Look) -> bool:
    return look.compression_ratio > LOOP or look.avg_logprob < UNSURE


def hears_nothing(look: Look, tile: Tile) -> bool:
    """Say whether the model itself finds no speech: then its words are invented.

    This is openai/whisper's rule, which also asks that the model is unsure of its words. Of less than a second of speech it
    is sure of what it invents ("Thank you."), so there its doubt that it is speech is enough. Of 70 single words cut out of
    two recordings, the eight that this takes away were all wrong (tiny.en).
    """
    doubted = look.avg_logprob < UNSURE or tile.spoken < BRIEF
    return look.no_speech_prob > NO_SPEECH and doubted


def without_invented(look: Look, piece: Tile) -> Look:
    """The reading of a piece, without words if the model itself finds no speech in it."""
    return replace(look, words=(), tokens=0) if hears_nothing(look, piece) else look


def _scores(look: Look, tile: Tile) -> Scores:
    return Scores(
        words=len(look.words),
        unaccounted=unaccounted(look, tile),
        avg_logprob=round(look.avg_logprob, 4),
        compression_ratio=round(look.compression_ratio, 4),
    )
