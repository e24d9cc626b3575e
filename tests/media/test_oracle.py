"""Beside FFmpeg's own way to keep to the clock, `-af aresample=async=1:first_pts=0`: the same.

Where it does not, a table says why.
"""

from collections.abc import Callable, Sequence
from fractions import Fraction
from pathlib import Path
from typing import Any

import av
import numpy as np
import pytest

from fanscribe.audio.sound import Samples
from fanscribe.times import SAMPLE_RATE
from tests.support.broken_media import KINDS, Kind, Part, found_at, marked, moved, muxed, parts_of
from tests.support.decoded_media import decoded

pytestmark = pytest.mark.long

WITHIN_S = 0.1  # aresample's own threshold (min_hard_comp)
MARKERS = {700: 2.0, 1_000: 6.0, 1_300: 10.0}

Change = Callable[[list[Part]], list[Part]]
CHANGES: dict[str, tuple[Change, float]] = {  # with seconds of pictures
    "nothing": (lambda parts: parts, 0),
    "a late start": (lambda parts: moved(parts, 3.3), 1),
    "a gap": (lambda parts: [*parts[:200], *moved(parts[200:], 4.2)], 0),
    "packets that are lost": (lambda parts: parts[:200] + parts[240:], 0),
    "a late start, a gap, packets that are lost": (
        lambda parts: moved([*parts[:200], *moved(parts[200:330], 1), *moved(parts[350:], 1)], 2),
        1,
    ),
    "an overlap": (lambda parts: [*parts[:200], *moved(parts[200:], -0.6)], 0),
    "a new beginning": (lambda parts: [*parts[:200], *moved(parts[200:], -parts[200].at)], 0),
    "one wrong timestamp": (
        lambda parts: [*parts[:200], *moved(parts[200:201], 5), *parts[201:]],
        0,
    ),
}
DIFFERS = {
    "a new beginning": "it cuts off all that was there at that time; we go on",
    "one wrong timestamp": "it fills up with silence, and cuts off what follows",
}
EVERYWHERE = "a late start, a gap, packets that are lost"
CASES = [(name, EVERYWHERE) for name in KINDS] + [
    (name, change) for name in ("mkv", "ts") for change in CHANGES if change != EVERYWHERE
]


def resampled_by_ffmpeg(path: Path) -> Samples:
    """Decode as the ffmpeg command does, its timestamps counted from the container's start."""
    container: Any
    with av.open(str(path)) as container:
        (stream,) = container.streams.audio
        start = Fraction(container.start_time or 0, 1_000_000)
        graph: Any = None
        out: list[Any] = []
        for frame in [*container.decode(stream), None]:
            if graph is None:
                graph = _graph(frame)
            if frame is not None:
                frame.pts = round(((frame.pts or 0) * frame.time_base - start) * frame.rate)
                frame.time_base = Fraction(1, frame.rate)
            graph.push(frame)
            out += _pulled(graph)
    samples: Samples = np.concatenate([frame.to_ndarray()[0] for frame in out])
    return samples


def _graph(frame: Any) -> Any:
    graph = av.filter.Graph()
    source = graph.add_abuffer(
        sample_rate=frame.rate,
        format=frame.format.name,
        layout=frame.layout.name,
        time_base=Fraction(1, frame.rate),
    )
    even = graph.add("aresample", f"{SAMPLE_RATE}:async=1:first_pts=0")
    form = graph.add("aformat", "sample_fmts=s16:channel_layouts=mono")
    sink = graph.add("abuffersink")
    source.link_to(even)
    even.link_to(form)
    form.link_to(sink)
    graph.configure()
    return graph


def _pulled(graph: Any) -> Sequence[Any]:
    frames = []
    while True:
        try:
            frames.append(graph.pull())
        except (BlockingIOError, EOFError):
            return frames


@pytest.mark.parametrize(("name", "change"), CASES)
def test_sound_lies_where_ffmpegs_resampler_puts_it(
    tmp_path: Path,
    speech: Samples,
    name: str,
    change: str,
) -> None:
    kind: Kind = KINDS[name]
    how, pictures_s = CHANGES[change]
    parts = parts_of(marked(speech[: 12 * SAMPLE_RATE], MARKERS), kind)
    path = tmp_path / f"talk.{name}"
    path.write_bytes(muxed(how(parts), kind, pictures_s))
    ours, theirs = decoded(path), resampled_by_ffmpeg(path)
    same = abs(ours.seconds - len(theirs) / SAMPLE_RATE) <= WITHIN_S
    for frequency, place in ours.places(*MARKERS).items():
        other = found_at(theirs, frequency)
        same = same and place is not None and other is not None and abs(place - other) <= WITHIN_S
    found = (ours.seconds, len(theirs) / SAMPLE_RATE, ours.places(*MARKERS), ours.findings)
    assert same == (change not in DIFFERS), (DIFFERS.get(change), found)
