"""Sound in and out: any container decoded as a stream to 16 kHz 16-bit, chunks written and read as wav."""

import io
import warnings
from collections.abc import Generator, Iterable, Iterator
from contextlib import closing
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

with warnings.catch_warnings():  # pydub looks for an ffmpeg program and warns; wav in and out needs none
    warnings.simplefilter("ignore")
    from pydub import AudioSegment

from fanscribe.decoder_process import Decoder, Sound
from fanscribe.errors import UnreadableRecording
from fanscribe.impostors import HEAD, refuse_impostor
from fanscribe.limits import Limits
from fanscribe.sections import Section
from fanscribe.sound import Block, Samples
from fanscribe.times import SAMPLE_BYTES, SAMPLE_RATE

WAV_HEADER = 44  # bytes
FULL_SCALE = 32_768.0  # what an int16 sample is divided by for a model
DEFAULT_LIMITS = Limits()
DEFAULT_DECODER = Decoder()


def decode(
    path: Path,
    name: str,
    *,
    separate: bool = False,
    limits: Limits = DEFAULT_LIMITS,
    decoder: Decoder = DEFAULT_DECODER,
) -> Generator[Block, None, None]:
    """The first audio stream of a file, as blocks of int16 samples at 16 kHz, in bounded memory, by a process of its own.

    One channel, mixed, or with `separate` each of the stream's. `name` is what messages call the recording. Raises
    UnreadableRecording and RecordingTooLarge. Close it if you stop before its end: that ends the process.
    """
    _refuse_at_once(path, name)
    with closing(decoder.run(path, name, separate=separate)) as messages:
        for _, block in _blocks(messages, name, limits):
            yield block


def decode_section(
    path: Path, name: str, section: Section | None, *, separate: bool = False, limits: Limits = DEFAULT_LIMITS
) -> Generator[tuple[bool, Block], None, None]:
    """The same of a section (None: of all). Each block with whether it is the section's own: those before only warm it up.

    A section without any sound gives nothing.
    """
    _refuse_at_once(path, name)
    with closing(DEFAULT_DECODER.run(path, name, separate=separate, section=section)) as messages:
        yield from _blocks(messages, name, limits)


def _blocks(messages: Iterable[Sound | bytearray], name: str, limits: Limits) -> Iterator[tuple[bool, Block]]:
    samples, channels, own = 0, 1, True
    for message in messages:
        if isinstance(message, Sound):
            limits.check_stream(name, message.channels, message.rate)
            limits.check_length(name, round(message.declared * SAMPLE_RATE), message.kept)
            channels, own = message.kept, message.own
            continue
        block = np.frombuffer(message, np.int16).reshape(-1, channels).T
        samples += block.shape[1]
        limits.check_length(name, samples, channels)
        yield own, block


def length(path: Path, name: str, decoder: Decoder = DEFAULT_DECODER) -> float:
    """Seconds of sound: what the file's header says where it can be believed, else by decoding. Raises UnreadableRecording."""
    return _length(path, name, decoder, believe=True)


def estimated_length(head: Path, name: str, size: int, decoder: Decoder = DEFAULT_DECODER) -> float:
    """Seconds of sound in a file of `size` bytes, about, from what is in its `head`.

    Raises UnreadableRecording if that can't be read by itself: some mp4 have their table of contents at the end.
    """
    return _length(head, name, decoder, believe=False) * size / head.stat().st_size


def _length(path: Path, name: str, decoder: Decoder, *, believe: bool) -> float:
    _refuse_at_once(path, name)
    samples = 0
    with closing(decoder.run(path, name, separate=False)) as messages:
        for message in messages:
            if not isinstance(message, Sound):
                samples += len(message) // SAMPLE_BYTES
            elif believe and message.declared and not samples:
                return message.declared
    return samples / SAMPLE_RATE


def _refuse_at_once(path: Path, name: str) -> None:
    """What needs no decoder to be refused."""
    if path.stat().st_size == 0:
        raise UnreadableRecording(f"{name} is empty (0 bytes).")
    with path.open("rb") as file:
        refuse_impostor(file.read(HEAD), name)


def waveform(samples: Samples) -> NDArray[np.float32]:
    """Samples as models take them: float32 from -1 to 1."""
    return samples.astype(np.float32) / np.float32(FULL_SCALE)


def write_wav(samples: Samples) -> bytes:
    """Samples as a wav file, 16 kHz mono 16-bit: WAV_HEADER bytes, then two for each (tested)."""
    sound = AudioSegment(samples.tobytes(), sample_width=SAMPLE_BYTES, frame_rate=SAMPLE_RATE, channels=1)
    return bytes(sound.export(io.BytesIO(), format="wav").getvalue())
