"""What the dashboard and the alarms look at, read from template.yaml; and what the functions' logs
tell CloudWatch.
"""

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from tests.support.policies import RESOURCES, a_stack

OURS = "Fanscribe"
ALARMS: dict[str, dict[str, Any]] = {
    name: resource["Properties"]
    for name, resource in RESOURCES.items()
    if resource["Type"] == "AWS::CloudWatch::Alarm"
}


@dataclass(frozen=True)
class Metric:
    """All that CloudWatch tells metrics apart by."""

    namespace: str
    name: str
    dimensions: frozenset[tuple[str, str]]


def dashboard() -> dict[str, Any]:
    """The dashboard's body with its substitutions made. Raises ValueError if it is no JSON then."""
    body: str = RESOURCES["Dashboard"]["Properties"]["DashboardBody"]["Fn::Sub"]
    for name in ALARMS:
        body = body.replace(
            f"${{{name}.Arn}}", f"arn:aws:cloudwatch:us-east-1:123456789012:alarm:{name}"
        )
    made: dict[str, Any] = json.loads(a_stack().resolve({"Fn::Sub": body}))
    return made


def widgets(kind: str) -> list[dict[str, Any]]:
    return [widget["properties"] for widget in dashboard()["widgets"] if widget["type"] == kind]


def lines() -> Iterator[tuple[Metric | None, dict[str, Any]]]:
    """Each line of the dashboard's graphs: its metric (None for an expression), and how it is
    shown.
    """
    for widget in widgets("metric"):
        for row in widget["metrics"]:
            namespace, name, *pairs = [part for part in row if isinstance(part, str)] or ["", ""]
            dimensions = frozenset(zip(pairs[::2], pairs[1::2], strict=True))
            yield (
                Metric(namespace, name, dimensions) if name else None,
                next((p for p in row if isinstance(p, dict)), {}),
            )


def on_the_dashboard() -> set[Metric]:
    return {metric for metric, _ in lines() if metric}


def of_an_alarm(name: str) -> set[Metric]:
    alarm = ALARMS[name]
    found = [
        entry["MetricStat"]["Metric"] for entry in alarm.get("Metrics", []) if "MetricStat" in entry
    ] or [alarm]
    return {
        Metric(metric["Namespace"], metric["MetricName"], _dimensions(metric["Dimensions"]))
        for metric in found
    }


def _dimensions(listed: list[Mapping[str, Any]]) -> frozenset[tuple[str, str]]:
    """As this deployment has them; the rule of uploads, which only SAM makes, by its logical id."""
    return frozenset((dimension["Name"], _named(dimension["Value"])) for dimension in listed)


def _named(value: Mapping[str, Any]) -> str:
    ref = value.get("Ref", "")
    return ref if ref and ref not in RESOURCES else str(a_stack().resolve(value))


def emitted(log: str) -> Iterator[tuple[Metric, list[float]]]:
    """Every metric in a function's log, with its values.

    The format: docs.aws.amazon.com/AmazonCloudWatch, "Embedded metric format specification".
    """
    for line in re.findall(r"^\{\"_aws\":.*\}$", log, re.MULTILINE):
        document = json.loads(line)
        for directive in document["_aws"]["CloudWatchMetrics"]:
            for names in directive["Dimensions"]:
                dimensions = frozenset((name, document[name]) for name in names)
                for metric in directive["Metrics"]:
                    yield (
                        Metric(directive["Namespace"], metric["Name"], dimensions),
                        document[metric["Name"]],
                    )
