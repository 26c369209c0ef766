"""Entry point of the `cookbook` program."""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Sequence

import click

from cookbook._lazy import load_object
from cookbook._names import unknown_name
from pipelines.cli.wording import in_flags
from tuning.errors import OtherJobError
from tuning.imports import keep_imports

# Command name to "module:attribute"; modules import click and little else.
COMMANDS = {
    "recipes": "pipelines.cli.listings:recipes",
    "show": "pipelines.cli.listings:show",
    "models": "pipelines.cli.listings:models",
    "reproduce": "pipelines.cli.listings:reproduce",
    "runs": "pipelines.cli.runs:runs",
    "train": "pipelines.cli.train:train",
    "tune": "pipelines.cli.tune:tune",
    "predict": "pipelines.cli.predict:predict",
    "status": "pipelines.cli.studies:status",
    "trials": "pipelines.cli.studies:trials",
    "best": "pipelines.cli.studies:best",
    "compare": "pipelines.cli.reports:compare",
    "report": "pipelines.cli.reports:report",
    "sync": "pipelines.cli.studies:sync",
    "delete": "pipelines.cli.studies:delete",
    "job": "pipelines.cli.job:job",
    "worker": "pipelines.cli.worker:worker",
    "submit": "pipelines.cli.service:submit",
    "queue": "pipelines.cli.service:queue",
    "cancel": "pipelines.cli.service:cancel",
    "pause": "pipelines.cli.service:pause",
    "resume": "pipelines.cli.service:resume",
    "priority": "pipelines.cli.service:priority",
    "change": "pipelines.cli.service:change",
    "logs": "pipelines.cli.service:logs",
    "results": "pipelines.cli.service:results",
    "data": "pipelines.cli.data:data",
    "examples": "pipelines.cli.examples:examples",
    "ui": "pipelines.cli.ui:ui",
    "doctor": "pipelines.cli.doctor:doctor",
}
# A list or mapping that does not end in its word.
_OPEN = re.compile(r"=\s*[{\[][^}\]]*$")


class LazyGroup(click.Group):
    """Imports a command when it is used, and suggests the nearest name for a mistyped one."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: D102
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, name: str) -> click.Command | None:  # noqa: D102
        if name not in COMMANDS:
            return None
        command: click.Command = load_object(COMMANDS[name])
        return command

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """Finds the command; an unknown one is a usage error with a suggestion."""
        if args and not args[0].startswith("-") and args[0] not in COMMANDS:
            raise click.UsageError(unknown_name("command", args[0], COMMANDS))
        return super().resolve_command(ctx, args)


@click.group(cls=LazyGroup, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="keras-cookbook")
def cli() -> None:
    """Keras 3 recipes with measured results, and a crash-safe tuning service."""


def main() -> None:
    """Runs the program: bad input is one line and exit code 2, never a traceback."""
    keep_imports()
    try:
        code = cli.main(prog_name="cookbook", standalone_mode=False)
    except click.exceptions.Abort as error:
        # click makes one of Ctrl-C, and of an answer that ends a question.
        interrupted = isinstance(error.__cause__, KeyboardInterrupt)
        code = _complain("Interrupted.", 130) if interrupted else 130
    except click.exceptions.NoArgsIsHelpError as error:
        click.echo(error.format_message(), err=True)
        code = 2
    except click.UsageError as error:
        code = _complain(error.format_message() + _torn(sys.argv) + _usage(error), 2)
    except click.ClickException as error:
        code = _complain(error.format_message(), error.exit_code)
    except KeyboardInterrupt:
        code = _complain("Interrupted.", 130)
    except BrokenPipeError:
        # The reader of a listing (head, less) has closed the pipe.
        sys.stdout = open(os.devnull, "w")  # noqa: SIM115, PTH123
        code = 0
    except Exception as error:
        code = _report(error)
    sys.exit(code if isinstance(code, int) else 0)


def _usage(error: click.UsageError) -> str:
    """How the command is called, where an argument is missing or one too many was given."""
    missing = isinstance(error, click.MissingParameter)
    if error.ctx is None or not (missing or "extra argument" in error.message):
        return ""
    pieces = error.ctx.command.collect_usage_pieces(error.ctx)
    return f" Usage: {' '.join([error.ctx.command_path, *pieces])}"


def _torn(words: Sequence[str]) -> str:
    """A hint where the shell has divided a value with spaces, as in `columns={a: text}`."""
    torn = next((word for word in words if _OPEN.search(word)), None)
    return "" if torn is None else f" A value with spaces stands in quotes: '{torn} ...'."


def _report(error: Exception) -> int:
    if os.environ.get("COOKBOOK_DEBUG"):
        raise error
    if isinstance(error, OSError) and error.filename:
        return _complain(f"{error.filename}: {error.strerror}.", 2)
    if isinstance(error, OtherJobError):
        return _complain(f"{error} Here: `--study NEWNAME`, or `cookbook delete {error.study}`.", 2)
    if isinstance(error, ValueError | OSError) or _is_expected(error):
        return _complain(in_flags(str(error), sys.argv), 2)
    hint = "This is a bug in cookbook; set COOKBOOK_DEBUG=1 for the traceback."
    return _complain(f"{type(error).__name__}: {error}\n{hint}", 1)


def _is_expected(error: Exception) -> bool:
    """Errors defined by the project explain themselves in their message."""
    return type(error).__module__.split(".")[0] in ("cookbook", "tuning", "pipelines")


def _complain(message: str, code: int) -> int:
    from tuning.credentials import mask_credentials

    click.echo(f"cookbook: {mask_credentials(message)}", err=True)
    return code
