"""The sample reports and their gold hang together: spans, values, fields, indicators, coverage, the kinds of defects.

Nothing of the extractor is used here: the gold must be right by itself, because the extractor is measured with it.
"""

from __future__ import annotations

import html
import json
import re
from decimal import Decimal
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
import yaml

ROOT = Path(__file__).resolve().parent.parent
CORPUS = ROOT / "corpus"
GOLD = CORPUS / "gold"
TEXTS = sorted(path.stem for path in CORPUS.glob("*.txt"))
PAGES = sorted(path.name for path in CORPUS.glob("page-*.html"))
#: Reports that are no plain texts have gold of their own (test_corpus_formats.py), the rows of reports.csv in a folder.
OTHERS = sorted(path.name for path in CORPUS.iterdir()
                if path.is_file() and path.name not in (*PAGES, "README.md", "sources.yaml") and path.suffix != ".txt")

FIELDS = ["id", "start", "end", "quote", "value", "value_max", "unit", "modifier", "role", "status", "direction",
          "subject", "period", "region", "malformed", "inconsistent", "optional", "indicator"]
CHOICES = {
    "modifier": {"none", "approx", "at_least", "at_most", "range", None},
    "role": {"level", "share", "growth", "change", "per_unit", "criterion", None},
    "status": {"actual", "target", "rule", None},
    "direction": {"up", "down", None},
}
CODES = {"glued", "glued_date", "missing_unit", "implausible"}
PERIOD = re.compile(r"\d{4}(-\d\d){0,2}(/\d{4}(-\d\d){0,2})?\Z")
NUMERALS = "零〇一二三四五六七八九十百千万億萬亿两壹贰叁"

# What a digit in a report may be when it is no figure. Each rule names a kind, never one place of one report.
EXPLAINED = re.compile("|".join((
    r"\d{4}-\d\d-\d\d(?:\s\d\d:\d\d(?::\d\d)?)?", r"\d{4}[-—～至]+\d{4}年?",  # dates and years ...
    r"\d{4}年?(?:\d{1,2}月)?(?:\d{1,2}日)?", r"\d{1,3}\n\d{1,3}年",
    r"\d{1,2}(?:[-—至]\d{1,2})?月(?:\d{1,2}日)?(?:份|底)?", r"\d{3,7}日", r"\d{6}月\d{1,2}日",  # ... and damaged ones
    r"〔\d{4}〕\d+号", r"表\s?\d", r"公开\d+表", r"\[\d\]", r"(?<!\d)\d{1,2}[、.．](?!\d)", r"（\d{1,2}）", r"·\s*\d",
    r"[A-Z]+\d+(?:\.\d)?", r"5G", r"832平台",
)))
# Whole lines (or the rest of one) that are furniture of a page.
FURNITURE = re.compile("|".join((
    r"^(?:标题|索引号|组配分类|成文日期|发布日期|发布时间|时间|文号|原文链接|本地目录|名称|版权声明|导读|阅读次数)[：:].*$",
    r"^\d{6,}[A-Z0-9]*X?/\d{6}-\d+$", r"^.*(?:今日访问|点击数|点击|浏览次数|浏览量|联系电话)[：:].*$",
    r"^·.*$", r"^\d .*阅读 .*$", r"^云ICP.*$",
)), re.MULTILINE)
DIGITS = re.compile(r"\d+")


def text_of(name: str) -> str:
    with (CORPUS / f"{name}.txt").open(encoding="utf-8", newline="") as stream:
        return stream.read()


def gold_of(name: str) -> list[dict[str, Any]]:
    lines = (GOLD / f"{name}.jsonl").read_text(encoding="utf-8").splitlines()
    return [json.loads(line) for line in lines]


def all_gold() -> list[dict[str, Any]]:
    return [figure for name in TEXTS for figure in gold_of(name)]


def facts() -> list[dict[str, Any]]:
    loaded = yaml.safe_load((CORPUS / "sources.yaml").read_text(encoding="utf-8"))
    return list(loaded["documents"])


def test_there_are_enough_reports_and_names_are_no_prefixes() -> None:
    assert len(TEXTS) >= 12
    assert len(PAGES) >= 3
    for one, other in pairwise(sorted(TEXTS + [Path(name).stem for name in PAGES + OTHERS])):
        assert not other.startswith(one)


def test_every_report_has_gold_and_is_described() -> None:
    assert sorted(path.stem for path in GOLD.iterdir()) == sorted(TEXTS + [Path(name).stem for name in OTHERS])
    described = [entry["file"] for entry in facts()]
    assert sorted(described) == sorted([f"{name}.txt" for name in TEXTS] + PAGES + OTHERS)
    siblings = {entry["file"]: entry.get("sibling") for entry in facts()}
    for page in PAGES:
        assert siblings[page] in {f"{name}.txt" for name in TEXTS}


@pytest.mark.parametrize("name", TEXTS)
def test_gold_fields(name: str) -> None:
    check_fields(name, text_of(name), gold_of(name))


def check_fields(name: str, text: str, gold: list[dict[str, Any]]) -> None:
    """Every field of every figure of one report has an allowed form, and the spans are those of the quotes."""
    assert [figure["id"] for figure in gold] == [f"{name}-{number:03d}" for number in range(1, len(gold) + 1)]
    for figure in gold:
        where = f"{figure['id']} {figure['quote']!r}"
        assert list(figure) == FIELDS, where
        assert text[figure["start"]:figure["end"]] == figure["quote"], where
        assert Decimal(figure["value"]).is_finite(), where
        assert figure["quote"].strip() == figure["quote"], where
        if figure["value_max"] is not None:
            assert Decimal(figure["value_max"]) > Decimal(figure["value"]), where
            assert figure["modifier"] in {"range", None}, where
        for field, allowed in CHOICES.items():
            assert figure[field] in allowed, f"{where} {field}"
        assert figure["subject"], where
        assert figure["unit"] or figure["malformed"], where
        assert not figure["unit"].startswith(("万", "亿")), where
        assert figure["period"] is None or PERIOD.match(figure["period"]), where
        assert isinstance(figure["optional"], bool), where
        if figure["malformed"]:
            assert figure["malformed"]["code"] in CODES, where
            assert figure["malformed"]["evidence"], where
            assert figure["indicator"] is None, where
            for item in figure["malformed"]["repair"]:
                assert Decimal(item["value"]) > 0, where
                assert item["unit"], where
    for before, after in pairwise(gold):
        assert before["end"] <= after["start"], f"{before['id']} overlaps or follows {after['id']}"


@pytest.mark.parametrize("name", TEXTS)
def test_value_has_the_printed_digits(name: str) -> None:
    """An independent reading: the significant digits of value and quote are the same where the quote is Arabic."""
    check_digits(gold_of(name))


def check_digits(gold: list[dict[str, Any]]) -> None:
    for figure in gold:
        digits = "".join(str(int(char)) for char in figure["quote"] if char.isdecimal())
        if not digits or figure["value_max"] or "∶" in figure["quote"] or "：" in figure["quote"]:
            continue
        assert digits.strip("0") == re.sub(r"\D", "", figure["value"]).strip("0"), figure


@pytest.mark.parametrize("name", TEXTS)
def test_every_digit_is_annotated_or_explained(name: str) -> None:
    assert uncovered(text_of(name), gold_of(name)) == []


def uncovered(text: str, gold: list[dict[str, Any]]) -> list[str]:
    """Digits, with what stands around them, that neither an annotation nor a rule above accounts for."""
    covered = bytearray(len(text))
    spans = [(figure["start"], figure["end"]) for figure in gold]
    spans += [match.span() for rule in (EXPLAINED, FURNITURE) for match in rule.finditer(text)]
    for start, end in spans:
        covered[start:end] = b"\x01" * (end - start)
    return [text[max(0, match.start() - 8):match.end() + 6]
            for match in DIGITS.finditer(text) if not all(covered[match.start():match.end()])]


@pytest.mark.parametrize("page", PAGES)
def test_page_shows_the_figures_of_its_sibling(page: str) -> None:
    sibling = next(entry["sibling"] for entry in facts() if entry["file"] == page)
    raw = (CORPUS / page).read_bytes()
    charset = re.search(rb"charset=([\w-]+)", raw)
    assert charset
    source = re.sub(r"(?s)<(script|style|head).*?</\1>", "", raw.decode(charset[1].decode()))
    shown = re.sub(r"\s", "", html.unescape(re.sub(r"<[^>]+>", "", source)))
    position = 0
    for figure in gold_of(Path(sibling).stem):
        quote = re.sub(r"\s", "", figure["quote"])
        found = shown.find(quote, position)
        assert found >= 0, f"{figure['id']} {quote} is not on {page} after {shown[position - 20:position]}"
        position = found + len(quote)


def test_one_page_is_not_utf8() -> None:
    encodings = {re.search(rb"charset=([\w-]+)", (CORPUS / page).read_bytes())[1] for page in PAGES}  # type: ignore[index]
    assert encodings == {b"utf-8", b"gb18030"}


def test_indicators_exist_in_the_library() -> None:
    folder = ROOT / "patterns" / "indicators"
    files = sorted(folder.glob("*.yaml")) if folder.is_dir() else []
    if not files:
        pytest.skip("patterns/indicators is not there")
    known = {entry["id"] for path in files for entry in yaml.safe_load(path.read_text(encoding="utf-8")) or []}
    used = {figure["indicator"] for figure in all_gold()} | {
        item.get("indicator") for figure in all_gold() if figure["malformed"] for item in figure["malformed"]["repair"]}
    assert sorted(used - known - {None}) == []


def test_every_kind_of_defect_is_there() -> None:
    gold = all_gold()
    assert {figure["malformed"]["code"] for figure in gold if figure["malformed"]} == CODES
    assert sum(bool(figure["inconsistent"]) for figure in gold) >= 10
    quotes = [figure["quote"] for figure in gold]
    assert any("\n" in quote for quote in quotes), "a number cut by a line end"
    assert any(re.search(r"\d [.\d]|\. \d", quote) for quote in quotes), "a number cut by a space"
    assert any(re.search(r"[０-９]", quote) for quote in quotes), "full-width digits"
    assert any(quote[0] in NUMERALS for quote in quotes), "Chinese numerals"
    assert any(re.search(r"\d,\d{3}", quote) for quote in quotes), "thousands groups"
    assert any(re.search(r"[萬戶畝]", quote) for quote in quotes), "traditional characters"
    assert any(quote.startswith("-") for quote in quotes), "a printed minus sign"
    assert any(figure["value_max"] for figure in gold), "a range"
    for field, allowed in CHOICES.items():
        assert allowed - {figure[field] for figure in gold} <= {None}, field
    texts = [text_of(name) for name in TEXTS]
    assert any("相关阅读" in text for text in texts), "related articles"
    assert any(re.search(r"截至\d{3,4}日", text) for text in texts), "a damaged date"
    assert any("│" in text for text in texts), "a table in box-drawing characters"


def test_the_panel_has_three_places_in_three_years_one_renamed() -> None:
    cells = {(figure["region"], figure["period"]) for figure in all_gold()
             if figure["id"].startswith("panel-") and figure["indicator"] == "macro.gdp.amount"}
    assert len(cells) == 9
    assert {period for _, period in cells} == {"2018", "2020", "2022"}
    assert {region for region, _ in cells} >= {"无为县", "无为市"}
    for name in TEXTS:
        if name.startswith("panel-"):
            assert "数字均为虚构" in text_of(name)
