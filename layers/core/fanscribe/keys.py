"""Every S3 key that Fanscribe writes, and what decides it. No other module spells one.

The template's policies and the state machine (a chunk's failure) spell some again. Tests hold them
to these: test_policies.py, test_roles.py, test_keys.py.

work bucket
  jobs/<job>/claim.json                          which execution is at it
  jobs/<job>/plan.json                           the tiles of one recording
  jobs/<job>/language.json                       the language that DetectLanguage found
  jobs/<job>/chunks.json                         the Map state's items
  jobs/<job>/output.json                         how its transcript was written last
  jobs/<job>/lists/<digest>.json                 a list of words that its transcript is edited by
  jobs/<job>/sound/<section>-<channel>-<n>.wav   five minutes of the decoded recording
  jobs/<job>/sections.json                       how the file of a very long one is shared out
  jobs/<job>/sections/<n>.json, <n>.npy          the result of a section, its frames
  jobs/<job>/attempts/<first>-<last>-<id>.json   a batch that was begun and not finished
  jobs/<job>/parts/<first>-<last>.json           readings of the tiles first..last
  jobs/<job>/speakers.json                       by which models, and which voices are known
  jobs/<job>/voices/<models>/<first>-<last>.json  voices of the tiles first..last
  jobs/<job>/personal-data.json                  where personal data was found, without it
  jobs/<job>/failures/<first>-<last>.json        why a chunk or a tile failed for good
  uploads/<digest>/<name>                        a recording that the command uploaded
transcripts bucket
  <recording key>/<job>/transcript.<extension>
  <recording key>/<job>/transcript.redacted.<extension>   the sound without personal data
"""

import hashlib
import re

LONGEST = 1024  # bytes in a key, S3's limit
JOBS = "jobs/"
UPLOADS = "uploads/"
URI = r"^s3://[^/]+/.+$"
JOB_ID = "[0-9a-f]{16}"


def uri(bucket: str, key: str) -> str:
    """An object's place as people and inputs write it."""
    return f"s3://{bucket}/{key}"


def parse_uri(uri: str) -> tuple[str, str]:
    """Bucket and key of what URI matches."""
    bucket, _, key = uri.removeprefix("s3://").partition("/")
    return bucket, key


def job_id(*inputs: str) -> str:
    """16 hexadecimal digits that only the inputs of a transcript decide: same inputs, same job,
    same parts.
    """
    return hashlib.sha256("\0".join(inputs).encode()).hexdigest()[:16]  # no name holds a NUL


def folder(job: str) -> str:
    """Prefix of all that is kept of a job."""
    return f"{JOBS}{job}/"


def job_of(key: str) -> str | None:
    """The job in whose folder a key is; None for any other key."""
    match = re.match(rf"{JOBS}({JOB_ID})/.", key)
    return match[1] if match else None


def claim(job: str) -> str:
    """The claim: which execution is at the job."""
    return f"{folder(job)}claim.json"


def plan(job: str) -> str:
    """The tiles, the options and what was found on the way."""
    return f"{folder(job)}plan.json"


def language(job: str) -> str:
    """The language that the job is read in."""
    return f"{folder(job)}language.json"


def chunks(job: str) -> str:
    """The chunks, for the Map state to read."""
    return f"{folder(job)}chunks.json"


def output(job: str) -> str:
    """Key of the options that the last transcript of a job was written with."""
    return f"{folder(job)}output.json"


def word_lists(job: str) -> str:
    """Prefix of the lists of words that a job's transcript is edited by."""
    return f"{folder(job)}lists/"


def word_list(job: str, digest: str) -> str:
    """A list of words, by the SHA-256 of its content."""
    return f"{word_lists(job)}{digest}.json"


def personal_data(job: str) -> str:
    """Key of where personal data was found in a job's words."""
    return f"{folder(job)}personal-data.json"


def sound(job: str) -> str:
    """Prefix of the sound of a job's recording."""
    return f"{folder(job)}sound/"


def piece(job: str, section: int, channel: int, number: int) -> str:
    """A piece of decoded sound. Sections and pieces are numbered from 0."""
    return f"{sound(job)}{section:02}-{channel}-{number:04}.wav"


def sections(job: str) -> str:
    """The division of a very long recording's file."""
    return f"{folder(job)}sections.json"


def section(job: str, number: int) -> str:
    """The result of one section."""
    return f"{folder(job)}sections/{number:02}.json"


def frames(job: str, section: int) -> str:
    """The voice activity of one section, as npy."""
    return f"{folder(job)}sections/{section:02}.npy"


def parts(job: str) -> str:
    """Prefix of all parts of a job."""
    return f"{folder(job)}parts/"


def part(job: str, first: int, last: int) -> str:
    """Key of the part that accounts for every tile from `first` to `last`, both included."""
    return f"{parts(job)}{first:06}-{last:06}.json"


def all_voices(job: str) -> str:
    """Prefix of the voices of a job's recording."""
    return f"{folder(job)}voices/"


def voices_by(job: str, models: str) -> str:
    """Prefix of those that these models took: voices of two models can't be compared."""
    return f"{all_voices(job)}{models}/"


def voices(job: str, models: str, first: int, last: int) -> str:
    """Key of the voices of every tile from `first` to `last`, both included."""
    return f"{voices_by(job, models)}{first:06}-{last:06}.json"


def speakers(job: str) -> str:
    """Key of what the job's speakers are told apart and known by."""
    return f"{folder(job)}speakers.json"


def attempts(job: str) -> str:
    """Prefix of the attempts of a job."""
    return f"{folder(job)}attempts/"


def attempt(job: str, first: int, last: int, number: str) -> str:
    """The note of a batch that was begun: the tiles `first` to `last`, included."""
    return f"{attempts(job)}{first:06}-{last:06}-{number}.json"


def tiles_of(key: str) -> range:
    """The tiles that a part, voices or a failure are about, read from their key.

    Raises ValueError for a key of another kind.
    """
    match = re.search(r"/(?:parts|voices/\w+|failures)/(\d+)-(\d+)\.json$", key)
    if match is None:
        raise ValueError(f"{key} is the key of no part, voices or failure")
    return range(int(match[1]), int(match[2]) + 1)


def failures(job: str) -> str:
    """Prefix of the failures of a job."""
    return f"{folder(job)}failures/"


def failure(job: str, first: int, last: int) -> str:
    """The failure of the tiles `first` to `last`, included.

    The state machine spells it likewise for a chunk: States.Format pads nothing.
    """
    return f"{failures(job)}{first}-{last}.json"


def transcripts(recording_key: str, job: str) -> str:
    """Prefix of a transcript in all its formats."""
    return f"{recording_key}/{job}/transcript."


def transcript_suffix(key: str) -> str:
    """The `suffix` that `transcript` made that key with."""
    return key.rpartition("/")[2].removeprefix("transcript.")


def transcript(recording_key: str, job: str, suffix: str) -> str:
    """A file of the transcript. `suffix` is how its name ends, such as `json`."""
    return f"{transcripts(recording_key, job)}{suffix}"


def redacted_sound(recording_key: str, job: str, extension: str) -> str:
    """The recording with its personal data silenced, beside the transcript."""
    return transcript(recording_key, job, f"redacted.{extension}")


def upload(digest: str, name: str) -> str:
    """Key of a recording that the command uploads: the same content under the same name has the
    same key.
    """
    return f"{UPLOADS}{digest}/{name}"
