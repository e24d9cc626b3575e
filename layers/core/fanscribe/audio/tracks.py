"""Which of a file's sound tracks is transcribed. Pure.

A player takes the track with the default flag, else the first. So does this, but not one that it
can't decode, and not one in which there is no sound while another has some.
"""

from collections.abc import Iterable, Sequence

from fanscribe.documents.track import Track

# langcodes' distance of two names of a language, or of a dialect; 10 is another one
SAME_LANGUAGE = 10
NAMED = 10  # tracks in a sentence, at most


def preferred(tracks: Iterable[Track]) -> list[Track]:
    """Order tracks as they are tried: what can be decoded first, then as players prefer them."""
    return sorted(tracks, key=lambda track: (track.codec is None, not track.default, track.number))


def choose_track(tracks: Sequence[Track]) -> int:
    """Say which track is transcribed where none was asked for, once all have been decoded."""
    ranked = preferred(tracks)
    return next((track for track in ranked if not track.empty), ranked[0]).number


def speaks(track: Track, asked: str) -> bool:
    """Say whether a track is the one that is asked for: by its number, or in that language.

    Files name languages by two letters or three, and by more than one standard: `fr`, `fra`, `fre`.
    """
    if asked.isdecimal():
        return track.number == int(asked)
    if track.language is None:
        return False
    from langcodes import tag_distance  # noqa: PLC0415  (only who asks for a language needs it)
    from langcodes.tag_parser import LanguageTagError  # noqa: PLC0415

    try:
        return tag_distance(asked, track.language) < SAME_LANGUAGE
    except LanguageTagError:
        return False


def described(tracks: Iterable[Track]) -> str:
    """List tracks as people read them: `track 1 (fra) and track 2 (eng, “Commentary”)`."""
    names = [str(track) for track in tracks]
    if len(names) > NAMED:
        names = [*names[:NAMED], f"{len(names) - NAMED} more"]
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"
