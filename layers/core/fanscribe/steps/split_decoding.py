"""Split's decoding: a whole recording, a section of it, or the missing pieces of its sound."""

import shutil
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass, replace
from itertools import groupby
from pathlib import Path

from fanscribe.audio.decode import AS_USUAL, Decoding, estimated_length
from fanscribe.audio.limits import Limits, check_room
from fanscribe.audio.sections import Section, how_many, laid_end_to_end, section
from fanscribe.audio.sound import PIECE
from fanscribe.documents.job import BilledTime
from fanscribe.documents.options import ReadingOptions
from fanscribe.documents.payloads import SectionTask
from fanscribe.documents.plan import (
    Chunk,
    Findings,
    Origin,
    Plan,
    SectionResult,
    Sections,
    Selection,
    Span,
)
from fanscribe.documents.track import ALL
from fanscribe.errors import UnreadableRecording, WorkDamaged
from fanscribe.jobs.audio_store import AudioStore
from fanscribe.jobs.folder import JobFolder
from fanscribe.jobs.storage import Storage, StoredObject
from fanscribe.runtime.scratch import scratch_folder
from fanscribe.runtime.settings import SplitSettings
from fanscribe.runtime.usage import UsageMeter
from fanscribe.tiling.frames import Frames, on_one_grid
from fanscribe.tiling.listening import listen
from fanscribe.tiling.selection import loudness, next_selection, together

HEAD = 8 << 20  # bytes of a recording from which its length is estimated
# bytes: three hours in so few are 48 kbit/s, and a look at others takes half a second
SMALL = 64 << 20
SLACK = 1 << 20  # bytes fetched beyond a section's end, so that its last packet is whole


@dataclass(frozen=True)
class RecordingSource:
    """A recording in S3, as it is to be decoded."""

    storage: Storage
    bucket: str
    key: str
    stored: StoredObject
    separate: bool
    limits: Limits
    selection: Selection = AS_USUAL
    afford: Callable[[float], None] = lambda _: None  # of seconds; raises JobTooExpensive

    @contextmanager
    def decoded(self, part: Section | None = None) -> Iterator[Decoding]:
        """Decode it, or a section of it, fetched as far as that goes.

        Nothing is left on the disk.
        """
        with (
            self._fetched(part.end + SLACK if part else self.stored.size) as file,
            closing(self._decoding(file, part)) as decoding,
        ):
            yield decoding

    def _decoding(self, file: Path, part: Section | None) -> Decoding:
        separate, limits = self.separate, self.limits
        return Decoding(
            file, self.key, part, separate=separate, selection=self.selection, limits=limits
        )

    def sections(self) -> int:
        """The number of sections that it is worth decoding it in. Raises JobTooExpensive."""
        # tracks may lie one after the other
        if self.stored.size <= SMALL or self.selection.track == ALL:
            return 1
        with self._fetched(HEAD) as head:
            try:
                audio_s = estimated_length(head, self.key, self.stored.size)
            # if anything is wrong with it, decoding the whole will say what
            except UnreadableRecording:
                return 1
        if (count := how_many(audio_s)) > 1:
            self.afford(audio_s)
        return count

    @contextmanager
    def _fetched(self, most: int) -> Iterator[Path]:
        with scratch_folder() as scratch:
            file = scratch / "recording"
            check_room(self.key, min(most, self.stored.size), shutil.disk_usage(scratch).free)
            self.storage.download(self.bucket, self.key, self.stored, file, most)
            yield file


@dataclass(frozen=True)
class DecodedRecording:
    """A recording that was listened to; its sound is stored."""

    frames: Frames
    findings: Findings
    selection: Selection
    sections: tuple[Span, ...]  # where they lie, in samples
    spent: tuple[BilledTime, ...] = ()  # on it by other invocations

    @property
    def origin(self) -> Origin:
        """The sound in the file, and the part that was taken."""
        found = self.findings
        taken = next((track for track in found.tracks if track.number == found.track), None)
        return Origin(
            tracks=found.tracks,
            track=found.track,
            channels=taken.channels if taken else len(found.tracks),
            downmix=self.selection.downmix,
            gain_db=self.selection.gain_db,
            loudness=loudness(self.frames),
            overlapped=found.overlapped,
            miscounted=found.miscounted,
            unended=found.unended,
        )


@dataclass(frozen=True)
class SectionsToDecode:
    """One that is to be decoded by others first, in these sections."""

    sections: tuple[int, ...]


def first_selection(options: ReadingOptions) -> Selection:
    """The selection that a recording is decoded as first."""
    return Selection(track=options.track, fixed=options.track is not None)


def decode_recording(
    folder: JobFolder, source: RecordingSource, meter: UsageMeter
) -> DecodedRecording | SectionsToDecode:
    """Listen to a recording, or put together the results of its sections.

    Where it turns out that another track, another downmix or a gain is needed, it is decoded once
    more.
    """
    if shared := _share_out(folder, source, meter):
        return _put_together(folder, shared, source.limits, meter)
    tried: list[Selection] = []
    while True:
        selection = source.selection
        with source.decoded() as decoding, _audio_store(folder).recorder() as keep:
            frames = listen(decoding, keep, selection.gain_db)
        findings = _findings(decoding)
        tried.append(selection)
        better = next_selection(selection, findings, loudness(frames), tried)
        if better == selection:
            return DecodedRecording(frames, findings, selection, ((0, frames.samples),))
        source = replace(source, selection=better)


def split_section(task: SectionTask, settings: SplitSettings, storage: Storage) -> None:
    """One section decoded and listened to: its sound and its frames are stored."""
    meter, folder = UsageMeter(), JobFolder(storage, settings.work_bucket, task.job)
    shared = folder.sections()
    stored = StoredObject(shared.etag, shared.version, size=shared.size)
    source = RecordingSource(
        storage, shared.bucket, shared.key, stored, shared.separate, settings, shared.selection
    )
    part = section(shared.size, shared.count, task.section)
    with source.decoded(part) as decoding, _audio_store(folder).recorder(task.section) as keep:
        frames = listen(decoding, keep, shared.selection.gain_db)
    folder.save_frames(task.section, frames.dump())
    result = SectionResult(
        samples=frames.samples,
        selection=shared.selection,
        findings=_findings(decoding),
        spent=meter.lap(),
    )
    folder.save_section(task.section, result)


def _findings(decoding: Decoding) -> Findings:
    if decoding.findings is None:
        raise WorkDamaged("The decoder ended without saying what it found.")
    return decoding.findings


def restore(
    folder: JobFolder, plan: Plan, chunks: Iterable[Chunk], source: RecordingSource
) -> None:
    """Sound of the chunks that is no longer there, decoded and stored anew: it expires, and on one
    machine is not kept.
    """
    tiles = [tile for chunk in chunks for tile in plan.tiles[chunk.first : chunk.last + 1]]
    store = AudioStore(folder.storage, folder.bucket, plan.sound.job)
    count = len(plan.sound.sections)
    source = replace(source, selection=plan.sound.selection)
    for number, group in groupby(sorted(store.missing(plan, tiles)), lambda piece: piece.section):
        pieces = set(group)
        left = (max(piece.number for piece in pieces) + 1) * PIECE
        part = section(source.stored.size, count, number) if count > 1 else None
        with source.decoded(part) as decoding, store.recorder(number, pieces) as keep:
            for block in (block for own, block in decoding if own):
                keep(block)
                if (left := left - block.shape[1]) <= 0:
                    break


def _audio_store(folder: JobFolder) -> AudioStore:
    return AudioStore(folder.storage, folder.bucket, folder.job)


def _share_out(folder: JobFolder, source: RecordingSource, meter: UsageMeter) -> Sections | None:
    """How the recording is shared out, decided once for a job. None: it is not."""
    if found := folder.find_sections():
        return found
    if (count := source.sections()) == 1:
        return None
    where = {
        "bucket": source.bucket,
        "key": source.key,
        "etag": source.stored.etag,
        "version": source.stored.version,
    }
    shared = Sections(
        **where,
        size=source.stored.size,
        count=count,
        separate=source.separate,
        selection=source.selection,
        spent=meter.lap(),
    )
    folder.save_sections(shared)
    return shared


def _put_together(
    folder: JobFolder, shared: Sections, limits: Limits, meter: UsageMeter
) -> DecodedRecording | SectionsToDecode:
    """Put together the results of all sections.

    Those that are missing, damaged or of another selection are to be decoded.
    """
    found: dict[int, tuple[SectionResult, Frames]] = {}
    for number in range(shared.count):
        with suppress(WorkDamaged, ValueError):
            document = folder.find_section(number)
            if document and document.selection == shared.selection:
                found[number] = document, Frames.load(document.samples, folder.frames(number))
    if missing := set(range(shared.count)) - found.keys():
        return SectionsToDecode(tuple(sorted(missing)))
    documents, frames = zip(*found.values(), strict=True)
    whole = _joined(documents, frames)
    if not whole.frames.samples and not any(not track.empty for track in whole.findings.tracks):
        raise UnreadableRecording(f"{shared.key} has no sound: not one sample could be decoded.")
    limits.check_length(shared.key, whole.frames.samples, len(whole.frames.values))
    tried = (*shared.tried, shared.selection)
    better = next_selection(shared.selection, whole.findings, loudness(whole.frames), tried)
    if better != shared.selection:
        update = {"selection": better, "tried": tried, "spent": meter.lap()}
        folder.save_sections(shared.model_copy(update=update))
        return SectionsToDecode(tuple(range(shared.count)))
    return replace(whole, spent=(*whole.spent, *([shared.spent] if shared.spent else [])))


def _joined(documents: Sequence[SectionResult], frames: Sequence[Frames]) -> DecodedRecording:
    places = [
        (each.findings.start if each.findings.clocked else None, each.samples) for each in documents
    ]
    spans = laid_end_to_end(places)
    return DecodedRecording(
        frames=on_one_grid([(begin, each) for (begin, _), each in zip(spans, frames, strict=True)]),
        findings=together([each.findings for each in documents], [begin for begin, _ in spans]),
        selection=documents[0].selection,
        sections=tuple(spans),
        spent=tuple(each.spent for each in documents),
    )
