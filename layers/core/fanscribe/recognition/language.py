"""The language of a recording, by a vote of tiles from its whole length. Pure.

One window can mislead: an opening in another language, a name, music. A recording has one language
unless it is said to be multilingual, and then this is the one for tiles that leave it in doubt.
"""

from collections.abc import Mapping, Sequence
from itertools import pairwise

from fanscribe.documents.plan import Tile

VOTERS = 12  # tiles that vote: one encoder pass each, about a tenth of transcribing them
# below this probability a tile of a multilingual recording is read in the recording's language
DOUBT = 0.5

Probabilities = Mapping[str, float]  # language code -> probability


def voters(tiles: Sequence[Tile]) -> list[Tile]:
    """The tile with the most speech, from each of VOTERS stretches of equal count."""
    spoken = [tile for tile in tiles if not tile.silent]
    count = min(VOTERS, len(spoken))
    edges = [len(spoken) * i // count for i in range(count + 1)] if count else []
    return [
        max(spoken[first:last], key=lambda tile: tile.spoken) for first, last in pairwise(edges)
    ]


def elect(ballots: Sequence[Probabilities], tiles: Sequence[Tile]) -> str:
    """The language with the greatest mean probability over the speech in the tiles that vote; of
    equals the first by code.

    Over their speech: a laugh or a jingle between two silences, a tile of its own, does not outvote
    half a minute.
    """
    languages = sorted({language for ballot in ballots for language in ballot})

    def votes(language: str) -> float:
        return sum(
            ballot.get(language, 0.0) * tile.spoken
            for ballot, tile in zip(ballots, tiles, strict=True)
        )

    return max(languages, key=votes)


def spoken_in(ballot: Probabilities, otherwise: str) -> str:
    """The language of one tile of a multilingual recording."""
    likeliest = max(sorted(ballot), key=lambda language: ballot[language])
    return likeliest if ballot[likeliest] >= DOUBT else otherwise
