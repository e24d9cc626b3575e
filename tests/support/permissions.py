"""The table in docs/deploying.md of who may do what, from template.yaml.

    python -m tests.support.permissions

writes it anew. A test holds the page to it.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from benchmarks.speed import with_table
from fanscribe_local.emulator.template import ACCOUNT, PARTITION, REGION, STACK
from tests.conftest import ROOT
from tests.support.policies import KEY, RESOURCES, TEMPLATE, a_stack

PAGE = ROOT / "docs" / "deploying.md"
MARK = "permissions"

# With every part that can be asked for, so that all of them have a name
WHOLE = a_stack(KmsKeyArn=KEY, NotificationEmail="you@example.org", MonthlyBudget="1")
BUCKETS = {"RecordingsBucket": "R", "WorkBucket": "W", "TranscriptsBucket": "T"}
SERVICE = re.compile(rf"^arn:{PARTITION}:[a-z]+:{REGION}:{ACCOUNT}:")
NOWHERE = {"Ref": "AWS::NoValue"}


class Row(NamedTuple):
    """A permission by one statement of a policy. `asked` is the parameter that it is for."""

    who: str
    why: str
    actions: tuple[str, ...]
    resources: tuple[str, ...]
    only: str = ""
    asked: str | None = None

    def written(self) -> str:
        actions, resources = (", ".join(f"`{each}`" for each in some) for some in self[2:4])
        where = f"{resources}{self.only}"
        why = f"{self.why}, with `{self.asked}`" if self.asked else self.why
        return f"| {self.who} | {why} | {actions} | {where} |"


# Permissions that SAM adds by itself (tests/unit/deployment/test_stack.py)
BY_SAM = (
    Row("`TranscriptionStateMachine`", "trace", ("AWSXrayWriteOnlyAccess",), ("*",)),
    Row(
        "the upload rule",
        "start executions",
        ("states:StartExecution",),
        ("stateMachine:TranscriptionStateMachine",),
    ),
)


def rows() -> list[Row]:
    """All permissions of each role, in the order of the template."""
    found = [*_of_template(), *BY_SAM]
    everybody = list(dict.fromkeys(row.who for row in found))
    return sorted(found, key=lambda row: everybody.index(row.who))


def table() -> str:
    lines = ["| who | for what | may | on |", "|---|---|---|---|"]
    shown = ""
    for row in rows():
        lines.append(row._replace(who="" if row.who == shown else row.who).written())
        shown = row.who
    return "\n".join(lines)


def _of_template() -> Iterator[Row]:
    for name, resource in RESOURCES.items():
        properties, asked = resource["Properties"], _parameter(resource.get("Condition"))
        match resource["Type"]:
            case "AWS::IAM::Role":
                who = name.removesuffix("Role")
                for policy in properties.get("Policies", []):
                    yield from _rows(who, policy["PolicyDocument"]["Statement"], asked)
                yield from _managed(who, properties.get("ManagedPolicyArns", []))
            case "AWS::Serverless::Function" | "AWS::Serverless::StateMachine":
                for policy in properties.get("Policies", []):
                    yield from _rows(name, policy["Statement"], asked)
            case "AWS::IAM::Policy":
                for role in properties["Roles"]:
                    who = role["Ref"].removesuffix("Role")
                    yield from _rows(who, properties["PolicyDocument"]["Statement"], asked)


def _rows(who: str, statements: Sequence[Mapping[str, Any]], asked: str | None) -> Iterator[Row]:
    for statement in WHOLE.resolve(statements):
        assert statement["Effect"] == "Allow", (
            f"{who} is denied something: the table has no word for it"
        )
        yield Row(
            who=f"`{who}`",
            why=_words(statement["Sid"]),
            actions=_listed(statement["Action"]),
            resources=tuple(map(_short, _listed(statement["Resource"]))),
            only=_only(statement.get("Condition", {})),
            asked=asked,
        )


def _managed(who: str, policies: Sequence[Any]) -> Iterator[Row]:
    """AWS's own, each named by the end of its ARN."""
    for policy in policies:
        match policy:
            case {"Fn::If": [condition, given, otherwise]} if otherwise == NOWHERE:
                asked, arn = _parameter(condition), WHOLE.resolve(given)
            case _:
                asked, arn = None, WHOLE.resolve(policy)
        name = arn.rsplit("/", 1)[1]
        why = {"AWSXrayWriteOnlyAccess": "trace"}.get(name, "join a network")
        yield Row(f"`{who}`", why, (name,), ("*",), asked=asked)


def _parameter(condition: str | None) -> str | None:
    """The one that makes a condition true."""
    if condition is None:
        return None
    (name,) = re.findall(r"'Ref': '(\w+)'", str(TEMPLATE["Conditions"][condition]))
    return str(name)


def _words(sid: str) -> str:
    """`ReadThePlan` as `read the plan`."""
    return re.sub(r"(?<=[a-zA-Z])(?=[A-Z])", " ", sid).lower()


def _short(arn: str) -> str:
    for bucket, letter in BUCKETS.items():
        whole = WHOLE.resolve({"Fn::GetAtt": [bucket, "Arn"]})
        if arn == whole or arn.startswith(f"{whole}/"):
            return letter + arn.removeprefix(whole)
    if arn == KEY:
        return "KmsKeyArn"
    return SERVICE.sub("", arn).replace(f"{STACK}-", "")


def _only(conditions: Mapping[str, Mapping[str, Any]]) -> str:
    limits = []
    for wanted in conditions.values():
        for key, values in wanted.items():
            match key:
                case "s3:prefix":
                    limits.append(
                        "only under " + ", ".join(f"`{value}`" for value in _listed(values))
                    )
                case "kms:ViaService":
                    limits.append("only through S3")
                case _:
                    raise NotImplementedError(f"the table has no words for the condition {key}")
    return "".join(f", {each}" for each in limits)


def _listed(value: Any) -> tuple[str, ...]:
    return tuple(value) if isinstance(value, list) else (str(value),)


if __name__ == "__main__":
    PAGE.write_text(with_table(PAGE.read_text("utf-8"), MARK, table()), "utf-8")
