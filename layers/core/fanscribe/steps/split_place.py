"""Where a recording is: under the key that the input has, or under what that stands for."""

from contextlib import suppress
from urllib.parse import unquote_plus

from fanscribe.documents.inputs import ObjectInput, UploadEvent, UriInput
from fanscribe.errors import RecordingNotFound
from fanscribe.jobs.storage import Storage, StoredObject


def found(
    asked: UploadEvent | ObjectInput | UriInput, storage: Storage
) -> tuple[str, StoredObject]:
    """The recording's key, and what S3 says of it. Raises RecordingNotFound.

    EventBridge's events have keys as they are. S3's own notifications, which some forward, have
    them URL-encoded, and so has what is copied from a browser: that is tried where there is no
    such object.
    """
    try:
        return asked.key, storage.describe(asked.bucket, asked.key, asked.version)
    except RecordingNotFound:
        decoded = unquote_plus(asked.key)
        if decoded != asked.key:
            with suppress(RecordingNotFound):
                return decoded, storage.describe(asked.bucket, decoded, asked.version)
        raise
