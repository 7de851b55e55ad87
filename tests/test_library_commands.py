"""`extractor patterns`: from a template to a table without touching Python, and what the other commands print."""

from __future__ import annotations

import csv
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from extractor.cli import cli
from extractor.errors import ExtractorError
from extractor.library import default_library
from extractor.library.rates import settle
from extractor.model import Figure

Run = Callable[..., Result]


@pytest.fixture
def run() -> Run:
    def call(*arguments: str) -> Result:
        return CliRunner().invoke(cli, list(arguments))

    return call


def edited(path: Path) -> None:
    """Fill the template in as a researcher would."""
    text = path.read_text(encoding="utf-8")
    for old, new in [
        ("中文名称", "安装屋顶光伏户数"), ("English label", "Households with rooftop solar"),
        ("kind: stock ", "kind: flow "), ("[指标词语一|指标词语二]", "[屋顶光伏|户用光伏]"), ("[排除词语]", "[电站]"),
        ("全县指标词语一1234户", "全县安装屋顶光伏1234户"), ("全年指标词语二1.2万户", "全年户用光伏装机1.2万户"),
        ("2025年计划指标词语一560户", "2025年计划实施屋顶光伏560户"),
        ("全县排除词语指标词语一96户", "光伏电站带动屋顶光伏96户"),
    ]:
        assert old in text, old
        text = text.replace(old, new)
    path.write_text(text, encoding="utf-8")


def test_a_new_indicator_reaches_the_tables_without_python(tmp_path: Path, run: Run) -> None:
    patterns, output = tmp_path / "my-patterns", tmp_path / "out"
    identity = "housing.solar_roofs.households"
    made = run("patterns", "new", identity, "--to", str(patterns))
    assert made.exit_code == 0, made.output
    path = patterns / "indicators" / "housing.yaml"
    assert str(path) in made.output

    edited(path)
    tested = run("patterns", "test", identity, "--patterns", str(patterns))
    assert tested.exit_code == 0, tested.output
    assert "1 entries, 3 examples and 2 rejects: 0 failed" in tested.output

    report = tmp_path / "report.txt"
    text = "云岭县2023年乡村振兴工作总结\n\n2023年，全县安装屋顶光伏2860户，受益群众9300人。\n"
    report.write_text(text, encoding="utf-8")
    ran = run("run", str(report), "--output", str(output), "--patterns", str(patterns))
    assert ran.exit_code == 0, ran.output
    with (output / "observations.csv").open(encoding="utf-8-sig", newline="") as stream:
        rows = [row for row in csv.DictReader(stream) if row["indicator"] == identity]
    assert [(row["value"], row["period"]) for row in rows] == [("2860", "2023")]


def test_the_untouched_template_loads_and_its_examples_fail_readably(tmp_path: Path, run: Run) -> None:
    run("patterns", "new", "topic.what.households", "--to", str(tmp_path))
    assert run("patterns", "list", "topic", "--patterns", str(tmp_path)).exit_code == 0


def test_new_refuses_bad_and_known_ids(tmp_path: Path, run: Run) -> None:
    assert "is no indicator id" in str(run("patterns", "new", "Über", "--to", str(tmp_path)).exception)
    run("patterns", "new", "a.b", "--to", str(tmp_path))
    assert "is there already" in str(run("patterns", "new", "a.b", "--to", str(tmp_path)).exception)
    run("patterns", "new", "a.c", "--to", str(tmp_path))
    listed = run("patterns", "list", "a", "--patterns", str(tmp_path)).output
    assert "a.b " in listed
    assert "a.c " in listed


def test_a_failing_example_names_entry_place_and_the_rival(tmp_path: Path, run: Run) -> None:
    run("patterns", "new", "housing.x.households", "--to", str(tmp_path))
    path = tmp_path / "indicators" / "housing.yaml"
    edited(path)
    text = path.read_text(encoding="utf-8")
    path.write_text(text.replace("全县安装屋顶光伏1234户", "实施农村危房改造1234户"), encoding="utf-8")
    result = run("patterns", "test", "housing.x.households", "--patterns", str(tmp_path))
    assert result.exit_code == 1
    assert f"{path}:" in result.output
    assert "claimed by housing.dilapidated.households" in result.output


def test_unknown_id_suggests_a_near_one(run: Run) -> None:
    error = run("patterns", "show", "monitoring.houshold").exception
    assert isinstance(error, ExtractorError)
    assert "did you mean 'monitoring.households'?" in str(error)


def test_show_writes_out_the_wordings(run: Run) -> None:
    output = run("patterns", "show", "monitoring.households").output
    assert "监测对象、监测户" in output
    assert "Households identified" in output


def test_suggest_and_coverage(tmp_path: Path, run: Run) -> None:
    for name, count in [("a", 3), ("b", 4)]:
        text = f"云岭县2023年工作总结\n\n全县现有监测对象{count}20户。建设村级图书角{count}6个。"
        (tmp_path / f"{name}.txt").write_text(text, encoding="utf-8")
    suggested = run("patterns", "suggest", str(tmp_path)).output
    assert "2 documents" in suggested
    assert "图书角" in suggested
    assert "监测对象" not in suggested.split("图书角")[0]
    covered = run("patterns", "coverage", str(tmp_path)).output
    assert covered.splitlines()[0].split()[:2] == ["monitoring.households", "2"]
    assert "never" in covered


def test_suggest_puts_wordings_of_one_thing_together(tmp_path: Path, run: Run) -> None:
    texts = ["全县累计建成图书角86个。", "今年新建图书角31个。", "全县图书角面积达到36公顷。"]
    for at, text in enumerate(texts):
        (tmp_path / f"{at}.txt").write_text(f"云岭县工作总结\n\n{text}", encoding="utf-8")
    suggested = run("patterns", "suggest", str(tmp_path), "--least", "2").output
    assert suggested.splitlines()[0].split()[:5] == ["2", "documents", "2", "figures", "个"], suggested
    assert suggested.count(" figures ") == 1
    assert "[图书]" in suggested.splitlines()[1]


@pytest.mark.parametrize("command", ["test", "list", "show", "new", "suggest", "coverage"])
def test_help_has_an_example(run: Run, command: str) -> None:
    assert f"Example: extractor patterns {command}" in run("patterns", command, "--help").output


def figure(indicator: str, value: str, unit: str, rule: str = "") -> Figure:
    why = (rule,) if rule else ()
    return Figure("d", f"d:{value}", 0, 1, value, Decimal(value), None, unit, "none", "level", "actual", None, "",
                  indicator, why=why)


@pytest.mark.parametrize(
    ("households", "persons", "printed", "expected"),
    [
        (("302", "431"), ("811", "1290"), "70.07", "household_rate"),
        (("302", "431"), ("811", "1290"), "62.9", "person_rate"),
        (("1", "3"), ("2", "9"), "72.5", "person_rate"),
    ],
)
def test_a_rate_without_its_base_goes_by_the_counts(
    households: tuple[str, str], persons: tuple[str, str], printed: str, expected: str
) -> None:
    stem = "monitoring.risk_removed"
    rate = figure(f"{stem}.person_rate", printed, "%")
    library = default_library()
    tentative = next(r.name for r in library.indicator(f"{stem}.person_rate").claims if r.tentative)
    figures = [
        figure(f"{stem}.households", households[0], "户"), figure("monitoring.households", households[1], "户"),
        figure(f"{stem}.persons", persons[0], "人"), figure("monitoring.persons", persons[1], "人"),
        figure(f"{stem}.person_rate", printed, "%", tentative),
    ]
    assert settle(figures, library)[-1].indicator == f"{stem}.{expected}"
    assert settle([*figures[:-1], rate], library)[-1].indicator == f"{stem}.person_rate"
