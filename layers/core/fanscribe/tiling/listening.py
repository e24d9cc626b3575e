"""One pass over a recording, or over a section of one: listened to for speech, while its sound goes
on to where it is kept.
"""

from collections.abc import Callable, Iterable

import numpy as np

from fanscribe.audio.sound import Block
from fanscribe.documents.plan import Tile
from fanscribe.tiling.frames import Frames
from fanscribe.tiling.tiles import plan_tiles
from fanscribe.tiling.voice_activity import SpeechDetector
from fanscribe.times import FRAME


def listen(
    decoded: Iterable[tuple[bool, Block]],
    keep: Callable[[Block], object] = lambda _: None,
    gain_db: int = 0,
) -> Frames:
    """Frames of a section's own sound, which is given to `keep`, block by block.

    The VAD hears it louder by `gain_db`.

    Sound before it (see audio.decode.Decoding) only warms the VAD up, with as much as fills whole
    frames.
    """
    detectors: list[SpeechDetector] = []
    before: list[Block] = []
    samples = warm = 0
    for own, block in decoded:
        if not own:
            before.append(block)
            continue
        if not detectors:
            detectors = [SpeechDetector(gain_db) for _ in block]
            warm = sum(early.shape[1] for early in before) // FRAME
            if warm:
                _feed(detectors, np.concatenate(before, axis=1)[:, -warm * FRAME :])
            before.clear()
        _feed(detectors, block)
        keep(block)
        samples += block.shape[1]
    for detector in detectors:
        detector.finish()
    found = [
        np.array([detector.probabilities, detector.levels], np.float32)[:, warm:]
        for detector in detectors
    ]
    return Frames(samples, np.stack(found or [np.zeros((2, 0), np.float32)]))


def lay_tiles(frames: Frames, threshold: float) -> tuple[Tile, ...]:
    """Tiles over each channel, numbered through."""
    tiles: list[Tile] = []
    for channel, (probabilities, levels) in enumerate(frames.values):
        plan = plan_tiles(probabilities.tolist(), levels.tolist(), frames.samples, threshold)
        tiles += [
            tile.model_copy(update={"index": len(tiles) + tile.index, "channel": channel})
            for tile in plan
        ]
    return tuple(tiles)


def _feed(detectors: Iterable[SpeechDetector], block: Block) -> None:
    for detector, sound in zip(detectors, block, strict=True):
        detector.feed(sound)
