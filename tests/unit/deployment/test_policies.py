"""Laws of roles and buckets that hold without running anything.

What they need is in tests/workflow/test_roles.py.
"""

import json
import re

import pytest

from benchmarks.speed import with_table
from tests.conftest import ROOT
from tests.support.iam import Call, Condition, Rule
from tests.support.permissions import MARK, PAGE, rows, table
from tests.support.policies import (
    BUCKETS,
    KEY,
    RESOURCES,
    a_stack,
    bucket_rules,
    encryption,
    role_rules,
)

PLAIN, KEYED = a_stack(), a_stack(KmsKeyArn=KEY)
NOTIFICATIONS = (ROOT / "docs" / "notifications.md").read_text("utf-8")
KEPT = "RetainExceptOnCreate"  # gone with a first deployment that fails: the next one makes it anew


def test_no_action_of_a_role_has_a_wildcard() -> None:
    assert [str(rule) for rule in role_rules(KEYED) if "*" in rule.action] == []


def test_only_the_delivery_of_the_state_machines_log_names_no_resource() -> None:
    everywhere = [rule for rule in role_rules(KEYED) if rule.resource == "*"]
    assert {(rule.principal, rule.action.split(":")[0]) for rule in everywhere} == {
        ("TranscriptionStateMachine", "logs")
    }


def test_without_a_key_of_ones_own_no_role_speaks_to_kms_and_with_one_to_that_key_alone() -> None:
    asking = [rule for rule in role_rules(KEYED) if rule.action.startswith("kms:")]
    assert {rule.resource for rule in asking} == {KEY}
    assert all(
        rule.conditions
        == (Condition("StringEquals", "kms:ViaService", "s3.us-east-1.amazonaws.com"),)
        for rule in asking
    )
    assert set(role_rules(PLAIN)) == set(role_rules(KEYED)) - set(asking)


@pytest.mark.parametrize("bucket", BUCKETS)
def test_a_bucket_denies_everything_to_a_connection_without_tls_and_nothing_to_one_with_it(
    bucket: str,
) -> None:
    arn = PLAIN.resolve({"Fn::GetAtt": [bucket, "Arn"]})
    for resource in (arn, f"{arn}/jobs/1/plan.json"):
        for action in ("s3:ListBucket", "s3:GetObject", "s3:PutObject"):
            plain, tls = (
                Call("anyone", action, resource, {"aws:SecureTransport": secure})
                for secure in ("false", "true")
            )
            assert any(rule.covers(plain) for rule in bucket_rules(PLAIN, bucket))
            assert not any(rule.covers(tls) for rule in bucket_rules(PLAIN, bucket))


@pytest.mark.parametrize("bucket", BUCKETS)
def test_a_bucket_is_private_encrypted_and_stays_when_the_stack_is_deleted(bucket: str) -> None:
    resource, properties = RESOURCES[bucket], RESOURCES[bucket]["Properties"]
    assert (resource["DeletionPolicy"], resource["UpdateReplacePolicy"]) == (KEPT, "Retain")
    assert set(properties["PublicAccessBlockConfiguration"].values()) == {True}
    assert len(properties["PublicAccessBlockConfiguration"]) == 4
    assert properties["OwnershipControls"] == {
        "Rules": [{"ObjectOwnership": "BucketOwnerEnforced"}]
    }
    assert encryption(PLAIN, bucket) == {
        "ServerSideEncryptionByDefault": {"SSEAlgorithm": "AES256"}
    }
    of_ones_own = {"SSEAlgorithm": "aws:kms", "KMSMasterKeyID": KEY}
    assert encryption(KEYED, bucket) == {
        "BucketKeyEnabled": True,
        "ServerSideEncryptionByDefault": of_ones_own,
    }


def test_a_buckets_policy_goes_and_stays_with_the_bucket() -> None:
    policies = [each for each in RESOURCES.values() if each["Type"] == "AWS::S3::BucketPolicy"]
    assert len(policies) == len(BUCKETS)
    assert {each["DeletionPolicy"] for each in policies} == {KEPT}
    assert {each["UpdateReplacePolicy"] for each in policies} == {"Retain"}


def test_the_docs_say_of_everyone_what_they_may_do() -> None:
    page = PAGE.read_text("utf-8")
    assert with_table(page, MARK, table()) == page, "`make docs` writes the table anew"
    listed = {(row.who.strip("`"), action) for row in rows() for action in row.actions}
    assert {(rule.principal, rule.action) for rule in role_rules(KEYED)} - listed == set()


def test_the_topic_takes_messages_from_eventbridge_and_the_stacks_alarms_alone() -> None:
    statement, alarms = RESOURCES["EmailTopicPolicy"]["Properties"]["PolicyDocument"]["Statement"]
    assert (alarms["Principal"], alarms["Action"]) == (
        {"Service": "cloudwatch.amazonaws.com"},
        "sns:Publish",
    )
    assert alarms["Condition"]["ArnLike"]["aws:SourceArn"]["Fn::Sub"].endswith(
        ":alarm:${AWS::StackName}-*"
    )
    assert (statement["Effect"], statement["Principal"]) == (
        "Allow",
        {"Service": "events.amazonaws.com"},
    )
    assert (statement["Action"], statement["Resource"]) == ("sns:Publish", {"Ref": "EmailTopic"})


def test_no_topic_asks_eventbridge_for_what_it_does_not_say() -> None:
    """Under a condition nothing is published: "You can't use Condition blocks in Amazon SNS topic
    policies for EventBridge" (docs.aws.amazon.com/eventbridge, "Using resource-based policies").
    """
    advised = re.findall(r"^```json\n(.*?)```", NOTIFICATIONS, re.DOTALL | re.MULTILINE)
    of_ones_own = [json.loads(each) for each in advised if '"Principal"' in each]
    own = RESOURCES["EmailTopicPolicy"]["Properties"]["PolicyDocument"]["Statement"]
    for statements in (own, *of_ones_own):
        (to_eventbridge,) = [
            statement for statement in statements if "events" in str(statement["Principal"])
        ]
        assert to_eventbridge["Principal"] == {"Service": "events.amazonaws.com"}
        assert "Condition" not in to_eventbridge
    assert len(of_ones_own) == 1


def test_with_a_bucket_of_ones_own_split_reads_that_one_and_the_stack_makes_none() -> None:
    stack = a_stack(ExistingRecordingsBucket="mine")
    resources = {
        rule.resource
        for rule in role_rules(stack)
        if rule.principal == "SplitFunction" and not re.search("jobs/|uploads/", str(rule))
    }
    assert {arn for arn in resources if ":s3:::" in arn} == {
        "arn:aws:s3:::mine",
        "arn:aws:s3:::mine/*",
    }
    assert set(stack.deployment().buckets) == {"WorkBucket", "TranscriptsBucket"}


@pytest.mark.parametrize(
    ("resource", "prefix", "allowed"),
    [
        ("arn:aws:s3:::work", "jobs/1/parts/", True),
        ("arn:aws:s3:::work", "jobs/1/", False),
        ("arn:aws:s3:::work", None, False),
        ("arn:aws:s3:::workshop", "jobs/1/parts/", False),
    ],
)
def test_a_rule_covers_what_its_patterns_and_conditions_say_and_no_more(
    resource: str, prefix: str | None, allowed: bool
) -> None:
    rule = Rule(
        "Merge",
        "s3:ListBucket",
        "arn:aws:s3:::work",
        (Condition("StringLike", "s3:prefix", "jobs/*/parts/*"),),
    )
    context = {} if prefix is None else {"s3:prefix": prefix}
    assert rule.covers(Call("Merge", "s3:ListBucket", resource, context)) is allowed
    assert not rule.covers(Call("Split", "s3:ListBucket", resource, context))
    assert not rule.covers(Call("Merge", "s3:ListBucketVersions", resource, context))


def test_what_a_rule_cannot_deliver_is_kept_in_the_queue_that_an_alarm_watches() -> None:
    """Also what Notify could not send.

    The queue is encrypted, and takes it from the stack's rules.
    """
    queue = {"Fn::GetAtt": ["LostNotifications", "Arn"]}
    notify = RESOURCES["NotifyFunction"]["Properties"]
    assert notify["DeadLetterQueue"] == {"Type": "SQS", "TargetArn": queue}
    assert notify["Events"]["ExecutionEnded"]["Properties"]["DeadLetterConfig"] == {"Arn": queue}
    rules = [r for r in RESOURCES.values() if r["Type"] == "AWS::Events::Rule"]
    kept = [target["DeadLetterConfig"] for r in rules for target in r["Properties"]["Targets"]]
    assert kept == [{"Arn": queue}] * 2
    policy = RESOURCES["LostNotificationsPolicy"]["Properties"]
    (statement,) = policy["PolicyDocument"]["Statement"]
    assert policy["Queues"] == [{"Ref": "LostNotifications"}]
    assert statement["Principal"] == {"Service": "events.amazonaws.com"}
    assert (statement["Action"], statement["Resource"]) == ("sqs:SendMessage", queue)
    of_ended, *others = statement["Condition"]["ArnEquals"]["aws:SourceArn"]
    assert of_ended == {"Fn::GetAtt": ["NotifyFunctionExecutionEnded", "Arn"]}
    assert [allowed["Fn::If"][:2] for allowed in others] == [
        ["SendEmail", {"Fn::GetAtt": ["EmailRule", "Arn"]}],
        ["TellTopic", {"Fn::GetAtt": ["TopicRule", "Arn"]}],
    ]
    assert RESOURCES["LostNotifications"]["Properties"]["SqsManagedSseEnabled"] is True
    watched = RESOURCES["LostNotificationsAlarm"]["Properties"]["Dimensions"]
    named = {"Fn::GetAtt": ["LostNotifications", "QueueName"]}
    assert watched == [{"Name": "QueueName", "Value": named}]


def test_no_rule_puts_a_message_into_a_template() -> None:
    """EventBridge puts values in as they are: a quote or a line break would break it."""
    rules = [r for r in RESOURCES.values() if r["Type"] == "AWS::Events::Rule"]
    targets = [target for rule in rules for target in rule["Properties"]["Targets"]]
    assert [target["InputPath"] for target in targets] == ["$.detail.sentence"] * 2
    assert not [target for target in targets if "InputTransformer" in target]
