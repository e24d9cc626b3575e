"""Lists of words of this machine: checked before anything starts, and handed to the stack."""

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from fanscribe import keys
from fanscribe.errors import InvalidOption
from fanscribe_local.cli.main import command
from fanscribe_local.client.stack import DeployedStack
from fanscribe_local.client.upload import digest
from fanscribe_local.client.word_lists import check_lists, local_lists, with_lists_sent
from tests.conftest import SAMPLE


@dataclass
class Bucket:
    """S3, as far as lists need it."""

    objects: dict[tuple[str, str], bytes] = field(default_factory=dict)

    def put_object(self, **sent: Any) -> None:
        self.objects[sent["Bucket"], sent["Key"]] = sent["Body"]


@pytest.fixture
def terms(tmp_path: Path) -> Path:
    file = tmp_path / "terms.txt"
    file.write_text("Eddystone\n")
    return file


def test_a_file_is_uploaded_and_named_by_what_is_in_it(terms: Path) -> None:
    bucket = Bucket()
    stack = DeployedStack(bucket, None, "work", "transcripts", "arn", "recordings")
    options = {"vocabulary": str(terms), "replace": "s3://lists/style.tsv", "language": "en"}
    key = keys.upload(digest(terms), "terms.txt")
    assert with_lists_sent(options, stack) == options | {"vocabulary": f"s3://work/{key}"}
    assert bucket.objects == {("work", key): b"Eddystone\n"}


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
