"""The command line as a user calls it: what is printed, where, and with which exit status."""

from __future__ import annotations

import csv
import io
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from extractor.cli import COMMANDS, cli

TEXT = (
    "云岭县2023年乡村振兴工作总结\n"
    "截至11月底,全县脱贫户3909户、11872人,人均纯收入18638元,同比增长17.2%。一是抓好三保障。\n"
)

Done = subprocess.CompletedProcess[str]


def extractor(*arguments: str | Path, stdin: str | None = None, cwd: Path | None = None, **environ: str) -> Done:
    """Run the program in a process of its own; nothing of its environment but what is given changes."""
    program = "from extractor.cli import main; main()"
    return subprocess.run(
        [sys.executable, "-c", program, *map(str, arguments)], input=stdin, capture_output=True, encoding="utf-8",
        cwd=cwd, env={**os.environ, **environ}, timeout=120, check=False,
    )


@pytest.fixture
def report(tmp_path: Path) -> Path:
    path = tmp_path / "report.txt"
    path.write_text(TEXT, encoding="utf-8", newline="")
    return path


def error_of(done: Done, status: int) -> str:
    """The one line of the error; no traceback, nothing on standard output."""
    assert done.returncode == status, done.stderr
    assert done.stdout == ""
    assert "Traceback" not in done.stderr
    lines = done.stderr.splitlines()
    assert len(lines) == 1
    assert lines[0].startswith("error: ")
    return lines[0]


def test_jsonl_gives_one_record_a_line_in_text_order(report: Path) -> None:
    done = extractor("extract", report)
    records = [json.loads(line) for line in done.stdout.splitlines()]
    assert done.returncode == 0
    assert [record["value"] for record in records] == ["3909", "11872", "18638", "17.2"]
    assert [record["unit"] for record in records] == ["户", "人", "元", "%"]
    assert all(TEXT[record["start"] : record["end"]] == record["quote"] for record in records)
    assert list(records[0])[:19] == [
        "doc", "id", "start", "end", "quote", "value", "value_max", "unit", "modifier", "role", "status", "direction",
        "subject", "indicator", "period", "region", "region_code", "flags", "repair",
    ]
    assert records[0]["flags"] == []


def test_standard_input_gives_the_same_figures(report: Path) -> None:
    def values(done: Done) -> list[tuple[str, str]]:
        return [(record["quote"], record["period"]) for record in map(json.loads, done.stdout.splitlines())]

    assert values(extractor("extract", "-", stdin=TEXT)) == values(extractor("extract", report))


def test_csv_and_table(report: Path) -> None:
    rows = list(csv.DictReader(io.StringIO(extractor("extract", report, "--format", "csv").stdout)))
    assert [row["value"] for row in rows] == ["3909", "11872", "18638", "17.2"]
    table = extractor("extract", report, "--format", "table").stdout
    assert "18638" in table
    assert "4 figures, 0 flagged" in table


def test_place_is_taken_from_the_call(tmp_path: Path) -> None:
    path = tmp_path / "a.txt"
    path.write_text("截至2023年底,全县脱贫户3909户。", encoding="utf-8")
    record = json.loads(extractor("extract", path, "--place", "无为市").stdout)
    assert (record["region"], record["region_code"]) == ("无为市", "340281")


def test_show_marks_every_number_and_explains_the_marks(report: Path) -> None:
    plain = extractor("show", report).stdout
    assert "[3909户]" in plain
    assert "[4 figure]" in plain
    assert "\x1b[" not in plain
    coloured = extractor("show", report, "--color", "always").stdout
    assert "\x1b[32m" in coloured
    assert coloured.replace("\x1b[0m", "").count("3909户") == 1


def test_show_does_not_let_a_report_steer_the_terminal() -> None:
    shown = extractor("show", "-", "--color", "always", stdin="全县\x1b[2J\x1b]0;title\x07脱贫户3909户。").stdout
    assert "\x1b[2J" not in shown
    assert "\x1b]" not in shown
    assert "\x07" not in shown


def test_explain_names_the_rules_of_a_figure_and_of_what_is_none(report: Path) -> None:
    done = extractor("explain", f"{report}:{TEXT.index('18638')}")
    assert done.returncode == 0
    for part in ("18638", "【18638元】", "unit", "period", "region", "云岭县", "indicator", "<- "):
        assert part in done.stdout
    claims = done.stdout.split("claims that came near")[1].splitlines()[1:]
    assert claims[0].split()[1] == "won"
    assert claims[0].split()[0].startswith("income.lifted.per_capita#")
    assert any("role is per_unit" in line for line in claims[1:])
    name = extractor("explain", f"{report}:{TEXT.index('三保障')}").stdout
    assert "no figure: name, by the rule" in name


@pytest.mark.parametrize(
    ("target", "part"),
    [
        ("{report}", "is not FILE:OFFSET"), ("{report}:x", "is not FILE:OFFSET"), ("{report}:99999", "beyond its end"),
        ("{report}:12", "the nearest one is '2023年' at 3"),
    ],
)
def test_explain_says_how_to_call_it(report: Path, target: str, part: str) -> None:
    assert part in error_of(extractor("explain", target.format(report=report)), 2)


@pytest.mark.parametrize("name", list(COMMANDS))
def test_every_command_has_help_with_an_example(name: str) -> None:
    done = extractor(name, "--help")
    assert done.returncode == 0, done.stderr
    assert f"extractor {name}" in done.stdout.split("Usage:")[1].split("\n", 1)[1], "no example"


@pytest.mark.parametrize("name", list(COMMANDS))
def test_the_short_help_is_that_of_the_command(name: str) -> None:
    command = cli.get_command(None, name)  # type: ignore[arg-type]
    assert command is not None
    assert command.get_short_help_str(limit=200).startswith(COMMANDS[name][1].rstrip("."))


def test_help_imports_no_heavy_library() -> None:
    heavy = ("pandas", "pyarrow", "jieba", "lxml", "pdfplumber", "rich", "regex", "yaml", "duckdb", "openpyxl")
    program = "import sys; from extractor.cli import cli; cli(['--help'], standalone_mode=False); "
    program += f"print([name for name in {heavy} if name in sys.modules])"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, encoding="utf-8", check=True)
    assert done.stdout.splitlines()[-1] == "[]"


def test_version() -> None:
    assert extractor("--version").stdout.startswith("extractor 0.")


def test_a_wrong_call_says_what_is_wrong_and_where_help_is(report: Path) -> None:
    assert "No such command 'extrakt'" in error_of(extractor("extrakt"), 2)
    assert "(see: extractor extract --help)" in error_of(extractor("extract"), 2)
    assert "'xml'" in error_of(extractor("extract", report, "--format", "xml"), 2)
    nothing = extractor()
    assert nothing.returncode == 2
    assert "Usage: extractor" in nothing.stderr


def test_a_reader_that_leaves_early_is_no_error(report: Path) -> None:
    report.write_text(TEXT * 3000, encoding="utf-8")
    with subprocess.Popen(
        [sys.executable, "-c", "from extractor.cli import main; main()", "show", str(report)],
        stdout=subprocess.PIPE, stderr=subprocess.PIPE,
    ) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        process.stdout.read(100)
        process.stdout.close()
        assert process.stderr.read() == b""
        assert process.wait(60) == 141


def test_an_internal_error_is_one_line_and_a_traceback_only_where_asked(report: Path) -> None:
    program = (
        "import extractor.cli.extract as e; from extractor.cli import main\n"
        "def fail(*a): raise ZeroDivisionError('x')\n"
        "e.extraction_of = fail; main()"
    )
    for debug, parts in (("", ("error: internal error, ZeroDivisionError: x",)), ("1", ("Traceback",))):
        done = subprocess.run(
            [sys.executable, "-c", program, "extract", str(report)], capture_output=True, encoding="utf-8", check=False,
            env={**os.environ, "EXTRACTOR_DEBUG": debug},
        )
        assert done.returncode == 1
        assert all(part in done.stderr for part in parts)
        assert ("Traceback" in done.stderr) == bool(debug)
