"""The fallback: when a reading is not believed, how its tile is cut to be read again, and which
reading is kept. Pure.

Whisper sometimes ends a window early, or skips what opens it: a whole spoken introduction is
missing, and nothing in the scores says so. The words do: detected speech that no word accounts for.
A tile is judged by itself alone, never by its neighbours or its chunk, or the fan-out would change
the text.

Measured (tiny.en, WER of the half-hour recording in the corpus): no fallback 5.85 %, this one 3.66
%, faster-whisper 5.11 %. Counting words per second of speech, as the prototype did, gave 4.50 %,
and is wrong for slow speakers.
"""

import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

from fanscribe.documents.plan import Span, Tile
from fanscribe.documents.reading import Fallback, Reason, Scores
from fanscribe.recognition.word_times import TimedWord
from fanscribe.times import FRAME, SAMPLE_RATE, SAMPLES_PER_MS, milliseconds

# ms of speech in one run without a word: more than a cough or a breath; 500 found no more, 1500
# lost words
MISSED = 800
# ms that a word accounts for at most: longer is stretched over speech that it does not cover
BASE, EACH_LETTER = 400, 60
# ms before and after a word that are its own: alignment and VAD differ by as much
AROUND_WORD = 150
LOOP = 2.4  # compression ratio from which text repeats itself (openai/whisper's threshold)
# mean log probability below which Whisper itself decodes again (openai/whisper's threshold)
UNSURE = -1.0
# probability of no speech from which, with UNSURE, words are not believed (openai/whisper's
# threshold)
NO_SPEECH = 0.6
BRIEF = SAMPLE_RATE  # samples of speech; of less the model's doubt that it is speech is enough
DEEPEST = 3  # times that a piece is cut again
SHORTEST_PIECE = SAMPLE_RATE  # no cut closer than this to a piece's ends
BESIDE_RUN = 300  # ms: a cut may be this far inside the run that was missed
WORTH_CUTTING_OFF = 2_000  # ms beside the run: less stays with it


@dataclass(frozen=True)
class Candidate:
    """One reading of a tile, or a piece of one. Word times are ms from the recording's start."""

    words: tuple[TimedWord, ...]
    avg_logprob: float
    no_speech_prob: float
    compression_ratio: float
    tokens: int
    full: bool = False  # True: it has as many tokens as fit

    @property
    def breaks_off(self) -> bool:
        """True if it may have ended only because no more tokens fit: it is full, and no loop.

        Half a minute of Georgian, Burmese or Malayalam is four times as many as fit.
        """
        return self.full and self.compression_ratio <= LOOP


def compression_ratio(text: str) -> float:
    """How much text repeats itself: its characters for each byte that they compress to.

    openai/whisper compresses UTF-8, which has two or three bytes for each letter of most scripts,
    most of them alike: half a minute of ordinary Hindi, Thai, Tamil, Bengali, Burmese or Georgian
    has 2.5 to 3.3 there, as a loop would. Here each character is one byte, and all scripts have 1
    to 2. Of ASCII both are the same.
    """
    others: dict[str, int] = {}
    codes = bytes(
        ord(sign) if sign.isascii() else others.setdefault(sign, 128 + len(others) % 128)
        for sign in text
    )
    return len(codes) / len(zlib.compress(codes))


def missed_runs(words: Sequence[TimedWord], speech: Sequence[Span]) -> list[tuple[Span, int]]:
    """Stretches with speech and no words, each as (span in ms, ms of speech in it).

    Silence within does not end one.
    """
    covered = sorted(_own(word) for word in words)
    runs: list[tuple[Span, int]] = []
    for start, end in _uncovered([(milliseconds(a), milliseconds(b)) for a, b in speech], covered):
        previous = runs[-1][0] if runs else None
        if previous and not any(
            previous[1] - 1 <= own[0] <= start or own[0] < start < own[1] for own in covered
        ):
            runs[-1] = ((previous[0], end), runs[-1][1] + end - start)
        else:
            runs.append(((start, end), end - start))
    return runs


def _own(word: TimedWord) -> Span:
    """The stretch that a word accounts for.

    One that is stretched belongs to the end of its stretch: what it skipped came before.
    """
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


def unaccounted(candidate: Candidate, tile: Tile) -> int:
    """Ms of the tile's speech that no word accounts for."""
    return sum(length for _, length in missed_runs(candidate.words, tile.speech))


def fallback_reason(candidate: Candidate, tile: Tile) -> Reason | None:
    """Why a reading is not believed, if it is not."""
    if candidate.compression_ratio > LOOP:
        return "repetition"
    if any(length > MISSED for _, length in missed_runs(candidate.words, tile.speech)):
        return "speech without words"
    return "unsure" if candidate.avg_logprob < UNSURE else None


def pieces(tile: Tile, candidate: Candidate) -> list[Tile]:
    """The tile cut at its own silences: around the longest missed run, else near its middle.

    Where nobody pauses, it is cut where the words beside that run end and begin. One piece: there
    is nothing to cut.
    """
    silences = [
        (before[1] + after[0]) // 2 // FRAME * FRAME for before, after in pairwise(tile.speech)
    ]
    allowed = [cut for cut in silences if min(cut - tile.start, tile.end - cut) > SHORTEST_PIECE]
    runs = missed_runs(candidate.words, tile.speech)
    run, missed = max(runs, key=lambda run: run[1], default=((0, 0), 0))
    unpaused = missed > MISSED and not allowed
    if unpaused:
        beside = (run[0] - AROUND_WORD, run[1] + AROUND_WORD)
        allowed = [time * SAMPLES_PER_MS // FRAME * FRAME for time in beside]
    cuts = _around(run, tile, allowed) if runs else set()
    if allowed and not cuts and not unpaused:
        cuts = {min(allowed, key=lambda cut: abs(2 * cut - tile.start - tile.end))}
    edges = [tile.start, *sorted(cuts), tile.end]
    return [_piece(tile, start, end) for start, end in pairwise(edges)]


def believed(first: Candidate, piece: Tile) -> Candidate | None:
    """A reading's words of a piece that need not be read again; None if it must be, as all pieces
    of a reading that guesses or repeats itself.

    That halves the CPU of second looks, and words are as good: with tiny.en 515 and 517 of six
    recordings are wrong, with base 424 and 420 of four (benchmarks/notes.md).
    """
    start, end = milliseconds(piece.start), milliseconds(piece.end)
    words = tuple(word for word in first.words if start <= sum(_own(word)) / 2 < end)
    if not words:
        return None
    tokens = round(first.tokens * len(words) / len(first.words))
    kept = replace(first, words=words, tokens=tokens)
    return None if fallback_reason(kept, piece) else kept


def _around(run: Span, tile: Tile, allowed: Sequence[int]) -> set[int]:
    """The last cut before the run and the first one after it, where one is worth it."""
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


def joined(candidates: Sequence[Candidate]) -> Candidate:
    """Readings of a tile's pieces as one of the tile.

    Log probability is weighted by tokens, and of the compression ratios the worst counts. But where
    one piece is speech, the tile is: the others were asked by themselves.
    """
    tokens = sum(candidate.tokens for candidate in candidates)
    return Candidate(
        words=tuple(word for candidate in candidates for word in candidate.words),
        avg_logprob=sum(candidate.avg_logprob * candidate.tokens for candidate in candidates)
        / max(1, tokens),
        no_speech_prob=min(
            (candidate.no_speech_prob for candidate in candidates if candidate.words),
            default=candidates[0].no_speech_prob,
        ),
        compression_ratio=max(candidate.compression_ratio for candidate in candidates),
        tokens=tokens,
    )


def compare(reason: Reason, first: Candidate, second: Candidate, tile: Tile) -> Fallback:
    """Which is kept: what repeats itself or was guessed loses, then what accounts for less speech,
    then what is less sure.
    """
    ranks = [
        (_invented(candidate), unaccounted(candidate, tile), -candidate.avg_logprob)
        for candidate in (first, second)
    ]
    return Fallback(
        reason=reason,
        first=_scores(first, tile),
        second=_scores(second, tile),
        kept="second" if ranks[1] < ranks[0] else "first",
    )


def _invented(candidate: Candidate) -> bool:
    return candidate.compression_ratio > LOOP or candidate.avg_logprob < UNSURE


def hears_nothing(candidate: Candidate, tile: Tile) -> bool:
    """Say whether the model itself finds no speech: then its words are invented.

    This is openai/whisper's rule, which also asks that the model is unsure of its words. For less
    than a second of speech it is sure of what it invents ("Thank you."), so there its doubt that it
    is speech is enough. Among 70 single words cut out of two recordings, the eight that this takes
    away were all wrong (tiny.en).
    """
    doubted = candidate.avg_logprob < UNSURE or tile.spoken < BRIEF
    return candidate.no_speech_prob > NO_SPEECH and doubted


def without_invented(candidate: Candidate, piece: Tile) -> Candidate:
    """The reading of a piece, without words if the model itself finds no speech in it. Its doubts
    go with them.
    """
    if not hears_nothing(candidate, piece):
        return candidate
    return replace(candidate, words=(), tokens=0, compression_ratio=0.0)


def _scores(candidate: Candidate, tile: Tile) -> Scores:
    return Scores(
        words=len(candidate.words),
        unaccounted=unaccounted(candidate, tile),
        avg_logprob=round(candidate.avg_logprob, 4),
        compression_ratio=round(candidate.compression_ratio, 4),
    )
