"""A decoder that crashes, hangs or grows takes nothing with it."""

import resource
import signal
import struct
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import pytest

from fanscribe.audio.decode import decode
from fanscribe.audio.decoder import HEADER, PROGRESS, SAMPLES
from fanscribe.audio.decoder_process import Decoder
from fanscribe.audio.demuxer import MediaBytes
from fanscribe.errors import UnreadableRecording
from tests.conftest import SAMPLE
from tests.support.audio import a_tone, a_wav
from tests.support.children import children


def doing(program: str) -> Sequence[str]:
    """A decoder that is some other program."""
    return (sys.executable, "-c", f"import os, signal, sys, time\n{program}")


def synchsafe(number: int) -> bytes:
    """As ID3 writes sizes: seven bits in a byte."""
    return bytes((number >> shift) & 127 for shift in (21, 14, 7, 0))


def refusal_of(recording: Path, decoder: Decoder) -> str:
    before = children()
    with pytest.raises(UnreadableRecording) as refused:
        list(decode(recording, "talk.wav", decoder=decoder))
    assert children() == before, "and it is gone"
    return str(refused.value)


@pytest.fixture
def recording(tmp_path: Path) -> Path:
    return a_wav(tmp_path / "talk.wav", a_tone(60))


@pytest.mark.parametrize(
    ("program", "ending"),
    [
        ("os.kill(os.getpid(), signal.SIGSEGV)", "SIGSEGV"),
        ("os.abort()", "SIGABRT"),
        ("os.kill(os.getpid(), signal.SIGKILL)", "SIGKILL"),
        ("sys.exit(3)", "exit status 3"),
        ("os.write(1, b'S'); os.kill(os.getpid(), signal.SIGSEGV)", "SIGSEGV"),
        (
            (
                f"os.write(1, {HEADER.pack(SAMPLES, 999)!r} + bytes(99)); "
                "os.kill(os.getpid(), signal.SIGBUS)"
            ),
            "SIGBUS",
        ),
    ],
)
def test_one_that_crashes_is_known_by_its_ending(
    recording: Path, program: str, ending: str
) -> None:
    message = refusal_of(recording, Decoder(doing(program)))
    assert message == f"talk.wav can't be read: the decoder crashed on it ({ending})."


@pytest.mark.parametrize(
    "program",
    [
        "time.sleep(600)",
        "while True: pass",
        "signal.signal(signal.SIGTERM, signal.SIG_IGN); time.sleep(600)",
        f"os.write(1, {HEADER.pack(SAMPLES, 999)!r}); time.sleep(600)",
        "os.close(1); time.sleep(600)",
    ],
)
def test_one_that_hangs_is_ended_and_reported(recording: Path, program: str) -> None:
    message = refusal_of(recording, Decoder(doing(program), stall_s=0.3))
    assert message == "talk.wav can't be read: the decoder stopped making progress, and was ended."


def test_one_that_computes_and_gets_no_further_is_ended_whatever_the_clock_says(
    recording: Path,
) -> None:
    circles = "from fanscribe.audio import decoder; decoder.allow_cpu(0)\nwhile True: pass"
    message = refusal_of(recording, Decoder(doing(circles), stall_s=600))
    assert message == "talk.wav can't be read: the decoder stopped making progress, and was ended."


def test_one_that_computes_and_gets_further_may_go_on(recording: Path) -> None:
    further = (
        "from fanscribe.audio import decoder\n"
        "while time.process_time() < 2.5: decoder.allow_cpu(1)\n"
        "os.abort()"
    )
    assert "SIGABRT" in refusal_of(recording, Decoder(doing(further)))


def test_one_that_is_slow_but_gets_further_is_waited_for(recording: Path) -> None:
    slow = (
        "for _ in range(15): time.sleep(0.2); "
        f"os.write(1, {HEADER.pack(PROGRESS, 0)!r})\nos.abort()"
    )
    assert "crashed" in refusal_of(recording, Decoder(doing(slow), stall_s=2)), (
        "after three seconds"
    )


def test_reading_the_same_again_is_no_progress(recording: Path) -> None:
    beats: list[int] = []
    source = MediaBytes(recording, lambda: beats.append(0), beat_s=0)
    while source.read(4096):
        pass
    assert len(beats) == -(-recording.stat().st_size // 4096)
    source.seek(0)
    while source.read(4096):
        pass
    assert len(beats) == -(-recording.stat().st_size // 4096)
    source.close()


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="only Linux limits address space")
def test_one_that_needs_too_much_memory_is_reported(tmp_path: Path) -> None:
    """The real one, with a wav whose cover picture is 150 MB of nothing."""
    talk, cover = tmp_path / "talk.wav", 150_000_000
    sound = a_wav(talk, a_tone(1)).read_bytes()
    begin = 36  # of its last chunk, the sound
    with talk.open("wb") as file:
        file.write(
            sound[:begin]
            + b"id3 "
            + struct.pack("<I", cover + 10)
            + b"ID3\x04\0\0"
            + synchsafe(cover)
            + b"APIC"
            + synchsafe(cover - 10)
            + b"\0\0\0image/png\0\3\0"
        )
        file.seek(begin + 8 + cover + 10)  # a hole
        file.write(sound[begin:])
    message = refusal_of(talk, Decoder(memory=300_000_000))
    assert (
        message
        == "talk.wav can't be read: the decoder needs more memory for it than it may have (300 MB)."
    )
    assert list(decode(talk, "talk.wav")), "by default it may have enough for that"


@pytest.mark.skipif(
    not sys.platform.startswith("linux"),
    reason="reads the limits and environment of a process in /proc",
)
def test_it_has_its_limits_and_no_credentials(
    recording: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "secret")
    before = children()
    blocks = decode(recording, "talk.wav")
    next(blocks)
    (child,) = [Path(f"/proc/{new}") for new in children() - before]
    variables = {
        entry.split("=")[0] for entry in (child / "environ").read_text().rstrip("\0").split("\0")
    }
    of_libraries = {"LD_LIBRARY_PATH", "DYLD_LIBRARY_PATH", "OPENBLAS_NUM_THREADS"}
    assert variables <= {"PYTHONPATH", "LC_CTYPE", *of_libraries}
    limits = (
        resource.prlimit(int(child.name), resource.RLIMIT_CORE),
        resource.prlimit(int(child.name), resource.RLIMIT_AS),
    )
    assert limits == ((0, 0), (Decoder.memory, Decoder.memory))
    blocks.close()


def test_one_that_nobody_reads_to_the_end_is_ended(recording: Path) -> None:
    before = children()
    blocks = decode(recording, "talk.wav")
    next(blocks)
    blocks.close()
    assert children() == before
    for _ in decode(recording, "talk.wav"):
        break  # dropped, not closed
    assert children() == before


def test_one_whose_parent_was_killed_ends_by_itself() -> None:
    """Its pipe has no reader then."""
    program = (
        "import os, signal, sys\nfrom pathlib import Path\n"
        "from fanscribe.audio.decoder import Request\n"
        "from fanscribe.audio.decoder_process import Decoder\n"
        "messages = Decoder().run(Path(sys.argv[1]), 'x', Request())\n"
        "next(messages)\nos.kill(os.getpid(), signal.SIGKILL)"
    )
    ended = subprocess.run(
        [sys.executable, "-c", program, SAMPLE], stderr=subprocess.PIPE, timeout=60, check=False
    )
    assert ended.returncode == -signal.SIGKILL, (
        "and stderr was closed by the last that had it, the decoder"
    )


def test_what_a_library_prints_is_no_message(
    recording: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    prints = (
        "from fanscribe.audio import decoder, demuxer\n"
        "class Loud(demuxer.MediaBytes):\n    def read(self, size):\n        os.write(1, b'oops')\n"
        "        return super().read(size)\ndemuxer.MediaBytes = Loud\ndecoder.main(*sys.argv[1:])"
    )
    assert (
        sum(
            block.shape[1]
            for block in decode(recording, "talk.wav", decoder=Decoder(doing(prints)))
        )
        == 60 * 16_000
    )
    assert "oops" in capfd.readouterr().err
