"""template.yaml as a deployment on this machine: names, definition, environments.

Nothing of it is written twice.

Resolves the intrinsic functions that the template uses (Ref, Sub, GetAtt, If, Select, Split) the
way CloudFormation does; any other stops it.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Any

import yaml

REGION, ACCOUNT, PARTITION, STACK = "us-east-1", "123456789012", "aws", "fanscribe"
URL_SUFFIX = "amazonaws.com"


@dataclass(frozen=True)
class Function:
    """A Lambda function as the template describes it."""

    name: str  # its logical id
    arn: str
    handler: str
    code: tuple[Path, ...]  # folders that its import path begins with
    environment: Mapping[str, str]
    timeout_s: int
    memory_mb: int


@dataclass(frozen=True)
class Bucket:
    """A bucket of the template."""

    name: str
    versioned: bool
    expires_days: int | None  # after which objects are removed


@dataclass(frozen=True)
class Deployment:
    """All of the template that a run on one machine needs."""

    functions: Mapping[str, Function]  # by ARN
    buckets: Mapping[str, Bucket]  # by logical id
    definition: str  # of the state machine, substituted
    rule: Mapping[str, Any]  # the upload trigger's event pattern
    outputs: Mapping[str, str]


# Written in C, where PyYAML was built with libyaml: a tenth of a second less
_SafeLoader: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


class _Loader(_SafeLoader):  # type: ignore[misc]  # one of the two
    """YAML with CloudFormation's short tags: `!Sub x` as `{"Fn::Sub": x}`."""


def _tagged(loader: yaml.SafeLoader, suffix: str, node: yaml.Node) -> dict[str, Any]:
    if isinstance(node, yaml.ScalarNode):
        value: Any = loader.construct_scalar(node)
    elif isinstance(node, yaml.SequenceNode):
        value = loader.construct_sequence(node, deep=True)
    else:
        value = loader.construct_mapping(node, deep=True)  # type: ignore[arg-type]
    if suffix == "GetAtt" and isinstance(value, str):
        value = value.split(".", 1)
    return {suffix if suffix == "Ref" else f"Fn::{suffix}": value}


_Loader.add_multi_constructor("!", _tagged)


def deploy(path: Path, parameters: Mapping[str, str]) -> Deployment:
    """Read a template as `sam deploy --parameter-overrides` would.

    Raises KeyError for a parameter that it does not have.
    """
    template = yaml.load(path.read_text("utf-8"), _Loader)  # noqa: S506  (a SafeLoader underneath)
    return Stack(path.parent, template, parameters).deployment()


class Stack:
    """A template with its parameters' values."""

    def __init__(
        self, root: Path, template: Mapping[str, Any], parameters: Mapping[str, str]
    ) -> None:
        if unknown := set(parameters) - set(template["Parameters"]):
            raise KeyError(f"template.yaml has no parameter {', '.join(sorted(unknown))}")
        defaults = {
            name: str(parameter["Default"]) for name, parameter in template["Parameters"].items()
        }
        pseudo = {
            "Region": REGION,
            "AccountId": ACCOUNT,
            "Partition": PARTITION,
            "StackName": STACK,
            "URLSuffix": URL_SUFFIX,
        }
        self._root = root
        self._template = template
        self._resources: Mapping[str, Any] = template["Resources"]
        self._values = (
            defaults | dict(parameters) | {f"AWS::{name}": value for name, value in pseudo.items()}
        )

    def deployment(self) -> Deployment:
        """The template as it would be deployed, with every intrinsic function resolved."""
        machine = self._only("AWS::Serverless::StateMachine")
        (event,) = machine["Events"].values()
        return Deployment(
            functions={
                function.arn: function
                for function in map(self._function, self._of("AWS::Serverless::Function"))
            },
            buckets={name: self._bucket(name) for name in self._of("AWS::S3::Bucket")},
            definition=self._definition(machine),
            rule=self.resolve(event["Properties"]["Pattern"]),
            outputs={
                name: self.resolve(output["Value"])
                for name, output in self._template["Outputs"].items()
            },
        )

    def _of(self, kind: str) -> list[str]:
        return [
            name
            for name, resource in self._resources.items()
            if resource["Type"] == kind and self.exists(name)
        ]

    def _only(self, kind: str) -> dict[str, Any]:
        (name,) = self._of(kind)
        return dict(self._resources[name]["Properties"])

    def _definition(self, machine: Mapping[str, Any]) -> str:
        text = (self._root / machine["DefinitionUri"]).read_text("utf-8")
        values = self.resolve(machine["DefinitionSubstitutions"])
        return re.sub(r"\$\{(\w+)\}", lambda match: values[match[1]], text)

    def _bucket(self, name: str) -> Bucket:
        own = self._resources[name]["Properties"]
        versioned = own.get("VersioningConfiguration", {}).get("Status") == "Enabled"
        rules = self.resolve(own.get("LifecycleConfiguration", {}).get("Rules", []))
        expires = [int(rule["ExpirationInDays"]) for rule in rules if "ExpirationInDays" in rule]
        return Bucket(self._ref(name), versioned, min(expires, default=None))

    def _function(self, name: str) -> Function:
        shared = self._template["Globals"]["Function"]
        own = self._resources[name]["Properties"]
        variables = shared["Environment"]["Variables"] | own.get("Environment", {}).get(
            "Variables", {}
        )
        return Function(
            name=name,
            arn=self._attribute(name, "Arn"),
            handler=own["Handler"] if "Handler" in own else own["ImageConfig"]["Command"][0],
            code=self._code(name),
            environment={key: str(self.resolve(value)) for key, value in variables.items()},
            timeout_s=int(self.resolve(own.get("Timeout", shared["Timeout"]))),
            memory_mb=int(self.resolve(own["MemorySize"])),
        )

    def _code(self, name: str) -> tuple[Path, ...]:
        """A zip's code and layers, or the folders that an image's Dockerfile copies."""
        resource = self._resources[name]
        own = resource["Properties"]
        if "CodeUri" in own:
            layers = [
                self._resources[layer["Ref"]]["Properties"]["ContentUri"]
                for layer in own.get("Layers", [])
            ]
            return tuple(self._root / folder for folder in [own["CodeUri"], *layers])
        context = self._root / resource["Metadata"]["DockerContext"]
        dockerfile = (context / resource["Metadata"]["Dockerfile"]).read_text("utf-8")
        copied = re.findall(r"^COPY (.+) \$\{LAMBDA_TASK_ROOT\}/$", dockerfile, re.MULTILINE)
        return tuple(context / folder for line in copied for folder in line.split())

    def resolve(self, value: Any) -> Any:
        """A value of the template with its intrinsic functions worked out."""
        if isinstance(value, list):
            return [self.resolve(item) for item in value]
        if not isinstance(value, dict):
            return value
        for name, argument in value.items():
            if name == "Ref" or name.startswith("Fn::"):
                return self._intrinsic(name, argument)
        return {key: self.resolve(item) for key, item in value.items()}

    def _intrinsic(self, name: str, argument: Any) -> Any:
        match name, argument:
            case "Ref", resource:
                return self._ref(resource)
            case "Fn::GetAtt", [resource, attribute]:
                return self._attribute(resource, attribute)
            case "Fn::Sub", text:
                return (
                    self._substituted(*text) if isinstance(text, list) else self._substituted(text)
                )
            case "Fn::Split", [delimiter, text]:
                return self.resolve(text).split(delimiter)
            case "Fn::Select", [index, items]:
                return self.resolve(items)[int(index)]
            case "Fn::If", [condition, then, otherwise]:
                return self.resolve(then if self.holds(condition) else otherwise)
        raise NotImplementedError(f"fanscribe_local/emulator/template.py can't resolve {name}")

    def _substituted(self, text: str, values: Mapping[str, Any] = MappingProxyType({})) -> str:
        return re.sub(
            r"\$\{([\w:.]+)\}",
            lambda match: (
                self.resolve(values[match[1]]) if match[1] in values else self._named(match[1])
            ),
            text,
        )

    def exists(self, resource: str) -> bool:
        """True if a resource is made at all."""
        condition = self._resources[resource].get("Condition")
        return condition is None or self.holds(condition)

    def holds(self, condition: str) -> bool:
        """True if a condition of the template holds."""
        return self._true(self._template["Conditions"][condition])

    def _true(self, rule: Mapping[str, Any]) -> bool:
        match rule:
            case {"Fn::Not": [inner]}:
                return not self._true(inner)
            case {"Fn::Equals": [one, other]}:
                return bool(self.resolve(one) == self.resolve(other))
        raise NotImplementedError(f"fanscribe_local/emulator/template.py can't decide {rule}")

    def _named(self, name: str) -> str:
        return self._attribute(*name.split(".", 1)) if "." in name else self._ref(name)

    def _ref(self, name: str) -> str:
        """A parameter's value, or a resource's physical name as CloudFormation would make it up."""
        if name in self._values:
            return self._values[name]
        match self._resources[name]["Type"]:
            case "AWS::S3::Bucket":
                return self._physical(name).lower()
            case "AWS::Serverless::StateMachine":
                return self._attribute(name, "Arn")
            case _:
                return self._physical(name)

    def _physical(self, name: str) -> str:
        return f"{STACK}-{name}"

    def _attribute(self, name: str, attribute: str) -> str:
        kind = self._resources[name]["Type"]
        if attribute == "Arn" and kind == "AWS::S3::Bucket":
            return f"arn:{PARTITION}:s3:::{self._ref(name)}"
        if attribute == "Arn" and kind == "AWS::Serverless::Function":
            return f"arn:{PARTITION}:lambda:{REGION}:{ACCOUNT}:function:{self._physical(name)}"
        if kind == "AWS::SQS::Queue":
            queue = self._physical(name)
            arn = f"arn:{PARTITION}:sqs:{REGION}:{ACCOUNT}:{queue}"
            return {"QueueName": queue, "Arn": arn}[attribute]
        if attribute == "Arn" and kind == "AWS::Serverless::StateMachine":
            return f"arn:{PARTITION}:states:{REGION}:{ACCOUNT}:stateMachine:{self._physical(name)}"
        if attribute == "Arn" and kind == "AWS::Logs::LogGroup":
            return f"arn:{PARTITION}:logs:{REGION}:{ACCOUNT}:log-group:{self._physical(name)}:*"
        if attribute == "Name" and kind == "AWS::Serverless::StateMachine":
            return self._physical(name)
        raise NotImplementedError(
            f"fanscribe_local/emulator/template.py can't resolve {name}.{attribute}"
        )
