"""From voice prints to speakers: as many as there are, or as were asked for."""

import base64

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fanscribe.documents.options import SpeakerCount
from fanscribe.documents.voices import TileVoices, Utterance
from fanscribe.speakers.clustering import Speakers, agglomerate, speakers_of
from fanscribe.times import SAMPLE_RATE

AUTO = SpeakerCount(fewest=1, most=30)
SIZE = 192


def a_voice(rng: np.random.Generator) -> np.ndarray:
    return rng.standard_normal(SIZE)


def an_utterance(
    start_s: float, voice: np.ndarray, rng: np.random.Generator, other_words: float = 0.6
) -> Utterance:
    """Two seconds of a voice, as it sounds this time."""
    heard = voice + other_words * rng.standard_normal(SIZE)
    small = np.round(127 * heard / np.abs(heard).max()).astype(np.int8)
    start = round(start_s * SAMPLE_RATE)
    return Utterance(
        window=start // (10 * SAMPLE_RATE) * 10 * SAMPLE_RATE,
        voice=0,
        active=((start, start + 2 * SAMPLE_RATE),),
        alone=2 * SAMPLE_RATE,
        voice_print=base64.b64encode(small.tobytes()).decode(),
    )


def a_talk(people: int, utterances: int, seed: int = 1) -> tuple[list[TileVoices], list[list[int]]]:
    """Tiles of half a minute in which people take turns of 10 s; and who speaks in them."""
    rng = np.random.default_rng(seed)
    voices = [a_voice(rng) for _ in range(people)]
    tiles, who = [], []
    for tile in range(utterances // 15):
        speakers = [int(rng.integers(people)) if tile else i % people for i in range(3)]
        said = [speakers[i // 5] for i in range(15)]
        tiles.append(
            TileVoices(
                tile=tile,
                utterances=tuple(
                    an_utterance(30 * tile + 2 * i, voices[each], rng)
                    for i, each in enumerate(said)
                ),
            )
        )
        who.append(said)
    return tiles, who


def same_partition(found: list[Speakers], who: list[list[int]]) -> bool:
    pairs = {
        (each, speaker)
        for labels, said in zip(found, who, strict=True)
        for each, speaker in zip(labels, said, strict=True)
    }
    return len(pairs) == len({each for each, _ in pairs}) == len({speaker for _, speaker in pairs})


@pytest.mark.parametrize("people", [1, 2, 3])
def test_it_finds_as_many_as_there_are(people: int) -> None:
    tiles, who = a_talk(people, 150)
    assert same_partition(speakers_of(tiles, AUTO), who)


def test_a_day_is_clustered_in_blocks_and_comes_out_the_same() -> None:
    tiles, who = a_talk(3, 7_500)
    assert same_partition(speakers_of(tiles, AUTO), who)


@pytest.mark.parametrize(("phrases", "speakers"), [(5, 1), (100, 2)])
def test_what_is_said_again_word_for_word_is_no_proof_of_another_speaker(
    phrases: int, speakers: int
) -> None:
    """In two manners of one voice, or two voices that are alike: a hundred utterances of each."""
    rng = np.random.default_rng(4)
    voice = a_voice(rng)
    manners = [voice + 0.48 * a_voice(rng) for _ in range(2)]
    said = [[manner + 0.72 * a_voice(rng) for _ in range(phrases)] for manner in manners]
    utterances = [
        an_utterance(2 * i, said[i // 100][i % phrases], rng, other_words=0.1) for i in range(200)
    ]
    (found,) = speakers_of([TileVoices(tile=0, utterances=tuple(utterances))], AUTO)
    assert len(set(found)) == speakers


@pytest.mark.parametrize("asked", [1, 2, 3])
def test_it_finds_as_many_as_were_asked_for(asked: int) -> None:
    tiles, _ = a_talk(3, 150)
    found = speakers_of(tiles, SpeakerCount(fewest=asked, most=asked))
    assert len({each for labels in found for each in labels}) == asked


def test_more_than_there_are_come_near_to_it() -> None:
    tiles, _ = a_talk(3, 150)
    found = speakers_of(tiles, SpeakerCount(fewest=5, most=5))
    assert 3 <= len({each for labels in found for each in labels}) <= 5


def test_forty_can_t_be_found_where_there_is_less_to_hear() -> None:
    tiles, _ = a_talk(2, 15)
    found = speakers_of(tiles, SpeakerCount(fewest=30, most=30))
    assert 2 <= len({each for labels in found for each in labels}) <= 15


def test_who_says_too_little_for_a_voice_print_is_who_speaks_next_to_it() -> None:
    (tile,), (said,) = a_talk(3, 15)
    short = tile.utterances[7].model_copy(update={"voice_print": None, "alone": 0})
    utterances = (*tile.utterances[:7], short, *tile.utterances[8:])
    found = speakers_of([tile.model_copy(update={"utterances": utterances})], AUTO)
    assert same_partition(found, [said])


def test_without_any_voice_print_nobody_is_known() -> None:
    tile = TileVoices(tile=0, utterances=())
    assert speakers_of([tile], AUTO) == [[]]


@settings(max_examples=20)
@given(st.integers(2, 60), st.integers(0, 1_000))
def test_average_linkage_is_what_it_is_by_hand(count: int, seed: int) -> None:
    rng = np.random.default_rng(seed)
    vectors = rng.standard_normal((count, 8))
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    labels = agglomerate(vectors, np.ones(count), 0.3)
    clusters = [set(np.flatnonzero(labels == label)) for label in np.unique(labels)]
    by_hand = [{i} for i in range(count)]
    cosines = vectors @ vectors.T
    while True:
        likeness = {
            (a, b): np.mean([cosines[i, j] for i in by_hand[a] for j in by_hand[b]])
            for b in range(len(by_hand))
            for a in range(b)
        }
        best = max(likeness, key=lambda pair: likeness[pair], default=None)
        if best is None or likeness[best] < 0.3:
            break
        by_hand[best[0]] |= by_hand.pop(best[1])
    assert sorted(map(sorted, clusters)) == sorted(map(sorted, by_hand))
