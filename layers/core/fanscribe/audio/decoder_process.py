"""Our end of the decoder (decoder.py): starts it, reads what it says, and outlives it."""

import json
import os
import select
import signal
import subprocess
import sys
from collections.abc import Generator, Sequence
from dataclasses import asdict, dataclass, replace
from io import FileIO
from pathlib import Path
from typing import cast

from fanscribe.audio.decoder import FINDINGS, HEADER, REFUSED, SAMPLES, SOUND, UNKNOWN, Request
from fanscribe.contract import Contract
from fanscribe.documents.plan import Findings
from fanscribe.errors import InvalidOption, UnreadableRecording

# where this Python finds its own libraries, on Lambda for one
PASSED_ON = ("LD_LIBRARY_PATH", "DYLD_LIBRARY_PATH")


class SoundHeader(Contract):
    """Properties of a stream, as the decoder found them."""

    channels: int
    rate: int  # Hz
    kept: int  # channels that the samples have
    declared: float  # seconds that the file says it lasts; 0 where that can't be believed
    own: bool  # what follows is the section's own; False: it only warms it up


@dataclass(frozen=True)
class Decoder:
    """How decoders are run."""

    command: Sequence[str] = (sys.executable, "-SP", "-m", "fanscribe.audio.decoder")
    memory: int = 1_000_000_000  # bytes of address space: 120 MB are PyAV's libraries
    # without a message; it sends one as often as it gets further, and if it computes for nothing,
    # the system ends it earlier (decoder.py)
    stall_s: float = 60.0

    def run(
        self, path: Path, name: str, request: Request
    ) -> Generator[SoundHeader | bytearray | Findings, None, None]:
        """Run one, and yield what it says: what the stream is, interleaved samples, at last its
        findings.

        Raises UnreadableRecording, and InvalidOption if there is no such track. Ends the process,
        always.
        """
        asked = replace(request, path=str(path.resolve()), memory=self.memory)
        arguments = [json.dumps(asdict(asked))]
        process = subprocess.Popen(  # noqa: S603  (Python itself)
            [*self.command, *arguments],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            bufsize=0,
            env=_environment(),
        )
        out = cast("FileIO", process.stdout)  # unbuffered
        try:
            yield from _messages(_Pipe(out, self.stall_s), name)
            status = process.wait(self.stall_s)
        except (_Stalled, subprocess.TimeoutExpired):
            status = -signal.SIGXCPU  # as of one that computes for nothing
        finally:
            process.kill()
            process.wait()
            out.close()
        if status == -signal.SIGXCPU:
            raise UnreadableRecording(
                f"{name} can't be read: the decoder stopped making progress, and was ended."
            )
        if status:
            raise UnreadableRecording(
                f"{name} can't be read: the decoder crashed on it ({_ending(status)})."
            )


class _Stalled(Exception):
    """Nothing came in time."""


@dataclass(frozen=True)
class _Pipe:
    out: FileIO
    stall_s: float

    def read(self, length: int) -> bytearray:
        """That many bytes, or fewer where the process ended. Raises _Stalled."""
        data = bytearray(length)
        got = 0
        ready = select.poll()
        ready.register(self.out, select.POLLIN)
        while got < length:
            if not ready.poll(self.stall_s * 1000):
                raise _Stalled
            count = self.out.readinto(memoryview(data)[got:])
            if not count:
                break
            got += count
        return data[:got] if got < length else data


def _messages(pipe: _Pipe, name: str) -> Generator[SoundHeader | bytearray | Findings, None, None]:
    while len(header := pipe.read(HEADER.size)) == HEADER.size:
        kind, length = HEADER.unpack(header)
        payload = pipe.read(length)
        if len(payload) < length:
            return  # it died in the middle: its exit status says how
        if kind == REFUSED:
            raise UnreadableRecording(f"{name} {payload.decode()}")
        if kind == UNKNOWN:
            raise InvalidOption(f"{name} {payload.decode()}")
        if kind == SOUND:
            yield SoundHeader.model_validate_json(payload)
        elif kind == FINDINGS:
            yield Findings.model_validate_json(payload)
        elif kind == SAMPLES:
            yield payload


def _environment() -> dict[str, str]:
    """Nothing but where code is: no credentials, no proxies.

    `-S` leaves out site-packages, so they are named.
    """
    package = str(Path(__file__).resolve().parents[2])
    kept = {name: os.environ[name] for name in PASSED_ON if name in os.environ}
    path = os.pathsep.join([package, *filter(None, sys.path)])
    # numpy's own threads would only wait for each other, at full speed: blocks are small
    return kept | {"PYTHONPATH": path, "OPENBLAS_NUM_THREADS": "1"}


def _ending(status: int) -> str:
    if status > 0:
        return f"exit status {status}"
    try:
        return signal.Signals(-status).name
    except ValueError:  # a real-time signal has no name
        return f"signal {-status}"
