"""The stack that CloudFormation makes of the template: expanded by SAM, created in moto."""

import io
import json
import subprocess
import zipfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from typing import Any

import boto3
import pytest
import yaml
from moto import mock_aws
from moto.events.models import EventPattern

from fanscribe.documents.inputs import UploadEvent
from fanscribe.documents.payloads import SplitTask
from fanscribe_local.emulator.template import ACCOUNT, REGION
from tests.conftest import ROOT
from tests.support.permissions import BY_SAM
from tests.support.policies import KEY, RESOURCES, a_stack

SAM = ROOT / ".venv-sam" / "bin" / "python"
TOPIC = f"arn:aws:sns:{REGION}:{ACCOUNT}:transcripts"
EVERYTHING = {
    "ExistingRecordingsBucket": "mine",
    "RecordingKeys": "meetings/*.mp3,calls/*",
    "Model": "large-v3-turbo",
    "TranscribeMemory": "3008",
    "ChunkTiles": "8",
    "GuidedChunks": "true",
    "BatchTiles": "2",
    "MapConcurrency": "8",
    "ToleratedLoss": "0.05",
    "MaxDurationHours": "2",
    "MaxChannels": "2",
    "MaxSampleRate": "48000",
    "MaxDecodedMegabytes": "500",
    "LogRetentionDays": "7",
    "LogLevel": "DEBUG",
    "WorkRetentionDays": "3",
    "KmsKeyArn": KEY,
    "NotificationEmail": "you@example.org",
    "NotificationTopicArn": TOPIC,
    "GbSecondPrice": "0.00002",
    "SplitMemory": "2048",
    "MaxJobCost": "5",
    "MonthlyBudget": "25",
    "SubnetIds": "subnet-0a1b2c3d,subnet-4e5f6a7b",
    "SecurityGroupIds": "sg-0a1b2c3d",
    "PermissionsBoundaryArn": f"arn:aws:iam::{ACCOUNT}:policy/bounds",
    "Architecture": "arm64",
}
SETS = [
    {},
    EVERYTHING,
    {"NotificationEmail": "you@example.org"},
    {"ExistingRecordingsBucket": "mine"},
]
# moto's CloudFormation has no policies of buckets and topics, no alarms and no budgets (it warns),
# and gives no id to a layer's version, a queue's policy, and the permission to call a function
UNSEEN = {
    "AWS::S3::BucketPolicy",
    "AWS::SNS::TopicPolicy",
    "AWS::SQS::QueuePolicy",
    "AWS::Lambda::LayerVersion",
    "AWS::Lambda::Permission",
    "AWS::CloudWatch::Alarm",
    "AWS::Budgets::Budget",
}
pytestmark = pytest.mark.filterwarnings("ignore:Tried to parse AWS")


@cache
def expanded() -> str:
    """template.yaml with SAM's resources in it."""
    if not SAM.exists():
        pytest.skip("needs the SAM CLI in .venv-sam, which is not here: make .venv-sam/.installed")
    return subprocess.run(
        [SAM, ROOT / ".ci/expand.py", ROOT / "template.yaml"],
        capture_output=True,
        text=True,
        check=True,
    ).stdout


@dataclass(frozen=True)
class Stack:
    """The resources after `sam deploy`, as each service describes them."""

    parameters: Mapping[str, str]
    ids: Mapping[str, str]  # physical, by logical id
    outputs: Mapping[str, str]

    @property
    def rule(self) -> EventPattern:
        """The input rule's."""
        name = self.ids["TranscriptionStateMachineRecordingUploaded"]
        return EventPattern.load(
            boto3.client("events", REGION).describe_rule(Name=name)["EventPattern"]
        )


@contextmanager
def a_deployment(**parameters: str) -> Iterator[Stack]:
    code = io.BytesIO()
    with zipfile.ZipFile(code, "w") as archive:
        archive.writestr("merge.py", "")
    with mock_aws(config={"lambda": {"use_docker": False}}):
        s3, formation = boto3.client("s3", REGION), boto3.client("cloudformation", REGION)
        s3.create_bucket(Bucket="bucket")  # where SAM's expansion says that code is
        s3.put_object(Bucket="bucket", Key="value", Body=code.getvalue())
        given = [
            {"ParameterKey": name, "ParameterValue": value} for name, value in parameters.items()
        ]
        formation.create_stack(StackName="fanscribe", TemplateBody=expanded(), Parameters=given)
        resources = formation.list_stack_resources(StackName="fanscribe")["StackResourceSummaries"]
        (stack,) = formation.describe_stacks(StackName="fanscribe")["Stacks"]
        assert stack["StackStatus"] == "CREATE_COMPLETE"
        ids = {
            entry["LogicalResourceId"]: entry["PhysicalResourceId"]
            for entry in resources
            if entry.get("PhysicalResourceId")
        }
        yield Stack(
            parameters,
            ids,
            {output["OutputKey"]: output["OutputValue"] for output in stack["Outputs"]},
        )


@pytest.fixture(scope="module", params=SETS, ids=lambda given: f"{len(given)} given")
def stack(request: pytest.FixtureRequest) -> Iterator[Stack]:
    with a_deployment(**request.param) as deployed:
        yield deployed


def test_every_resource_is_there_and_none_whose_condition_is_false(stack: Stack) -> None:
    template = yaml.safe_load(expanded())["Resources"]
    conditions = a_stack(**stack.parameters)
    wanted = {
        name
        for name, resource in template.items()
        if resource["Type"] not in UNSEEN
        and ("Condition" not in resource or conditions.holds(resource["Condition"]))
    }
    assert set(stack.ids) == wanted


def test_the_services_have_them(stack: Stack) -> None:
    """Asked themselves, not CloudFormation."""
    buckets = {
        bucket["Name"] for bucket in boto3.client("s3", REGION).list_buckets()["Buckets"]
    } - {"bucket"}
    assert buckets == {name for logical, name in stack.ids.items() if logical.endswith("Bucket")}
    functions = boto3.client("lambda", REGION).list_functions()["Functions"]
    memory = {function["FunctionName"]: function["MemorySize"] for function in functions}
    asked = int(stack.parameters.get("TranscribeMemory", 10240))
    assert {
        stack.ids[name]: asked for name in ("TranscribeFunction", "DetectLanguageFunction")
    }.items() <= memory.items()
    assert len(memory) == 6
    (machine,) = boto3.client("stepfunctions", REGION).list_state_machines()["stateMachines"]
    assert machine["stateMachineArn"] == stack.outputs["StateMachineArn"]
    groups = boto3.client("logs", REGION).describe_log_groups()["logGroups"]
    kept = {group["retentionInDays"] for group in groups}
    assert len(groups) == len(memory) + 1
    assert kept == {int(stack.parameters.get("LogRetentionDays", 30))}


def test_functions_run_where_the_deployment_says_and_no_role_is_without_its_boundary(
    stack: Stack,
) -> None:
    given = stack.parameters
    subnets = given["SubnetIds"].split(",") if "SubnetIds" in given else []
    for function in boto3.client("lambda", REGION).list_functions()["Functions"]:
        assert function.get("VpcConfig", {}).get("SubnetIds", []) == subnets
    iam = boto3.client("iam", REGION)
    roles = [iam.get_role(RoleName=each["RoleName"])["Role"] for each in iam.list_roles()["Roles"]]
    assert len(roles) >= 6, "of four functions, of the state machine and of its rule"
    for role in roles:
        bounds = role.get("PermissionsBoundary", {}).get("PermissionsBoundaryArn")
        assert bounds == given.get("PermissionsBoundaryArn")


def test_sam_adds_to_roles_what_the_docs_say_and_no_more() -> None:
    resources = yaml.safe_load(expanded())["Resources"]
    kinds = {"AWS::IAM::Role", "AWS::IAM::Policy"}
    bearers = {name for name, each in resources.items() if each["Type"] in kinds}
    machine, rule = (
        "TranscriptionStateMachineRole",
        "TranscriptionStateMachineRecordingUploadedRole",
    )
    assert bearers - set(RESOURCES) == {machine, rule}

    of_machine, of_rule = (resources[name]["Properties"] for name in (machine, rule))
    trace, start = BY_SAM
    assert [arn.rsplit("/", 1)[1] for arn in of_machine["ManagedPolicyArns"]] == [*trace.actions]
    assert "ManagedPolicyArns" not in of_rule
    ((statement,),) = [each["PolicyDocument"]["Statement"] for each in of_rule["Policies"]]
    assert (statement["Effect"], statement["Action"]) == ("Allow", *start.actions)
    assert statement["Resource"] == {"Ref": "TranscriptionStateMachine"}


def test_split_is_given_the_deployments_choices(stack: Stack) -> None:
    found = boto3.client("lambda", REGION).get_function_configuration(
        FunctionName=stack.ids["SplitFunction"]
    )
    environment = found["Environment"]["Variables"]
    assert str(environment["TOLERATED_LOSS"]) == stack.parameters.get("ToleratedLoss", "0")
    assert str(environment["MAP_CONCURRENCY"]) == stack.parameters.get("MapConcurrency", "100")
    assert str(environment["MAX_JOB_COST"]) == stack.parameters.get("MaxJobCost", "0")
    assert str(found["MemorySize"]) == stack.parameters.get("SplitMemory", "3008")


def test_an_upload_is_what_the_state_machine_accepts(stack: Stack) -> None:
    """The rule's only target is the state machine, and it gets the event as it is."""
    name = stack.ids["TranscriptionStateMachineRecordingUploaded"]
    (target,) = boto3.client("events", REGION).list_targets_by_rule(Rule=name)["Targets"]
    assert target["Arn"] == stack.outputs["StateMachineArn"]
    assert target.keys() & {"Input", "InputPath", "InputTransformer"} == set()
    event = an_upload(
        stack.outputs["RecordingsBucketName"], "meetings/2026-11 board + guests (Zürich).mp3"
    )
    assert stack.rule.matches_event(event)
    task = SplitTask.parse({"execution": "x", "input": event})
    assert isinstance(task.input, UploadEvent)
    assert (
        task.input.bucket
        == stack.outputs["RecordingsBucketName"]
        == stack.parameters.get("ExistingRecordingsBucket", stack.ids.get("RecordingsBucket"))
    )


def test_no_bucket_that_is_written_to_triggers_the_rule(stack: Stack) -> None:
    for bucket in (stack.ids["WorkBucket"], stack.ids["TranscriptsBucket"], "somebody-elses"):
        assert not stack.rule.matches_event(an_upload(bucket, "meetings/talk.mp3"))


def test_an_email_has_a_topic_of_its_own_and_a_topic_gets_it_as_it_is(stack: Stack) -> None:
    sns, events = boto3.client("sns", REGION), boto3.client("events", REGION)
    address = stack.parameters.get("NotificationEmail")
    assert [entry["Endpoint"] for entry in sns.list_subscriptions()["Subscriptions"]] == (
        [address] if address else []
    )
    targets = {
        name: events.list_targets_by_rule(Rule=stack.ids[name])["Targets"][0]["Arn"]
        for name in ("EmailRule", "TopicRule")
        if name in stack.ids
    }
    assert targets.get("TopicRule") == stack.parameters.get("NotificationTopicArn")
    assert targets.get("EmailRule") == stack.ids.get("EmailTopic")
    if address:
        attributes = sns.get_topic_attributes(TopicArn=stack.ids["EmailTopic"])["Attributes"]
        assert attributes.get("KmsMasterKeyId") == stack.parameters.get("KmsKeyArn")


def an_upload(bucket: str, key: str) -> Any:
    """The sample event, of another object."""
    event = json.loads((ROOT / "events" / "upload.json").read_text())
    event["resources"] = [f"arn:aws:s3:::{bucket}"]
    event["detail"]["bucket"]["name"] = bucket
    event["detail"]["object"]["key"] = key
    return event


ODD = [
    "talk.mp3",
    "meetings/a b+c (Zürich) & more.mp3",
    "meetings/2026/x.MP3",
    'calls/"quoted" \\ [1]*?.wav',
    "calls/",
    "Calls/x",
    "…",
]


@pytest.mark.parametrize(
    ("patterns", "taken"),
    [
        ("*", ODD),
        ("*.mp3", ODD[:2]),
        ("meetings/*", ODD[1:3]),
        ("meetings/*.mp3", ODD[1:2]),
        ("meetings/*.mp3,calls/*", [ODD[1], ODD[3], ODD[4]]),
        ("talk.mp3,*.MP3,*[[]*,Calls/*,…", [ODD[0], ODD[2], ODD[5], ODD[6]]),
    ],
)
def test_the_rule_takes_the_keys_that_a_pattern_matches(patterns: str, taken: list[str]) -> None:
    """As Event Ruler has it: only `*` has a meaning."""
    rule = EventPattern.load(json.dumps(a_stack(RecordingKeys=patterns).deployment().rule))
    bucket = a_stack().resolve({"Ref": "RecordingsBucket"})
    assert [key for key in ODD if rule.matches_event(an_upload(bucket, key))] == taken


def test_an_empty_object_starts_nothing() -> None:
    """The console makes one for a folder, and what mounts a bucket makes one before it writes."""
    rule = EventPattern.load(json.dumps(a_stack().deployment().rule))
    event = an_upload(a_stack().resolve({"Ref": "RecordingsBucket"}), "meetings/")
    assert rule.matches_event(event)
    event["detail"]["object"]["size"] = 0
    assert not rule.matches_event(event)


def test_a_recording_of_more_than_5_gb_starts_a_job() -> None:
    """EventBridge compares numbers "between -5.0e9 and +5.0e9 inclusive", and takes no other for a
    number (docs.aws.amazon.com/eventbridge, "Comparison operators", Numeric matching; event-ruler
    did so until 1.8). `anything-but` matches all that is not named, number or not.
    """
    pattern = a_stack().deployment().rule
    event = an_upload(a_stack().resolve({"Ref": "RecordingsBucket"}), "film.mp4")
    event["detail"]["object"]["size"] = 9_000_000_000
    assert EventPattern.load(json.dumps(pattern)).matches_event(event)
    assert "numeric" not in json.dumps(pattern)


@pytest.mark.parametrize("own", ["WorkBucket", "TranscriptsBucket"])
def test_a_bucket_of_the_stacks_own_that_is_named_as_the_existing_one_still_triggers_nothing(
    own: str,
) -> None:
    name = a_stack().resolve({"Ref": own})
    rule = EventPattern.load(json.dumps(a_stack(ExistingRecordingsBucket=name).deployment().rule))
    assert not rule.matches_event(an_upload(name, "talk.mp3/ab0959068c76b1e1/transcript.json"))
