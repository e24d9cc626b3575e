"""IAM, as much of it as the template's policies use: who may do what, to which resource, under
which condition.

Semantics: docs.aws.amazon.com/IAM/latest/UserGuide, "JSON policy elements". moto's own evaluation
does not look at the conditions of a role's policy ("TODO add support for the Resource and Condition
parts", moto/iam/access_control.py).
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import product
from typing import Any


@dataclass(frozen=True)
class Call:
    """One action that someone wants to take."""

    principal: str
    action: str
    resource: str
    context: Mapping[str, str] = field(default_factory=dict)  # values of condition keys

    def __str__(self) -> str:
        return f"{self.principal} {self.action} {self.resource} {dict(self.context) or ''}".rstrip()


@dataclass(frozen=True)
class Condition:
    operator: str
    key: str
    value: str

    def holds(self, context: Mapping[str, str]) -> bool:
        """As IAM has it, not for a key that the call does not have."""
        given = context.get(self.key)
        if given is None:
            return False
        match self.operator:
            case "StringLike":
                return _like(self.value, given)
            case "StringEquals":
                return self.value == given
            case "Bool":
                return self.value.lower() == given.lower()
        raise NotImplementedError(
            f"tests/support/iam.py does not know the condition operator {self.operator}"
        )


@dataclass(frozen=True)
class Rule:
    """The smallest piece of a policy: one action on one resource, under one value for each
    condition key.
    """

    principal: str
    action: str
    resource: str
    conditions: tuple[Condition, ...] = ()

    def covers(self, call: Call) -> bool:
        return (
            self.principal in {call.principal, "*"}
            and _like(self.action.lower(), call.action.lower())
            and _like(self.resource, call.resource)
            and all(condition.holds(call.context) for condition in self.conditions)
        )

    def __str__(self) -> str:
        shown = [self.principal, self.action, self.resource.rsplit(":", 1)[-1]]
        return " ".join(shown + [condition.value for condition in self.conditions])


def rules(principal: str, effect: str, statements: Iterable[Mapping[str, Any]]) -> Iterator[Rule]:
    """What statements of one effect say, piece by piece: values in a list are alternatives, keys
    and operators add up.
    """
    for statement in statements:
        if statement["Effect"] != effect:
            raise NotImplementedError(
                f"a statement of effect {statement['Effect']} where {effect} is expected"
            )
        keys = [
            [Condition(operator, key, value) for value in _listed(values)]
            for operator, wanted in statement.get("Condition", {}).items()
            for key, values in wanted.items()
        ]
        for action, resource, *conditions in product(
            _listed(statement["Action"]), _listed(statement["Resource"]), *keys
        ):
            yield Rule(principal, action, resource, tuple(conditions))


def _listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


def _like(pattern: str, text: str) -> bool:
    """`*` is any text, also with slashes; `?` any one character."""
    return (
        re.fullmatch(re.escape(pattern).replace(r"\*", ".*").replace(r"\?", "."), text, re.DOTALL)
        is not None
    )
