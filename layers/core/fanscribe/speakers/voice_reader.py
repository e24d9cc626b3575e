"""The interface of voice readers, and how to get one. Fanscribe's own is in utterances.py."""

from functools import cache
from typing import Protocol

from fanscribe.audio.sound import Samples
from fanscribe.documents.plan import Tile
from fanscribe.documents.voices import TileVoices
from fanscribe.speakers.models import find_models


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
