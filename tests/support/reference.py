"""faster-whisper itself, which ours is compared with."""

from pathlib import Path

from faster_whisper import WhisperModel


def on_one_core(folder: str | Path) -> WhisperModel:
    """A model as the usual scripts load it, but for the other core: another test has that, and two
    threads that wait for each other there take a seventh more.
    """
    return WhisperModel(str(folder), device="cpu", compute_type="int8", cpu_threads=1)
