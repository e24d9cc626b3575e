"""Shared by the commands: where the stack is, how to come back to a job, where files go."""

import shlex
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import boto3
import click
from botocore.exceptions import ProfileNotFound

from fanscribe_local.client.names import printable
from fanscribe_local.client.recordings import WrongFiles
from fanscribe_local.client.retry import GaveUp
from fanscribe_local.client.stack import DeployedStack, NotFound
from fanscribe_local.client.targets import Place, Spelling, Wanted, check_apart, check_folder

Command = Callable[..., None]


class Stopped(click.ClickException):
    """Ctrl-C, with what goes on without us."""

    exit_code = 130


class Failed(click.ClickException):
    """The request can't be met now."""

    exit_code = 1


@dataclass(frozen=True)
class StackLocation:
    """A stack as the call names it."""

    stack: str
    region: str | None
    profile: str | None
    endpoint_url: str | None

    def find(self) -> DeployedStack:
        """Raises click.UsageError."""
        try:
            session = boto3.Session(profile_name=self.profile, region_name=self.region)
            return DeployedStack.find(self.stack, session, self.endpoint_url)
        except (NotFound, ProfileNotFound) as error:
            raise click.UsageError(f"{str(error).rstrip('.')}.") from None

    def come_back(
        self,
        jobs: Sequence[str],
        why: BaseException,
        rest: str = "",
    ) -> click.ClickException:
        """Message on jobs that go on without us, after Ctrl-C or GaveUp."""
        many = "the job goes on" if len(jobs) == 1 else f"{len(jobs)} jobs go on"
        calls = f"  {self._call('status', jobs)}\n  {self._call('fetch', jobs)}"
        message = f"stopped watching; {many}. Come back:\n{calls}{rest}"
        return Failed(f"{why}. {message}") if isinstance(why, GaveUp) else Stopped(message)

    def _call(self, command: str, jobs: Sequence[str]) -> str:
        given = {
            "--stack": self.stack,
            "--region": self.region,
            "--profile": self.profile,
            "--endpoint-url": self.endpoint_url,
        }
        options = [word for name, value in given.items() if value for word in (name, value)]
        return shlex.join(["fanscribe", command, *jobs, *options])


def session_options(function: Command) -> Command:
    """Options for how to reach AWS, in the AWS CLI's words."""
    for name, metavar, text in (
        (
            "--endpoint-url",
            "URL",
            "Another address of AWS.  [env: AWS_ENDPOINT_URL]",
        ),
        ("--profile", "NAME", "A profile of your AWS configuration.  [env: AWS_PROFILE]"),
        (
            "--region",
            "NAME",
            "The stack's region.  [env: AWS_DEFAULT_REGION, or your AWS configuration]",
        ),
    ):
        function = click.option(name, metavar=metavar, help=text)(function)
    return function


def stack_options(function: Command) -> Command:
    """The option for the stack, where it must be named."""
    text = "The stack, as `sam deploy` named it."
    return click.option(
        "--stack",
        metavar="NAME",
        envvar="FANSCRIBE_STACK",
        show_envvar=True,
        required=True,
        help=text,
    )(session_options(function))


work_option = click.option(
    "--work",
    metavar="FOLDER",
    type=click.Path(path_type=Path),
    help="Folder that keeps finished work.  [default: ~/.cache/fanscribe]",
)


def out_option(text: str = "Folder for the files.") -> Callable[[Command], Command]:
    """The folder for what is written, this one unless another is named."""
    return click.option(
        "--out",
        metavar="FOLDER",
        type=click.Path(path_type=Path),
        default=Path(),
        help=f"{text}  [default: here]",
    )


def job_of(stack: DeployedStack, name: str) -> Any:
    """The execution of a JOB. Raises click.UsageError."""
    try:
        return stack.find_job(name)
    except NotFound as error:
        raise click.UsageError(str(error)) from None


def check_out(out: Path) -> Spelling:
    """Find how names are compared in `out`. Raises click.UsageError if it can't be written to."""
    if out.is_file():
        raise click.UsageError(f"{printable(str(out))} is a file. --out takes a folder.")
    try:
        return check_folder(out, "--out")
    except WrongFiles as error:
        raise click.UsageError(str(error)) from None


def check_jobs(jobs: Iterable[tuple[str, Place]], spelled: Spelling) -> None:
    """Check that no two jobs of a call write the same file. Raises click.UsageError."""
    wanted = [Wanted(name, place.files()) for name, place in jobs]
    try:
        check_apart(wanted, lambda file: spelled(file.name))
    except WrongFiles as error:
        raise click.UsageError(str(error)) from None
