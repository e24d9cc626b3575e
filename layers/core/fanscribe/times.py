"""Time as integers: samples while measuring, milliseconds once words are timed, text only when
printed.
"""

import re

SAMPLE_RATE = 16_000  # Hz, what Whisper and Silero were trained on
SAMPLE_BYTES = 2  # 16 bits
SAMPLES_PER_MS = SAMPLE_RATE // 1000  # 16
# samples in one VAD frame: 32 ms exactly, so a boundary on a frame is a whole millisecond
FRAME = 512
WINDOW = 30 * SAMPLE_RATE  # samples in one Whisper window: 480,000


def milliseconds(samples: int) -> int:
    """Samples as milliseconds, rounded down; exact for every multiple of FRAME."""
    return samples // SAMPLES_PER_MS


def seconds(ms: int) -> float:
    """Milliseconds as the seconds that JSON formats carry, at most three decimals."""
    return round(ms / 1000, 3)


def timestamp(ms: int, decimal: str = ".") -> str:
    """`HH:MM:SS.mmm` (VTT); with `decimal=","` as SRT has it.

    Hours grow past 99 rather than wrap.
    """
    hours, rest = divmod(ms, 3_600_000)
    minutes, rest = divmod(rest, 60_000)
    whole, fraction = divmod(rest, 1000)
    return f"{hours:02}:{minutes:02}:{whole:02}{decimal}{fraction:03}"


def clock_of(seconds: float) -> str:
    """The clock of measured or calculated seconds."""
    return clock(round(seconds * 1000))


def clock(ms: int) -> str:
    """`M:SS` or `H:MM:SS`, as people say it in messages."""
    minutes, whole = divmod(ms // 1000, 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{whole:02}" if hours else f"{minutes}:{whole:02}"


CLOCK = re.compile(
    r"(?:(?:(\d{1,9}):(?=\d\d:))?(\d{1,9}):(?=\d\d(?:\.|$)))?(\d{1,9})(?:\.(\d{1,3}))?"
)


def from_clock(text: str) -> int:
    """A time as people write it, `1:02:03`, `12:10` or seconds, each with decimals if need be, as
    ms. Raises ValueError.
    """
    match = CLOCK.fullmatch(text.strip())
    hours, minutes, whole = (int(part or 0) for part in match.groups()[:3]) if match else (0, 0, 0)
    if match is None or (match[1] and minutes > 59) or (match[2] and whole > 59):
        raise ValueError(f"{text!r} is no time such as 12:10, 1:02:03 or 730")
    return (hours * 3600 + minutes * 60 + whole) * 1000 + int((match[4] or "").ljust(3, "0"))
