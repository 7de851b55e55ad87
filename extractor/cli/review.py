"""`extractor review`: the page where a person checks a sample against its sources, and what comes of the decisions."""

from __future__ import annotations

from importlib import import_module
from pathlib import Path

import click

#: Subcommand -> (module:attribute, what it does). Anything else after `review` is a run folder to serve.
COMMANDS: dict[str, tuple[str, str]] = {
    "apply": ("extractor.cli.review_data:apply", "Lay the corrections over the tables."),
    "export": ("extractor.cli.review_data:export", "Write decisions as gold lines and pattern candidates."),
    "agreement": ("extractor.cli.review_data:agreement", "Compare the reviewers: kappa and disagreements."),
}
_SERVE = "serve"


class RunOrCommand(click.Group):
    """`review RUN` serves the page; `review apply RUN` and its like are commands of their own."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        if args and args[0] not in (*COMMANDS, *ctx.help_option_names):
            args = [_SERVE, *args]
        return super().parse_args(ctx, args)

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name == _SERVE:
            return serve
        if cmd_name not in COMMANDS:
            return None
        module, attribute = COMMANDS[cmd_name][0].split(":")
        command: click.Command = getattr(import_module(module), attribute)
        return command

    def format_usage(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        formatter.write_usage(ctx.command_path, "RUN [OPTIONS]")
        formatter.write_usage(ctx.command_path, "COMMAND RUN [OPTIONS]", prefix="       ")

    def format_options(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Options"):
            options = [each for each in serve.get_params(ctx) if isinstance(each, click.Option)]
            formatter.write_dl([row for row in (each.get_help_record(ctx) for each in options) if row])
        with formatter.section("Commands"):
            formatter.write_dl([(name, text) for name, (_, text) in COMMANDS.items()])


@click.group(
    cls=RunOrCommand,
    epilog="Example: extractor review outputs/corpus --reviewer 张三",
    short_help="Check a sample in the browser, figure by figure; apply what was decided.",
)
def review() -> None:
    """Serve the review page of RUN on this machine and open the browser.

    RUN is a folder that `extractor run` made; `extractor sample RUN` draws what to look at, and so does the page.
    Every decision is on the disk before the page goes on. Ctrl-C ends the server. Only this machine can reach it, and
    only with the address that is printed, which is new each time.
    """


@click.command(_SERVE)
@click.argument("run", metavar="RUN", type=click.Path(path_type=Path))
@click.option("--reviewer", metavar="NAME", help="Who judges. Default: the name of the account.")
@click.option("--port", type=click.IntRange(0, 65535), default=0, metavar="N",
              help="Port on 127.0.0.1. Default: a free one.")
@click.option("--lang", type=click.Choice(["zh", "en"]), help="Language of the page. Default: the browser's.")
@click.option("--sources", multiple=True, type=click.Path(path_type=Path), metavar="DIR",
              help="Where the source files are now, if they were moved: for pictures of PDF pages. Repeatable.")
@click.option("--patterns", type=click.Path(path_type=Path), metavar="DIR",
              help="Folder of pattern files that add to the packaged ones. Default: ./patterns, if it is there.")
@click.option("--browser/--no-browser", default=True, show_default=True, help="Open the browser.")
def serve(
    run: Path, reviewer: str | None, port: int, lang: str | None, sources: tuple[Path, ...], patterns: Path | None,
    browser: bool,
) -> None:
    """Serve the review page of RUN on this machine and open the browser."""
    from extractor.review.server import Server
    from extractor.review.session import Session
    from extractor.review.store import check_name

    name = check_name(reviewer if reviewer is not None else _account())
    server = Server(Session(run, name, patterns=patterns, roots=sources), port=port, lang=lang or "")
    click.echo(f"review of {run} by {name}: {server.address}")
    click.echo("Ctrl-C ends the server; every decision is saved at once.")
    if browser:
        _open(server.address)
    try:
        server.serve()
    except KeyboardInterrupt:
        click.echo(f"Stopped. Decisions: {server.session.store.path}")
    finally:
        server.close()


def _account() -> str:
    """The name of the account, or a word that always works."""
    import getpass

    try:
        name = getpass.getuser()
    except (OSError, KeyError):
        name = ""
    return name if name.isprintable() and name.strip() else "reviewer"


def _open(address: str) -> None:
    """Open the browser once the server listens; a machine without one just prints the address."""
    import threading
    import webbrowser

    def later() -> None:
        try:
            webbrowser.open(address)
        except (OSError, webbrowser.Error):
            click.echo("No browser could be opened: open the address by hand.", err=True)

    timer = threading.Timer(0.5, later)
    timer.daemon = True
    timer.start()
