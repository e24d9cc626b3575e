"""A job's folder in the work bucket: what its steps tell each other."""

import json
from collections.abc import Sequence
from dataclasses import dataclass, replace

from fanscribe import keys
from fanscribe.documents.job import BilledTime, Language
from fanscribe.documents.options import OutputOptions
from fanscribe.documents.plan import Chunk, Plan, SectionResult, Sections
from fanscribe.documents.redaction import PersonalData
from fanscribe.documents.voices import SpeakerBasis
from fanscribe.jobs.document_store import JSON, DocumentStore

NPY = "application/octet-stream"


@dataclass(frozen=True)
class JobFolder(DocumentStore):
    """One job's documents. `bucket` is the work bucket.

    Claims, attempts, and parts have modules of their own: claim, attempt_log, parts,
    voices.
    """

    job: str

    def of(self, job: str) -> "JobFolder":
        """The folder of another job in the same bucket."""
        return replace(self, job=job)

    def save_plan(self, plan: Plan, chunks: Sequence[Chunk], spent: BilledTime) -> None:
        """Save the plan, and the chunks still to be transcribed, which the Map state reads."""
        items = json.dumps([chunk.model_dump() for chunk in chunks])
        self.save(keys.plan(self.job), plan.model_copy(update={"spent": (*plan.spent, spent)}))
        self.storage.write(self.bucket, keys.chunks(self.job), items.encode(), JSON)

    def plan(self) -> Plan:
        """Read the plan. Raises WorkDamaged if it is not there or not valid."""
        return self.read(keys.plan(self.job), Plan)

    def find_plan(self) -> Plan | None:
        """The plan of an earlier execution, if there is one."""
        return self.find(keys.plan(self.job), Plan)

    def find_chunks(self) -> tuple[Chunk, ...]:
        """The chunks that the Map state reads, or read last. None, if there was nothing to read."""
        found = self.storage.find(self.bucket, keys.chunks(self.job))
        return tuple(Chunk.model_validate(item) for item in json.loads(found[0])) if found else ()

    def save_language(self, language: str) -> None:
        """Store the language that the job is read in, as a code."""
        self.save(keys.language(self.job), Language(language=language))

    def find_language(self) -> str | None:
        """The language that an earlier execution detected, if one did."""
        found = self.find(keys.language(self.job), Language)
        return found.language if found else None

    def save_output(self, output: OutputOptions) -> None:
        """Store how the transcript is written, for `fanscribe rename`."""
        self.save(keys.output(self.job), output)

    def find_output(self) -> OutputOptions | None:
        """How the transcript was to be written last, if that is still there."""
        return self.find(keys.output(self.job), OutputOptions)

    def save_basis(self, basis: SpeakerBasis) -> None:
        """Store what speakers are told apart and known by."""
        self.save(keys.speakers(self.job), basis)

    def find_basis(self) -> SpeakerBasis | None:
        """Find what speakers are told apart and known by, if that was ever asked."""
        return self.find(keys.speakers(self.job), SpeakerBasis)

    def save_personal_data(self, found: PersonalData) -> None:
        """Store where personal data was found, for Merge."""
        self.save(keys.personal_data(self.job), found)

    def personal_data(self) -> PersonalData:
        """Read where personal data was found. Raises WorkDamaged if nobody has looked for it."""
        return self.read(keys.personal_data(self.job), PersonalData)

    def find_personal_data(self) -> PersonalData | None:
        """Where personal data was found, if somebody has looked for it."""
        return self.find(keys.personal_data(self.job), PersonalData)

    def save_sections(self, sections: Sections) -> None:
        """Store how the recording is shared out."""
        self.save(keys.sections(self.job), sections)

    def sections(self) -> Sections:
        """Read how the recording is shared out. Raises WorkDamaged if it is not."""
        return self.read(keys.sections(self.job), Sections)

    def find_sections(self) -> Sections | None:
        """How the recording is shared out, if it is."""
        return self.find(keys.sections(self.job), Sections)

    def save_frames(self, section: int, frames: bytes) -> None:
        """Store the frames of a section, as `Frames.dump` has them."""
        self.storage.write(self.bucket, keys.frames(self.job, section), frames, NPY)

    def frames(self, section: int) -> bytes:
        """Read the frames of a section. Raises WorkDamaged if they are not there."""
        return self.storage.read(self.bucket, keys.frames(self.job, section))

    def save_section(self, number: int, result: SectionResult) -> None:
        """Save what a section gave. It comes last: the section's sound and frames are there."""
        self.save(keys.section(self.job, number), result)

    def find_section(self, number: int) -> SectionResult | None:
        """The result of a section, or None if it is not decoded yet."""
        return self.find(keys.section(self.job, number), SectionResult)
