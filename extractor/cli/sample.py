"""`extractor sample`: what of a run to look at."""

from __future__ import annotations

from pathlib import Path

import click

#: As in review.sample, which a test compares; written here so that --help imports no database.
METHODS = ("simple", "stratified", "risk")
BY = ("indicator", "flag", "place", "period", "status", "role", "document")


@click.command(
    epilog="Example: extractor sample outputs/corpus -n 60 --method risk",
    short_help="Draw a sample of a run for a person to check.",
)
@click.argument("run", metavar="RUN", type=click.Path(path_type=Path))
@click.option("-n", "size", type=click.IntRange(0), default=60, show_default=True, help="Figures to draw.")
@click.option("--by", metavar="LIST", help=f"Strata, separated by commas: {', '.join(BY)}.")
@click.option("--method", type=click.Choice(METHODS), help="Default: simple, or stratified with --by.")
@click.option("--seed", default="0", show_default=True, metavar="S", help="The same seed draws the same sample.")
@click.option("--ledger", type=click.IntRange(0), metavar="N",
              help="Numbers that are no figures, to see what was missed. Default: a third of -n.")
@click.option("--sentences", type=click.IntRange(0), metavar="N",
              help="Sentences without figures, to see what was missed. Default: a third of -n.")
@click.option("--name", metavar="NAME", help="Name of the sample. Default: sample-1, sample-2 ...")
@click.option("--reviewers", metavar="LIST", help="Deal the items out to these people, separated by commas.")
@click.option("--double", type=click.FloatRange(0, 1), default=0.2, show_default=True, metavar="SHARE",
              help="Share of the items that two people judge (with --reviewers).")
def sample(
    run: Path,
    size: int,
    by: str | None,
    method: str | None,
    seed: str,
    ledger: int | None,
    sentences: int | None,
    name: str | None,
    reviewers: str | None,
    double: float,
) -> None:
    """Draw figures of RUN (a folder that `extractor run` made) to be judged with `extractor review`.

    simple draws all alike; stratified (--by) draws from every group and keeps the weights; risk draws as many of the
    repaired, flagged, conflicting figures and of the biggest changes between years as of the plain ones. Numbers that
    are no figures and sentences without figures come with it: they tell how much was missed.
    """
    from collections import Counter

    from extractor.review.assign import assignments
    from extractor.review.data import Run
    from extractor.review.sample import sample as draw
    from extractor.review.store import Store

    opened = Run(run)
    store = Store.of(run)
    names = {str(known["name"]) for known in store.samples()}
    title = name or next(f"sample-{number}" for number in range(1, len(names) + 2) if f"sample-{number}" not in names)
    drawn = draw(opened, size, by=_words(by), seed=seed, method=method, ledger=ledger,  # type: ignore[arg-type]
                 sentences=sentences, name=title)
    dealt = list(assignments(drawn.items, _words(reviewers), double=double, seed=seed)) if reviewers else []
    store.add(drawn, opened.identity)
    store.assign(title, dealt)
    kinds = Counter(item.kind for item in drawn.items)
    click.echo(f"{title}: {kinds['figure']} figures, {kinds['ledger']} numbers that are no figures, "
               f"{kinds['sentence']} sentences without figures ({drawn.method}, seed {seed})")
    for stratum, (count, population) in _strata(drawn.items).items():
        # A stratum may be called what a document says: it must not steer the terminal.
        click.echo(f"  {count:>5} of {population:,} {''.join(s if s.isprintable() else '�' for s in stratum)}")
    click.echo(f"next: extractor review {run}")


def _words(text: str | None) -> list[str]:
    return [word.strip() for word in (text or "").split(",") if word.strip()]


def _strata(items: object) -> dict[str, tuple[int, int]]:
    from extractor.review.items import Item

    names = {"figure": "figures", "ledger": "numbers that are no figures", "sentence": "sentences"}
    found: dict[str, tuple[int, int]] = {}
    assert isinstance(items, tuple)
    for item in items:
        assert isinstance(item, Item)
        found[f"{names[item.kind]}{': ' if item.stratum else ''}{item.stratum}"] = (item.drawn, item.population)
    return found
