"""`extractor crawl`: reports from disclosure sites into a folder, politely."""

from __future__ import annotations

import time
from pathlib import Path
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from extractor.crawl.config import CrawlSource
    from extractor.crawl.records import Row
    from extractor.crawl.run import Summary

#: Seconds between two progress lines.
_QUIET = 10.0
_SHOWN = 10


@click.command(
    epilog="Example: extractor crawl corpus/sources.yaml --source sample-lists --output outputs/crawl --allow-private",
    short_help="Fetch reports from disclosure sites described in YAML.",
)
@click.argument("file", metavar="FILE.yaml", type=click.Path(path_type=Path))
@click.option("--output", "-o", type=click.Path(path_type=Path), metavar="DIR",
              help="Folder for the reports. A crawl that is there already is continued or brought up to date.")
@click.option("--source", "only", metavar="ID", multiple=True, help="Only this source; may be given several times.")
@click.option("--check", "checked", metavar="ID",
              help="Keep nothing: show what this source would take from its first list page.")
@click.option("--allow-private", is_flag=True,
              help="Allow loopback and private addresses: for a site on your own network.")
@click.pass_context
def crawl(ctx: click.Context, file: Path, output: Path | None, only: tuple[str, ...], checked: str | None,
          allow_private: bool) -> None:
    """Fetch what the sources in FILE.yaml (section `crawl`, see docs/crawling.md) publish, into DIR: raw files with a
    sidecar .meta.json each, and crawl.csv, which says for each address what became of it and why.

    robots.txt is obeyed, hosts are asked one thing at a time with pauses, nothing but the named hosts is asked. A
    crawl that was interrupted or killed goes on where it was; a finished one is brought up to date. DIR can be given to
    `extractor run`.

    The exit status is 0, or 1 where no list page could be read, 2 where the call was wrong, 130 where interrupted.
    """
    from extractor.crawl.config import read_sources

    if checked is not None:
        if only or output is not None:
            raise click.UsageError("--check takes neither --source nor --output: it keeps nothing.")
        _check(read_sources(file, [checked])[0], allow_private)
        return
    if output is None:
        raise click.UsageError("Missing option '--output' / '-o'.")
    sources = read_sources(file, only)
    from extractor.crawl.run import crawl as execute

    summary = execute(sources, output, allow_private=allow_private, on_row=_Progress().step)
    _report(summary, output)
    if summary.interrupted:
        raise click.Abort
    if summary.nothing_read:
        ctx.exit(1)


class _Progress:
    """A line on standard error now and then."""

    def __init__(self) -> None:
        self.last = time.monotonic()
        self.files = self.pages = self.failed = 0

    def step(self, row: Row) -> None:
        self.files += row.status in ("kept", "changed", "unchanged")
        self.pages += row.status == "read"
        self.failed += row.status == "failed"
        if time.monotonic() - self.last >= _QUIET:
            self.last = time.monotonic()
            click.echo(f"{self.pages} list pages, {self.files} files, {self.failed} failures", err=True)


def _report(summary: Summary, output: Path) -> None:
    counts = summary.counts
    for row in summary.failures[:_SHOWN]:
        click.echo(f"error: {row.url}: {row.reason}", err=True)
    if len(summary.failures) > _SHOWN:
        click.echo(f"... and {len(summary.failures) - _SHOWN} more: see crawl.csv", err=True)
    if summary.resumed:
        click.echo(f"went on with {', '.join(summary.resumed)}")
    click.echo(f"{counts['read']} list pages read; {counts['kept']} files new, {counts['changed']} changed, "
               f"{counts['unchanged']} unchanged, {counts['duplicate']} duplicates; {counts['skipped']} addresses "
               f"passed over, {counts['failed']} failed")
    click.echo(f"Files: {output}/ (crawl.csv says what became of each address)")
    if summary.interrupted:
        click.echo("interrupted; the same command goes on from here", err=True)


def _check(source: CrawlSource, allow_private: bool) -> None:
    from extractor.crawl.pages import next_from_template
    from extractor.crawl.run import check
    from extractor.crawl.spider import link_refusal

    ask, page = check(source, allow_private=allow_private)
    click.echo(f"{source.id}: {len(page.links)} links on {ask.url}")
    taken = 0
    for link in page.links:
        reason = link_refusal(source, link)
        taken += not reason
        head = f"skip  {link.title or '(no title)'}  [{reason}]" if reason else f"take  {link.title}"
        click.echo(f"  {head}{'  ' + link.published if link.published else ''}\n        {link.url}")
    for link in page.lists:
        click.echo(f"  list  {link.title}\n        {link.url}")
    template = next_from_template(source, ask.url, ask.number)
    following = template[0] if template else page.next
    click.echo(f"next page: {following or 'none'}")
    click.echo(f"{taken} of {len(page.links)} links would be taken")
    if not page.links:
        click.echo("no link matches: is the list written by a script? See docs/crawling.md (json, pattern).", err=True)
