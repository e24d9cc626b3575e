"""The command `fanscribe`."""

import io
import sys

import click
from botocore.exceptions import BotoCoreError, ClientError

from fanscribe import __version__
from fanscribe.errors import StorageFault
from fanscribe_local.cli.estimate import estimate
from fanscribe_local.cli.fetch import fetch
from fanscribe_local.cli.follow import complain
from fanscribe_local.cli.init import init
from fanscribe_local.cli.list import list_jobs
from fanscribe_local.cli.redo import redo
from fanscribe_local.cli.report import report
from fanscribe_local.cli.status import status
from fanscribe_local.cli.transcribe import transcribe
from fanscribe_local.client.file_errors import sentence


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, message="fanscribe %(version)s")
def command() -> None:
    """Turn long recordings into timestamped transcripts, on this machine or on AWS."""


for each in (transcribe, redo, estimate, status, fetch, report, list_jobs, init):
    command.add_command(each)


def main() -> None:
    """Exit code 2 for a wrong call, 1 for a job that failed, 130 for Ctrl-C; one line says why."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):  # whatever the terminal can't show is no error
            stream.reconfigure(errors="backslashreplace")
    try:
        sys.exit(command.main(standalone_mode=False))
    except click.ClickException as error:
        complain(error.format_message())
        sys.exit(error.exit_code)
    except (click.Abort, KeyboardInterrupt):
        complain("stopped. The same command goes on from here.")
        sys.exit(130)
    except (BotoCoreError, ClientError, StorageFault) as error:
        ended = "" if str(error).endswith(".") else "."
        complain(f"AWS: {error}{ended} The same command goes on from here.")
        sys.exit(1)
    except OSError as error:
        complain(sentence(error))
        sys.exit(1)


if __name__ == "__main__":
    main()
