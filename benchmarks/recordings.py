"""Recordings with reference text: those of the corpus, and some made from it of many short pieces.

Recordings of many short pieces, with pauses and spoken announcements between them, are the hardest
for a model that reads windows of 30 s: it tends to stop at the first pause. `pieces.json` says
where long-en can be cut so that the text of each piece is known (ms, and the numbers of its words
in the reference).
"""

import json
import random
import re
from dataclasses import dataclass
from operator import itemgetter
from pathlib import Path

import numpy as np

from fanscribe.audio.decode import Decoding, decode, write_wav
from fanscribe.audio.sound import Block, Samples
from fanscribe.documents.plan import Tile
from fanscribe.tiling.listening import lay_tiles, listen
from fanscribe.tiling.tiles import SPEECH
from fanscribe.times import SAMPLE_RATE, SAMPLES_PER_MS

ROOT = Path(__file__).resolve().parent.parent
CORPUS = ROOT.parent / "shared" / "corpus"
SAMPLE = ROOT / "sample" / "lighthouse-talk.mp3"
BACKGROUNDS = {"noise": "sb_noise1.wav", "music": "moh_morning_coffee.wav"}  # in corpus/nonspeech
LOUDEST = 32_000  # of a sample


@dataclass(frozen=True)
class Clip:
    """Sound, and what is said in it."""

    samples: Samples
    text: str


def load(path: Path) -> Samples:
    """A recording, mixed to one channel."""
    (samples,) = np.concatenate(list(decode(path, path.name)), axis=1)
    return np.asarray(samples, dtype=np.int16)


def tiled(path: Path) -> tuple[tuple[Tile, ...], Samples]:
    """A recording, mixed to one channel, with its tiles."""
    blocks: list[Block] = []
    frames = listen(Decoding(path, path.name, None), blocks.append)
    return lay_tiles(frames, SPEECH), np.concatenate(blocks, axis=1)[0]


def announcements() -> list[Clip]:
    """Openings of the sample recording, in its synthetic voice."""
    sound = load(SAMPLE)
    spans = [
        (0, 4_400, "This is a synthetic voice reading a text that was written for Fanscribe."),
        (5_000, 7_600, "Good evening, and thank you for coming."),
        (7_800, 11_950, "Tonight I would like to tell you how lighthouses learned to speak."),
    ]
    return [
        Clip(sound[start * SAMPLES_PER_MS : end * SAMPLES_PER_MS], text)
        for start, end, text in spans
    ]


def read_sentences() -> list[Clip]:
    """The ten LJ Speech clips, by one reader."""
    lines = re.findall(r"^(LJ\S+\.wav)\t(.+)$", (CORPUS / "README.md").read_text(), re.MULTILINE)
    return [Clip(load(CORPUS / "short-en" / name), text) for name, text in lines]


def story_pieces() -> list[Clip]:
    """long-en, cut at pauses into pieces of 6 to 45 s, by three readers."""
    sound = load(CORPUS / "long-en" / "fairy-tales-30min.mp3")
    words = (CORPUS / "long-en" / "fairy-tales-30min.txt").read_text().split()
    return [
        Clip(sound[a * SAMPLES_PER_MS : b * SAMPLES_PER_MS], " ".join(words[first:last]))
        for a, b, first, last in _pieces()
    ]


def _pieces() -> list[tuple[int, int, int, int]]:
    table = json.loads((Path(__file__).parent / "pieces.json").read_text())["pieces"]
    return [tuple(piece) for piece in table]


def opening(most_ms: int) -> Clip:
    """The opening of long-en, to the last end of a piece by then."""
    sound = load(CORPUS / "long-en" / "fairy-tales-30min.mp3")
    words = (CORPUS / "long-en" / "fairy-tales-30min.txt").read_text().split()
    _, end, _, last = max((piece for piece in _pieces() if piece[1] <= most_ms), key=itemgetter(1))
    return Clip(sound[: end * SAMPLES_PER_MS], " ".join(words[:last]))


def mixed(clip: Clip, background: str, level: int) -> Clip:
    """A clip, `level` dB louder than what is mixed into it, by their power. Both are made softer
    where together they would be too loud.
    """
    noise = load(CORPUS / "nonspeech" / BACKGROUNDS[background]).astype(np.float64)
    said, noise = clip.samples.astype(np.float64), np.resize(noise, len(clip.samples))
    noise *= np.sqrt(np.mean(said**2) / np.mean(noise**2)) / 10 ** (level / 20)
    together = said + noise
    together *= min(1, LOUDEST / np.abs(together).max())
    return Clip(together.round().astype(np.int16), clip.text)


def composed(
    clips: list[Clip], openings: list[Clip], seed: int, pauses: tuple[float, float]
) -> Clip:
    """Clips in a random order, an announcement before each, pauses (seconds) of faint noise between
    all.
    """
    chance, noise = random.Random(seed), np.random.default_rng(seed)
    sounds: list[Samples] = []
    texts: list[str] = []
    for clip in chance.sample(clips, len(clips)):
        for part in (chance.choice(openings), clip):
            hush = noise.normal(0, 6, round(chance.uniform(*pauses) * SAMPLE_RATE)).astype(np.int16)
            sounds += [part.samples, hush]
            texts.append(part.text)
    return Clip(np.concatenate(sounds), " ".join(texts))


def of_short_pieces() -> dict[str, Clip]:
    """Recordings of many short pieces, 4 to 17 minutes long."""
    opening, stories, sentences = announcements(), story_pieces(), read_sentences()
    return {
        "sentences, short pauses": composed(sentences * 2, opening, 1, (0.5, 2)),
        "sentences, long pauses": composed(sentences * 2, opening, 2, (2, 6)),
        "stories, short pauses": composed(stories[::4], opening, 3, (0.4, 2)),
        "stories, pauses": composed(stories[1::4], opening, 4, (1, 4)),
        "stories and sentences": composed(stories[2::6] + sentences, opening, 5, (0.5, 5)),
    }


def store(clip: Clip, path: Path) -> Path:
    """As a wav file."""
    path.write_bytes(write_wav(clip.samples))
    return path
