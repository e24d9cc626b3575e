"""Speakers, found among the utterances of all tiles. The same utterances give the same speakers.

Average linkage joins what is alike; small clusters are no speakers; then each window's voices are
told apart, and single utterances may leave theirs. The more is behind two clusters, the more alike
they must be to be one speaker; what is heard again, word for word, is not more. Cosines are
rounded, so that the last digit, which differs between processors, decides nothing.
"""

from collections.abc import Sequence
from itertools import islice, permutations
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from fanscribe.documents.options import SpeakerCount
from fanscribe.documents.voices import TileVoices, Utterance
from fanscribe.speakers.voice_prints import Vectors, likeness, unit, vectors_of
from fanscribe.times import SAMPLE_RATE

RELIABLE = 0.5  # seconds alone from which a voice print may found a cluster
LEAST = 0.2  # seconds that any voice print counts for
# Mean cosine down to which clusters are joined, and cosine of whole clusters from which on they are
# one speaker: in a short recording and in a long one. The more is behind a cluster, the surer.
ALIKE = (0.45, 0.60)
SAME = (0.55, 0.70)
# The same of two clusters, once there is much behind both: alike voices are told apart by it
SAME_CERTAIN = 0.85
CERTAIN = (10.0, 30.0)  # fresh seconds behind the lesser: from little to much, by the logarithm
# Cosine from which on two voice prints have the same words, too: of the same voice with other words
# 99 of 100 nearest neighbours are below it (benchmarks/notes.md)
SAME_WORDS = 0.85
COMPARED = 40_000_000  # pairs of voice prints that are looked at for that, half a second at most
SHORT, LONG = 60.0, 300.0  # seconds of speech; between, by the logarithm
# A smaller cluster is no speaker: seconds, but in short recordings a share of all speech; and in
# very long ones a share again
SMALL, SMALL_SHARE, SMALLEST, TRACE = 6.0, 0.05, 1.5, 0.001
MARGIN = 0.05  # so much nearer another speaker must be for an utterance to leave its voice's
BLOCK = 1_000  # voice prints of a long recording that are first joined by themselves
FINE = 0.70  # mean cosine down to which they are
COARSER = 0.05  # less of it each time that this made hardly fewer
FINER, FINEST = 0.05, 0.80  # more of it, until there are as many clusters as asked for
BRIEF = 0.6  # seconds from which a cluster then counts
ROUNDS = 3

Seconds = NDArray[np.float64]
Labels = NDArray[np.intp]
Speakers = list[int | None]  # of utterances: None where nothing is known


class _Clusters(NamedTuple):
    """Means of voice prints, and what is behind them."""

    centres: Vectors
    seconds: Seconds
    fresh: Seconds  # of them, with what is said again word for word counted once

    def only(self, kept: NDArray[np.bool_] | Labels | slice) -> "_Clusters":
        return _Clusters(*(each[kept] for each in self))


class _Bounds(NamedTuple):
    """What decides in a recording of some length: cosines and seconds."""

    alike: float
    same: float
    few: float  # fresh seconds: a cluster with fewer is no proof of another speaker
    small: float


def speakers_of(tiles: Sequence[TileVoices], count: SpeakerCount) -> list[Speakers]:
    """Speakers of the utterances of each tile, by numbers that mean nothing yet."""
    utterances = [utterance for tile in tiles for utterance in tile.utterances]
    found = iter(_speakers(utterances, count))
    return [_filled(tile.utterances, list(islice(found, len(tile.utterances)))) for tile in tiles]


def _speakers(utterances: Sequence[Utterance], count: SpeakerCount) -> Speakers:
    known = [i for i, utterance in enumerate(utterances) if utterance.voice_print is not None]
    found: Speakers = [None] * len(utterances)
    if not known:
        return found
    printed = [utterances[i] for i in known]
    vectors = vectors_of([each.voice_print or "" for each in printed])
    seconds = np.array([utterance.alone for utterance in printed]) / SAMPLE_RATE
    centres = centres_of(vectors, seconds, count)
    for i, speaker in zip(known, _assigned(printed, vectors, seconds, centres), strict=True):
        found[i] = int(speaker)
    return found


def centres_of(vectors: Vectors, seconds: Seconds, count: SpeakerCount) -> Vectors:
    """Voice prints of the speakers: the means of their utterances'."""
    behind = np.maximum(seconds, LEAST)
    every = _Clusters(vectors, behind, _fresh(vectors, behind))
    sure = np.flatnonzero(seconds >= RELIABLE)
    prints = every.only(sure) if len(sure) >= max(3, count.fewest) else every
    bounds = _bounds(float(prints.seconds.sum()))

    found = _linked(_condensed(prints), bounds.alike)
    if (found.seconds >= bounds.small).sum() < count.fewest:
        prints, found = every, _at_least(_condensed(every), bounds.alike, count.fewest)
    for _ in range(ROUNDS):
        found = _joined(_large(found, bounds.small, count.fewest), bounds, count)
        nearest = likeness(prints.centres, found.centres).argmax(1)
        found = _means(prints, np.unique(nearest, return_inverse=True)[1])
    return _joined(found, bounds, count).centres


def _bounds(total: float) -> _Bounds:
    long = float(np.clip(np.log(total / SHORT) / np.log(LONG / SHORT), 0, 1))
    alike, same = (low + (high - low) * long for low, high in (ALIKE, SAME))
    few = min(SMALL, max(SMALLEST, SMALL_SHARE * total))
    return _Bounds(alike, same, few, max(few, TRACE * total))


def _fresh(vectors: Vectors, seconds: Seconds) -> Seconds:
    """Seconds of voice prints; those of the same words share theirs, as they tell nothing new.

    With very many voice prints, each is compared with a part of them, evenly spaced, which counts
    for all.
    """
    every = -(-(len(vectors) ** 2) // COMPARED)
    some = vectors[::every]
    again = np.concatenate(
        [
            (likeness(vectors[i : i + BLOCK], some) >= SAME_WORDS).sum(1)
            for i in range(0, len(vectors), BLOCK)
        ]
    )
    again[::every] -= 1  # itself
    return np.asarray(seconds / (1 + every * again))


def _linked(prints: _Clusters, alike: float) -> _Clusters:
    return _means(prints, agglomerate(prints.centres, prints.seconds, alike))


def _at_least(prints: _Clusters, alike: float, fewest: int) -> _Clusters:
    """As many as were asked for: whoever says little counts, and who sound more alike are two."""
    while True:
        found = _linked(prints, alike)
        if (found.seconds >= BRIEF).sum() >= fewest or alike >= FINEST:
            return found
        alike += FINER


def _condensed(prints: _Clusters) -> _Clusters:
    """At most two blocks of them, whatever the length: neighbours that are alike become one."""
    fine = FINE
    while (before := len(prints.centres)) > 2 * BLOCK:
        blocks = (prints.only(slice(i, i + BLOCK)) for i in range(0, before, BLOCK))
        made = [_linked(each, fine) for each in blocks]
        prints = _Clusters(*map(np.concatenate, zip(*made, strict=True)))
        if len(prints.centres) > 0.7 * before:
            fine -= COARSER
        if fine < ALIKE[1]:
            return prints.only(np.sort(np.argsort(-prints.seconds, kind="stable")[: 2 * BLOCK]))
    return prints


def _means(prints: _Clusters, labels: Labels) -> _Clusters:
    count = int(labels.max()) + 1
    sums = np.zeros((count, prints.centres.shape[1]))
    for i in range(0, len(labels), BLOCK):  # all at once would be 60 MB for a day
        some = slice(i, i + BLOCK)
        np.add.at(sums, labels[some], prints.centres[some] * prints.seconds[some, np.newaxis])
    behind = (prints.seconds, prints.fresh)
    seconds, fresh = (np.bincount(labels, each).astype(np.float64) for each in behind)
    return _Clusters(unit(sums), seconds, fresh)


def agglomerate(vectors: Vectors, seconds: Seconds, alike: float) -> Labels:
    """Labels from 0, by average linkage on cosines, until no two clusters are `alike`.

    It walks from neighbour to nearest neighbour until two are each other's, and joins those: the
    same clusters as by the best pair of all each time, in a tenth of the time.
    """
    cosines = likeness(vectors, vectors)
    np.fill_diagonal(cosines, -np.inf)
    weights, labels = seconds.copy(), np.arange(len(vectors))
    waiting = np.ones(len(vectors), np.bool_)
    chain: list[int] = []
    while chain or waiting.any():
        here = chain[-1] if chain else int(waiting.argmax())
        before = chain[-2] if len(chain) > 1 else here
        near = int(cosines[here].argmax())
        if cosines[here, before] >= cosines[here, near]:
            near = before
        if not cosines[here, near] >= alike:  # and whatever others become, it stays so
            waiting[here] = False
            chain = []
        elif near == before:
            del chain[-2:]
            one, other = sorted((here, near))
            both = weights[one] + weights[other]
            row = (weights[one] * cosines[one] + weights[other] * cosines[other]) / both
            row[[one, other]] = -np.inf
            weights[one], labels[labels == other] = both, one
            cosines[one] = cosines[:, one] = row
            cosines[other] = cosines[:, other] = -np.inf
            waiting[other] = False
        else:
            chain = [*(chain or [here]), near]
    return np.asarray(np.unique(labels, return_inverse=True)[1], np.intp)


def _large(found: _Clusters, small: float, fewest: int) -> _Clusters:
    """Those that are no accidents, and never fewer than asked for."""
    by_size = np.argsort(-found.seconds, kind="stable")
    kept = found.seconds >= min(small, found.seconds.max())
    kept[by_size[:fewest]] = True
    return found.only(kept)


def _joined(found: _Clusters, bounds: _Bounds, count: SpeakerCount) -> _Clusters:
    """The two that are most alike become one, while they are the same or there are too many."""
    while len(found.centres) > count.fewest:
        cosines = likeness(found.centres, found.centres)
        cosines[np.tril_indices(len(cosines))] = -np.inf
        nearness = cosines - _needed(found.fresh, bounds)
        enough = nearness.max() >= 0
        if not enough and len(cosines) <= count.most:
            break
        best = nearness if enough else cosines
        one, other = divmod(int(best.argmax()), len(cosines))
        labels = np.arange(len(cosines))
        labels[other] = one
        found = _means(found, np.unique(labels, return_inverse=True)[1])
    return found


def _needed(fresh: Seconds, bounds: _Bounds) -> Vectors:
    """The cosine from which on two clusters are one speaker, for each two."""
    little, much = CERTAIN
    less = np.minimum(fresh[:, np.newaxis], fresh)
    certain = np.clip(np.log(less / little) / np.log(much / little), 0, 1)
    surely = bounds.same + (SAME_CERTAIN - bounds.same) * certain
    return np.asarray(np.where(less < bounds.few, bounds.alike, surely))


def _assigned(
    printed: Sequence[Utterance], vectors: Vectors, seconds: Seconds, centres: Vectors
) -> Labels:
    """A speaker for each utterance: its voice's, unless it is clearly nearer to another."""
    cosines = likeness(vectors, centres)
    numbers: dict[tuple[int, int], int] = {}
    voices = np.array(
        [numbers.setdefault((each.window, each.voice), len(numbers)) for each in printed]
    )
    scores = np.zeros((len(numbers), len(centres)))
    np.add.at(scores, voices, cosines * np.maximum(seconds, LEAST)[:, np.newaxis])
    windows: dict[int, list[int]] = {}
    for (window, _), voice in numbers.items():
        windows.setdefault(window, []).append(voice)
    speakers = np.zeros(len(numbers), np.intp)
    for together in windows.values():
        speakers[together] = _apart(scores[together])

    usual, nearest = speakers[voices], cosines.argmax(1)
    rows = np.arange(len(printed))
    nearer = cosines[rows, nearest] - cosines[rows, usual]
    margin = np.where(seconds >= RELIABLE, MARGIN, 2 * MARGIN)
    return np.asarray(np.where(nearer > margin, nearest, usual))


def _apart(scores: Vectors) -> Labels:
    """The speakers of a window's voices, three at most: each another one, if there are so many."""
    voices, count = scores.shape
    best = np.asarray(scores.argmax(1))
    if len(set(best.tolist())) == voices or count < voices:
        return best
    likely = sorted({int(each) for row in scores for each in np.argsort(-row, kind="stable")[:3]})

    def total(chosen: tuple[int, ...]) -> float:
        return sum(float(scores[voice, each]) for voice, each in enumerate(chosen))

    return np.array(max(permutations(likely, voices), key=total), np.intp)


def _filled(utterances: Sequence[Utterance], found: Speakers) -> Speakers:
    """What is too short for a voice print goes with what is nearest in its tile."""
    middles = [(each.active[0][0] + each.active[-1][1]) / 2 for each in utterances]
    known = [i for i, speaker in enumerate(found) if speaker is not None]
    if not known:
        return found

    def nearest(i: int) -> int | None:
        return found[min(known, key=lambda j: abs(middles[j] - middles[i]))]

    return [nearest(i) if speaker is None else speaker for i, speaker in enumerate(found)]
