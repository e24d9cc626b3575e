"""Two stacks in one account: neither sees the other, and one outlives the other."""

from pathlib import Path

import pytest

from tests.deploy.stacks import Stack

PARAMETERS = ("--parameter-overrides", "Model=tiny.en", "MapConcurrency=2")


@pytest.fixture(scope="module")
def second(first: Stack) -> Stack:
    """Deployed as the README says, with repositories that SAM makes."""
    stack = Stack("second", first.emulator)
    stack.sam("deploy", "--no-confirm-changeset", "--s3-prefix", "second", *PARAMETERS)
    return stack


def test_they_share_no_resource(first: Stack, second: Stack) -> None:
    assert set(first.resources().values()).isdisjoint(second.resources().values())


def test_make_deploy_pushes_two_images_and_sam_alone_four(first: Stack, second: Stack) -> None:
    """The functions that read share one of the two."""
    assert second.described()
    assert [len(tags) for tags in images(first, "first-images").values()] == [1, 1]
    assert len([name for name in repositories(first) if name.startswith("second")]) == 4


def test_an_upload_to_one_is_nothing_to_the_other(first: Stack, second: Stack, clip: Path) -> None:
    before = [execution.arn for execution in first.deployed.latest(1000)]
    second.upload(clip, "mine.wav")
    execution = second.started_by("mine.wav")
    assert execution.status == "SUCCEEDED", execution.message
    assert [execution.arn for execution in first.deployed.latest(1000)] == before
    event = first.event(execution.arn)
    assert second.deployed.state_machine in event["resources"]
    assert first.deployed.state_machine not in event["resources"]


def test_one_is_deleted_and_the_other_is_whole(first: Stack, second: Stack, clip: Path) -> None:
    before, pushed = first.resources(), images(first, "first-images")
    there = second.resources()
    kept = [there[name] for name in ("RecordingsBucket", "WorkBucket", "TranscriptsBucket")]
    second.sam("delete", "--no-prompts")
    assert not [name for name in repositories(first) if name.startswith("second")]
    assert all(second.keys(bucket) for bucket in kept), "recordings and transcripts stay"

    assert (first.resources(), images(first, "first-images")) == (before, pushed)
    first.upload(clip, "after.wav")
    execution = first.started_by("after.wav")
    assert execution.status == "SUCCEEDED", execution.message


def repositories(stack: Stack) -> list[str]:
    found = stack.client("ecr").describe_repositories()
    return [one["repositoryName"] for one in found["repositories"]]


def images(stack: Stack, repository: str) -> dict[str, list[str]]:
    """Tags by digest."""
    found = stack.client("ecr").describe_images(repositoryName=repository)["imageDetails"]
    return {image["imageDigest"]: image["imageTags"] for image in found}
