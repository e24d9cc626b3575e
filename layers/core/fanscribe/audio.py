"""Sound in and out: any container decoded as a stream to 16 kHz 16-bit, chunks written and read as wav."""

import io
import warnings
from collections.abc import Iterator, Sequence
from pathlib import Path

import av
import numpy as np
from numpy.typing import NDArray

with warnings.catch_warnings():  # pydub looks for an ffmpeg program and warns; wav in and out needs none
    warnings.simplefilter("ignore")
    from pydub import AudioSegment

from fanscribe.contracts import Tile
from fanscribe.errors import UnreadableRecording, WorkDamaged
from fanscribe.times import SAMPLE_RATE

SAMPLE_BYTES = 2
FULL_SCALE = 32_768.0  # what an int16 sample is divided by for a model
BLOCK = 10 * SAMPLE_RATE  # samples handed on at once: 10 s, 320 kB

# What FFmpeg may recognise. Not here: playlists, concat scripts, image sequences, anything that opens other files.
DEMUXERS = (
    "aac,ac3,aiff,amr,ape,asf,au,avi,caf,eac3,flac,flv,gsm,m4v,matroska,webm,mov,mp4,m4a,3gp,3g2,mp3,mpeg,mpegts,"
    "mxf,ogg,opus,rm,tta,voc,w64,wav,wv"
)

Samples = NDArray[np.int16]  # one channel: shape (samples,)
Block = NDArray[np.int16]  # all channels: shape (channels, samples)


def decode(path: Path, name: str, *, separate: bool = False) -> Iterator[Block]:
    """The first audio stream of a file, as blocks of int16 samples at 16 kHz, in bounded memory.

    One channel, mixed, or with `separate` each of the stream's. `name` is what messages call the recording. Raises
    UnreadableRecording. Packets that FFmpeg finds damaged are skipped, as players do: most long recordings have one.
    """
    if path.stat().st_size == 0:
        raise UnreadableRecording(f"{name} is empty (0 bytes).")
    try:
        with av.open(str(path), options={"protocol_whitelist": "file", "format_whitelist": DEMUXERS}) as container:
            if not container.streams.audio:
                raise UnreadableRecording(f"{name} has no sound: there is no audio stream in it.")
            heard = False
            for block in _blocks(container, separate=separate):
                heard = True
                yield block
    except (av.error.FFmpegError, EOFError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise UnreadableRecording(f"{name} can't be read as audio or video ({reason.lower()}).") from None
    if not heard:
        raise UnreadableRecording(f"{name} has no sound: not one sample could be decoded.")


def _blocks(container: av.container.InputContainer, *, separate: bool) -> Iterator[Block]:
    layout = container.streams.audio[0].codec_context.layout if separate else av.AudioLayout("mono")
    resampler = av.AudioResampler(format="s16", layout=layout, rate=SAMPLE_RATE)
    gathered: list[Block] = []
    length = 0
    for frame in _frames(container):
        for resampled in resampler.resample(frame):
            interleaved = resampled.to_ndarray().astype(np.int16, copy=False)
            gathered.append(interleaved.reshape(-1, layout.nb_channels).T)
            length += gathered[-1].shape[1]
        if length >= BLOCK:
            yield np.concatenate(gathered, axis=1)
            gathered, length = [], 0
    if length:
        yield np.concatenate(gathered, axis=1)


def _frames(container: av.container.InputContainer) -> Iterator[av.AudioFrame | None]:
    stream = container.streams.audio[0]
    stream.codec_context.thread_count = 1  # audio decoding gains nothing from threads
    for packet in container.demux(stream):
        try:
            for frame in packet.decode():
                frame.pts = None  # the resampler counts by itself: jumps in timestamps would make it fail
                yield frame
        except av.error.InvalidDataError:
            continue
    yield None  # drains the resampler


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
