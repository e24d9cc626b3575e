"""What a deployment allows, and what is said of a recording that is more."""

import io
from pathlib import Path
from typing import Any

import av
import cfnlint.decode
import numpy as np
import pytest

from fanscribe.audio.decode import decode
from fanscribe.audio.limits import Limits, check_room
from fanscribe.audio.sound import Samples
from fanscribe.errors import BadInput, RecordingTooLarge
from fanscribe.runtime.settings import SplitSettings
from fanscribe.times import SAMPLE_RATE
from tests.conftest import ROOT
from tests.support.audio import a_tone, a_wav

TEMPLATE: dict[str, Any] = cfnlint.decode.decode_str((ROOT / "template.yaml").read_text())[0]
HOUR = 3600 * SAMPLE_RATE


def a_flac(samples: Samples, promised: int) -> bytes:
    """A flac file whose header promises some number of samples: 36 bits, 0 for unknown."""
    out = io.BytesIO()
    with av.open(out, "w", format="flac") as container:
        stream = container.add_stream("flac", rate=SAMPLE_RATE, layout="mono")
        for start in range(0, len(samples), 4_096):
            frame = av.AudioFrame.from_ndarray(
                samples[np.newaxis, start : start + 4_096], format="s16", layout="mono"
            )
            frame.rate = SAMPLE_RATE
            container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
    data = bytearray(out.getvalue())
    data[21:26] = bytes([data[21] & 0xF0 | promised >> 32]) + (promised & 0xFFFFFFFF).to_bytes(
        4, "big"
    )
    return bytes(data)


def parameter(field: str) -> str:
    return "".join(word.capitalize() for word in field.split("_"))


@pytest.mark.parametrize("field", Limits.model_fields)
def test_every_limit_is_a_parameter_of_the_template_with_the_same_default_and_reaches_split(
    field: str,
) -> None:
    assert TEMPLATE["Parameters"][parameter(field)]["Default"] == getattr(Limits(), field)
    variables = TEMPLATE["Resources"]["SplitFunction"]["Properties"]["Environment"]["Variables"]
    assert variables[field.upper()] == {"Ref": parameter(field)}
    environment = {
        "WORK_BUCKET": "work",
        "MODEL": "tiny.en",
        "CHUNK_TILES": "4",
        "MAP_CONCURRENCY": "1",
        field.upper(): "16001",
    }
    assert getattr(SplitSettings.read(environment), field) == 16_001


def test_what_is_within_every_limit_passes() -> None:
    Limits().check_stream("talk.wav", 8, 192_000)
    Limits().check_length("talk.wav", 24 * HOUR, 2)
    check_room("talk.wav", 100, 100)


@pytest.mark.parametrize(
    ("samples", "kept", "message"),
    [
        (
            24 * HOUR + 1,
            1,
            (
                "talk.wav lasts 24:00:00 or longer, and at most 24 hours may be: "
                "raise the template's MaxDurationHours"
            ),
        ),
        (24 * HOUR, 8, "talk.wav is 22,118.4 MB or more when decoded, and at most 8,000 MB may be"),
    ],
)
def test_what_is_too_long_is_reported_with_the_limit_and_its_parameter(
    samples: int, kept: int, message: str
) -> None:
    with pytest.raises(RecordingTooLarge) as refused:
        Limits().check_length("talk.wav", samples, kept)
    assert str(refused.value).startswith(message)
    assert issubclass(RecordingTooLarge, BadInput), "so it is never retried"


@pytest.mark.parametrize(
    ("channels", "rate", "message"),
    [
        (
            16,
            48_000,
            "talk.wav has 16 channels, and at most 8 may be: raise the template's MaxChannels",
        ),
        (
            1,
            384_000,
            (
                "talk.wav has 384,000 samples a second, and at most 192,000 may be: "
                "raise the template's MaxSampleRate"
            ),
        ),
    ],
)
def test_what_is_too_wide_is_reported_with_the_limit_and_its_parameter(
    tmp_path: Path, channels: int, rate: int, message: str
) -> None:
    recording = a_wav(tmp_path / "talk.wav", np.zeros(channels * 1_000, np.int16), rate, channels)
    with pytest.raises(RecordingTooLarge) as refused:
        list(decode(recording, "talk.wav"))
    assert str(refused.value).startswith(message)


def test_a_header_that_can_be_believed_is_enough(tmp_path: Path) -> None:
    recording = a_wav(tmp_path / "long.wav", a_tone(60))
    blocks = decode(recording, "long.wav", limits=Limits(max_duration_hours=30 / 3600))
    with pytest.raises(RecordingTooLarge, match=r"long\.wav lasts 1:00 or longer"):
        next(blocks)


def test_a_header_that_promises_less_than_there_is_changes_nothing(tmp_path: Path) -> None:
    recording = tmp_path / "long.flac"
    recording.write_bytes(a_flac(a_tone(60), promised=0))
    blocks = decode(recording, "long.flac", limits=Limits(max_duration_hours=35 / 3600))
    assert sum(next(blocks).shape[1] for _ in range(3)) == 30 * SAMPLE_RATE
    with pytest.raises(RecordingTooLarge, match=r"long\.flac lasts 0:40 or longer"):
        next(blocks)


def test_a_header_that_promises_more_than_the_bytes_can_hold_is_not_believed(
    tmp_path: Path,
) -> None:
    """What a program writes that streams a wav, not knowing how long it will be."""
    recording = a_wav(tmp_path / "piped.wav", a_tone(5))
    data = bytearray(recording.read_bytes())
    data[4:8] = data[40:44] = b"\xff\xff\xff\xff"  # 37 hours
    recording.write_bytes(data)
    assert sum(block.shape[1] for block in decode(recording, "piped.wav")) == 5 * SAMPLE_RATE


def test_separate_channels_count_for_what_they_take(tmp_path: Path) -> None:
    call = a_wav(tmp_path / "call.wav", np.repeat(a_tone(40), 2), channels=2)
    limits = Limits(max_decoded_megabytes=2)
    assert (
        sum(block.shape[1] for block in decode(call, "call.wav", limits=limits)) == 40 * SAMPLE_RATE
    )
    with pytest.raises(
        RecordingTooLarge,
        match=r"call\.wav is 2\.6 MB or more when decoded, and at most 2 MB .* MaxDecodedMegabytes",
    ):
        list(decode(call, "call.wav", separate=True, limits=limits))


def test_what_the_scratch_folder_has_no_room_for_is_refused_before_it_is_fetched() -> None:
    with pytest.raises(
        RecordingTooLarge,
        match=r"film\.mkv is 12,000\.0 MB, and the scratch folder has room for 9,500\.0 MB\. ",
    ):
        check_room("film.mkv", 12 * 10**9, 9_500 * 10**6)
