"""Each function's environment as a typed model, read once.

The variables are set in template.yaml and nowhere else.
"""

import os
from collections.abc import Mapping
from typing import Annotated, Self

from pydantic import Field, ValidationError

from fanscribe.audio.limits import Limits
from fanscribe.contract import Contract, explain
from fanscribe.errors import MisconfiguredError


class Settings(Contract):
    """Base of all. Field `work_bucket` is variable `WORK_BUCKET`."""

    work_bucket: Annotated[str, Field(min_length=1)]

    @classmethod
    def read(cls, environment: Mapping[str, str] = os.environ) -> Self:
        """Raises MisconfiguredError, naming the variable."""
        values = {
            name: environment[name.upper()]
            for name in cls.model_fields
            if name.upper() in environment
        }
        try:
            return cls.model_validate(values)
        except ValidationError as error:
            name, reason = explain(error).split(": ", 1)
            raise MisconfiguredError(
                f"The variable {name.upper()}: {reason}. See template.yaml."
            ) from None


class ModelSettings(Settings):
    """The model that a function uses."""

    model: str  # a name or a folder: see models.find_model


class SplitSettings(ModelSettings, Limits):
    """The settings of Split: limits of a recording, and what its planner must know."""

    # tiles in one chunk; 0: the planner chooses (planner.py)
    chunk_tiles: Annotated[int, Field(ge=0)]
    guided_chunks: bool = False  # fewer of them towards the end: tiles.plan_chunks
    map_concurrency: Annotated[int, Field(ge=1, le=10_000)]  # children of the Map state at once
    # sections decoded at once; 0: as many as chunks. Only the command says so, for it reads one
    # chunk at a time, with all its readers
    section_concurrency: Annotated[int, Field(ge=0)] = 0
    # share of speech that may be missing, where a job says nothing
    tolerated_loss: Annotated[float, Field(ge=0, le=1)] = 0
    # MB that Transcribe has, for the planner
    transcribe_memory: Annotated[int, Field(ge=128)] = 10_240
    split_memory: Annotated[int, Field(ge=128)] = 3_008  # MB that Split has itself, likewise
    max_job_cost: Annotated[float, Field(ge=0)] = 0  # USD; 0: a job may cost anything


class TranscribeSettings(ModelSettings):
    """The settings of Transcribe; DetectLanguage has ModelSettings."""

    # tiles that a reader decodes together: bounds memory, and what a kill can lose
    batch_tiles: Annotated[int, Field(ge=1)]


class MergeSettings(Settings):
    """The settings of Merge and FindPersonalData."""

    transcripts_bucket: Annotated[str, Field(min_length=1)]


class NotifySettings(Settings):
    """The settings of Notify."""

    transcripts_bucket: Annotated[str, Field(min_length=1)]


def memory_mb(environment: Mapping[str, str] = os.environ) -> int:
    """Megabytes that the function is billed for, as Lambda states them; 0 elsewhere."""
    return int(environment.get("AWS_LAMBDA_FUNCTION_MEMORY_SIZE", "0"))
