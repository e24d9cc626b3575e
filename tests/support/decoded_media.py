"""The sound of a file: as a whole, or in sections that are laid end to end, as Split does."""

from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from fanscribe.audio.decode import AS_USUAL, Decoding
from fanscribe.audio.sections import Section, laid_end_to_end, section
from fanscribe.audio.sound import Block, Samples
from fanscribe.documents.plan import Findings, Selection
from fanscribe.tiling.selection import together
from fanscribe.times import SAMPLE_RATE
from tests.support.broken_media import found_at

SECTIONS = 3
AT_ONCE = 2  # decoders


@dataclass(frozen=True)
class DecodedFile:
    """The sound of a recording, shape (channels, samples), and what was found."""

    block: Block
    findings: Findings

    @property
    def samples(self) -> Samples:
        first: Samples = self.block[0]
        return first

    @property
    def seconds(self) -> float:
        return float(self.block.shape[1]) / SAMPLE_RATE

    @property
    def undecodable(self) -> list[tuple[float, float]]:
        """Stretches of the first channel, in seconds."""
        lost = [each for each in self.findings.undecodable if each.channel == 0]
        return [(each.start / SAMPLE_RATE, each.end / SAMPLE_RATE) for each in lost]

    @property
    def lost(self) -> float:
        """Seconds that are undecodable, each counted once."""
        marked = np.zeros(self.block.shape[1] + 1, bool)
        for each in self.findings.undecodable:
            marked[each.start : each.end] = True
        return float(marked.sum()) / SAMPLE_RATE

    def places(self, *frequencies: int) -> dict[int, float | None]:
        """Where each marker is, in seconds."""
        return {frequency: found_at(self.samples, frequency) for frequency in frequencies}


def decoded(
    path: Path,
    part: Section | None = None,
    *,
    separate: bool = False,
    selection: Selection = AS_USUAL,
) -> DecodedFile:
    """Decode a file, or a section of it."""
    decoding = Decoding(path, path.name, part, separate=separate, selection=selection)
    with closing(decoding):
        blocks = [block for own, block in decoding if own]
    assert decoding.findings is not None
    nothing = np.zeros((len(blocks[0]) if blocks else 1, 0), np.int16)
    return DecodedFile(np.concatenate([nothing, *blocks], axis=1), decoding.findings)


def decoded_in_sections(path: Path, count: int = SECTIONS) -> DecodedFile:
    """Decode a file's sections each by itself, and put them where they belong."""
    size = path.stat().st_size
    with ThreadPoolExecutor(AT_ONCE) as pool:
        shares = [section(size, count, number) for number in range(count)]
        each = list(pool.map(lambda share: decoded(path, share), shares))
    starts = [one.findings.start if one.findings.clocked else None for one in each]
    lengths = [one.block.shape[1] for one in each]
    spans = laid_end_to_end(zip(starts, lengths, strict=True))
    whole = np.zeros((max(len(one.block) for one in each), spans[-1][1]), np.int16)
    for (begin, end), one in zip(spans, each, strict=True):
        whole[:, begin:end] = one.block
    findings = together([one.findings for one in each], [begin for begin, _ in spans])
    return DecodedFile(whole, findings)


def decoded_both_ways(path: Path) -> dict[str, DecodedFile]:
    """Decode it as a whole, and in sections."""
    return {"whole": decoded(path), "in sections": decoded_in_sections(path)}
