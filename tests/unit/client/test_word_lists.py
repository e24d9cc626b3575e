"""Lists of words of this machine: checked before anything starts, and handed to the stack."""

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from botocore.exceptions import ClientError, EndpointConnectionError
from click.testing import CliRunner

from fanscribe import keys
from fanscribe.errors import InvalidOption
from fanscribe_local.cli.main import command
from fanscribe_local.client.given_files import with_files_sent
from fanscribe_local.client.stack import DeployedStack
from fanscribe_local.client.upload import FileChanged, digest
from fanscribe_local.client.word_lists import check_lists, local_lists, with_lists_sent
from tests.conftest import SAMPLE


@dataclass
class Bucket:
    """S3, as far as lists need it."""

    objects: dict[tuple[str, str], bytes] = field(default_factory=dict)

    lost: int = 0  # how often it takes nothing

    def head_object(self, **asked: Any) -> Any:
        """Its size. Raises ClientError where there is none."""
        if body := self.objects.get((asked["Bucket"], asked["Key"])):
            return {"ContentLength": len(body)}
        raise ClientError({"Error": {"Code": "404"}}, "HeadObject")

    def put_object(self, **sent: Any) -> None:
        """Take it, once no try is lost any more."""
        if self.lost:
            self.lost -= 1
            raise EndpointConnectionError(endpoint_url="https://s3")
        self.objects[sent["Bucket"], sent["Key"]] = sent["Body"].read()


@dataclass
class Disturbed(Bucket):
    """Takes a file that somebody writes to meanwhile."""

    file: Path = Path()

    def put_object(self, **sent: Any) -> None:
        """Take it."""
        super().put_object(**sent)
        self.file.write_text("Eddystone\nSmeaton\n")


@pytest.fixture
def terms(tmp_path: Path) -> Path:
    file = tmp_path / "terms.txt"
    file.write_text("Eddystone\n")
    return file


def test_a_file_is_uploaded_and_named_by_what_is_in_it(terms: Path) -> None:
    bucket = Bucket()
    options = {"vocabulary": str(terms), "replace": "s3://lists/style.tsv", "language": "en"}
    key = keys.upload(digest(terms), "terms.txt")
    assert with_lists_sent(options, bucket, "work") == options | {"vocabulary": f"s3://work/{key}"}
    assert bucket.objects == {("work", key): b"Eddystone\n"}


def test_lists_and_clips_are_sent_again_after_a_lost_connection(terms: Path) -> None:
    bucket = Bucket(lost=1)
    stack = DeployedStack(bucket, None, "work", "transcripts", "arn", "recordings")
    sent = with_files_sent({"vocabulary": str(terms)}, stack)
    assert sent["vocabulary"].startswith("s3://work/uploads/")
    bucket.lost = 1
    sent = with_files_sent({"voices": {"Ada": [str(terms), "0:12-0:31"]}}, stack)
    assert sent["voices"]["Ada"][0].endswith("/clip.txt")
    assert sent["voices"]["Ada"][1] == "0:12-0:31"
    assert [key.rsplit("/")[-1] for _, key in bucket.objects] == ["terms.txt", "clip.txt"]


@pytest.mark.parametrize("name", ["vocabulary", "voices"])
def test_a_file_that_changes_while_it_is_sent_is_not_used(terms: Path, name: str) -> None:
    stack = DeployedStack(Disturbed(file=terms), None, "work", "transcripts", "arn", "recordings")
    given = {"vocabulary": str(terms), "voices": {"Ada": [str(terms)]}}
    with pytest.raises(FileChanged, match=r"terms\.txt changed while it was sent\. Try again"):
        with_files_sent({name: given[name]}, stack)


@pytest.mark.parametrize(
    "elsewhere", ["s3://lists/terms.txt", f"sha256:{'0' * 64}", "off", "", None]
)
def test_what_is_elsewhere_is_left_to_the_stack(elsewhere: str | None) -> None:
    assert local_lists({"word_filter": elsewhere}) == {}


def test_a_file_that_can_t_be_used_is_refused(tmp_path: Path, terms: Path) -> None:
    check_lists({"vocabulary": str(terms)})
    with pytest.raises(InvalidOption, match=r"'replace': .*terms\.txt: line 1 has not two columns"):
        check_lists({"replace": str(terms)})
    with pytest.raises(InvalidOption, match=r"'replace': .*none\.tsv can't be read: it is not"):
        check_lists({"replace": str(tmp_path / "none.tsv")})
    with pytest.raises(InvalidOption, match=r"can't be read: "):
        check_lists({"replace": str(tmp_path)})


@pytest.mark.parametrize("words", [["transcribe", str(SAMPLE)], ["rename", str(SAMPLE), "spk_0=A"]])
def test_the_command_says_so_in_one_line_and_starts_nothing(words: list[str], terms: Path) -> None:
    refused = CliRunner().invoke(command, [*words, "--replace", str(terms)])
    assert refused.exit_code == 2
    assert "line 1 has not two columns" in refused.output
