"""Sound in and out: any container decoded as a stream to 16 kHz 16-bit, chunks written and read as wav."""

import io
import warnings
from collections.abc import Generator, Iterable, Iterator, Sequence
from contextlib import closing
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

with warnings.catch_warnings():  # pydub looks for an ffmpeg program and warns; wav in and out needs none
    warnings.simplefilter("ignore")
    from pydub import AudioSegment

from fanscribe.contracts import Tile
from fanscribe.decoder_process import Decoder, Sound
from fanscribe.errors import UnreadableRecording, WorkDamaged
from fanscribe.impostors import HEAD, refuse_impostor
from fanscribe.limits import Limits
from fanscribe.times import SAMPLE_BYTES, SAMPLE_RATE

FULL_SCALE = 32_768.0  # what an int16 sample is divided by for a model
DEFAULT_LIMITS = Limits()
DEFAULT_DECODER = Decoder()

Samples = NDArray[np.int16]  # one channel: shape (samples,)
Block = NDArray[np.int16]  # all channels: shape (channels, samples)


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
    samples, channels = 0, 1
    with closing(decoder.run(path, name, separate=separate)) as messages:
        for message in messages:
            if isinstance(message, Sound):
                limits.check_stream(name, message.channels, message.rate)
                limits.check_length(name, round(message.declared * SAMPLE_RATE), message.kept)
                channels = message.kept
                continue
            block = np.frombuffer(message, np.int16).reshape(-1, channels).T
            samples += block.shape[1]
            limits.check_length(name, samples, channels)
            yield block


class Excerpt(NamedTuple):
    """A span of one channel, [start, end) in samples."""

    channel: int
    start: int
    end: int


def cut_out(blocks: Iterable[Block], name: str, wanted: Iterable[Excerpt]) -> Iterator[tuple[Excerpt, Samples]]:
    """Excerpts of what `decode` gives, each as soon as it is whole, in the memory of those that are open. Nothing is decoded
    beyond the last. Raises WorkDamaged if the sound ends before it.
    """
    waiting = sorted(wanted, key=lambda excerpt: (excerpt.end, excerpt.channel))
    pieces: dict[Excerpt, list[Samples]] = {excerpt: [] for excerpt in waiting}
    here = 0
    for block in blocks if waiting else ():
        for excerpt in waiting:
            first, last = max(excerpt.start - here, 0), min(excerpt.end - here, block.shape[1])
            if first < last:
                pieces[excerpt].append(block[excerpt.channel, first:last])
        here += block.shape[1]
        while waiting and waiting[0].end <= here:
            yield waiting[0], np.concatenate(pieces.pop(waiting.pop(0)))
        if not waiting:
            return
    if waiting:
        raise WorkDamaged(f"{name} ends at {here} samples, before what its plan says.")


def length(path: Path, name: str, decoder: Decoder = DEFAULT_DECODER) -> float:
    """Seconds of sound: what the file's header says where it can be believed, else by decoding. Raises UnreadableRecording."""
    _refuse_at_once(path, name)
    samples = 0
    with closing(decoder.run(path, name, separate=False)) as messages:
        for message in messages:
            if not isinstance(message, Sound):
                samples += len(message) // SAMPLE_BYTES
            elif message.declared and not samples:
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
    """Samples as a wav file, 16 kHz mono 16-bit."""
    sound = AudioSegment(samples.tobytes(), sample_width=SAMPLE_BYTES, frame_rate=SAMPLE_RATE, channels=1)
    return bytes(sound.export(io.BytesIO(), format="wav").getvalue())


def read_wav(data: bytes, name: str) -> Samples:
    """What write_wav wrote. Raises WorkDamaged if it is anything else."""
    try:
        sound = AudioSegment.from_wav(io.BytesIO(data))
    except Exception as error:  # pydub lets wave, struct and its own errors through
        raise WorkDamaged(f"The chunk {name} is no wav file: {error}") from error
    if (sound.frame_rate, sound.channels, sound.sample_width) != (SAMPLE_RATE, 1, SAMPLE_BYTES):
        raise WorkDamaged(f"The chunk {name} is not 16 kHz mono 16-bit.")
    return np.frombuffer(sound.raw_data, dtype=np.int16)


def read_tiles(data: bytes, name: str, tiles: Sequence[Tile]) -> dict[int, Samples]:
    """The samples of each of a chunk's tiles, by index, from the chunk's wav. Raises WorkDamaged if it is too short for them."""
    sound = read_wav(data, name)
    offset = tiles[0].start
    if len(sound) != tiles[-1].end - offset:
        raise WorkDamaged(f"The chunk {name} has {len(sound)} samples instead of {tiles[-1].end - offset}.")
    return {tile.index: sound[tile.start - offset : tile.end - offset] for tile in tiles}
