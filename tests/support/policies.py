"""Permissions, as template.yaml says them: read by another reader than ours, with the values of a
deployment here.
"""

from collections.abc import Iterator
from typing import Any

import cfnlint.decode

from fanscribe_local.emulator.template import Stack
from tests.conftest import ROOT
from tests.support.iam import Rule, rules

TEMPLATE: dict[str, Any] = cfnlint.decode.decode_str((ROOT / "template.yaml").read_text())[0]
RESOURCES = TEMPLATE["Resources"]
FUNCTIONS = [
    name for name, resource in RESOURCES.items() if resource["Type"] == "AWS::Serverless::Function"
]
NOTIFY = "NotifyFunction"  # of no job: it tells of each that has ended
STEPS = [name for name in FUNCTIONS if name != NOTIFY]  # that the state machine calls
BUCKETS = [name for name, resource in RESOURCES.items() if resource["Type"] == "AWS::S3::Bucket"]
KEY = "arn:aws:kms:us-east-1:123456789012:key/0a1b2c3d"


def a_stack(**parameters: str) -> Stack:
    return Stack(ROOT, TEMPLATE, parameters)


def role_rules(stack: Stack) -> Iterator[Rule]:
    """Permissions of each role. SAM makes a role, `<Name>Role`, where none is named."""
    for name, resource in RESOURCES.items():
        properties = resource["Properties"]
        match resource["Type"]:
            case "AWS::Serverless::Function" | "AWS::Serverless::StateMachine":
                for policy in stack.resolve(properties.get("Policies", [])):
                    yield from rules(name, "Allow", policy["Statement"])
            case "AWS::IAM::Role":
                for policy in stack.resolve(properties.get("Policies", [])):
                    statements = policy["PolicyDocument"]["Statement"]
                    yield from rules(name.removesuffix("Role"), "Allow", statements)
            case "AWS::IAM::Policy" if stack.exists(name):
                statements = stack.resolve(properties["PolicyDocument"]["Statement"])
                for role in properties["Roles"]:
                    yield from rules(role["Ref"].removesuffix("Role"), "Allow", statements)


def bucket_rules(stack: Stack, bucket: str) -> Iterator[Rule]:
    """Denials of a bucket's own policies, for everyone."""
    for resource in RESOURCES.values():
        if resource["Type"] == "AWS::S3::BucketPolicy" and resource["Properties"]["Bucket"] == {
            "Ref": bucket
        }:
            statements = stack.resolve(resource["Properties"]["PolicyDocument"]["Statement"])
            assert all(statement["Principal"] == "*" for statement in statements)
            yield from rules("*", "Deny", statements)


def encryption(stack: Stack, bucket: str) -> dict[str, Any]:
    """How a bucket encrypts what is stored without saying how."""
    (rule,) = RESOURCES[bucket]["Properties"]["BucketEncryption"][
        "ServerSideEncryptionConfiguration"
    ]
    found: dict[str, Any] = stack.resolve(rule)
    return found
