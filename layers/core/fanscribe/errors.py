"""Every error that a function ends with, in one tree.

A class name here is API: the state machine's `ErrorEquals` matches it. Errors that are caught where
they arise (Refused, Unclear), and those of the command (NotFound, WrongFiles), stand beside their
code.

FanscribeError
├── BadInput                 the caller's to mend: never retried
│   ├── InvalidInput             the execution's input is not one of the three kinds
│   ├── InvalidOption            an option is unknown or out of range
│   ├── RecordingNotFound        no such object
│   ├── RecordingArchived        it is in an archive of S3's, and must be restored first
│   ├── JobNotFound              no such job to redo, or its work has expired
│   ├── UnreadableRecording      not audio, empty, damaged, or without sound
│   ├── RecordingTooLarge        longer, wider or larger than the deployment allows
│   ├── JobTooExpensive          it would cost more than the deployment allows
│   ├── UnknownModel             neither a known name nor a model folder
│   └── UnsupportedLanguage      the model does not know that language
├── MisconfiguredError       a variable of a function's environment is missing or wrong
├── JobInProgress            another execution is at the same job: waited for
├── ReadAgain                a redriven execution: what is missing is laid out once more
├── ReadingFailed            the model failed on a batch: its tiles are tried again, each alone
├── PoisonTile               a tile ended its worker twice: it is left out, and named
├── IncompleteTranscript     some speech could not be transcribed: the partial transcript is kept
├── StorageFault             S3 failed or throttled beyond boto3's own attempts: retried
└── WorkDamaged              a plan, sound or part is missing or unreadable: retried, then fails
"""


class FanscribeError(Exception):
    """Base of all of them."""


class BadInput(FanscribeError):
    """The request can't be met, and asking again won't help."""


class InvalidInput(BadInput):
    """The execution's input is not an upload event, not `bucket` and `key`, and not a `uri`."""


class InvalidOption(BadInput):
    """An option is unknown or its value is out of range. The message names the option."""


class RecordingNotFound(BadInput):
    """The object is not there, or may not be read."""


class RecordingArchived(BadInput):
    """The recording is in an archive of S3's, such as Glacier. The message says what to do."""


class JobNotFound(BadInput):
    """The job to redo a part of is not there, or what it read is no longer kept."""


class UnreadableRecording(BadInput):
    """The recording can't be decoded: not audio or video, empty, damaged, or without sound."""


class RecordingTooLarge(BadInput):
    """The recording exceeds a limit of the deployment.

    The message names the limit, and the parameter that raises it.
    """


class JobTooExpensive(BadInput):
    """The estimated cost is higher than the deployment's `MaxJobCost`. The message has both."""


class UnknownModel(BadInput):
    """The model is neither a name that faster-whisper knows nor a folder with a converted model."""


class UnsupportedLanguage(BadInput):
    """The model was not trained on that language."""


class MisconfiguredError(FanscribeError):
    """A variable of the function's environment is missing or wrong: the deployment's fault."""


class JobInProgress(FanscribeError):
    """Another execution is at the same job.

    Waiting costs next to nothing: its parts will be found.
    """


class ReadAgain(FanscribeError):
    """Speech is missing of a redriven execution. Caught: Split lays out what is missing, once."""


class ReadingFailed(FanscribeError):
    """The model raised an error on a batch of tiles. They are tried again, each alone."""


class PoisonTile(FanscribeError):
    """Never raised: the reason that the ledger gives for a tile that ended its worker twice."""


class IncompleteTranscript(FanscribeError):
    """Speech is missing from the transcript. The message names the time ranges."""


class StorageFault(FanscribeError):
    """S3 did not do what was asked, after boto3's own attempts."""


class WorkDamaged(FanscribeError):
    """Something of this job's own work (plan, sound, part) is missing or can't be read."""
