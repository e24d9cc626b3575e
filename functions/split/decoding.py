"""Split's decoding: all of a recording, a section of it, or what is no longer there of its sound."""

import shutil
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass
from itertools import accumulate, groupby
from pathlib import Path

from fanscribe.audio import decode_section, estimated_length
from fanscribe.contracts import Chunk, Plan, SectionHeard, Sections, SectionTask, Spent
from fanscribe.errors import UnreadableRecording, WorkDamaged
from fanscribe.frames import Frames, on_one_grid
from fanscribe.jobs import JobFolder
from fanscribe.limits import Limits, check_room
from fanscribe.recording import listen
from fanscribe.sections import Section, how_many, section
from fanscribe.settings import SplitSettings
from fanscribe.sound import PIECE, Block
from fanscribe.soundtrack import Soundtrack
from fanscribe.storage import Storage, StoredObject

HEAD = 8 << 20  # bytes of a recording from which its length is estimated
SMALL = 64 << 20  # bytes: three hours in so few are 48 kbit/s, and a look at others takes half a second
SLACK = 1 << 20  # bytes fetched beyond a section's end, so that its last packet is whole


@dataclass(frozen=True)
class Source:
    """A recording in S3, as it is to be decoded."""

    storage: Storage
    bucket: str
    key: str
    stored: StoredObject
    separate: bool
    limits: Limits

    @contextmanager
    def decoded(self, part: Section | None = None) -> Iterator[Iterator[tuple[bool, Block]]]:
        """What audio.decode_section gives of it, fetched as far as the section goes. Nothing is left on the disk."""
        with (
            self._fetched(part.end + SLACK if part else self.stored.size) as file,
            closing(decode_section(file, self.key, part, separate=self.separate, limits=self.limits)) as blocks,
        ):
            yield blocks

    def sections(self) -> int:
        """In how many sections it is worth decoding it."""
        if self.stored.size <= SMALL:
            return 1
        with self._fetched(HEAD) as head:
            try:
                return how_many(estimated_length(head, self.key, self.stored.size))
            except UnreadableRecording:  # what is wrong with it, if anything is, will be said of the whole
                return 1

    @contextmanager
    def _fetched(self, most: int) -> Iterator[Path]:
        with tempfile.TemporaryDirectory() as scratch:
            file = Path(scratch) / "recording"
            check_room(self.key, min(most, self.stored.size), shutil.disk_usage(scratch).free)
            self.storage.download(self.bucket, self.key, self.stored, file, most)
            yield file


@dataclass(frozen=True)
class Hearing:
    """A recording that was listened to; its sound is stored."""

    frames: Frames
    starts: tuple[int, ...] = (0,)  # of its sections, in samples
    spent: tuple[Spent, ...] = ()  # on it by other invocations


@dataclass(frozen=True)
class Unheard:
    """One that is to be decoded by others first, in these sections."""

    sections: tuple[int, ...]


def hear(folder: JobFolder, source: Source) -> Hearing | Unheard:
    """Listen to a recording, or put together what was heard in its sections."""
    if shared := _share_out(folder, source):
        return _heard(folder, shared, source.limits)
    with source.decoded() as blocks, _soundtrack(folder).recorder() as keep:
        return Hearing(listen(blocks, keep))


def split_section(task: SectionTask, settings: SplitSettings, storage: Storage) -> None:
    """One section decoded and listened to: its sound and its frames are stored."""
    folder = JobFolder(storage, settings.work_bucket, task.job)
    shared = folder.sections()
    stored = StoredObject(shared.etag, shared.version, size=shared.size)
    source = Source(storage, shared.bucket, shared.key, stored, shared.separate, settings)
    part = section(shared.size, shared.count, task.section)
    with source.decoded(part) as blocks, _soundtrack(folder).recorder(task.section) as keep:
        frames = listen(blocks, keep)
    folder.save_section(task.section, frames.samples, frames.dump())


def restore(folder: JobFolder, plan: Plan, chunks: Iterable[Chunk], source: Source) -> None:
    """Sound of the chunks that is no longer there, decoded and stored anew: it expires, and on one machine is not kept."""
    tiles = [tile for chunk in chunks for tile in plan.tiles[chunk.first : chunk.last + 1]]
    soundtrack = Soundtrack(folder.storage, folder.bucket, plan.sound.job)
    count = len(plan.sound.sections)
    for number, group in groupby(sorted(soundtrack.missing(plan, tiles)), lambda piece: piece.section):
        pieces = set(group)
        left = (max(piece.number for piece in pieces) + 1) * PIECE
        part = section(source.stored.size, count, number) if count > 1 else None
        with source.decoded(part) as blocks, soundtrack.recorder(number, pieces) as keep:
            for block in (block for own, block in blocks if own):
                keep(block)
                if (left := left - block.shape[1]) <= 0:
                    break


def _soundtrack(folder: JobFolder) -> Soundtrack:
    return Soundtrack(folder.storage, folder.bucket, folder.job)


def _share_out(folder: JobFolder, source: Source) -> Sections | None:
    """How the recording is shared out, decided once for a job. None: it is not."""
    if found := folder.find_sections():
        return found
    if (count := source.sections()) == 1:
        return None
    where = {"bucket": source.bucket, "key": source.key, "etag": source.stored.etag, "version": source.stored.version}
    shared = Sections(**where, size=source.stored.size, count=count, separate=source.separate)
    folder.save_sections(shared)
    return shared


def _heard(folder: JobFolder, shared: Sections, limits: Limits) -> Hearing | Unheard:
    """What was heard in all sections together. A damaged one is to be decoded again."""
    found: dict[int, tuple[SectionHeard, Frames]] = {}
    for number in range(shared.count):
        with suppress(WorkDamaged, ValueError):
            if document := folder.find_section(number):
                found[number] = document, Frames.load(document.samples, folder.frames(number))
    if missing := set(range(shared.count)) - found.keys():
        return Unheard(tuple(sorted(missing)))
    frames = on_one_grid([each for _, each in found.values()])
    if not frames.samples:
        raise UnreadableRecording(f"{shared.key} has no sound: not one sample could be decoded.")
    limits.check_length(shared.key, frames.samples, len(frames.values))
    ends = accumulate(document.samples for document, _ in found.values())
    spent = [document.spent for document, _ in found.values()] + ([shared.spent] if shared.spent else [])
    return Hearing(frames, (0, *ends)[:-1], tuple(spent))
