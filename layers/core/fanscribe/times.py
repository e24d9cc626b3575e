"""Time as integers: samples while measuring, milliseconds once words are timed, text only when printed."""

SAMPLE_RATE = 16_000  # Hz, what Whisper and Silero were trained on
SAMPLE_BYTES = 2  # 16 bits
SAMPLES_PER_MS = SAMPLE_RATE // 1000  # 16
FRAME = 512  # samples in one VAD frame: 32 ms exactly, so a boundary on a frame is a whole millisecond
WINDOW = 30 * SAMPLE_RATE  # samples in one Whisper window: 480,000


def milliseconds(samples: int) -> int:
    """Samples as milliseconds, rounded down; exact for every multiple of FRAME."""
    return samples // SAMPLES_PER_MS


def seconds(ms: int) -> float:
    """Milliseconds as the seconds that JSON formats carry, at most three decimals."""
    return round(ms / 1000, 3)


def timestamp(ms: int, decimal: str = ".") -> str:
    """`HH:MM:SS.mmm` (VTT); with `decimal=","` as SRT has it. Hours grow past 99 rather than wrap."""
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
