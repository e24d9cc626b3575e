"""Notes on the recording for a reader of the transcript, in sentences. Pure.

Most recordings give none. They say which of several tracks was taken, what was done so that nobody
is lost, and why a transcript is likely to have no words, with what was measured.
"""

from collections.abc import Iterator
from dataclasses import replace

from fanscribe.audio.tracks import described
from fanscribe.documents.plan import Origin, Plan
from fanscribe.documents.track import Track
from fanscribe.times import SAMPLE_RATE, clock, milliseconds
from fanscribe.transcript.ledger import LEAST_LOST

SHORTEST = SAMPLE_RATE // 5  # samples of a recording: less holds no word
TOO_SHORT = (
    "That is too short for a word: the recording may have been cut off, or never have begun."
)
SILENT_DB = -80  # dBFS; below is nothing but the noise of an open input
FAINT_DB = -50  # dBFS; a voice far from the microphone
MISSING = "There may have been speech: the ledger says where it is missing, and why."
MIXES = {
    "average": "all of them in equal parts",
    "difference": "the second one reversed",
    "slope": "the first ones louder than the last",
    "slope back": "the last ones louder than the first",
}


def notes(plan: Plan, words: int, *, complete: bool = True) -> tuple[str, ...]:
    """Notes on a recording whose transcript has this number of `words`; `complete`: no speech is
    missing.
    """
    return (
        *_on_tracks(plan.origin),
        *_on_channels(plan.origin),
        *_on_loudness(plan.origin, words),
        *_on_time(plan.origin),
        *_on_damage(plan),
        *([] if words else [_on_emptiness(plan, complete=complete)]),
    )


def without_titles(plan: Plan) -> Plan:
    """Forget what somebody wrote into the file, for what is sent about: the notes call tracks by
    number and language then.
    """
    tracks = tuple(replace(track, title=None) for track in plan.origin.tracks)
    return plan.model_copy(update={"origin": plan.origin.model_copy(update={"tracks": tracks})})


def _on_tracks(origin: Origin) -> Iterator[str]:
    others = [track for track in origin.tracks if track.number != origin.track]
    if not others:
        return
    known = [track for track in others if track.codec]
    unknown = [track for track in others if not track.codec]
    strange = f" FFmpeg does not know the codec of {described(unknown)}." if unknown else ""
    if origin.track is None:
        yield f"Each track is a channel of its own: {described(known)}.{strange}"
        return
    taken = next(track for track in origin.tracks if track.number == origin.track)
    # None: its level was not measured
    audible = [track for track in known if track.level is None or not track.empty]
    empty = [track for track in known if track not in audible]
    also = f" The recording also has {described(audible)}." if audible else ""
    ask = " The option track takes another one, or all." if audible else ""
    silent = f" There is no sound in {described(empty)}." if empty else ""
    yield f"{_capital(taken)} of {len(origin.tracks)} was transcribed.{also}{silent}{strange}{ask}"


def _capital(track: Track) -> str:
    return f"T{str(track)[1:]}"


def _on_channels(origin: Origin) -> Iterator[str]:
    if origin.downmix == "usual":
        return
    if origin.downmix.startswith("channel"):
        instead = f"{origin.downmix} alone was transcribed"
    else:
        instead = f"they were mixed otherwise: {MIXES[origin.downmix]}"
    yield (
        "The usual mix of the channels would have lost a voice, which is in opposite phase or on a "
        f"channel that is left out. So {instead}."
    )


def _on_loudness(origin: Origin, words: int) -> Iterator[str]:
    if origin.gain_db and words:
        yield (
            f"The recording is very quiet, {origin.loudness} dBFS where it is loudest. "
            f"Speech was looked for with {origin.gain_db} dB more."
        )


def _on_time(origin: Origin) -> Iterator[str]:
    if origin.overlapped > SAMPLE_RATE // 10:
        yield (
            f"{origin.overlapped / SAMPLE_RATE:.1f} s of sound were left out: "
            "by the file's timestamps they overlap what comes before them."
        )
    if origin.miscounted > SAMPLE_RATE // 10:
        yield (
            f"A timestamp of the file jumps ahead by {clock(milliseconds(origin.miscounted))}, "
            "which can't be right. From there on time was counted by the sound alone."
        )


def _on_damage(plan: Plan) -> Iterator[str]:
    # the same in every channel of a track
    stretches = {(lost.start, lost.end) for lost in plan.undecodable}
    brief = [end - start for start, end in stretches if end - start < LEAST_LOST]
    if brief:
        seconds = sum(brief) / SAMPLE_RATE
        places = "place" if len(brief) == 1 else "places"
        yield (
            f"{seconds:.1f} s in {len(brief)} {places} could not be decoded: "
            "the file is damaged there."
        )
    samples = plan.recording.samples
    at_end = [start for start, end in stretches if end >= samples and end - start >= LEAST_LOST]
    if plan.origin.unended and not at_end:
        yield (
            "The file has no mark of its end. Live recordings often have none; if it is a copy, "
            "hear whether it ends as the original does."
        )
    if at_end:
        yield (
            f"From {clock(milliseconds(min(at_end)))} "
            f"to its end at {clock(milliseconds(samples))} the recording could not be decoded. "
            "The file may have been cut off: copy it once more."
        )


def _on_emptiness(plan: Plan, *, complete: bool) -> str:
    origin, samples = plan.origin, max(1, plan.recording.samples)
    share = sum(tile.spoken for tile in plan.tiles) / (samples * plan.channels)
    measured = (
        f"Nothing was transcribed. Speech was detected in {share:.0%} of {_length(samples)}; "
        f"the loudest moments are at {origin.loudness} dBFS; {_taken(origin)}."
    )
    if not complete:
        return f"{measured} {MISSING}"
    return f"{measured} {TOO_SHORT if samples < SHORTEST else _causes(origin, share)}"


def _length(samples: int) -> str:
    seconds = samples / SAMPLE_RATE
    return f"{seconds:.2g} s" if seconds < 10 else clock(milliseconds(samples))


def _taken(origin: Origin) -> str:
    mixed = f"{origin.channels} channels" if origin.channels > 1 else "1 channel"
    if origin.track is None:
        return f"{len(origin.tracks)} tracks were taken"
    return f"track {origin.track} of {max(1, len(origin.tracks))} with {mixed} was taken"


def _causes(origin: Origin, share: float) -> str:
    if origin.loudness <= SILENT_DB:
        return "There is no sound: the microphone was muted, or another input was recorded."
    if share:
        return (
            "The model found no words in it: "
            "it may be noise, music, or another language than was named."
        )
    if origin.loudness <= FAINT_DB:
        return "The microphone may have been muted or far away, or the wrong input was recorded."
    return (
        "It may be music or noise, or a voice that the detector does not take for one: "
        "a lower vad_threshold listens more closely."
    )
