"""`extractor diff`: what was gained, lost and changed, and nothing where nothing was."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from support_batch import program, report

from extractor.batch.diff import Difference, compare
from extractor.batch.run import execute
from extractor.errors import UsageError
from extractor.library import load_library

TEXT = (
    "望溪县2023年乡村振兴工作总结\n"
    "截至2023年底，全县脱贫户3909户、11872人。完成投资3.5亿元，修建道路12公里、桥梁3座。\n"
)


def run(tmp_path: Path, name: str, **texts: str) -> Path:
    """A run over reports with these texts; their sources have the same names in each run."""
    import os

    folder = tmp_path / name / "reports"
    folder.mkdir(parents=True)
    for stem, text in texts.items():
        (folder / f"{stem}.txt").write_text(text, encoding="utf-8")
    before = Path.cwd()
    os.chdir(tmp_path / name)
    try:
        execute(["reports"], Path("run"), load_library())
    finally:
        os.chdir(before)
    return tmp_path / name / "run"


def differ(tmp_path: Path, first: dict[str, str], second: dict[str, str]) -> Difference:
    return compare(run(tmp_path, "one", **first), run(tmp_path, "two", **second))


def test_equal_runs_say_the_same(tmp_path: Path) -> None:
    found = differ(tmp_path, {"a": TEXT, "b": report(1)}, {"a": TEXT, "b": report(1)})
    assert found.same
    assert found.unchanged > 10
    assert (found.documents, found.figures) == ((0, 0, 0), (0, 0, 0))


def test_documents_that_come_and_go(tmp_path: Path) -> None:
    found = differ(tmp_path, {"a": TEXT, "b": report(1)}, {"a": TEXT, "c": report(2)})
    assert found.documents == (1, 1, 0)
    assert [(change.what, change.source) for change in found.document_changes] == [
        ("lost", "reports/b.txt"), ("gained", "reports/c.txt")]
    assert found.figures[0] > 5
    assert found.figures[1] > 5


def test_a_changed_number_is_a_figure_lost_and_one_gained_and_the_rest_stays(tmp_path: Path) -> None:
    found = differ(tmp_path, {"a": TEXT}, {"a": TEXT.replace("12公里", "1284公里")})
    assert found.documents == (0, 0, 1)
    assert found.figures == (1, 1, 0)
    changes = [(change.what, change.quote) for change in found.figure_changes]
    assert changes == [("lost", "12公里"), ("gained", "1284公里")]


def test_figures_that_have_only_moved_are_the_same(tmp_path: Path) -> None:
    found = differ(tmp_path, {"a": TEXT}, {"a": TEXT.replace("\n截至", "\n工作扎实推进。\n截至")})
    assert found.figures == (0, 0, 0)
    assert found.unchanged == 5


def test_a_changed_period_is_shown_old_and_new(tmp_path: Path) -> None:
    found = differ(tmp_path, {"a": TEXT}, {"a": TEXT.replace("2023年底", "2022年底")})
    assert found.figures[2] > 0
    assert found.fields["period"] == found.figures[2]
    change = next(item for item in found.figure_changes if item.quote == "3909户")
    assert change.fields["period"] == ("2023-12-31", "2022-12-31")
    assert found.indicators["poverty.lifted.households"] == (0, 0, 1)


def test_flags_are_counted_by_code(tmp_path: Path) -> None:
    found = differ(tmp_path, {"a": TEXT}, {"a": TEXT.replace("3909户、11872人", "390911872人")})
    assert sum(gained for gained, _ in found.flags.values()) >= 1


def test_the_command_prints_and_exits_like_diff(tmp_path: Path) -> None:
    one, two = run(tmp_path, "one", a=TEXT), run(tmp_path, "two", a=TEXT.replace("12公里", "1284公里"))
    same = program("diff", one, one)
    assert (same.returncode, same.stdout) == (0, "the runs say the same: 5 figures\n")
    other = program("diff", one, two)
    assert other.returncode == 1
    assert "figures: 1 gained, 1 lost, 0 changed, 4 as before" in other.stdout
    assert "- reports/a.txt: '12公里': 12 公里" in other.stdout
    data = json.loads(program("diff", one, two, "--format", "json").stdout)
    assert (data["same"], data["figures"]) == (False, [1, 1, 0])
    assert program("diff", one, tmp_path).returncode == 2
    with pytest.raises(UsageError):
        compare(tmp_path, one)
