"""The benchmark's own arithmetic and pages: goals, groups of peers, marks in a page, generated HTML and PDF."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from benchmarks import costs, generate, pages, peers, report, scale, stages, timing
from benchmarks.compiled import Speeds
from benchmarks.formats import FormatSpeed
from benchmarks.peers import PeerSpeed
from benchmarks.processes import Watched, watch
from benchmarks.texts import TextSpeed
from extractor import extract
from extractor.ingest import load

SHARES = {"scan": 0.4, "the rest": 0.6}
SPEED = TextSpeed("generated reports", 27, 65_000, 1_000, 800_000, 900_000, 400_000, 2.0, 2.2, SHARES)
PARTS = {part: PeerSpeed(1e5, 100, 7, 0) for parts in peers.GROUPS.values() for part in parts}
FORMAT = FormatSpeed(27, 27, 24.5, 5.0, 3.0, 6.0, -0.4, 0.2)


def result(**changes: object) -> report.Result:
    values = {"machine": "Python", "texts": [SPEED], "peers": {SPEED.name: PARTS},
              "formats": {"HTML, generated reports": FORMAT}, "startup": {"help": 0.05}, **changes}
    return report.Result(**values)  # type: ignore[arg-type]


def test_parts_of_a_peer_add_up_in_time_not_in_rate() -> None:
    assert peers.together(PARTS, report.JIONLP) == pytest.approx(5e4)
    assert peers.together({**PARTS, "jionlp: time": "ImportError: gone"}, report.JIONLP) is None


def test_goals_are_judged_by_the_generated_reports() -> None:
    assert all(report.goals(result()).values())
    slow = report.goals(result(texts=[replace(SPEED, ratio=1.9)], formats={
        "HTML, generated reports": replace(FORMAT, whole_overhead=0.3),
        "HTML, sample corpus": replace(FORMAT, whole_overhead=3.0)}))
    assert [goal for goal, met in slow.items() if not met] == [
        "text: at least 2 x jieba.cut alone", "HTML, generated reports: at most 25 % over the library alone"]


def test_goals_are_judged_by_the_compiled_rooms_where_they_were_measured() -> None:
    slow, slow_format = replace(SPEED, ratio=1.6), replace(FORMAT, whole_overhead=0.6)
    compiled = Speeds([replace(SPEED, ratio=2.4, stages={})], {"HTML, generated reports": FORMAT})
    both = result(texts=[slow], formats={"HTML, generated reports": slow_format}, compiled=compiled)
    assert all(report.goals(both).values())
    assert not all(report.goals(replace(both, compiled=None)).values())
    table = report.table(both)
    assert "| generated reports | 27 | 65 | 800,000 | 900,000 | 400,000 | 1.60 |" in table
    assert "| generated reports, compiled | 27 | 65 | 800,000 | 900,000 | 400,000 | 2.40 |" in table
    assert "| HTML, generated reports, compiled |" in table


def test_the_table_goes_between_its_marks(tmp_path: Path) -> None:
    page = tmp_path / "speed.md"
    page.write_text(f"# Speed\n\n{report.BEGIN}\nold\n{report.END}\n\nrest\n", encoding="utf-8")
    report.between_marks(page, report.table(result()))
    text = page.read_text(encoding="utf-8")
    assert text.startswith("# Speed")
    assert text.endswith("rest\n")
    assert "old" not in text
    assert "| generated reports | 27 | 65 | 800,000 |" in text
    page.write_text("no marks", encoding="utf-8")
    with pytest.raises(ValueError, match="no part for the benchmark"):
        report.between_marks(page, "x")


def test_the_plot_is_a_picture(tmp_path: Path) -> None:
    report.plot(result(), tmp_path / "img" / "speed.png")
    assert (tmp_path / "img" / "speed.png").read_bytes().startswith(b"\x89PNG")


def test_generated_pages_hold_the_figures_of_their_text() -> None:
    name, text = generate.document(4)
    values = [figure.value for figure in extract(text).figures]
    html = extract(load(pages.html_page(name, text), name="page.html"))
    assert [figure.value for figure in html.figures] == values
    data, count = pages.pdf_file(text)
    assert count > 2
    assert data.startswith(b"%PDF")


def test_forgetting_leaves_results_as_they_are() -> None:
    text = generate.document(0)[1]
    before = extract(text)
    timing.forget()
    assert extract(text) == before


def test_the_stages_of_the_benchmark_are_those_of_the_trunk() -> None:
    text = generate.document(0)[1]
    found = stages.shares(lambda: extract(text))
    assert set(found) == {*stages.STAGES, "the rest"}
    assert all(share > 0 for share in found.values())
    assert sum(found.values()) == pytest.approx(1)


def test_alternatives_take_turns() -> None:
    calls: list[str] = []
    actions = [lambda: calls.append("a"), lambda: calls.append("b")]
    times = timing.in_turns([actions] * 5, 0, before=lambda: calls.append("-"))
    assert calls == ["-", "a", "-", "b"] * 3
    assert [len(column) for column in times] == [3, 3]


def test_a_watched_command_is_weighed_with_its_children(tmp_path: Path) -> None:
    import sys

    child = "import time; block = b'x' * 80_000_000; time.sleep(1.2)"
    program = f"import subprocess, sys; subprocess.run([sys.executable, '-c', {child!r}]); print('done')"
    watched = watch([sys.executable, "-c", program], tmp_path)
    assert watched.output == "done\n"
    assert 80 < watched.workers_megabytes[0] < 200
    assert watched.parent_megabytes < 60
    assert 0 < watched.parent_cpu < 1
    with pytest.raises(SystemExit, match="exit status 3"):
        watch([sys.executable, "-c", "raise SystemExit(3)"], tmp_path)


def test_goals_of_scale_compare_the_right_runs() -> None:
    def measured(seconds: float, parent: float, worker: float) -> scale.Measured:
        watched = Watched(seconds, 1, parent, (worker, 10), 1.0, (seconds - 1,), 1, "")
        return scale.Measured("x", 1000, 2, 1, {"csv": 3}, watched)

    found = [measured(2, 100, 200), measured(20, 100, 200), measured(11, 100, 200), measured(1000, 149, 299),
             measured(30, 100, 200)]
    assert all(scale.goals(found).values())
    worse = [*found[:3], measured(1000, 151, 301), measured(31, 100, 200)]
    assert list(scale.goals(worse).values()) == [True, False, False, False]
    slower = scale.goals([found[0], found[1], measured(12, 1, 1), *found[3:]])
    assert slower["parallel efficiency 83% by the clock, 83% by CPU (at least 85 %)"] is False


def test_on_a_busy_machine_cpu_time_decides_on_efficiency() -> None:
    def measured(seconds: float, load: float) -> scale.Measured:
        return scale.Measured("x", 1000, 2, 1, {}, Watched(seconds, 1, 100, (200,), 0.0, (10.0 / load,), load, ""))

    found = [measured(1, 1), measured(20, 1), measured(19, 2), measured(100, 2), measured(1, 1)]
    assert not next(iter(scale.goals(found).values()))
    found[2] = measured(19, 2.6)
    assert next(iter(scale.goals(found).values()))


def test_what_a_document_costs_is_told_from_two_sizes() -> None:
    def measured(documents: int, parent: float, megabytes: float, worker: float) -> scale.Measured:
        watched = Watched(1, 5.0, megabytes, (250,), parent, (worker, worker), 1, "")
        out = {"parts": documents * 0.008, "other": 1e-5}
        return scale.Measured("x", documents, 2, documents * 0.009, out, watched)

    small, full = measured(1000, 3.0, 300, 6.0), measured(101_000, 103.0, 320, 506.0)
    cost = scale.cost_of([small, small, small, full, full])
    assert cost.parent_milliseconds == pytest.approx(1.0)
    assert cost.worker_milliseconds == pytest.approx(10.0)
    assert cost.parent_bytes == pytest.approx(200)
    assert cost.bytes_out["parts"] == pytest.approx(8000)
    alone = 5000 / 101_000
    assert cost.again_milliseconds == pytest.approx(alone)
    assert cost.hours(3_600_000, 10) == pytest.approx(alone + (11 - alone) / 10)
    assert cost.hours(3_600_000, 100) == pytest.approx(1.0)
    assert cost.efficiency(100) == pytest.approx(0.11)
    page = costs.tables(cost)
    assert "| parts written | 0.8 GB | 8.0 GB | 80.0 GB | 800.0 GB |" in page
    assert "other" not in page
