"""Ogg whose pages are lost, damaged or cut: the rest stays in its place, and the loss is reported.

A page has a number, a checksum and the time at which it ends. What is lost is known by them.
"""

import random
import struct
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

import pytest

from fanscribe.audio.sound import Samples
from fanscribe.documents.plan import Selection
from fanscribe.times import SAMPLE_RATE
from tests.media.test_clock import SEEDS
from tests.support.broken_media import (
    Track,
    checked,
    granule_of,
    in_file,
    in_vorbis,
    marked,
    pages_of,
    renumbered,
)
from tests.support.decoded_media import DecodedFile, decoded, decoded_both_ways
from tests.support.hostile_media import encoded
from tests.support.lanes import long_after

WITHIN_S = 0.05
LASTS_S = 16
MARKERS = {700: 1.3, 1_000: 4.4, 1_300: 7.5, 1_600: 10.6, 1_900: 13.7}
MARKER_S = 0.2
NOISE = 2_000  # bytes, at most
RATES = {"opus": 48_000, "flac": 48_000, "vorbis": 44_100}
HEADERS = 2  # pages, of all three
KINDS = list(RATES)


@dataclass(frozen=True)
class Talk:
    """A whole file in pages, when each of them ends (s), and its sound."""

    pages: list[bytes]
    ends: list[float]
    decoded: DecodedFile
    rate: int

    def seconds(self, lost: Sequence[int]) -> float:
        return sum(self.ends[at] - self.ends[at - 1] for at in lost)

    def is_in(self, place: float, lost: Sequence[int]) -> bool:
        """Whether a marker at a place is in pages that are lost, or touches them."""
        margin = MARKER_S + WITHIN_S
        return any(self.ends[at - 1] - margin < place < self.ends[at] + WITHIN_S for at in lost)


def written(folder: Path, pages: Sequence[bytes]) -> Path:
    path = folder / "talk.ogg"
    path.write_bytes(b"".join(pages))
    return path


@pytest.fixture(scope="module")
def talks(speech: Samples, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Talk]:
    folder = tmp_path_factory.mktemp("talks")
    sound = marked(speech[: LASTS_S * SAMPLE_RATE], MARKERS)
    files = {
        "opus": encoded(sound, "ogg", "libopus", 48_000),
        "flac": encoded(sound, "ogg", "flac", 48_000),
        "vorbis": in_vorbis(sound),
    }
    found: dict[str, Talk] = {}
    for kind, data in files.items():
        pages = pages_of(data)
        ends = [max(0, granule_of(page)) / RATES[kind] for page in pages]
        found[kind] = Talk(pages, ends, decoded(written(folder, pages)), RATES[kind])
    return found


def expect(talk: Talk, after: DecodedFile, lost: Sequence[int], details: object) -> None:
    """Only what is in these pages is lost, and all is where it was."""
    assert after.seconds == pytest.approx(talk.decoded.seconds, abs=WITHIN_S), details
    runs = 1 + sum(b - a > 1 for a, b in pairwise(lost))
    assert after.lost == pytest.approx(talk.seconds(lost), abs=WITHIN_S * runs), details
    for at in lost:
        begin, end = talk.ends[at - 1], min(talk.ends[at], after.seconds)
        covered = any(a <= begin + WITHIN_S and end <= b + WITHIN_S for a, b in after.undecodable)
        assert covered, details
    there = [hz for hz, place in MARKERS.items() if not talk.is_in(place, lost)]
    assert after.places(*there) == pytest.approx(talk.decoded.places(*there), abs=WITHIN_S), details


def damaged(page: bytes, chance: random.Random) -> bytes:
    at = chance.randrange(len(page))
    noise = chance.randbytes(min(len(page) - at, chance.randrange(1, NOISE)))
    changed = page[:at] + noise + page[at + len(noise) :]
    return changed if changed != page else bytes([page[0] ^ 1]) + page[1:]


def broken(talk: Talk, chance: random.Random) -> tuple[list[bytes], list[int], list[str]]:
    """Make something happen to a few pages: gives them, which of them are lost, and the story."""
    pages, lost, story = list(talk.pages), set[int](), list[str]()
    those = range(HEADERS, len(pages) - 1)  # nobody knows of the last one
    for at in chance.sample(those, chance.randrange(1, 4)):
        what = chance.choice(["lost", "several lost", "damaged", "garbage", "twice"])
        story.append(f"{what} at {at}")
        if what == "damaged":
            pages[at] = damaged(pages[at], chance)
            lost.add(at)
        elif what == "garbage":
            pages[at] += chance.randbytes(chance.randrange(1, NOISE))
        elif what == "twice":
            pages[at] = pages[at] * 2
        else:
            last = min(at + (what == "several lost") * chance.randrange(1, 4), len(pages) - 2)
            for each in range(at, last + 1):
                pages[each] = b""
                lost.add(each)
    return pages, sorted(lost), story


@pytest.mark.parametrize("seed", long_after(1, range(3 * len(SEEDS))))
@pytest.mark.parametrize("kind", KINDS)
def test_what_pages_are_lost_is_reported_and_the_rest_stays_in_its_place(
    tmp_path: Path, talks: dict[str, Talk], kind: str, seed: int
) -> None:
    talk = talks[kind]
    pages, lost, story = broken(talk, random.Random(f"{kind} {seed}"))
    for how, after in decoded_both_ways(written(tmp_path, pages)).items():
        expect(talk, after, lost, (how, story, lost, after.findings.undecodable))


@pytest.mark.parametrize("at", range(HEADERS, 6))
@pytest.mark.parametrize("kind", KINDS)
def test_any_page_can_be_lost_also_the_first_one_with_sound(
    tmp_path: Path,
    talks: dict[str, Talk],
    kind: str,
    at: int,
) -> None:
    talk = talks[kind]
    after = decoded(written(tmp_path, [*talk.pages[:at], *talk.pages[at + 1 :]]))
    expect(talk, after, [at], after.findings.undecodable)


@pytest.mark.parametrize("kinds", [("opus", "flac"), ("flac", "vorbis"), ("vorbis", "opus")])
def test_joined_files_lose_nothing_to_each_others_damage(
    tmp_path: Path,
    talks: dict[str, Talk],
    kinds: Sequence[str],
) -> None:
    """The last page of the first one is damaged, too: its header says when it would have ended."""
    first, second = (talks[kind] for kind in kinds)
    last = first.pages[-1][:-1] + bytes([first.pages[-1][-1] ^ 1])
    pages = [*first.pages[:5], *first.pages[6:-1], last, *second.pages[:HEADERS]]
    path = written(tmp_path, [*pages, *second.pages[HEADERS + 1 : 8], *second.pages[9:]])
    lost = first.seconds([5, len(first.pages) - 1]) + second.seconds([HEADERS, 8])
    for how, after in decoded_both_ways(path).items():
        details = (how, after.findings)
        length = first.decoded.seconds + second.decoded.seconds
        assert after.seconds == pytest.approx(length, abs=2 * WITHIN_S), details
        assert after.lost == pytest.approx(lost, abs=4 * WITHIN_S), details
        half = DecodedFile(
            after.block[:, round(first.decoded.seconds * SAMPLE_RATE) :], after.findings
        )
        there = [hz for hz, place in MARKERS.items() if not second.is_in(place, [HEADERS, 8])]
        assert half.places(*there) == pytest.approx(second.decoded.places(*there), abs=0.1), details


@pytest.mark.parametrize("kind", KINDS)
def test_a_page_that_is_cut_through_says_when_it_ends(
    tmp_path: Path,
    talks: dict[str, Talk],
    kind: str,
) -> None:
    talk = talks[kind]
    at = 9
    path = written(tmp_path, [*talk.pages[:at], talk.pages[at][:-100]])
    for how, after in decoded_both_ways(path).items():
        assert after.seconds == pytest.approx(talk.ends[at], abs=WITHIN_S), how
        (lost,) = after.undecodable
        assert lost == pytest.approx((talk.ends[at - 1], talk.ends[at]), abs=WITHIN_S), how


@pytest.mark.parametrize("kind", KINDS)
def test_a_file_that_ends_between_two_pages_has_no_mark_of_its_end_and_that_is_all_there_is(
    tmp_path: Path, talks: dict[str, Talk], kind: str
) -> None:
    """As live recordings have none: players take them, and nothing says how much may lack."""
    talk = talks[kind]
    assert not talk.decoded.findings.unended
    for how, after in decoded_both_ways(written(tmp_path, talk.pages[:9])).items():
        assert after.findings.unended, how
        assert after.undecodable == [], how
        assert after.seconds == pytest.approx(talk.ends[8], abs=WITHIN_S), how


@pytest.mark.parametrize("kind", KINDS)
def test_where_time_jumps_and_no_page_is_lost_there_is_silence_before_the_page(
    tmp_path: Path, talks: dict[str, Talk], kind: str
) -> None:
    """As of a microphone that was muted."""
    talk, at, gap_s = talks[kind], 6, 5
    later = gap_s * talk.rate
    before = [renumbered(page, number) for number, page in enumerate(talk.pages[:at])]
    behind = [renumbered(page, number, later) for number, page in enumerate(talk.pages[at:], at)]
    pages = before + behind
    begins = talk.ends[at - 1]
    there = [hz for hz, place in MARKERS.items() if not begins - MARKER_S < place < begins]
    was = talk.decoded.places(*there)
    right = {hz: (place or 0) + gap_s * ((place or 0) >= begins) for hz, place in was.items()}
    for how, after in decoded_both_ways(written(tmp_path, pages)).items():
        assert after.undecodable == [], how
        assert after.seconds == pytest.approx(talk.decoded.seconds + gap_s, abs=WITHIN_S), how
        assert after.places(*there) == pytest.approx(right, abs=WITHIN_S), how


@pytest.mark.parametrize("kind", KINDS)
def test_who_joins_a_live_stream_late_has_lost_nothing(
    tmp_path: Path,
    talks: dict[str, Talk],
    kind: str,
) -> None:
    """The headers, and then what was sent at that moment."""
    talk = talks[kind]
    at = next(number for number, end in enumerate(talk.ends) if end > 11) + 1
    after = decoded(written(tmp_path, [*talk.pages[:HEADERS], *talk.pages[at:]]))
    assert after.undecodable == []
    assert after.seconds == pytest.approx(talk.ends[-1] - talk.ends[at - 1], abs=WITHIN_S)


@pytest.mark.parametrize("kind", KINDS)
def test_pages_that_nobody_numbered_are_not_lost(
    tmp_path: Path,
    talks: dict[str, Talk],
    kind: str,
) -> None:
    talk = talks[kind]
    after = decoded(written(tmp_path, [renumbered(page, 0) for page in talk.pages]))
    expect(talk, after, [], after.findings.undecodable)


@pytest.mark.parametrize("track", ["1", "2"])
def test_what_one_track_lost_is_reported_of_that_track(
    tmp_path: Path,
    speech: Samples,
    track: str,
) -> None:
    """The second one lost a page; both are measured."""
    sound = marked(speech[: 8 * SAMPLE_RATE], {700: 6.0})[None]
    pages = pages_of(in_file("ogg", "libopus", "mono", Track(sound), Track(sound), rate=48_000))
    second = [page for page in pages if page[14:18] == pages[1][14:18]]
    lost = second[5]
    path = written(tmp_path, [page for page in pages if page is not lost])
    after = decoded(path, selection=Selection(track=track, fixed=True))
    assert after.seconds == pytest.approx(8, abs=WITHIN_S)
    assert after.places(700)[700] == pytest.approx(6.0, abs=WITHIN_S)
    begin, end = (granule_of(page) / 48_000 for page in second[4:6])
    expected = [pytest.approx((begin, end), abs=WITHIN_S)] if track == "2" else []
    assert after.undecodable == expected


# ── Speex ────────────────────────────────────────────────────────────────────────────────────────

SPEEX_FRAME, SPEEX_BYTES, SPEEX_RATE = 160, 20, 8_000  # narrow band, submode 3
A_PAGE = 50  # packets: a second


def a_speex(seconds: int) -> list[bytes]:
    """Pages of noise: nothing here encodes Speex, but any bits behind a frame's first are sound."""
    fields = (1, 80, SPEEX_RATE, 0, 4, 1, -1, SPEEX_FRAME, 0, 1, 0, 0, 0)
    head = struct.pack("<8s20s13i", b"Speex   ", b"1.2", *fields)
    chance = random.Random("speex")
    pages = [a_page(0, 0, [head], 2), a_page(1, 0, [struct.pack("<I4sI", 4, b"here", 0)])]
    for number in range(seconds):
        packets = [b"\x18" + chance.randbytes(SPEEX_BYTES - 1) for _ in range(A_PAGE)]
        last = 4 if number == seconds - 1 else 0
        pages.append(a_page(2 + number, (number + 1) * A_PAGE * SPEEX_FRAME, packets, last))
    return pages


def a_page(number: int, granule: int, packets: Sequence[bytes], flags: int = 0) -> bytes:
    table = bytes(len(packet) for packet in packets)
    head = struct.pack("<4sxBqIIIB", b"OggS", flags, granule, 9, number, 0, len(table))
    return checked(head + table + b"".join(packets))


def test_pages_of_speex_are_lost_as_others_are(tmp_path: Path) -> None:
    pages = a_speex(12)
    before = decoded(written(tmp_path, pages))
    assert before.seconds == pytest.approx(12, abs=WITHIN_S)
    assert before.undecodable == []
    for how, after in decoded_both_ways(written(tmp_path, [*pages[:5], *pages[7:]])).items():
        assert after.seconds == pytest.approx(12, abs=WITHIN_S), how
        (lost,) = after.undecodable
        assert lost == pytest.approx((3, 5), abs=WITHIN_S), how
