"""Hundreds of broken and hostile files through Split: each ends in a plan, or in one clear error
that names it.
"""

import http.server
import os
import random
import re
import resource
import sys
import threading
import time
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass, field
from functools import partial
from itertools import pairwise
from pathlib import Path

import av
import numpy as np
import pytest

from fanscribe.audio.decode import decode
from fanscribe.audio.decoder_process import Decoder
from fanscribe.audio.sound import Samples
from fanscribe.documents.payloads import SplitTask
from fanscribe.documents.plan import Plan
from fanscribe.errors import BadInput
from fanscribe.jobs.audio_store import sounds
from fanscribe.jobs.folder import JobFolder
from fanscribe.runtime.settings import SplitSettings
from fanscribe.steps.split import split
from fanscribe.times import SAMPLE_RATE
from tests.conftest import SAMPLE
from tests.support.audio import a_wav, decoded
from tests.support.children import children
from tests.support.fakes import MemoryStorage
from tests.support.hostile_media import CONTAINERS, Canaries, Media, every_file, pointing
from tests.support.steps_in_memory import chunks_of

SETTINGS = SplitSettings(
    work_bucket="work",
    model="tiny.en",
    chunk_tiles=2,
    map_concurrency=1,
    max_duration_hours=0.05,
    max_decoded_megabytes=50,
)
LONGEST_S = 3 * 60  # in SETTINGS, as a part of an hour
CANARY_HZ = 5_000
AT_ONCE = 2
SHARE, SEED = 8, 20_261_128  # one of eight files is enough for each day
# Some files, and how their errors begin after the name
CLEAR = [
    ("file.m3u8", "is a playlist (HLS), not a recording: upload the audio that it points to."),
    (
        "playlist.mp3",
        "is a playlist (HLS), not a recording: upload the audio that it points to.",
    ),
    ("url.mpd", "is a manifest (DASH), not a recording: upload the audio that it points to."),
    (
        "path.ffconcat",
        "is a concat script, not a recording: upload the audio that it points to.",
    ),
    (
        "file.subfile",
        "is a reference to another file, not a recording: upload the audio that it points to.",
    ),
    (
        "url.sdp",
        "is a session description (SDP), not a recording: upload the audio that it points to.",
    ),
    ("really-talk.zip.mp3", "is an archive (zip; Office documents are such), not a recording"),
    (
        "talk.wav.gz",
        "is an archive (gzip), not a recording: unpack it, and upload the recording that is in it.",
    ),
    (
        "really-paper.pdf.mp3",
        "is a document (PDF), not a recording: upload the recording itself.",
    ),
    ("picture.heic", "is a picture (HEIC), not a recording: upload the recording itself."),
    (
        "64-channels.wav",
        "has 64 channels, and at most 8 may be: raise the template's MaxChannels",
    ),
    (
        "1000000-hz.wav",
        (
            "has 1,000,000 samples a second, and at most 192,000 may be: raise "
            "the template's MaxSampleRate"
        ),
    ),
    ("1-hz.wav", "can't be read: 1 samples a second are no sound."),
    (
        "promised.flac",
        (
            "lasts 4:00 or longer, and at most 0.05 hours may be: raise the "
            "template's MaxDurationHours"
        ),
    ),
    (
        "hidden.flac",
        (
            "lasts 3:10 or longer, and at most 0.05 hours may be: raise the "
            "template's MaxDurationHours"
        ),
    ),
    (
        "stts.mp4",
        "can't be read: the decoder needs more memory for it than it may have (1000 MB).",
    ),
    (
        "noise-5000.mp3",
        (
            "can't be read as audio or video (invalid data found when processing input). "
            "If a player plays it, convert it; if none does, copy it once more."
        ),
    ),
    ("empty.wav", "is empty (0 bytes)."),
]


@dataclass(frozen=True)
class Outcome:
    """The outcome of one file."""

    media: Media
    plan: Plan | None
    error: Exception | None
    seconds: float


@dataclass
class Watch:
    """The largest resident memory of each kind's decoders, as Linux counts it: what wait4 says
    begins with the parent's size.
    """

    kinds: dict[int, str] = field(default_factory=dict)  # of what each thread is splitting just now
    peaks: dict[str, int] = field(default_factory=lambda: defaultdict(int))  # bytes
    done: threading.Event = field(default_factory=threading.Event)

    def run(self) -> None:
        while not self.done.wait(0.01):
            for thread, kind in list(self.kinds.items()):
                for child in read(Path(f"/proc/self/task/{thread}/children")).split():
                    if "fanscribe.audio.decoder" not in read(Path(f"/proc/{child}/cmdline")):
                        continue  # not yet: it still is this process
                    if peak := re.search(r"VmHWM:\s+(\d+)", read(Path(f"/proc/{child}/status"))):
                        self.peaks[kind] = max(self.peaks[kind], int(peak[1]) * 1024)


def read(path: Path) -> str:
    """Empty for what has ended meanwhile."""
    try:
        return path.read_text()
    except OSError:
        return ""


class Server(http.server.ThreadingHTTPServer):
    """Gives out a canary to whoever asks, and counts them."""

    hits = 0
    canary = b""


class Canary(http.server.BaseHTTPRequestHandler):
    server: Server

    def do_GET(self) -> None:
        self.server.hits += 1
        self.send_response(200)
        self.send_header("Content-Length", str(len(self.server.canary)))
        self.end_headers()
        with suppress(OSError):
            self.wfile.write(self.server.canary)

    def log_message(self, *_: object) -> None:
        """Nothing."""


@dataclass(frozen=True)
class Trap:
    """The canaries, and whether anyone has read them."""

    canaries: Canaries
    server: Server

    def set(self) -> None:
        """The file as if last read in 1970, before it was written: so that reading it is noted,
        whatever the mount's atime.
        """
        os.utime(self.canaries.file, (0, time.time()))
        self.server.hits = 0

    @property
    def file_was_read(self) -> bool:
        return self.canaries.file.stat().st_atime > 0

    @property
    def url_was_read(self) -> bool:
        return self.server.hits > 0


@pytest.fixture(scope="module")
def trap(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Trap]:
    folder = tmp_path_factory.mktemp("canary")
    tone = (
        20_000 * np.sin(2 * np.pi * CANARY_HZ * np.arange(2 * SAMPLE_RATE) / SAMPLE_RATE)
    ).astype(np.int16)
    file = a_wav(folder / "canary.wav", tone)
    with Server(("127.0.0.1", 0), Canary) as server:
        server.canary = file.read_bytes()
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield Trap(Canaries(file, f"http://127.0.0.1:{server.server_port}/canary.wav"), server)
        server.shutdown()


def sings(samples: Samples) -> bool:
    """Whether the canary's tone is most of any second."""
    for start in range(0, len(samples) - SAMPLE_RATE // 2, SAMPLE_RATE):
        spectrum = np.abs(np.fft.rfft(samples[start : start + SAMPLE_RATE].astype(float))) ** 2
        at = round(CANARY_HZ * len(spectrum) * 2 / SAMPLE_RATE)
        if spectrum[at - 20 : at + 20].sum() > spectrum.sum() / 2 > 0:
            return True
    return False


@pytest.fixture(scope="module")
def all_files(trap: Trap) -> list[Media]:
    """All of them, around four seconds of speech."""
    return list(every_file(decoded(SAMPLE)[0, : 4 * SAMPLE_RATE], trap.canaries))


@pytest.fixture(scope="module")
def files(all_files: list[Media], everything: bool) -> list[Media]:
    """Those that are split: all, or a seeded share and those that a test names."""
    chosen = {
        media.name for media in random.Random(SEED).sample(all_files, len(all_files) // SHARE)
    }
    named = {name for name, _ in CLEAR}
    kept = {"pointing elsewhere", "wrongly named"}
    return [
        media
        for media in all_files
        if everything or media.name in chosen | named or media.kind in kept
    ]


@pytest.fixture(scope="module")
def watch() -> Watch:
    return Watch()


@pytest.fixture(scope="module")
def before() -> tuple[set[int], int]:
    """Processes of other tests: processes that still run, and the largest that has ended."""
    return children(), resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss


@pytest.fixture(scope="module")
def outcomes(
    files: list[Media], trap: Trap, watch: Watch, before: tuple[set[int], int]
) -> list[Outcome]:
    """Split's result for each, two at a time."""
    assert before
    trap.set()
    with ThreadPoolExecutor(AT_ONCE + 1) as pool:
        pool.submit(watch.run)
        ended = list(pool.map(partial(split_one, watch), files))
        watch.done.set()
    return ended


def split_one(watch: Watch, media: Media) -> Outcome:
    watch.kinds[threading.get_native_id()] = media.kind
    storage = MemoryStorage({("recordings", media.name): media.data})
    task = SplitTask.parse(
        {"execution": "here", "input": {"bucket": "recordings", "key": media.name}}
    )
    began = time.monotonic()
    try:
        job = split(task, SETTINGS, storage, lambda _: False)
    except Exception as error:  # noqa: BLE001  (which, the tests say)
        return Outcome(media, None, error, time.monotonic() - began)
    plan = JobFolder(storage, "work", job.job).plan()
    for chunk in chunks_of(storage, job.job):
        assert sounds(storage, "work", plan, plan.tiles[chunk.first : chunk.last + 1])
    return Outcome(media, plan, None, time.monotonic() - began)


def test_there_are_hundreds_of_them_each_under_its_own_name(all_files: list[Media]) -> None:
    assert len(all_files) == len({media.name for media in all_files}) >= 500


def test_each_ends_in_a_plan_or_in_one_clear_error_that_names_it(outcomes: list[Outcome]) -> None:
    for outcome in outcomes:
        if outcome.plan is None:
            assert isinstance(outcome.error, BadInput), (outcome.media.name, outcome.error)
            message = str(outcome.error)
            assert message.startswith(f"{outcome.media.name} "), message
            assert message.endswith("."), message
            assert "\n" not in message, message


def test_a_plans_tiles_partition_what_was_decoded(outcomes: list[Outcome]) -> None:
    plans = [(outcome.media.name, outcome.plan) for outcome in outcomes if outcome.plan]
    for name, plan in plans:
        assert 0 < plan.recording.samples <= LONGEST_S * SAMPLE_RATE, name
        assert (plan.tiles[0].start, plan.tiles[-1].end) == (0, plan.recording.samples), name
        assert all(before.end == after.start for before, after in pairwise(plan.tiles)), name
    assert len(plans) > len(outcomes) / 3, "damage is no reason to give up"


def test_no_decoder_crashed_or_was_stopped_for_hanging(outcomes: list[Outcome]) -> None:
    assert [
        str(outcome.error) for outcome in outcomes if "decoder crashed" in str(outcome.error)
    ] == []
    assert [
        str(outcome.error)
        for outcome in outcomes
        if "stopped making progress" in str(outcome.error)
    ] == []


def test_every_decoder_is_gone(outcomes: list[Outcome], before: tuple[set[int], int]) -> None:
    assert outcomes
    assert children() <= before[0]


def test_no_decoder_had_more_memory_than_it_may_and_here_is_the_table(
    outcomes: list[Outcome],
    watch: Watch,
    before: tuple[set[int], int],
    capsys: pytest.CaptureFixture[str],
) -> None:
    unit = 1 if sys.platform == "darwin" else 1024
    largest = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss
    assert largest * unit < Decoder.memory or largest == before[1]
    assert max(watch.peaks.values(), default=0) < Decoder.memory
    with capsys.disabled():
        sys.stdout.write("\n\n" + "\n".join(table(outcomes, watch.peaks)) + "\n")


def table(outcomes: Iterable[Outcome], peaks: Mapping[str, int]) -> Iterator[str]:
    kinds: dict[str, list[Outcome]] = defaultdict(list)
    for outcome in outcomes:
        kinds[outcome.media.kind].append(outcome)
        kinds["all"].append(outcome)
    yield f"{'kind':20} files  decoded  refused  slowest  largest decoder"
    for kind, those in sorted(kinds.items(), key=lambda item: item[0] == "all"):
        good = sum(outcome.plan is not None for outcome in those)
        slowest = max(outcome.seconds for outcome in those)
        largest = max(peaks.values(), default=0) if kind == "all" else peaks.get(kind, 0)
        yield (
            f"{kind:20} {len(those):5}  {good:7} "
            f" {len(those) - good:7}  {slowest:5.2f} s  {largest / 1e6:12.0f} MB"
        )


def test_no_canary_was_read(outcomes: list[Outcome], trap: Trap) -> None:
    assert outcomes
    assert not trap.file_was_read
    assert not trap.url_was_read


def test_the_canarys_tone_is_in_nothing_that_was_decoded(
    outcomes: list[Outcome], trap: Trap, tmp_path: Path
) -> None:
    trap.set()
    pointers = [
        outcome.media
        for outcome in outcomes
        if outcome.media.kind == "pointing elsewhere" and outcome.plan
    ]
    assert [media.name for media in pointers if media.name.startswith("dref-")], (
        "movies have sound of their own"
    )
    assert not [media.name for media in pointers if sings(samples_of(media, tmp_path))]
    assert not trap.file_was_read
    assert sings(decoded(trap.canaries.file)[0]), "it would have been noticed"


def test_the_canaries_would_have_noticed(trap: Trap, tmp_path: Path) -> None:
    """FFmpeg follows these files where it may: so the traps work."""
    files = pointing(trap.canaries)
    trap.set()
    for name in ("path.ffconcat", "url.ffconcat"):
        (tmp_path / name).write_bytes(files[name])
        with av.open(
            str(tmp_path / name), options={"safe": "0", "protocol_whitelist": "file,http,tcp"}
        ) as container:
            frame = next(container.decode(audio=0))
        assert frame.samples
    assert trap.file_was_read
    assert trap.url_was_read


def samples_of(media: Media, folder: Path) -> Samples:
    path = folder / media.name
    path.write_bytes(media.data)
    mixed: Samples = np.concatenate(list(decode(path, media.name)), axis=1)[0]
    return mixed


@pytest.mark.parametrize("extension", CONTAINERS)
def test_a_file_that_is_only_wrongly_named_decodes_to_the_same_samples(
    all_files: list[Media], extension: str, tmp_path: Path
) -> None:
    named = {
        media.name.rsplit(".", 1)[0]: media for media in all_files if media.kind == "wrongly named"
    }
    (right,) = [media for media in all_files if media.name == f"whole.{extension}"]
    wrong = named[f"really-{extension}"]
    assert wrong.data == right.data
    samples = samples_of(right, tmp_path)
    assert 3.9 * SAMPLE_RATE < len(samples) < 4.2 * SAMPLE_RATE
    assert np.array_equal(samples_of(wrong, tmp_path), samples)


@pytest.mark.parametrize(("name", "message"), CLEAR)
def test_the_errors_are_clear(outcomes: list[Outcome], name: str, message: str) -> None:
    (outcome,) = [outcome for outcome in outcomes if outcome.media.name == name]
    assert str(outcome.error).startswith(f"{name} {message}")
