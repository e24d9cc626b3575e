"""A deployed stack, tried with the sample as anyone would: `make smoke STACK=fanscribe`.

    python -m benchmarks.smoke fanscribe [--key smoke/mine.mp3] [--minutes 20]

Needs credentials and nothing else. Uploads sample/lighthouse-talk.mp3, waits for its transcript,
holds the words against those that sample/ keeps, and prints what the run took, on what, and what it
cost. Ends with 1 if the job fails, if words differ, or if it waits for longer than it may. The
upload and the transcript stay in the buckets.
"""

import argparse
import json
import sys
import time
import uuid
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

import boto3
import jiwer
from boto3.exceptions import Boto3Error
from botocore.client import BaseClient
from botocore.exceptions import BotoCoreError, ClientError
from whisper_normalizer.english import EnglishTextNormalizer

from fanscribe.documents.job import InvocationTimes
from fanscribe.planning.prices import price_list
from fanscribe_local.client.executions import Child, Execution
from fanscribe_local.client.stack import DeployedStack, NotFound

SAMPLE = Path(__file__).parent.parent / "sample" / "lighthouse-talk.mp3"
# EventBridge delivers in seconds, but a new bucket takes about five minutes to send to it (S3 user
# guide, "Enabling Amazon EventBridge")
BEGINS_WITHIN_S = 420
PAUSE_S = 2.0
FEW_WORDS = 12  # that may differ from the same model's transcript (sample/README.md)
FEW_ERRORS = 0.03  # of what is said, for other models: tiny.en makes 0.014

Found = TypeVar("Found")


class Failure(Exception):
    """The stack does not do what it should. The message says what, and where to look."""


@dataclass(frozen=True)
class Reference:
    """Words that a transcript is held against, and how many of them may differ."""

    name: str
    text: str
    tolerated: int

    @classmethod
    def of(cls, model: str) -> "Reference":
        """The model's own transcript, where there is one; else what is said."""
        own = SAMPLE.with_name(f"{SAMPLE.stem}.{model}.txt")
        if own.exists():
            return cls(f"sample/{own.name}", own.read_text("utf-8"), FEW_WORDS)
        said = SAMPLE.with_suffix(".txt")
        text = said.read_text("utf-8")
        return cls(f"sample/{said.name}", text, round(FEW_ERRORS * len(words(text).split())))

    def held_against(self, text: str) -> tuple[int, list[str]]:
        """How many words differ, and each place as `expected -> transcribed`."""
        held = jiwer.process_words(words(self.text), words(text))
        ((expected,), (transcribed,), (places,)) = held.references, held.hypotheses, held.alignments
        return held.substitutions + held.deletions + held.insertions, [
            f"{_joined(expected, place.ref_start_idx, place.ref_end_idx)} -> "
            f"{_joined(transcribed, place.hyp_start_idx, place.hyp_end_idx)}"
            for place in places
            if place.type != "equal"
        ]


def words(text: str) -> str:
    """Spelled alike: no punctuation, no capitals, numbers as figures."""
    return str(EnglishTextNormalizer()(text))


def _joined(spoken: list[str], start: int, end: int) -> str:
    return " ".join(spoken[start:end]) or "(nothing)"


def wait_for(what: str, look: Callable[[], Found | None], limit_s: float, otherwise: str) -> Found:
    """Look until something is found. Raises Failure when the time is over."""
    print(f"Waiting for {what}, {limit_s / 60:.0f} minutes at most …", flush=True)
    end = time.monotonic() + limit_s
    while (found := look()) is None:
        if time.monotonic() >= end:
            raise Failure(f"No {what} within {limit_s / 60:.0f} minutes. {otherwise}")
        time.sleep(PAUSE_S)
    return found


def upload(s3: BaseClient, bucket: str, key: str) -> None:
    print(f"Uploading sample/{SAMPLE.name} to s3://{bucket}/{key}", flush=True)
    s3.upload_file(str(SAMPLE), bucket, key, ExtraArgs={"Metadata": {"language": "en"}})


def run(stack: DeployedStack, key: str, limit_s: float) -> Execution:
    """The execution that an upload started, when it has succeeded. Raises Failure."""
    upload(stack.s3, stack.recordings, key)

    def begun() -> str | None:
        return next((execution.arn for execution in stack.latest(10) if execution.key == key), None)

    def ended() -> Execution | None:
        return None if (execution := stack.describe(arn)).running else execution

    rule = f"Does RecordingKeys take {key}, and does the bucket send its events to EventBridge?"
    arn = wait_for("execution that the upload starts", begun, BEGINS_WITHIN_S, rule)
    goes_on = f"It goes on: fanscribe status {arn.rsplit(':', 1)[1]}"
    execution = wait_for(f"end of {arn.rsplit(':', 1)[1]}", ended, limit_s, goes_on)
    if execution.status != "SUCCEEDED":
        how = f"{execution.status}, {execution.error}: {execution.message}"
        raise Failure(f"The execution {execution.name} ended as {how}")
    return execution


def check(stack: DeployedStack, execution: Execution) -> str:
    """Compare its words with the sample's. Raises Failure if they differ."""
    reference = execution.output or {}

    def written(kind: str) -> str:
        found = stack.s3.get_object(Bucket=reference["bucket"], Key=reference["keys"][kind])
        return str(found["Body"].read().decode())

    transcript = json.loads(written("json"))
    if not transcript["complete"]:
        raise Failure(f"The transcript is not complete: {reference['message']}")
    held = Reference.of(transcript["model"])
    count, places = held.held_against(written("txt"))
    total = f"{count} of {len(words(held.text).split())} words differ from {held.name}"
    differences = "\n  ".join([f"{total} ({held.tolerated} may)", *places])
    if count > held.tolerated:
        raise Failure(f"The transcript is another: {differences}")
    said = f"{transcript['model']}: {reference['words']} words, every second accounted for"
    return f"{said}; {differences}"


def invocations(children: list[Child]) -> Iterator[InvocationTimes]:
    """Times of Transcribe's invocations, from their answers."""
    for child in children:
        for event in child.events:
            if output := event.get("taskSucceededEventDetails", {}).get("output"):
                yield InvocationTimes.model_validate(json.loads(output)["Payload"]["took"])


def figures(stack: DeployedStack, execution: Execution) -> list[str]:
    """Figures of the run: time, machine and cost."""
    children = stack.children(execution.arn)
    took = list(invocations(children))
    cold = [one.cold for one in took if one.cold]
    loads = [one.load for one in took if one.load]
    ended = execution.stopped or execution.started
    processors = sorted({one.processor for one in took if one.processor})
    histories = [stack.history(execution.arn), *(child.events for child in children)]
    return [
        f"wall time    {(ended - execution.started).total_seconds():.1f} s",
        f"cold starts  {len(cold)} of {len(took)} invocations of Transcribe, {_spread(cold)}",
        f"loading      the model {len(loads)} times, {_spread(loads)}",
        f"processor    {', '.join(processors) or 'not reported'}",
        f"cost         {_cost(execution, histories)}",
    ]


def _spread(times_ms: list[int]) -> str:
    return f"{min(times_ms) / 1000:.1f} to {max(times_ms) / 1000:.1f} s" if times_ms else "none"


def _cost(execution: Execution, histories: Sequence[Sequence[Mapping[str, Any]]]) -> str:
    """Lambda's, as the job itself reckons it, and the state machine's."""
    usage, prices = execution.usage, price_list().aws
    kinds = [event["type"] for history in histories for event in history]
    transitions = sum(kind.endswith("StateEntered") for kind in kinds)
    lambda_usd = usage.usd if usage else 0.0
    usd = lambda_usd + transitions * prices.transition.usd
    gb_seconds = usage.gb_seconds if usage else 0.0
    counted = f"{gb_seconds:.0f} GB-seconds and {transitions} transitions"
    return f"{usd:.4f} USD: {counted} at the list price of {prices.read}"


def main() -> None:
    verbatim = argparse.RawDescriptionHelpFormatter
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=verbatim)
    parser.add_argument("stack")
    parser.add_argument("--key", help="where to upload to, if RecordingKeys does not take smoke/…")
    parser.add_argument("--minutes", type=float, default=20, help="to wait for the transcript")
    asked = parser.parse_args()
    key = asked.key or f"smoke/{uuid.uuid4().hex[:8]}/{SAMPLE.name}"
    try:
        stack = DeployedStack.find(asked.stack, boto3.Session())
        execution = run(stack, key, 60 * asked.minutes)
        print(check(stack, execution))
        print("\n".join(figures(stack, execution)))
    except (Failure, NotFound, Boto3Error, BotoCoreError, ClientError) as failure:
        sys.exit(f"FAILED. {failure}")


if __name__ == "__main__":
    main()
