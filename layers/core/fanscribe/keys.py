"""Every S3 key that Fanscribe writes, and what decides it. Nothing else in the code spells a key.

work bucket          jobs/<job>/plan.json                     the tiles and chunks of one recording
                     jobs/<job>/chunks.json                   the Map state's items
                     jobs/<job>/chunks/<first>-<last>.wav     audio of the tiles first..last
                     jobs/<job>/parts/<first>-<last>.json     readings of the tiles first..last
                     jobs/<job>/failures/<first>-<last>.json  why a chunk failed for good (the state machine writes it)
transcripts bucket   <recording key>/<job>/transcript.<extension>
"""

import hashlib
import re


def job_id(bucket: str, key: str, version: str, model: str, options: str) -> str:
    """16 hexadecimal digits that only the inputs of a transcript decide: same inputs, same job, same parts."""
    identity = f"{bucket}\0{key}\0{version}\0{model}\0{options}"  # no name holds a NUL
    return hashlib.sha256(identity.encode()).hexdigest()[:16]


def plan(job: str) -> str:
    return f"jobs/{job}/plan.json"


def chunks(job: str) -> str:
    return f"jobs/{job}/chunks.json"


def chunk_audio(job: str, first: int, last: int) -> str:
    return f"jobs/{job}/chunks/{first:06}-{last:06}.wav"


def parts(job: str) -> str:
    """Prefix of all parts of a job."""
    return f"jobs/{job}/parts/"


def part(job: str, first: int, last: int) -> str:
    """Key of the part that accounts for every tile from `first` to `last`, both included."""
    return f"{parts(job)}{first:06}-{last:06}.json"


def tiles_of(key: str) -> range:
    """The tiles that a part or a failure is about, read from its key. Raises ValueError for a key of another kind."""
    match = re.search(r"/(?:parts|failures)/(\d+)-(\d+)\.json$", key)
    if match is None:
        raise ValueError(f"{key} is the key of no part and no failure")
    return range(int(match[1]), int(match[2]) + 1)


def failures(job: str) -> str:
    """Prefix of the failures of a job."""
    return f"jobs/{job}/failures/"


def transcript(recording_key: str, job: str, suffix: str) -> str:
    return f"{recording_key}/{job}/transcript.{suffix}"
