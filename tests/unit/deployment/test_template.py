"""The template's parameters, as people meet them: in the docs and in CloudFormation's console."""

import re

import pytest

from tests.conftest import ROOT
from tests.support.policies import TEMPLATE

PARAMETERS = TEMPLATE["Parameters"]
DEPLOYING = (ROOT / "docs" / "deploying.md").read_text()
TABLE = dict(re.findall(r"^\| `(\w+)` \| (.*?) \|", DEPLOYING.split("## Parameters")[1].split("\n## ")[0], re.MULTILINE))


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
def test_a_wrong_value_is_refused_before_anything_is_deployed(name: str, given: str, allowed: bool) -> None:
    assert bool(re.fullmatch(PARAMETERS[name]["AllowedPattern"], given)) is allowed
    assert PARAMETERS[name]["ConstraintDescription"].startswith("is ")
