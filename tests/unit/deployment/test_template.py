"""The template's parameters, as people meet them: in the docs and in CloudFormation's console."""

import json
import re
from pathlib import Path
from typing import Any

import botocore.session
import cfnlint
import pytest

from tests.conftest import ROOT
from tests.support.policies import BUCKETS, RESOURCES, TEMPLATE, a_stack

PARAMETERS = TEMPLATE["Parameters"]
BEARERS = {"AWS::IAM::Role", "AWS::Serverless::StateMachine"}  # of a role
ROLES = [name for name, resource in RESOURCES.items() if resource["Type"] in BEARERS]
DEPLOYING = (ROOT / "docs" / "deploying.md").read_text()
TABLE = dict(
    re.findall(
        r"^\| `(\w+)` \| (.*?) \|",
        DEPLOYING.split("## Parameters")[1].split("\n## ")[0],
        re.MULTILINE,
    )
)


def test_the_docs_have_every_parameter_and_no_other() -> None:
    assert sorted(TABLE) == sorted(PARAMETERS)


@pytest.mark.parametrize("name", PARAMETERS)
def test_the_docs_say_a_parameters_default(name: str) -> None:
    default = PARAMETERS[name]["Default"]
    assert TABLE[name].strip("`") == ("none" if default == "" else str(default))


def test_the_console_shows_every_parameter_once() -> None:
    groups = TEMPLATE["Metadata"]["AWS::CloudFormation::Interface"]["ParameterGroups"]
    shown = [name for group in groups for name in group["Parameters"]]
    assert sorted(shown) == sorted(PARAMETERS)


@pytest.mark.parametrize(
    ("name", "given", "allowed"),
    [
        ("RecordingKeys", "*", True),
        ("RecordingKeys", "meetings/*.mp3,calls/*,*.wav,a b+c (ü)/*,e", True),
        ("RecordingKeys", "1,2,3,4,5,6", False),
        ("RecordingKeys", "meetings/*,", False),
        ("RecordingKeys", "**.mp3", False),
        ("RecordingKeys", "", False),
        ("RecordingKeys", "*.mp3,*.MP3,*.wav,*.WAV,*.m4a", True),
        ("RecordingKeys", "*/calls/*.mp3,*/calls/*.wav,*.m4a", True),
        ("RecordingKeys", "*/calls/*.mp3,*/calls/*.wav,*/calls/*.m4a", False),
        ("Model", "large-v3-turbo", True),
        ("Model", "Systran/faster-whisper-tiny.en", True),
        ("Model", "small medium", False),
        ("SubnetIds", "", True),
        ("SubnetIds", "subnet-0a1b2c3d,subnet-4e5f6a7b", True),
        ("SubnetIds", "subnet-0a1b2c3d, subnet-4e5f6a7b", False),
        ("SecurityGroupIds", "sg-0a1b2c3d", True),
        ("SecurityGroupIds", "default", False),
        ("PermissionsBoundaryArn", "arn:aws-cn:iam::123456789012:policy/edge/of-teams", True),
        ("PermissionsBoundaryArn", "arn:aws:iam::123456789012:role/team", False),
        ("GbSecondPrice", "1.66667e-05", False),
        ("ExistingRecordingsBucket", "", True),
        ("ExistingRecordingsBucket", "my.recordings-2026", True),
        ("ExistingRecordingsBucket", "arn:aws:s3:::mine", False),
        ("NotificationEmail", "", True),
        ("NotificationEmail", "you@example.org", True),
        ("NotificationEmail", "you", False),
        ("NotificationTopicArn", "arn:aws:sns:eu-central-1:123456789012:transcripts", True),
        ("NotificationTopicArn", "arn:aws:sns:eu-central-1:123456789012:transcripts.fifo", False),
    ],
)
def test_a_wrong_value_is_refused_before_anything_is_deployed(
    name: str, given: str, allowed: bool
) -> None:
    assert bool(re.fullmatch(PARAMETERS[name]["AllowedPattern"], given)) is allowed
    assert PARAMETERS[name]["ConstraintDescription"].startswith("is ")


def holds(rule: Any, given: dict[str, str]) -> Any:
    """A rule of the template, for parameters that are `given`."""
    match rule:
        case {"Fn::And": each}:
            return all(holds(one, given) for one in each)
        case {"Fn::Or": each}:
            return any(holds(one, given) for one in each)
        case {"Fn::Not": [one]}:
            return not holds(one, given)
        case {"Fn::Equals": [one, other]}:
            return holds(one, given) == holds(other, given)
        case {"Ref": name}:
            return given[name] if name in given else str(PARAMETERS[name]["Default"])
    return rule


@pytest.mark.parametrize(
    ("given", "broken"),
    [
        ({}, []),
        ({"SubnetIds": "subnet-0a"}, ["SubnetsAndSecurityGroupsComeTogether"]),
        ({"SecurityGroupIds": "sg-0a"}, ["SubnetsAndSecurityGroupsComeTogether"]),
        ({"SubnetIds": "subnet-0a", "SecurityGroupIds": "sg-0a"}, []),
        ({"MonthlyBudget": "25"}, ["ABudgetIsToldToSomebody"]),
        ({"MonthlyBudget": "25", "NotificationEmail": "you@example.org"}, []),
    ],
)
def test_parameters_that_need_each_other_are_asked_for_together(
    given: dict[str, str], broken: list[str]
) -> None:
    found = [
        name
        for name, rule in TEMPLATE["Rules"].items()
        if holds(rule.get("RuleCondition", True), given)
        and not all(holds(each["Assert"], given) for each in rule["Assertions"])
    ]
    assert found == broken


# What event-ruler, the library that EventBridge matches with, calls the complexity of a rule with
# these keys: by its own MachineComplexityEvaluator, commit of 2026-07-21. Public reports of rules
# that EventBridge took (up to 9) and refused (from 12 on) agree with what another project says of
# EventBridge, that it refuses more than ten.
COMPLEXITY = {
    "*": 3,
    "*.mp3,*.wav,*.m4a,*.mp4": 9,
    "*.mp3,*.MP3,*.wav,*.WAV,*.m4a": 10,
    "*/m/*.mp3,*/n/*.wav": 7,
    "*/m/*.mp3,*/n/*.wav,*.m4a": 8,
    "*/a/*/b/*.wav,*.wav,*.mp3": 8,
    "*/*/*/*/*.mp3": 9,
    "*a*a*a*a*a": 10,
    "a/*/b/*.mp3,a/*/c/*.mp3,*x": 8,
    "*/m/*.mp3,*/m/*.wav,*/m/*.m4a": 12,
    "*/m/*.mp3,*/m/*.wav,*/m/*.m4a,*/m/*.mp4,*/m/*.ogg": 20,
    "*a*a*a*a*a*a": 12,
}


@pytest.mark.parametrize("keys", COMPLEXITY)
def test_patterns_of_keys_that_eventbridge_would_refuse_are_refused_at_once(keys: str) -> None:
    pattern = PARAMETERS["RecordingKeys"]["AllowedPattern"]
    assert bool(re.fullmatch(pattern, keys)) is (COMPLEXITY[keys] <= 10)


def test_a_place_that_no_pattern_needs_is_filled_with_one_that_matches_no_recording() -> None:
    """The first pattern once more would count again where it has two stars."""
    key = a_stack(RecordingKeys="*/m/*.mp3,*.wav").deployment().rule["detail"]["object"]["key"]
    assert [each["wildcard"] for each in key] == ["*/m/*.mp3", "*.wav", "/", "/", "/"]


SCHEMAS = Path(cfnlint.__file__).parent / "data" / "schemas"  # CloudFormation's own, of each type
TYPES = json.loads((SCHEMAS / "providers" / "us-east-1.json").read_text())


def places(properties: Any, at: str = "/properties") -> set[str]:
    """Where the template says something about a resource: `/properties/Budget/BudgetName`."""
    below = properties.items() if isinstance(properties, dict) else ()
    return {at}.union(*(places(value, f"{at}/{name}") for name, value in below))


@pytest.mark.parametrize("name", [name for name in RESOURCES if RESOURCES[name]["Type"] in TYPES])
def test_what_an_update_may_have_to_make_anew_has_no_name_of_its_own(name: str) -> None:
    """CloudFormation makes the new one before it deletes the old one: two can't have a name.

    A budget is made anew for another address.
    """
    schema = json.loads(
        (SCHEMAS / "resources" / f"{TYPES[RESOURCES[name]['Type']]}.json").read_text()
    )
    fixed = places(RESOURCES[name]["Properties"]) & {*schema.get("createOnlyProperties", ())}
    assert len(fixed) <= 1 or not any(place.endswith("Name") for place in fixed), fixed


@pytest.mark.parametrize(
    ("partition", "console"),
    [
        ("aws", "console.aws.amazon.com"),
        ("aws-cn", "console.amazonaws.cn"),
        ("aws-us-gov", "console.amazonaws-us-gov.com"),
        ("aws-eusc", "console.amazonaws-eusc.eu"),
    ],
)
def test_the_dashboard_is_where_its_partition_has_its_console(partition: str, console: str) -> None:
    """docs.aws.amazon.com/general, "AWS Management Console endpoints"; those of other partitions
    are in their own documentation.
    """
    text, names = TEMPLATE["Outputs"]["DashboardUrl"]["Value"]["Fn::Sub"]
    assert text.startswith("https://${AWS::Region}.${Console}/cloudwatch/home?")
    found = names["Console"]
    while isinstance(found, dict):
        condition, then, otherwise = found["Fn::If"]
        rule = TEMPLATE["Conditions"][condition]
        found = then if holds(rule, {"AWS::Partition": partition}) else otherwise
    assert found == console


def test_logs_are_kept_for_as_long_as_cloudwatch_can() -> None:
    model = botocore.session.get_session().get_service_model("logs")
    text = model.shape_for("Days").documentation
    possible = [int(days) for days in re.findall(r"\b\d+\b", text.split("Possible values are")[1])]
    assert PARAMETERS["LogRetentionDays"]["AllowedValues"] == possible


@pytest.mark.parametrize("page", ["README.md", "docs/deploying.md"])
def test_what_new_accounts_are_advised_fits_them(page: str) -> None:
    """3,008 MB for a function, ten invocations at once."""
    (command,) = re.findall(
        r"^sam deploy .*TranscribeMemory=.*$", (ROOT / page).read_text(), re.MULTILINE
    )
    given = dict(re.findall(r"(\w+)=(\S+)", command))
    functions = a_stack(**given).deployment().functions.values()
    assert max(function.memory_mb for function in functions) == 3008
    assert int(given["MapConcurrency"]) < 10


@pytest.mark.parametrize("bucket", BUCKETS)
def test_parts_of_an_upload_that_never_ended_are_removed_after_a_day(bucket: str) -> None:
    """S3 keeps and charges for them until somebody does (docs.aws.amazon.com/AmazonS3, "Uploading
    and copying objects using multipart upload").
    """
    rules = RESOURCES[bucket]["Properties"]["LifecycleConfiguration"]["Rules"]
    removing = [rule for rule in rules if "AbortIncompleteMultipartUpload" in rule]
    assert [
        (rule["Status"], rule["AbortIncompleteMultipartUpload"]["DaysAfterInitiation"])
        for rule in removing
    ] == [("Enabled", 1)]


def test_no_arn_names_a_partition() -> None:
    """China and GovCloud have others than `aws`."""
    assert re.findall(r"arn:aws[\w-]*:", (ROOT / "template.yaml").read_text()) == []


@pytest.mark.parametrize("name", ROLES)
def test_a_boundary_bounds_every_role_and_a_vpc_is_for_every_function(name: str) -> None:
    assert RESOURCES[name]["Properties"]["PermissionsBoundary"] == {
        "Fn::If": ["Bounded", {"Ref": "PermissionsBoundaryArn"}, {"Ref": "AWS::NoValue"}]
    }
    assert "VpcConfig" in TEMPLATE["Globals"]["Function"]


def test_the_machines_of_functions_and_layer_are_the_same() -> None:
    layer = RESOURCES["CoreLayer"]
    same = [{"Ref": "Architecture"}]
    assert TEMPLATE["Globals"]["Function"]["Architectures"] == same
    assert layer["Properties"]["CompatibleArchitectures"] == same
    assert [layer["Metadata"]["BuildArchitecture"]] == same


def test_the_state_machines_log_has_a_name_that_needs_no_policy_and_is_its_stacks_own() -> None:
    name = RESOURCES["StateMachineLogs"]["Properties"]["LogGroupName"]["Fn::Sub"]
    assert name.startswith("/aws/vendedlogs/states/")
    assert "${AWS::StackName}" in name


@pytest.mark.parametrize("amount", ["0", "25"])
def test_a_budget_is_made_where_one_is_named_and_tells_of_it_twice(amount: str) -> None:
    assert a_stack(MonthlyBudget=amount, NotificationEmail="you@example.org").exists("Budget") is (
        amount != "0"
    )
    notifications = RESOURCES["Budget"]["Properties"]["NotificationsWithSubscribers"]
    assert [each["Notification"]["Threshold"] for each in notifications] == [80, 100]
    assert {str(each["Subscribers"]) for each in notifications} == {
        "[{'SubscriptionType': 'EMAIL', 'Address': {'Ref': 'NotificationEmail'}}]"
    }
