"""The command `fanscribe`."""

import gc
import importlib
import io
import signal
import sys

import click

from fanscribe import __version__
from fanscribe_local.cli.messages import complain

# Where each command is, and what `--help` says of it: nothing is imported for that (a test compares
# it).
COMMANDS = {
    "transcribe": (
        "transcribe:transcribe",
        "Transcribe recordings, on this machine or with --stack on AWS.",
    ),
    "redo": ("redo:redo", "Transcribe a part of a recording again, and repair the transcript."),
    "rename": (
        "rename:rename",
        "Name the speakers of a job, and write its transcript anew.",
    ),
    "estimate": ("estimate:estimate", "Estimate the time and the cost of a recording on AWS."),
    "status": ("status:status", "Show the progress of a stack's jobs, and their text so far."),
    "fetch": ("fetch:fetch", "Fetch the transcripts of a stack's jobs, once they are done."),
    "report": ("report:report", "Write a page that shows where the time of a stack's jobs went."),
    "forget": ("forget:forget", "Delete what is kept of a recording's jobs."),
    "list": ("list:list_jobs", "List the latest jobs of a stack."),
    "init": ("init:init", "Write the project that `sam build` and `sam deploy` need."),
}


class Commands(click.Group):
    """Commands that are imported when they are called: `fanscribe --help` answers at once."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002  (click's signature)
        """Names of all commands, in the order of their use."""
        return list(COMMANDS)

    def get_command(
        self,
        ctx: click.Context,  # noqa: ARG002
        cmd_name: str,
    ) -> click.Command | None:
        """Import a command; None where there is none of that name."""
        if cmd_name not in COMMANDS:
            return None
        module, name = COMMANDS[cmd_name][0].split(":")
        command: click.Command = getattr(
            importlib.import_module(f"fanscribe_local.cli.{module}"), name
        )
        return command

    def format_commands(
        self,
        ctx: click.Context,  # noqa: ARG002
        formatter: click.HelpFormatter,
    ) -> None:
        """Write every command with its line, importing none."""
        with formatter.section("Commands"):
            formatter.write_dl([(name, text) for name, (_, text) in COMMANDS.items()])


@click.group(cls=Commands, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, message="fanscribe %(version)s")
def command() -> None:
    """Turn long recordings into timestamped transcripts, on this machine or on AWS."""


def main() -> None:
    """Exit code 2 for a wrong call, 1 for a job that failed, 130 if stopped; one line says why."""
    # What is imported stays: looking through it every 700 objects is a tenth of the start
    gc.set_threshold(100_000)
    _end_in_order()
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):  # whatever the terminal can't show is no error
            stream.reconfigure(errors="backslashreplace")
    try:
        sys.exit(command.main(standalone_mode=False))
    except click.exceptions.NoArgsIsHelpError as error:
        error.show()
        sys.exit(error.exit_code)
    except click.ClickException as error:
        complain(error.format_message() + _further(error))
        sys.exit(error.exit_code)
    except (click.Abort, KeyboardInterrupt):
        complain("stopped. The same command goes on from here.")
        sys.exit(130)
    except Exception as error:
        if (said := _explained(error)) is None:
            raise
        complain(said)
        sys.exit(1)
    finally:
        # Python's last look at all that was loaded, moto among it, takes half a second
        gc.freeze()


def _end_in_order() -> None:
    """A closed window and a polite kill end it as Ctrl-C does, so nothing stays in the temporary
    folder. Whoever ignores them (nohup) still does.
    """
    for each in (signal.SIGHUP, signal.SIGTERM):
        if signal.getsignal(each) is signal.SIG_DFL:
            signal.signal(each, signal.default_int_handler)


def _further(error: click.ClickException) -> str:
    """Where a call that click can't read is explained. Our own messages say what to do."""
    if not isinstance(error, click.UsageError) or type(error) is click.UsageError or not error.ctx:
        return ""
    return f" See `{error.ctx.command_path} --help`."


def _explained(error: Exception) -> str | None:
    """The failure of AWS or the file system in words; None for a mistake of ours."""
    from botocore import exceptions as aws  # noqa: PLC0415  (0.2 s)

    from fanscribe.errors import StorageFault  # noqa: PLC0415
    from fanscribe_local.client.file_errors import sentence  # noqa: PLC0415
    from fanscribe_local.client.retry import GaveUp  # noqa: PLC0415
    from fanscribe_local.client.upload import FileChanged  # noqa: PLC0415

    if isinstance(error, aws.NoRegionError):
        return "AWS: no region is given. Name it with --region or AWS_DEFAULT_REGION."
    if isinstance(error, aws.NoCredentialsError):
        return "AWS: no credentials are found. Run `aws configure`, or name a --profile."
    if isinstance(error, (aws.BotoCoreError, aws.ClientError, StorageFault)):
        ended = "" if str(error).endswith(".") else "."
        return f"AWS: {error}{ended} The same command goes on from here."
    if isinstance(error, GaveUp):
        return f"{error}. The same command goes on from here."
    if isinstance(error, FileChanged):
        return str(error)
    return sentence(error) if isinstance(error, OSError) else None
