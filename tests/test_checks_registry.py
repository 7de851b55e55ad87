"""The catalogue of flags, the bounds file, the compiler-like output and the checks across documents."""

from __future__ import annotations

import re
from decimal import Decimal
from pathlib import Path

import pytest
from click.testing import CliRunner

from extractor import extract
from extractor.checks import CATALOGUE, check_across, load_bounds
from extractor.checks.catalogue import flag_code, make_flag, markdown
from extractor.checks.present import columns, findings, render
from extractor.cli.check import check as check_command
from extractor.errors import PatternError
from extractor.model import CHECK_PREFIXES, MALFORMED_CODES, Observation

ROOT = Path(__file__).resolve().parent.parent
TEXT = (
    "白水坝县2023年工作总结\n发布时间:2024-01-15\n全县现有脱贫户41739862人。\n截至815日,安排资金2400万元,其中用于产业1440万元,"
    "占比52%。\n"
)


def test_every_code_is_documented_and_the_document_is_current() -> None:
    document = (ROOT / "docs" / "flags.md").read_text(encoding="utf-8")
    assert document == markdown(), "run: python -m extractor.checks > docs/flags.md"
    for code, entry in CATALOGUE.items():
        assert f"## {code}\n" in document
        assert entry.example in document
        assert entry.meaning in document


def test_codes_are_malformed_ones_or_begin_with_a_known_prefix() -> None:
    assert set(CATALOGUE) >= MALFORMED_CODES
    others = {"low_confidence"}
    assert all(code in MALFORMED_CODES | others or code.startswith(CHECK_PREFIXES) for code in CATALOGUE)


def test_every_code_in_the_source_is_registered() -> None:
    used = set()
    for path in (ROOT / "extractor" / "checks").glob("*.py"):
        used |= set(
            re.findall(
                r'"((?:sum|share|growth|average|repeat|order|glued|missing|low)_[a-z]+|glued|implausible)"',
                path.read_text(encoding="utf-8"),
            )
        )
    assert {code for code in used if not code.endswith("_holds")} == set(CATALOGUE)


def test_a_code_cannot_be_registered_twice_or_invented() -> None:
    with pytest.raises(ValueError, match="registered twice"):
        flag_code("glued", severity="error", blocking=True, title="", title_en="", meaning="", example="")
    with pytest.raises(KeyError):
        make_flag("no_such_code", "", "", "")


def test_messages_are_in_both_languages_and_carry_their_evidence() -> None:
    for figure in extract(TEXT).figures:
        for flag in figure.flags:
            assert re.search("[一-鿿]", flag.message)
            assert flag.message_en.isascii() or re.search("[a-z]", flag.message_en)
            assert flag.evidence
            assert figure.id in flag.members


def test_output_points_at_the_number() -> None:
    extraction = extract(TEXT)
    blocks = list(render(extraction, "report.txt"))
    assert len(blocks) == len(findings(extraction)) == 3
    head, line, pointer, *rest = blocks[0].splitlines()
    assert head.startswith("report.txt:3:8: error: ")
    assert head.endswith("[glued]")
    before = line[: line.index("41739862人")]
    assert columns(pointer[: pointer.index("^")]) == columns(before)
    assert pointer.count("^") == columns("41739862人")
    assert any(row.strip().startswith("reading:") and "4173户" in row for row in rest)
    assert any("rival:" in row for row in rest)
    assert "~~~~" in blocks[2]
    assert "1440万元/2400万元 = 60.00%" in blocks[2] or "= 60.0%" in blocks[2]


def test_control_characters_of_a_report_do_not_reach_the_terminal() -> None:
    text = "白水坝县\x1b[31m现有脱贫户41739862人。"
    assert "\x1b" not in "\n".join(render(extract(text), "x"))


def test_the_command_prints_counts_and_can_fail_a_script(tmp_path: Path) -> None:
    path = tmp_path / "report.txt"
    path.write_text(TEXT, encoding="utf-8")
    result = CliRunner().invoke(check_command, [str(path), "--strict"], standalone_mode=False)
    assert result.return_value == 1
    assert "glued 1" in result.output
    path.write_text("全县脱贫户8214户。", encoding="utf-8")
    result = CliRunner().invoke(check_command, [str(path), "--strict"], standalone_mode=False)
    assert result.return_value == 0
    assert "nothing flagged" in result.output


def test_packaged_bounds_load_and_say_their_source() -> None:
    bounds = load_bounds()
    assert all(entry.source for entries in bounds.magnitudes.values() for entry in entries)
    assert all(entry.source for entries in bounds.ratios.values() for entry in entries)
    found = bounds.ceiling("人", "county", "全县脱贫人口", "")
    assert found is not None
    assert found[0] < bounds.ceiling("人", "county", "户籍人口", "")[0]  # type: ignore[index]


@pytest.mark.parametrize(
    ("old", "new", "reason"),
    [
        ("version: 1", "version: 1\nmagnitude: []", "unknown key 'magnitude'"),
        ("min: 1, max: 8", "min: 9, max: 8", "min <= low <= high <= max"),
        ("unit: 人\n    levels: {nation", "unit: 人\n    levels: {nation: viele, x", "must be a number"),
        ("\nratios:\n", "\nratios:\n  - {first: 户}\n", "'second' is missing"),
    ],
)
def test_broken_bounds_name_the_line(tmp_path: Path, old: str, new: str, reason: str) -> None:
    text = (ROOT / "patterns" / "plausibility.yaml").read_text(encoding="utf-8")
    assert old in text
    (tmp_path / "plausibility.yaml").write_text(text.replace(old, new, 1), encoding="utf-8")
    with pytest.raises(PatternError, match=r"plausibility\.yaml:\d+") as caught:
        load_bounds([tmp_path])
    assert reason in str(caught.value)


def observation(
    place: str, period: str, value: str, level: str = "county", indicator: str = "monitoring.households"
) -> Observation:
    return Observation(
        doc=f"{place}-{period}",
        figure=f"{place}-{period}-1",
        place_id=place,
        place=place,
        place_code=place,
        level=level,
        period=period,
        period_kind="year",
        indicator=indicator,
        value=Decimal(value),
        value_max=None,
        unit="户",
        modifier="none",
        status="actual",
    )


def test_a_jump_between_years_is_listed_with_the_slip_that_explains_it() -> None:
    found = check_across(
        [
            observation("甲县", "2021", "3120"),
            observation("甲县", "2022", "31600"),
            observation("甲县", "2023", "3240"),
            observation("乙县", "2021", "900"),
        ]
    )
    assert {(entry.doc, entry.flag.code) for entry in found} == {
        (f"甲县-{year}", "repeat_jump") for year in ("2021", "2022", "2023")
    }
    assert any("3160户" in rival for entry in found for rival in entry.flag.rivals if entry.doc == "甲县-2022")


def test_counties_against_their_prefecture() -> None:
    city = observation("云岭市", "2023", "3909", "prefecture")
    parts = [observation("甲县", "2023", "2100"), observation("乙县", "2023", "1809")]
    parents = {"甲县": "云岭市", "乙县": "云岭市", "丙县": "云岭市"}
    assert check_across([city, *parts], parents, {"云岭市": 2}) == []
    more = [*parts, observation("丙县", "2023", "1300")]
    assert {entry.flag.code for entry in check_across([city, *more], parents)} == {"sum_counties"}
    fewer = [parts[0], observation("乙县", "2023", "900")]
    assert check_across([city, *fewer], parents) == []  # a county may be missing
    assert len(check_across([city, *fewer], parents, {"云岭市": 2})) == 3
