"""Metrics of the functions' work for CloudWatch: lines of embedded metric format in their logs, one
for each invocation.

AWS itself counts and times invocations and executions, so these are left out. The one dimension is
`service`, the stack's name: each further value of a dimension would be a metric more to pay for. No
words, and no names of recordings.
"""

import warnings
from collections.abc import Sequence

from aws_lambda_powertools import Metrics
from aws_lambda_powertools.metrics import MetricUnit

from fanscribe.documents.plan import Tile
from fanscribe.documents.reading import Reading
from fanscribe.times import SAMPLE_RATE

metrics = Metrics(namespace="Fanscribe")
# Split has none but its cold starts
warnings.filterwarnings("ignore", "No application metrics to publish")


def measure_batch(readings: Sequence[Reading]) -> None:
    """Tiles that the model has read."""
    metrics.add_metric("TilesRead", MetricUnit.Count, len(readings))
    metrics.add_metric(
        "TilesReadAgain",
        MetricUnit.Count,
        sum(reading.second_look is not None for reading in readings),
    )


def measure_pace(read: Sequence[Tile], took: float) -> None:
    """All tiles that an invocation has read, in `took` seconds, by all its readers."""
    if audio := sum(tile.end - tile.start for tile in read) / SAMPLE_RATE:
        metrics.add_metric("RTF", MetricUnit.NoUnit, round(took / audio, 4))


def measure_given_up(tiles: int) -> None:
    """Tiles of a chunk that will not be tried again."""
    metrics.add_metric("TilesGivenUp", MetricUnit.Count, tiles)


def measure_transcript(samples: int, lost: float) -> None:
    """A transcript for `samples` of audio, and the share of the recording's speech (0 to 1)
    that is missing in it.
    """
    metrics.add_metric("AudioTime", MetricUnit.Seconds, samples / SAMPLE_RATE)
    metrics.add_metric("SpeechMissing", MetricUnit.Percent, 100 * lost)
