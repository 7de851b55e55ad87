"""`extractor patterns`: look at the pattern library, test it, add to it, and see what it misses."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

import click

from extractor.cli.common import read_library

if TYPE_CHECKING:
    from extractor.library import Indicator, Library
    from extractor.library.survey import Survey

Command = TypeVar("Command", bound=Callable[..., object])


def _folder(command: Command) -> Command:
    return click.option(
        "--patterns", type=click.Path(path_type=Path), metavar="DIR",
        help="Folder of pattern files that add to or override the packaged ones. Default: ./patterns, if it is there.",
    )(command)


@click.group(context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
             epilog="Example: extractor patterns test monitoring.households")
def patterns() -> None:
    """List, test and add entries of the pattern library: which figures become which indicator.

    The library is looked up in the order --patterns DIR, ./patterns, the packaged copy. docs/indicators.md says how
    to write an entry.
    """


@patterns.command("test", epilog="Example: extractor patterns test monitoring --patterns my-patterns")
@click.argument("identities", metavar="[ID]...", nargs=-1)
@_folder
@click.pass_context
def test(ctx: click.Context, identities: tuple[str, ...], patterns: Path | None) -> None:
    """Run the examples and rejects of entries through the whole extraction.

    ID is an indicator, or the beginning of several (a topic). Without it, all entries are tested. Each failure is
    printed with file, line, what was expected and what was found, and which other entry claimed the figure. The exit
    status is 1 if anything failed.
    """
    from extractor.library.proof import prove
    from extractor.pipeline import extract

    library = read_library(patterns)
    entries = _chosen(library, identities)
    began = time.monotonic()
    failures = prove(entries, lambda document: extract(document, library))
    for failure in failures:
        click.echo(str(failure))
    examples = sum(len(entry.examples) for entry in entries)
    rejects = sum(len(entry.rejects) for entry in entries)
    click.echo(f"{len(entries)} entries, {examples} examples and {rejects} rejects: {len(failures)} failed "
               f"({time.monotonic() - began:.1f} s)")
    if failures:
        ctx.exit(1)


@patterns.command("list", epilog="Example: extractor patterns list funds")
@click.argument("identities", metavar="[ID]...", nargs=-1)
@_folder
def list_entries(identities: tuple[str, ...], patterns: Path | None) -> None:
    """List the indicators: id, unit, kind and names."""
    library = read_library(patterns)
    entries = _chosen(library, identities)
    width = max((len(entry.id) for entry in entries), default=0)
    for entry in entries:
        click.echo(f"{entry.id:<{width}}  {entry.kind:<8}  {entry.unit}\t{entry.label_zh} / {entry.label_en}")
    click.echo(f"{len(entries)} indicators", err=True)


@patterns.command("show", epilog="Example: extractor patterns show monitoring.risk_removed.households")
@click.argument("identity", metavar="ID")
@_folder
def show(identity: str, patterns: Path | None) -> None:
    """Show one entry: its definition, and every claim with all wordings written out."""
    library = read_library(patterns)
    entry = library.indicator(identity)
    lines = [f"{entry.id}  ({entry.where})", f"  {entry.label_zh} / {entry.label_en}",
             f"  unit {entry.unit}, kind {entry.kind}", f"  {entry.definition}"]
    if entry.note:
        lines.append(f"  note: {entry.note}")
    for rule in entry.claims:
        lines.append(f"  claim {rule.number}: units {' '.join(rule.units)}; roles {' '.join(rule.roles)}; "
                     f"status {' '.join(rule.statuses)}{'; also parts (其中)' if rule.part else ''}"
                     f"{'; tentative' if rule.tentative else ''}")
        lines += [f"    {scope} needs one of: {'、'.join(library.terms.expand(item))}" for scope, item in rule.require]
        lines += [f"    {scope} has none of: {'、'.join(library.terms.expand(item))}" for scope, item in rule.exclude]
        if rule.regex:
            lines.append(f"    regex {rule.regex}")
    lines += [f"  example: {example.text} -> {example.value} {example.unit}".rstrip() for example in entry.examples]
    lines += [f"  reject:  {reject.text}" for reject in entry.rejects]
    click.echo("\n".join(lines))


@patterns.command("new", epilog="Example: extractor patterns new housing.solar_roofs.households --to my-patterns")
@click.argument("identity", metavar="ID")
@click.option("--to", "folder", type=click.Path(path_type=Path, file_okay=False), default=Path("patterns"),
              show_default=True, metavar="DIR", help="Pattern folder to write into.")
def new(identity: str, folder: Path) -> None:
    """Write a commented template for a new indicator, to be filled in and tested."""
    from extractor.library.template import write_template

    path = write_template(identity, folder)
    click.echo(f"written: {path}\nnext: edit it, then: extractor patterns test {identity} --patterns {folder}")


@patterns.command("suggest", epilog="Example: extractor patterns suggest reports/ --least 5")
@click.argument("sources", metavar="SOURCES...", nargs=-1, required=True)
@click.option("--least", type=click.IntRange(1), default=2, show_default=True, metavar="N",
              help="Leave out subjects with fewer figures.")
@click.option("--limit", type=click.IntRange(1), default=40, show_default=True, metavar="N",
              help="Print at most N subjects.")
@_folder
def suggest(sources: tuple[str, ...], least: int, limit: int, patterns: Path | None) -> None:
    """Print the most frequent subjects in SOURCES that no indicator claims: what to add next.

    Wordings that count the same thing are put together by their content words, which are the words that a claim would
    require. Each line has the number of documents and figures, the unit, the role and the most frequent wording;
    below it the words and some quotes.
    """
    survey, _ = _survey(sources, patterns, cut=True)
    groups = survey.unclaimed(least)
    for group in groups[:limit]:
        role = group.roles.most_common(1)[0][0]
        click.echo(f"{len(group.documents):>5} documents {group.count:>6} figures  {group.unit or '-'}  {role}  "
                   f"{group.subject}")
        click.echo(f"        [{', '.join(group.words)}]")
        for quote in group.quotes:
            click.echo(f"        {quote}")
    rest = len(groups) - limit
    if rest > 0:
        click.echo(f"... and {rest} more (see --limit)", err=True)
    if not groups:
        click.echo(f"no unclaimed subject has {least} figures or more (see --least)", err=True)


@patterns.command("coverage", epilog="Example: extractor patterns coverage reports/")
@click.argument("sources", metavar="SOURCES...", nargs=-1, required=True)
@_folder
def coverage(sources: tuple[str, ...], patterns: Path | None) -> None:
    """Print how many figures and documents of SOURCES each entry claims; entries that never fire come last."""
    survey, library = _survey(sources, patterns)
    rows = survey.coverage(library.indicators)
    width = max((len(identity) for identity, _, _ in rows), default=0)
    for identity, count, documents in sorted(rows, key=lambda row: -row[1]):
        click.echo(f"{identity:<{width}}  {count:>6} figures in {documents:>5} documents"
                   f"{'' if count else '  never'}")
    never = sum(count == 0 for _, count, _ in rows)
    click.echo(f"{len(rows) - never} of {len(rows)} entries fire", err=True)


def _chosen(library: Library, identities: Sequence[str]) -> list[Indicator]:
    if not identities:
        return list(library.indicators.values())
    chosen = {}
    for identity in identities:
        below = {i: entry for i, entry in library.indicators.items() if i.startswith(identity.rstrip(".") + ".")}
        if identity in library.indicators or not below:
            below[identity] = library.indicator(identity)
        chosen.update(below)
    return [entry for i, entry in library.indicators.items() if i in chosen]


def _survey(sources: Sequence[str], patterns: Path | None, *, cut: bool = False) -> tuple[Survey, Library]:
    from extractor.batch.sources import collect
    from extractor.errors import InputError
    from extractor.ingest import load
    from extractor.library.survey import Survey
    from extractor.library.words import Words
    from extractor.pipeline import extract

    library = read_library(patterns)
    survey = Survey(Words(word for words in library.terms.sets.values() for word in words) if cut else None)
    errors: list[InputError] = []
    plan = collect(sources)
    for source in plan.sources:
        try:
            if source.error is not None:
                raise source.error
            extraction = extract(load(source.path, name=source.name, place=source.place, period=source.period), library)
        except InputError as error:
            errors.append(error)
            click.echo(f"skipped: {error}", err=True)
            continue
        survey.add(extraction.figures, extraction.document.text)
    if len(errors) == len(plan.sources):
        raise errors[0]
    return survey, library
