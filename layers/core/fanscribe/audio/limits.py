"""The most that one recording may be: a deployment's parameters, held against what a file says and
against what comes out.
"""

from typing import Annotated

from pydantic import Field

from fanscribe.contract import Contract
from fanscribe.errors import RecordingTooLarge
from fanscribe.times import SAMPLE_BYTES, SAMPLE_RATE, clock, milliseconds

MEGABYTE = 1_000_000


class Limits(Contract):
    """Field `max_channels` is the template's parameter `MaxChannels`; the defaults are the
    template's (tested).
    """

    max_duration_hours: Annotated[float, Field(gt=0)] = 24
    max_channels: Annotated[int, Field(ge=1)] = 8
    max_sample_rate: Annotated[int, Field(ge=SAMPLE_RATE)] = 192_000  # Hz
    # channels kept x samples x 2 bytes, kept in S3
    max_decoded_megabytes: Annotated[int, Field(ge=1)] = 8_000

    def check_stream(self, name: str, channels: int, rate: int) -> None:
        """Raises RecordingTooLarge."""
        if channels > self.max_channels:
            raise _too_large(
                name,
                f"has {channels:,} channels",
                f"{self.max_channels:,}",
                "MaxChannels",
                "mix it down",
            )
        if rate > self.max_sample_rate:
            raise _too_large(
                name,
                f"has {rate:,} samples a second",
                f"{self.max_sample_rate:,}",
                "MaxSampleRate",
                "resample it",
            )

    def check_length(self, name: str, samples: int, kept: int) -> None:
        """`samples` at 16 kHz in each of the channels that are `kept`. Raises RecordingTooLarge."""
        if samples > self.max_duration_hours * 3600 * SAMPLE_RATE:
            lasts = f"lasts {clock(milliseconds(samples))} or longer"
            raise _too_large(name, lasts, f"{self.max_duration_hours:g} hours", "MaxDurationHours")
        if (size := samples * kept * SAMPLE_BYTES / MEGABYTE) > self.max_decoded_megabytes:
            decoded = f"is {size:,.1f} MB or more when decoded"
            raise _too_large(
                name, decoded, f"{self.max_decoded_megabytes:,} MB", "MaxDecodedMegabytes"
            )


def check_room(name: str, size: int, free: int) -> None:
    """A file of `size` bytes, for a folder with `free` bytes left. Raises RecordingTooLarge."""
    if size > free:
        raise RecordingTooLarge(
            f"{name} is {size / MEGABYTE:,.1f} MB, "
            f"and the scratch folder has room for {free / MEGABYTE:,.1f} MB. "
            "Make room (on Lambda: SplitFunction's EphemeralStorage), "
            "or upload its sound without the video."
        )


def _too_large(
    name: str, has: str, most: str, parameter: str, instead: str = "cut the recording"
) -> RecordingTooLarge:
    return RecordingTooLarge(
        f"{name} {has}, and at most {most} may be: raise the template's {parameter}, or {instead}."
    )
