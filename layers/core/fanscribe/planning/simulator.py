"""A job before it runs: its wall time, what Lambda bills for it, and what holds it up. Pure.

It is fed with seconds of stages (prices.py) and Lambda's published limits (fan_out.py). Nothing
in it is random, so the same question has the same answer.

Tiles don't all take the same: where the first reading isn't believed, the fallback takes longer
than the first (docs/adr/0006). On long-en, tiny.en, that was 5 tiles of 64 and 20 % of the time:
here it is every 13th.

A very long recording is decoded in sections (sections.py), by environments of Split. They are of no
use to Transcribe, which is another function.
"""

from collections.abc import Iterator
from itertools import accumulate
from typing import NamedTuple

from fanscribe.audio.sections import MOST, WARM, how_many
from fanscribe.audio.sound import PIECE
from fanscribe.contract import Contract
from fanscribe.planning.fan_out import BURST, TRIES, fan_out, granted
from fanscribe.planning.prices import GB, AwsPrices, ModelSpeed, Stages, vcpus
from fanscribe.recognition.compute import batch_size
from fanscribe.times import SAMPLE_RATE

AGAIN_EVERY = 13  # tiles
AGAIN = 2.6  # of a tile's first reading: what its fallback takes
FIRST_DECODING = 1 / (1 + AGAIN / AGAIN_EVERY)  # of a tile's mean
WORST = (1 + AGAIN) * FIRST_DECODING  # of a tile's mean: if every tile were read again

TIMEOUT_S, RESERVE_S = 900, 5  # of an invocation; what deadline.py keeps back of it

MERGE_MB = 1_769  # the template's (tested)
FORMATS = 4
JOB_STATES = 6  # Split … Merge
CALL_STATES, CHILD_STATES = 2, 1  # Transcribe and TilesRemain; ChunkDone
# SplitSections, and once more Split and WhatRemains; besides one for each section
SHARED_OUT_STATES = 3
FETCHED_S = 4_000  # of audio in one request for a recording: 64 MiB of 16 kB/s


class Fleet(Contract):
    """Limits of a deployment and its account."""

    memory_mb: int = 10_240  # of Transcribe
    split_mb: int = 3_008  # of Split
    batch_tiles: int = 4
    map_concurrency: int = 100
    account_concurrency: int = 1_000
    burst: int = BURST
    most_sections: int = MOST  # of a recording. 1: one invocation splits it, however long it is

    @property
    def concurrency(self) -> int:
        """Children of the Map state that run at once."""
        return min(self.map_concurrency, self.account_concurrency)

    def sections(self, audio_s: float) -> int:
        """The number of sections that so much audio is decoded in."""
        return min(self.most_sections, how_many(audio_s))


class Work(Contract):
    """A recording as it is cut."""

    audio_s: float  # of all channels that are kept
    tiles: int  # with speech
    chunk_tiles: int

    @property
    def chunks(self) -> int:
        """The number of chunks."""
        return -(-self.tiles // self.chunk_tiles)


class Forecast(Contract):
    """Forecast of a job. Seconds, and dollars at list price."""

    chunks: int
    chunk_tiles: int
    longest_chunk_s: float
    environments: int  # of Transcribe: cold starts
    sections: int  # that it is decoded in
    splitters: int  # environments of Split: cold starts
    split_s: float
    transcribe_s: float
    merge_s: float
    wall_s: float
    gb_seconds: float
    transitions: int
    usd: float
    may_give_up: bool  # children may be throttled more often than they try again


def simulate(
    work: Work, fleet: Fleet, speed: ModelSpeed, stages: Stages, prices: AwsPrices
) -> Forecast:
    """One job, alone in its account."""
    tile_s, readers = speed.tile_s(fleet.memory_mb), speed.readers(fleet.memory_mb)
    cold_s = stages.start_s + speed.load_s
    calls = _calls(work.chunk_tiles * tile_s, cold_s)
    lengths = [
        calls * stages.invoke_s + seconds for seconds in _chunk_seconds(work, tile_s, readers)
    ]
    ready = [
        cold_s + granted(place, fleet.burst) for place in range(min(fleet.concurrency, work.chunks))
    ]
    read, split = (
        fan_out(lengths, ready, fleet.map_concurrency, fleet.account_concurrency),
        _split(work, fleet, stages),
    )
    merge_s = stages.merge_start_s + work.tiles * stages.merge_s

    transcribe_s = sum(lengths) + read.environments * cold_s
    read_and_split = transcribe_s * fleet.memory_mb + split.billed_s * fleet.split_mb
    gb_seconds = (read_and_split + merge_s * MERGE_MB) / GB
    transitions = (
        JOB_STATES
        + split.transitions
        + work.chunks * (calls * CALL_STATES + CHILD_STATES)
        + read.retries
    )
    usd = gb_seconds * prices.lambda_gb_second.usd
    usd += (split.invocations + work.chunks * calls + 1) * prices.lambda_request.usd
    usd += transitions * prices.transition.usd + prices.event.usd
    batches = work.chunks * _batches(work, fleet, readers)
    usd += _storage_usd(work, fleet, work.chunks * calls, batches, prices)
    return Forecast(
        chunks=work.chunks,
        chunk_tiles=work.chunk_tiles,
        longest_chunk_s=max(lengths, default=0.0) + cold_s,
        environments=read.environments,
        sections=split.sections,
        splitters=split.environments,
        split_s=split.wall_s,
        transcribe_s=read.end_s,
        merge_s=merge_s,
        wall_s=split.wall_s + read.end_s + merge_s + stages.states_s,
        gb_seconds=gb_seconds,
        transitions=transitions,
        usd=usd,
        may_give_up=read.tries >= TRIES,
    )


class _Split(NamedTuple):
    """A recording's splitting. Seconds as they pass, and all that are billed."""

    wall_s: float
    billed_s: float
    sections: int = 1
    environments: int = 1
    invocations: int = 1
    transitions: int = 0  # besides JOB_STATES


def _split(work: Work, fleet: Fleet, stages: Stages) -> _Split:
    """By one invocation; or by Split, which looks, the sections, of which one finds its environment
    warm, and Split, which joins.

    Sound is stored while it is decoded. The decoder is a process of one thread, and so is what
    listens.
    """
    both_s = stages.decode_s + stages.listen_s
    listened_s = max(stages.decode_s, stages.listen_s, both_s / vcpus(fleet.split_mb))
    sections = fleet.sections(work.audio_s)
    if sections == 1:
        alone_s = stages.split_start_s + work.audio_s * (
            stages.fetch_s + max(listened_s, stages.upload_s)
        )
        return _Split(alone_s, alone_s)
    lengths = list(_section_seconds(work.audio_s / sections, sections, listened_s, stages))
    ready = [0.0] + [stages.split_start_s] * (min(fleet.concurrency, sections) - 1)
    done = fan_out(lengths, ready, fleet.map_concurrency, fleet.account_concurrency)
    around_s = (
        stages.split_start_s
        + stages.head_s
        + work.audio_s * stages.join_s
        + 2 * sections * stages.request_s
    )
    return _Split(
        wall_s=around_s + done.end_s + stages.map_s,
        billed_s=around_s + sum(lengths) + (done.environments - 1) * stages.split_start_s,
        sections=sections,
        environments=done.environments,
        invocations=sections + 2,
        transitions=SHARED_OUT_STATES + sections + done.retries,
    )


def _section_seconds(
    share_s: float, sections: int, listened_s: float, stages: Stages
) -> Iterator[float]:
    """Seconds of each section: fetch the file up to its end, skip what is before it, decode its
    share and some to warm up.
    """
    own_s = share_s * max(listened_s * (1 + 1 / WARM), stages.upload_s)
    for number in range(sections):
        yield (number + 1) * share_s * stages.fetch_s + number * share_s * stages.skip_s + own_s


def _chunk_seconds(work: Work, tile_s: float, readers: int) -> Iterator[float]:
    """Seconds of reading, chunk by chunk: all readers' work shared out, but no less than the
    longest tile takes one of them.
    """
    first = FIRST_DECODING * tile_s
    each = [first * (1 + AGAIN * (i % AGAIN_EVERY == AGAIN_EVERY // 2)) for i in range(work.tiles)]
    done = list(accumulate(each, initial=0.0))
    for start in range(0, work.tiles, work.chunk_tiles):
        end = min(start + work.chunk_tiles, work.tiles)
        yield max(done[end] - done[start], max(each[start:end]) * readers)


def _calls(chunk_s: float, cold_s: float) -> int:
    """How often Transcribe is called for one chunk: it stops in time and is called again."""
    return max(1, -int(-chunk_s // max(1.0, TIMEOUT_S - RESERVE_S - cold_s)))


def _batches(work: Work, fleet: Fleet, readers: int) -> int:
    """Of one chunk."""
    waiting, count = min(work.chunk_tiles, work.tiles), 0
    while waiting > 0:
        waiting -= batch_size(waiting, readers, fleet.batch_tiles)
        count += 1
    return count


def _storage_usd(
    work: Work, fleet: Fleet, invocations: int, batches: int, prices: AwsPrices
) -> float:
    """S3's requests: sound; each invocation's two lists and plan; each batch's range of sound,
    attempt and part; sections.
    """
    sections = fleet.sections(work.audio_s)
    # the last one of each section is shorter
    pieces = sections + work.audio_s // (PIECE / SAMPLE_RATE)
    # each batch's first, and one for each piece that begins in a batch
    ranges = pieces + batches if work.chunks else 0
    puts = pieces + 2 * invocations + 2 * batches + FORMATS + 6
    gets = invocations + ranges + batches + 6
    # the recording, by each section as far as it goes
    gets += sections + work.audio_s / FETCHED_S * (sections + 1) / 2
    # sections.json and, of each, its result and its frames; and the head of the recording's
    # head
    if sections > 1:
        puts += 1 + 2 * sections
        gets += 1 + 3 * sections
    return puts * prices.s3_put.usd + gets * prices.s3_get.usd
