"""MiniStack, with what AWS does and it does not, as far as Fanscribe asks. Runs in .venv-emulator.

Each addition first decodings whether it is still needed: once MiniStack does the same by itself,
the emulator does not start.
"""

import contextvars
import functools
import inspect
import json
import sys
from collections.abc import Callable
from http import HTTPStatus
from typing import Any

from ministack import app
from ministack.services import eventbridge, s3, stepfunctions
from ministack.services.cloudformation import handlers, provisioners

Addition = Callable[[], None]
ADDITIONS: list[Addition] = []


def where(source: Any, *, lacks: str = "", says: str = "") -> Callable[[Addition], Addition]:
    """For an addition that is needed while MiniStack's source lacks a word, or says one."""

    def register(add: Addition) -> Addition:
        @functools.wraps(add)
        def checked() -> None:
            text = inspect.getsource(source)
            if (lacks and lacks in text) or says not in text:
                sys.exit(f"MiniStack has changed: is {add.__name__} of {__file__} still needed?")
            add()

        ADDITIONS.append(checked)
        return checked

    return register


@where(provisioners._cw_metric_alarm_record, says="(metric math) is not supported")
def alarms_with_metrics() -> None:
    """Kept as an alarm of the first metric that they reckon with: nothing rings here."""
    record = provisioners._cw_metric_alarm_record

    def of_the_first_metric(name: str, properties: dict[str, Any]) -> Any:
        if metrics := properties.get("Metrics"):
            stat = next(metric["MetricStat"] for metric in metrics if "MetricStat" in metric)
            rest = {key: value for key, value in properties.items() if key != "Metrics"}
            one = {"Period": stat["Period"], "Statistic": stat["Stat"]}
            properties = rest | stat["Metric"] | one
        return record(name, properties)

    provisioners._cw_metric_alarm_record = of_the_first_metric


@where(handlers._stack_has_no_updates, lacks="Transform")
def updates_of_templates_with_a_transform() -> None:
    """An update of the same text is taken: AWS can tell only once it has expanded it."""
    same = handlers._stack_has_no_updates

    def unless_transformed(stack: dict[str, Any], *others: Any, **named: Any) -> bool:
        return "Transform" not in stack.get("_template_body", "") and same(stack, *others, **named)

    handlers._stack_has_no_updates = unless_transformed


@where(stepfunctions, lacks="MaxConcurrencyPath")
def map_concurrency_by_path() -> None:
    run = stepfunctions._run_map_items

    def with_path(state: dict[str, Any], given: Any, execution: Any, context: Any) -> Any:
        if path := state.get("MaxConcurrencyPath"):
            many = stepfunctions._resolve_path_or_ctx(path, given, context)
            state = state | {"MaxConcurrency": many}
        return run(state, given, execution, context)

    stepfunctions._run_map_items = with_path


@where(stepfunctions, says="(no GetObject/PutObject)")
def objects_put_by_a_state_machine() -> None:
    """The reasons of failed chunks, for the ledger. Its role is not asked."""
    dispatch = stepfunctions._dispatch_aws_sdk_rest_xml

    def put(info: Any, service: str, action: str, given: dict[str, Any]) -> Any:
        if (service, action) != ("s3", "putObject"):
            return dispatch(info, service, action, given)
        body = given["Body"].encode()
        path = f"/{given['Bucket']}/{given['Key']}"
        credential = "AWS4-HMAC-SHA256 Credential=test/20260101/us-east-1/s3/aws4_request"
        headers = {"host": "s3.us-east-1.amazonaws.com", "authorization": credential}
        handler = app.SERVICE_HANDLERS["s3"]
        status, _, answer = app.call_service_handler_sync(handler, "PUT", path, headers, body, {})
        if status != HTTPStatus.OK:
            raise stepfunctions._ExecutionError("S3.S3Exception", str(answer))
        return {}

    stepfunctions._dispatch_aws_sdk_rest_xml = put


@where(s3._fire_s3_event, lacks='"version-id"')
def versions_in_events_of_s3() -> None:
    version: contextvars.ContextVar[str | None] = contextvars.ContextVar("version", default=None)
    fire, dispatch = s3._fire_s3_event, eventbridge._dispatch_event

    def noted(*others: Any, version_id: str | None = None, **named: Any) -> Any:
        version.set(version_id)
        return fire(*others, version_id=version_id, **named)

    def dispatch_alike(event: dict[str, Any], *others: Any, **named: Any) -> Any:
        if event.get("Source") == "aws.s3" and version.get():
            detail = json.loads(event["Detail"])
            detail["object"]["version-id"] = version.get()
            event["Detail"] = json.dumps(detail)
        return dispatch(event, *others, **named)

    s3._fire_s3_event = noted
    eventbridge._dispatch_event = dispatch_alike


@where(stepfunctions, lacks="previousEventId")
def whole_histories() -> None:
    """Which event came before, and with what a task was called."""
    add = stepfunctions._add_event

    def whole(execution: dict[str, Any], kind: str, details: dict[str, Any] | None = None) -> Any:
        if details and kind == "TaskScheduled":
            scheduled = details["taskScheduledEventDetails"]
            scheduled["region"] = "us-east-1"
            scheduled["parameters"] = json.dumps(sys._getframe(1).f_locals["effective"])
            scheduled["resource"] = scheduled["resource"].rsplit(":", 1)[-1]
        event = add(execution, kind, details)
        event["previousEventId"] = event["id"] - 1
        return event

    stepfunctions._add_event = whole


if __name__ == "__main__":
    for addition in ADDITIONS:
        addition()
    app.main()
