"""The interface of voice readers, and how to get one. Fanscribe's own is in utterances.py."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from typing import Protocol

from fanscribe.audio.sound import Samples
from fanscribe.documents.plan import Tile
from fanscribe.documents.voices import TileVoices
from fanscribe.speakers.models import find_models, identity


class VoiceReader(Protocol):
    """Finds the voices of a tile. Same tile and samples: same voices, from any thread."""

    def voices(self, tile: Tile, samples: Samples) -> TileVoices:
        """Voices of one tile; `samples` are its sound."""
        ...


@cache
def load_voice_reader() -> VoiceReader:
    """Loaded once and kept while the process lives. Raises UnknownModel."""
    # Here, as a job that does not ask for speakers pays nothing
    from fanscribe.speakers.utterances import NetworkVoiceReader  # noqa: PLC0415

    return NetworkVoiceReader.of(find_models())


@dataclass(frozen=True)
class VoiceModels:
    """The models that are there. Both raise UnknownModel if there are none."""

    identity: Callable[[], str] = lambda: identity(find_models())
    load: Callable[[], VoiceReader] = load_voice_reader


FOUND = VoiceModels()
