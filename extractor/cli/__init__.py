"""The command line. One module per command; each is imported only when it is called, so that `--help` is quick."""

from __future__ import annotations

import os
import sys
from importlib import import_module
from typing import NoReturn

import click

from extractor.errors import ExtractorError, InputError

#: Command -> (module:attribute, what it does in one line). The help of the group prints from here without an import.
COMMANDS: dict[str, tuple[str, str]] = {
    "extract": ("extractor.cli.extract:extract", "Print every figure of one document."),
    "run": ("extractor.cli.run:run", "Turn files and folders into tables."),
    "crawl": ("extractor.cli.crawl:crawl", "Fetch reports from disclosure sites described in YAML."),
    "status": ("extractor.cli.status:status", "Say how far a run is, from another terminal."),
    "diff": ("extractor.cli.diff:diff", "Compare two runs: documents and figures gained, lost, changed."),
    "show": ("extractor.cli.show:show", "Show a document with its numbers coloured by what became of them."),
    "explain": ("extractor.cli.explain:explain", "Say why a figure has its value, unit, period, region ..."),
    "check": ("extractor.cli.check:check", "List what cannot be right in a document, with the arithmetic."),
    "patterns": ("extractor.cli.patterns:patterns", "List, test and add entries of the pattern library."),
    "sample": ("extractor.cli.sample:sample", "Draw a sample of a run for a person to check."),
    "review": ("extractor.cli.review:review", "Check a sample in the browser, figure by figure."),
    "report": ("extractor.cli.report:report", "Write one HTML file: coverage, outliers, flags, error rates."),
    "export": ("extractor.cli.export:export", "Write a run's tables as Excel, Stata, DuckDB or a data package."),
}

#: Exit status by kind of failure: the call was wrong, or what was asked for could not be read.
WRONG_CALL = 2
FAILED = 1
INTERRUPTED = 130
PIPE_CLOSED = 141


class _PipeClosed(Exception):
    """The reader of our output (head, less) has left. click would turn a BrokenPipeError into status 1, a failure."""


class LazyGroup(click.Group):
    """A group whose commands are imported when they are used."""

    def invoke(self, ctx: click.Context) -> object:
        try:
            result = super().invoke(ctx)
            sys.stdout.flush()
        except BrokenPipeError:
            raise _PipeClosed from None
        return result

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in COMMANDS:
            return None
        module, attribute = COMMANDS[cmd_name][0].split(":")
        command: click.Command = getattr(import_module(module), attribute)
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Commands"):
            formatter.write_dl([(name, text) for name, (_, text) in COMMANDS.items()])


def _version() -> str:
    from extractor.version import is_compiled, version

    return f"{version()} (compiled)" if is_compiled() else version()


def _print_version(ctx: click.Context, _: click.Parameter, wanted: bool) -> None:
    if wanted and not ctx.resilient_parsing:
        click.echo(f"extractor {_version()}")
        ctx.exit()


@click.group(cls=LazyGroup, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.option("--version", is_flag=True, is_eager=True, expose_value=False, callback=_print_version,
              help="Print the version and exit.")
def cli() -> None:
    """Read Chinese government work reports and account for every number in them.

    \b
    Examples:
      extractor extract report.txt --format table
      extractor run reports/ --output outputs/reports
    """


def _fail(text: str, status: int) -> NoReturn:
    click.echo(f"error: {text}", err=True)
    sys.exit(status)


def _usage_text(error: click.ClickException) -> str:
    """click's message, with the way to the help that fits the command."""
    context = getattr(error, "ctx", None)
    path = context.command_path if context is not None else "extractor"
    return f"{error.format_message().rstrip('.')} (see: {path} --help)"


def main() -> NoReturn:
    """Entry point of the program: run a command; every failure is one line on standard error and an exit status."""
    for stream in (sys.stdout, sys.stderr):
        reconfigure = getattr(stream, "reconfigure", None)
        if reconfigure is not None:  # Chinese text whatever the locale says; a test's stream may lack the method
            reconfigure(encoding="utf-8", errors="backslashreplace")
    try:
        status = cli.main(prog_name="extractor", standalone_mode=False)
        sys.exit(status if isinstance(status, int) else 0)
    except click.exceptions.Exit as stop:
        sys.exit(stop.exit_code)
    except click.exceptions.NoArgsIsHelpError as error:
        click.echo(error.format_message(), err=True)
        sys.exit(WRONG_CALL)
    except click.ClickException as error:
        _fail(_usage_text(error), WRONG_CALL)
    except (click.Abort, KeyboardInterrupt):
        _fail("interrupted", INTERRUPTED)
    except InputError as error:
        _fail(str(error), FAILED)
    except ExtractorError as error:
        _fail(str(error), WRONG_CALL)
    except _PipeClosed:
        # Python would complain once more when it flushes at exit.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(PIPE_CLOSED)
    except OSError as error:
        where = f"{error.filename}: " if error.filename else ""
        _fail(f"{where}{error.strerror or error} (check the path, its permissions and the free space)", FAILED)
    except MemoryError:
        _fail("out of memory (split the input, or run with fewer --workers)", FAILED)
    except Exception as error:  # the last line of defence: a user never gets a traceback unasked
        if os.environ.get("EXTRACTOR_DEBUG"):
            raise
        what = f"{type(error).__name__}: {error}"
        _fail(f"internal error, {what} (please report it; EXTRACTOR_DEBUG=1 shows where)", FAILED)
