"""Costs: AWS's list prices (prices.json), and each stage's and model's seconds
(speeds.json). Each with its origin.
"""

import json
import math
from functools import cache
from pathlib import Path
from typing import Literal, TypeVar

from fanscribe.contract import Contract
from fanscribe.recognition.compute import Footprint, readers
from fanscribe.recognition.models import WIDE, usual_beam
from fanscribe.recognition.weights import Shape

VCPU_MB = 1_769  # memory that comes with one whole vCPU on Lambda
MOST_VCPUS = 6.0
MOST_MB = 10_240  # of a function
GB = 1_024  # MB, as Lambda bills them

Data = TypeVar("Data", bound=Contract)


class Price(Contract):
    """One unit's list price, when it was read, and where."""

    usd: float
    read: str  # YYYY-MM-DD
    source: str


class AwsPrices(Contract):
    """Prices of AWS for a job, in one region."""

    region: str
    lambda_gb_second: Price
    provisioned_gb_second: Price  # to keep an environment ready, whether it works or not
    lambda_request: Price
    transition: Price  # of a standard workflow
    s3_put: Price  # LIST too
    s3_get: Price
    event: Price

    @property
    def read(self) -> str:
        """The day of the oldest."""
        return min(price.read for _, price in self if isinstance(price, Price))


class Service(Contract):
    """Another service's price for an hour of audio."""

    name: str
    usd_an_hour: float
    read: str
    source: str


class PriceList(Contract):
    """List prices of AWS, and of the services that it is compared with."""

    aws: AwsPrices
    services: tuple[Service, ...]


class Stages(Contract):
    """Seconds of what is the same for every model."""

    split_start_s: float  # a cold start of Split, to its first line
    head_s: float  # to fetch and decode the head of a recording, from which its length is estimated
    fetch_s: float  # to fetch one second of a recording
    skip_s: float  # to pass over it, where it comes before a section
    decode_s: float  # to decode it, on one core
    listen_s: float  # to listen for speech in it, on one core
    upload_s: float  # to store its sound, while it is decoded
    join_s: float  # to read its frames from a section, and lay tiles over it
    request_s: float  # S3's, to answer one request
    map_s: float  # into the Map of sections and out of it
    start_s: float  # a cold start of Transcribe, to its first line
    # around an invocation of Transcribe: plan and chunk read, the part stored, states changed
    invoke_s: float
    states_s: float  # between the job's own states
    voices_s: float  # to take the voices of a tile, on one core
    merge_start_s: float
    merge_s: float  # for one tile


class Processor(Contract):
    """One that was seen, and how many times as long it takes as the first, all cores busy."""

    name: str
    times: float


class ModelSpeed(Contract):
    """Seconds of one reader for a tile at beam 1, fallbacks included, while all cores read:
    `serial_s`, which more threads don't shorten, and `work_s`.
    """

    name: str
    also: tuple[str, ...] = ()  # names of the same shape
    width: int
    decoder_layers: int
    weights_mb: int  # model.bin
    memory_mb: int  # that Transcribe needs with it, for one reader
    reader_mb: int  # of it, that each reader needs
    reader_threads: int = 1  # that each should have
    load_s: float
    serial_s: float
    work_s: float
    wide_times: float  # how many times as long with beam 5
    origin: Literal["measured", "synthetic", "scaled"]
    processor: str = ""  # that the seconds are of; none: the first

    def on(self, processor: Processor) -> "ModelSpeed":
        """The same model on another processor."""
        return self._taking(processor.times).model_copy(update={"processor": processor.name})

    def searching(self, beam_size: int | None = None) -> "ModelSpeed":
        """The same model with such a beam; without one, its usual."""
        beam = beam_size or usual_beam(Shape(self.width, self.decoder_layers))
        return self._taking(1 + (self.wide_times - 1) * (beam - 1) / (WIDE - 1))

    def _taking(self, times: float) -> "ModelSpeed":
        taken = {name: getattr(self, name) * times for name in ("serial_s", "work_s")}
        return self.model_copy(update=taken)

    def holds(self, shape: Shape) -> bool:
        """True if its decoder is as large as that, or larger."""
        return self.width >= shape.width and self.decoder_layers >= shape.decoder_layers

    def for_tiles(self, read: float, voices_s: float) -> "ModelSpeed":
        """The same for tiles of which a share is `read`, and that take `voices_s` of one core
        besides.
        """
        times = {"serial_s": self.serial_s * read, "work_s": self.work_s * read + voices_s}
        return self.model_copy(update=times)

    def readers(self, memory_mb: int) -> int:
        """How many read side by side in a function of so much memory."""
        footprint = Footprint(
            loaded=self.memory_mb - self.reader_mb,
            reader=self.reader_mb,
            threads=self.reader_threads,
        )
        return readers(math.ceil(vcpus(memory_mb)), memory_mb, footprint)

    def reader_s(self, memory_mb: int) -> float:
        """Seconds of each of them for one tile."""
        cores = math.ceil(vcpus(memory_mb))
        threads = cores // self.readers(memory_mb)
        return (self.serial_s + self.work_s / threads) * cores / vcpus(memory_mb)

    def tile_s(self, memory_mb: int) -> float:
        """Seconds of all of them together."""
        return self.reader_s(memory_mb) / self.readers(memory_mb)


class Speeds(Contract):
    """Seconds of each stage and model. `origin` says where they are from."""

    origin: dict[str, str]
    stages: Stages
    processors: tuple[Processor, ...]
    models: tuple[ModelSpeed, ...]  # by size

    @property
    def slowest(self) -> Processor:
        """Lambda doesn't say which it takes, so plans are made for this one."""
        return max(self.processors, key=lambda processor: processor.times)


@cache
def price_list() -> PriceList:
    """Read prices.json, once."""
    return _read("prices.json", PriceList)


@cache
def speeds() -> Speeds:
    """Read speeds.json, once."""
    return _read("speeds.json", Speeds)


def speed_of(name: str, shape: Shape | None = None) -> ModelSpeed:
    """A model's speed by its name; of an unknown one, that of the smallest known model whose
    decoder is neither narrower nor shallower. Its file says less: int8 is half of float16.
    """
    models = speeds().models
    for model in models:
        if name in (model.name, *model.also):
            return model
    return next((model for model in models if shape and model.holds(shape)), models[-1])


def vcpus(memory_mb: int) -> float:
    """Lambda's cores for so much memory."""
    return min(MOST_VCPUS, memory_mb / VCPU_MB)


def _read(name: str, kind: type[Data]) -> Data:
    return kind.model_validate(json.loads(Path(__file__).with_name(name).read_text("utf-8")))
