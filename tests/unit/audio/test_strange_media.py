"""Files that say strange things: what they say is kept short, and nothing of it ends a job."""

import io
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import av
import numpy as np
import pytest

from fanscribe.audio.decode import Decoding
from fanscribe.documents.plan import Findings
from fanscribe.times import SAMPLE_RATE
from tests.support.built_media import a_film, tone


def found(folder: Path, data: bytes) -> Findings:
    file = folder / "recording"
    file.write_bytes(data)
    decoding = Decoding(file, "recording")
    assert sum(block.shape[1] for _, block in decoding) > 2 * SAMPLE_RATE
    assert decoding.findings
    return decoding.findings


def in_floats(channels: Sequence[Any]) -> bytes:
    data = io.BytesIO()
    with av.open(data, "w", format="wav") as container:
        stream: Any = container.add_stream("pcm_f32le", rate=SAMPLE_RATE, layout="stereo")
        interleaved = np.stack(channels, axis=1).astype(np.float32).reshape(1, -1)
        frame = av.AudioFrame.from_ndarray(interleaved, format="flt", layout="stereo")
        frame.rate = SAMPLE_RATE
        container.mux([*stream.encode(frame), *stream.encode(None)])
    return data.getvalue()


@pytest.mark.parametrize("sample", [float("inf"), -float("inf"), float("nan"), 1e30, -1e20])
def test_a_sample_that_is_no_sound_changes_neither_the_track_nor_the_mix(
    tmp_path: Path, sample: float
) -> None:
    left = tone(4) / 32_768
    strange = left.copy()
    strange[SAMPLE_RATE : SAMPLE_RATE + 4] = sample  # of every fourth pair one is compared
    findings = found(tmp_path, in_floats([strange, left / 2]))
    assert findings.lost["usual"] == 0
    assert not findings.tracks[0].empty


def test_titles_are_short_and_on_one_line_and_a_language_is_a_code(tmp_path: Path) -> None:
    titles = [
        {"language": "fra", "title": "é" * 100_000},
        {"language": "e\n-->" * 50, "title": "a\x1b[31m\n\tb\u202ec"},
    ]
    tracks = found(tmp_path, a_film(titles)).tracks
    assert [track.language for track in tracks] == ["fra", None]
    assert [track.title for track in tracks] == ["é" * 80, "a[31m bc"]
