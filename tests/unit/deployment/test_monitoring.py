"""The dashboard and the alarms: what can be said of them without running anything.

That the functions emit what is looked at, tests/workflow/test_deployment.py shows.
"""

import re
from typing import Any

import pytest

from fanscribe import errors
from tests.conftest import ROOT
from tests.support.monitoring import (
    ALARMS,
    OURS,
    Metric,
    dashboard,
    lines,
    of_an_alarm,
    on_the_dashboard,
    widgets,
)
from tests.support.policies import FUNCTIONS, RESOURCES, STEPS, TEMPLATE, a_stack

# Metrics that AWS counts by itself, by namespace, and the dimension that it counts it by
OF_AWS = {
    # docs.aws.amazon.com/lambda/latest/dg/monitoring-metrics-types.html
    "AWS/Lambda": ({"Duration", "Errors", "Throttles", "ConcurrentExecutions"}, "FunctionName"),
    # docs.aws.amazon.com/step-functions/latest/dg/procedure-cw-metrics.html
    "AWS/States": (
        {f"Executions{what}" for what in ("Started", "Succeeded", "Failed", "Aborted", "TimedOut")},
        "StateMachineArn",
    ),
    # docs.aws.amazon.com/eventbridge/latest/userguide/eb-monitoring.html
    "AWS/Events": ({"FailedInvocations"}, "RuleName"),
    # docs.aws.amazon.com/AWSSimpleQueueService, "Available CloudWatch metrics for Amazon SQS"
    "AWS/SQS": ({"ApproximateNumberOfMessagesVisible"}, "QueueName"),
}
WATCHED = on_the_dashboard().union(*map(of_an_alarm, ALARMS))
NAME = re.compile(r"\b[a-z]\w*")  # of an id; functions are in capitals
PHYSICAL = {name: a_stack().resolve({"Ref": name}) for name in FUNCTIONS}


@pytest.mark.parametrize(
    "metric", sorted((metric for metric in WATCHED if metric.namespace != OURS), key=str), ids=str
)
def test_what_is_not_ours_is_counted_by_aws(metric: Metric) -> None:
    names, dimension = OF_AWS[metric.namespace]
    assert metric.name in names
    assert [name for name, _ in metric.dimensions] == [dimension]


def test_the_page_that_says_what_they_cost_counts_the_metrics() -> None:
    of_alarms = sum(len(of_an_alarm(name)) for name in ALARMS)
    written = sum(metric.namespace == OURS for metric in WATCHED)
    page = " ".join((ROOT / "docs" / "operations.md").read_text("utf-8").split())
    assert f"The alarms use {of_alarms} metrics, the functions write {written} " in page


def test_no_expression_names_what_is_not_there() -> None:
    shown = [how for _, how in lines()]
    named = {name for how in shown for name in NAME.findall(how.get("expression", ""))}
    assert named <= {how["id"] for how in shown if "id" in how}
    for alarm in ALARMS.values():
        named = {
            name
            for entry in alarm.get("Metrics", [])
            for name in NAME.findall(entry.get("Expression", ""))
        }
        assert named == {entry["Id"] for entry in alarm.get("Metrics", []) if "MetricStat" in entry}


def test_the_cost_is_each_functions_time_by_its_memory_at_a_price_with_its_date() -> None:
    timed = {
        dict(metric.dimensions)["FunctionName"]: how["id"]
        for metric, how in lines()
        if metric and metric.name == "Duration" and "id" in how
    }
    terms = [
        f"FILL({timed[PHYSICAL[name]]},0)*{_written(RESOURCES[name]['Properties']['MemorySize'])}"
        for name in FUNCTIONS
    ]
    # milliseconds, megabytes, USD
    assert (
        f"({' + '.join(terms)}) / 1024 / 1000 * ${{GbSecondPrice}}"
        in RESOURCES["Dashboard"]["Properties"]["DashboardBody"]["Fn::Sub"]
    )
    assert re.search(
        r"\(x86, us-east-1, \w+ 20\d\d\)", TEMPLATE["Parameters"]["GbSecondPrice"]["Description"]
    )


def _written(value: Any) -> str:
    """As it stands in a !Sub."""
    return f"${{{value['Ref']}}}" if isinstance(value, dict) else str(value)


def test_the_alarm_of_chunk_time_is_nine_tenths_of_the_timeout_and_the_graph_shows_both() -> None:
    timeout = TEMPLATE["Globals"]["Function"]["Timeout"] * 1000
    (marks,) = [
        widget["annotations"]["horizontal"]
        for widget in widgets("metric")
        if "annotations" in widget
    ]
    assert (
        [mark["value"] for mark in marks]
        == [timeout, ALARMS["ChunkTimeAlarm"]["Threshold"]]
        == [timeout, 0.9 * timeout]
    )


@pytest.mark.parametrize("name", ["ChunkTimeAlarm", "ThrottlingAlarm"])
def test_an_alarm_over_functions_is_over_all_that_a_job_waits_for(name: str) -> None:
    watched = {value for metric in of_an_alarm(name) for _, value in metric.dimensions}
    assert watched == {PHYSICAL[step] for step in STEPS}


def test_every_alarm_is_on_the_dashboard_and_quiet_is_no_alarm() -> None:
    (shown,) = [widget["alarms"] for widget in widgets("alarm")]
    assert {arn.rsplit(":", 1)[1].removeprefix("fanscribe-") for arn in shown} == ALARMS.keys()
    assert {alarm["TreatMissingData"] for alarm in ALARMS.values()} == {"notBreaching"}


def test_no_widget_covers_another() -> None:
    places = [
        (w["x"] + i, w["y"] + j)
        for w in dashboard()["widgets"]
        for i in range(w["width"])
        for j in range(w["height"])
    ]
    assert len(places) == len(set(places))
    assert max(x for x, _ in places) < 24, "the grid is 24 wide"


@pytest.mark.parametrize("name", ALARMS)
def test_the_operations_page_says_what_each_alarm_means(name: str) -> None:
    assert f"### {name}\n" in (ROOT / "docs" / "operations.md").read_text()


def test_the_troubleshooting_page_has_a_paragraph_for_every_error_and_no_other() -> None:
    listed = re.findall(
        r"^### (\w+)$", (ROOT / "docs" / "troubleshooting.md").read_text(), re.MULTILINE
    )
    every = {
        name
        for name, kind in vars(errors).items()
        if isinstance(kind, type) and issubclass(kind, Exception)
    }
    assert sorted(listed) == sorted(every - {"FanscribeError", "BadInput"}), (
        "all but the two that only have subclasses"
    )
