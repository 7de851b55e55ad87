"""What the review page shows and stores, without a browser: lists, documents, samples, languages, several reviewers."""

from __future__ import annotations

import json
import re
import shutil
import warnings
from collections.abc import Iterator
from importlib.resources import files
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from support_review import REPORTS, extractor, make_run

from extractor.cli import cli
from extractor.errors import UsageError
from extractor.model import Block, Document
from extractor.review import render
from extractor.review.routes import Routes, static_files
from extractor.review.server import HOST, Server
from extractor.review.session import Session
from extractor.review.strings import _PAGE, _SCRIPT, LANGUAGES, words

with warnings.catch_warnings():  # it recommends a fork of the client that it works with
    warnings.simplefilter("ignore")
    from starlette.testclient import TestClient

TEMPLATES = files("extractor.review") / "templates"
OWN = ("base", "document", "documents", "flags", "lists", "message", "numbers", "results", "review")


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A run with a duplicate and a file that cannot be read."""
    folder = tmp_path_factory.mktemp("server")
    run = make_run(folder)
    (folder / "reports" / "again.txt").write_bytes((folder / "reports" / "石桥坪镇.txt").read_bytes())
    (folder / "reports" / "empty.txt").write_bytes(b"")
    extractor("run", folder / "reports", "--output", run, "--workers", "1")
    return run


@pytest.fixture(scope="module")
def sampled(made: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    run = tmp_path_factory.mktemp("sampled") / "run"
    shutil.copytree(made, run)
    extractor("sample", run, "-n", "100", "--ledger", "6", "--sentences", "6", "--name", "all")
    return run


@pytest.fixture
def run(sampled: Path, tmp_path: Path) -> Path:
    """A copy, so that each test has decisions of its own."""
    return Path(shutil.copytree(sampled, tmp_path / "run"))


class Desk:
    """A reviewer's session, asked as the page asks."""

    def __init__(self, run: Path, reviewer: str = "张三") -> None:
        self.session = Session(run, reviewer)
        self.client = TestClient(Routes(self.session, "/TOKEN").app())

    def get(self, path: str) -> dict[str, Any]:
        answer = self.client.get(f"/api/{path}")
        assert answer.status_code == 200, answer.text
        return dict(answer.json())

    def page(self, path: str) -> str:
        answer = self.client.get(path)
        assert answer.status_code == 200, answer.text
        return answer.text

    def item(self, at: int, role: str = "coding") -> dict[str, Any]:
        return self.get(f"item?sample=all&at={at}&role={role}")

    def items(self) -> list[dict[str, Any]]:
        total = self.get("list?sample=all&fresh=1")["total"]
        return [self.item(at) for at in range(total)]

    def decide(self, shown: dict[str, Any], verdict: str, **more: object) -> dict[str, Any]:
        kept = {name: shown[name] for name in ("key", "kind", "doc", "start", "end", "fingerprint", "revision", "at")}
        answer = self.client.post("/api/decide", json={**kept, "sample": "all", "verdict": verdict, **more})
        assert answer.status_code == 200, answer.text
        return dict(answer.json())

    def undo(self, **more: object) -> dict[str, Any]:
        answer = self.client.post("/api/undo", json=more)
        assert answer.status_code == 200, answer.text
        return dict(answer.json())


@pytest.fixture
def desk(run: Path) -> Iterator[Desk]:
    desk = Desk(run)
    yield desk
    desk.session.close()


# --- the words, the weight, the colours ------------------------------------------------------------------------------


def test_every_text_has_both_languages_with_the_same_blanks() -> None:
    for name, pair in {**_PAGE, **_SCRIPT}.items():
        assert all(text.strip() for text in pair), name
        blanks = [sorted(re.findall(r"\{(\w+)\}", text)) for text in pair]
        assert blanks[0] == blanks[1], name
        assert re.search("[\u4e00-\u9fff]", pair[0]) or name in ("other_language", "by", "saved"), name


def test_the_templates_and_scripts_use_words_that_there_are() -> None:
    for name in OWN:
        text = (TEMPLATES / f"{name}.html").read_text(encoding="utf-8")
        for word in re.findall(r"\bt\.([a-z_0-9]+)\b", text):
            assert word in _PAGE or word == "get", (name, word)
    for name, (content, kind) in static_files().items():
        if kind == "text/javascript":
            for word in re.findall(r"\bt\(\"([\w.]+)\"", content.decode()):
                assert word in _SCRIPT, (name, word)


def test_no_word_is_left_over() -> None:
    text = "".join((TEMPLATES / f"{name}.html").read_text(encoding="utf-8") for name in OWN)
    text += (files("extractor.review") / "routes.py").read_text(encoding="utf-8")
    made_up = ("nav_", "f_", "m_", "list_", "method_", "state_", "severity_")
    unused = [word for word in _PAGE if not re.search(rf"\b{word}\b", text) and not word.startswith(made_up)]
    assert set(unused) <= {"ok", "duplicate", "error", "actual", "target", "rule"}
    script = "".join(content.decode() for content, kind in static_files().values() if kind == "text/javascript")
    composed = ("question.", "accept.", "reject.", "correct.", "verdict.", "state.", "kind.", "candidate.", "stratum.",
                "key.", "f.", "w.", "invalid.")
    assert [word for word in _SCRIPT if f'"{word}"' not in script and not word.startswith(composed)] == []


def test_the_page_is_light_and_asks_nobody_else(desk: Desk) -> None:
    page = desk.page("/zh/")
    loaded = sum(len(content) for content, _ in static_files().values()) + len(page.encode())
    assert loaded < 100_000
    for name, (content, _) in static_files().items():
        text = content.decode().replace("http://www.w3.org/2000/svg", "")
        assert not re.search(r"(?:https?:)?//[a-z0-9.-]+\.[a-z]{2,}", text), name
        assert "innerHTML" not in text
        assert "eval(" not in text
    assert not re.search(r'(?:src|href)="(?!/TOKEN/|#)', page)


def test_colours_have_contrast_in_both_themes() -> None:
    """WCAG 2.2, 1.4.3: 4.5 to 1 for text on its ground."""
    sheet = static_files()["app.css"][0].decode()
    before, _, after = sheet.partition("@media (prefers-color-scheme: dark)")
    light, dark = (dict(re.findall(r"--([\w-]+): (#[0-9a-f]{3,6})", part)) for part in (before, after.split("*,")[0]))
    assert set(dark) <= set(light)
    pairs = [("ink", "ground"), ("ink", "paper"), ("soft", "ground"), ("soft", "paper"), ("accent", "paper"),
             ("accent", "tint"), ("accent-ink", "accent"), ("good", "good-g"), ("bad", "bad-g"), ("warn", "warn-g"),
             ("calm", "calm-g"), ("date", "date-g"), ("soft", "grey-g"), ("here-ink", "here")]
    for theme in (light, {**light, **dark}):
        for ink, ground in pairs:
            assert contrast(theme[ink], theme[ground]) >= 4.5, (ink, ground, theme[ink], theme[ground])


def contrast(ink: str, ground: str) -> float:
    def luminance(colour: str) -> float:
        digits = colour[1:] if len(colour) == 7 else "".join(2 * digit for digit in colour[1:])
        parts = [int(digits[at : at + 2], 16) / 255 for at in (0, 2, 4)]
        linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
        return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]

    light, dark = sorted((luminance(ink), luminance(ground)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def test_the_language_follows_the_browser_or_the_command_line(run: Path) -> None:
    session = Session(run, "张三")
    cases = (("", "zh-CN,zh;q=0.9", "zh"), ("", "en-US,en", "en"), ("", "", "zh"), ("en", "zh", "en"))
    for lang, accepted, expected in cases:
        client = TestClient(Routes(session, "", lang).app())
        answer = client.get("/", headers={"Accept-Language": accepted}, follow_redirects=False)
        assert answer.headers["location"] == f"/{expected}/"
    session.close()


@pytest.mark.parametrize("lang", LANGUAGES)
def test_the_pages_speak_their_language(desk: Desk, lang: str) -> None:
    for path in ("", "documents", "flags", "numbers/figures", "results"):
        page = desk.page(f"/{lang}/{path}")
        assert f'<html lang="{"zh-CN" if lang == "zh" else "en"}">' in page
        assert words(lang)["nav_documents"] in page
        other = "en" if lang == "zh" else "zh"
        assert f'href="/TOKEN/{other}/{path}"' in page


# --- lists -----------------------------------------------------------------------------------------------------------


def test_all_documents_are_listed_the_unread_ones_too(desk: Desk) -> None:
    page = desk.page("/zh/documents")
    assert page.count("<tr>") == 6  # three reports, a duplicate, an empty file, and the head
    assert "已读" in page
    assert "重复" in page
    assert "读不了" in page
    assert "is empty" in page


@pytest.mark.parametrize(("query", "found"), [
    ("q=云岭县", 1), ("q=云岭县+2023", 1), ("q=云岭县+2019", 0), ("place=石桥坪镇", 2), ("status=error", 1),
    ("status=duplicate", 1), ("flagged=1", 1), ("unplaced=1", 0), ("period=2022", 3), ("page=999", 5), ("page=x", 5),
    ("nonsense=1", 5),
])
def test_documents_are_searched_and_filtered(desk: Desk, query: str, found: int) -> None:
    assert desk.page(f"/zh/documents?{query}").count("<tr>") == (found + 1 if found else 0)


def test_figures_are_searched_and_lead_into_their_document(desk: Desk) -> None:
    page = desk.page("/en/numbers/figures?q=20300&place=石桥坪镇")
    assert page.count("<tr>") < 8
    link = re.search(r'href="/TOKEN(/en/document/[^"]+)">20300吨<', page)
    assert link
    text = desk.page(link[1])
    at = int(link[1].split("at=")[1])
    assert REPORTS["石桥坪镇.txt"][at:].startswith("20300吨")
    assert f'data-start="{at}"' in text


def test_flags_are_listed_with_their_arithmetic(desk: Desk) -> None:
    page = desk.page("/zh/flags")
    assert "glued" in page
    assert "228559人" in page
    assert "228户" in re.sub(r"\s", "", page)
    assert desk.page("/zh/flags?code=share_mismatch").count("228559人") == 0


def test_what_is_unplaced_or_unexplained_has_its_lists(desk: Desk) -> None:
    for name in ("unplaced", "unexplained", "flagged", "ledger"):
        assert desk.client.get(f"/en/numbers/{name}").status_code == 200
    assert "2024年" in desk.page("/en/numbers/ledger?disposition=date")
    assert desk.client.get("/en/numbers/secrets").status_code == 404


# --- documents -------------------------------------------------------------------------------------------------------


def test_a_document_is_shown_whole_with_every_number_marked(desk: Desk) -> None:
    run = desk.session.run
    for row in run.query("SELECT doc FROM documents WHERE status = 'ok'"):
        document = run.text(row["doc"])
        figures, ledger = run.figures(row["doc"]), run.ledger(row["doc"])
        marks = render.marks_of(figures, ledger)
        pieces = [piece for element in render.view(document, marks).elements for piece in every_piece(element)]
        assert squeezed("".join(piece.text for piece in pieces)) == squeezed(document.text)
        shown = [piece for piece in pieces if piece.mark is not None]
        assert [(p.mark.start, p.mark.end) for p in shown if p.mark] == [(mark.start, mark.end) for mark in marks]
        assert all(p.text == document.text[p.mark.start : p.mark.end] for p in shown if p.mark)
        assert {(row["start"], row["end"]) for row in figures} <= {(mark.start, mark.end) for mark in marks}
        covered = {at for mark in marks for at in range(mark.start, mark.end)}
        assert all(set(range(entry["start"], entry["end"])) <= covered for entry in ledger)


def every_piece(element: render.Element) -> list[render.Piece]:
    return element.pieces + [piece for cells in element.table for cell in cells for piece in cell.pieces]


def squeezed(text: str) -> str:
    return "".join(text.split())


def test_a_long_document_is_turned_over_like_a_book() -> None:
    lines = [f"第{at}段" + "文" * 500 for at in range(300)]
    document = Document("long", "\n".join(lines))
    first = render.view(document, [])
    assert len(first.pages) > 3
    seen = ""
    for page, start in enumerate(first.pages):
        view = render.view(document, [], start)
        assert view.page == page
        seen += "".join(piece.text for element in view.elements for piece in element.pieces)
        assert sum(len(piece.text) for element in view.elements for piece in element.pieces) < render.PAGE + 600
    assert seen == "".join(lines)
    assert render.view(document, [], 10**9).page == len(first.pages) - 1


def test_a_wall_of_text_without_lines_is_cut() -> None:
    document = Document("wall", "数" * 200_000)
    pages = render.view(document, []).pages
    assert len(pages) >= 6
    assert sum(len(piece.text) for at in pages for element in render.view(document, [], at).elements
               for piece in element.pieces) == 200_000


def test_tables_are_tables_and_hostile_spans_are_bounded() -> None:
    text = "指标\t数值\n脱贫户\t3909户\n"
    cells = [Block(0, 2, "table_cell", table=0, row=0, column=0, header=True, columns=10**9),
             Block(3, 5, "table_cell", table=0, row=0, column=1, header=True),
             Block(6, 9, "table_cell", table=0, row=1, column=0, rows=10**9),
             Block(10, 15, "table_cell", table=0, row=1, column=1)]
    marks = [render.Mark("figure", "figure", 10, 15, "脱贫户")]
    [table] = render.view(Document("table", text, blocks=tuple(cells)), marks).elements
    assert [[[piece.text for piece in cell.pieces] for cell in row] for row in table.table] == [
        [["指标"], ["数值"]], [["脱贫户"], ["3909户"]]]
    assert table.table[0][0].columns <= 100
    assert table.table[1][0].rows <= 500
    assert table.table[1][1].pieces[0].mark == marks[0]


# --- judging ---------------------------------------------------------------------------------------------------------


def test_an_item_has_everything_that_judging_needs(desk: Desk) -> None:
    glued = next(item for item in desk.items() if item["quote"] == "228559人")
    assert [flag["code"] for flag in glued["flags"]] == ["glued"]
    assert glued["flags"][0]["evidence"]
    assert [each["value"] for each in glued["repair"]] == ["228", "559"]
    assert [each["label"] for each in glued["candidates"]] == ["repair", "printed"]
    assert "".join(piece["text"] for piece in glued["context"]).count("228559人") == 1
    plain = next(item for item in desk.items() if item["quote"] == "3909户")
    assert plain["fields"]["value"] == "3909"
    assert plain["indicator_label"]["zh"]
    assert plain["observations"][0]["place"] == "云岭县"
    assert {item["kind"] for item in desk.items()} == {"figure", "ledger", "sentence"}


def test_progress_lists_and_rates_follow_the_decisions(desk: Desk) -> None:
    figures = [item for item in desk.items() if item["kind"] == "figure"]
    assert desk.get("rates?sample=all")["figures"]["rate"] is None
    answer = desk.decide(figures[0], "accept")
    assert answer["todo"] == 1
    desk.decide(figures[1], "reject", note="不是数字")
    desk.decide(figures[2], "correct", fields={"value": "1,234", "period": "2023"})
    desk.decide(figures[3], "skip")
    listed = desk.get("list?sample=all")
    assert [line["verdict"] for line in listed["items"][:5]] == ["accept", "reject", "correct", "skip", ""]
    assert (listed["done"], listed["todo"]) == (4, 4)
    assert [line["at"] for line in desk.get("list?sample=all&state=skipped")["items"]] == [3]
    assert desk.get("list?sample=all&state=todo")["listed"] == listed["total"] - 4
    rates = desk.get("rates?sample=all")
    assert rates["figures"]["errors"] == 2
    assert rates["figures"]["judged"] == 3
    assert rates["figures"]["rate"] == "66.7"
    assert float(rates["figures"]["low"]) < 66.7 < float(rates["figures"]["high"])
    assert rates["fields"] == {"value": 1, "period": 1}
    assert desk.item(2)["decision"]["fields"] == {"value": "1234", "period": "2023"}
    page = desk.page("/en/results?sample=all")
    assert "66.7 %" in page
    taken = desk.undo()
    assert taken["key"] == figures[3]["key"]
    assert taken["places"]["all\ncoding"] == 3
    assert desk.item(3)["decision"] is None
    assert desk.get("list?sample=all")["done"] == 3


def test_several_quantities_of_one_number_can_be_told(desk: Desk) -> None:
    shown = next(item for item in desk.items() if item["quote"] == "228559人")
    readings = [{"value": value, "unit": unit, "subject": "监测对象"} for value, unit in (("228", "户"), ("559", "人"))]
    desk.decide(shown, "correct", fields={"readings": readings})
    stored = desk.item(shown["at"])["decision"]["fields"]["readings"]
    assert [(each["value"], each["unit"]) for each in stored] == [("228", "户"), ("559", "人")]


def test_a_field_is_checked_while_one_types(desk: Desk) -> None:
    cases = (({"value": "3万"}, "value"), ({"unit": "户户"}, "unit"), ({"indicator": "no.such"}, "indicator"),
             ({"period": "去年"}, "period"), ({"region_code": "12"}, None), ({"value": "1,234.50"}, None))
    for fields, where in cases:
        answer = desk.client.post("/api/check", json={"fields": fields}).json()
        assert answer["where"] == where
    assert answer["fields"] == {"value": "1234.5"}


def test_any_number_of_a_document_can_be_judged(desk: Desk) -> None:
    """Also one that no sample drew."""
    run = desk.session.run
    row = run.query("SELECT doc, start, \"end\" FROM ledger WHERE disposition = 'date' LIMIT 1")[0]
    shown = desk.get(f"item?kind=ledger&doc={row['doc']}&start={row['start']}&end={row['end']}")
    kept = {name: shown[name] for name in ("key", "kind", "doc", "start", "end", "fingerprint", "revision")}
    assert desk.client.post("/api/decide", json={**kept, "verdict": "accept"}).json()["todo"] is None
    again = desk.get(f"item?kind=ledger&doc={row['doc']}&start={row['start']}&end={row['end']}")
    assert again["decision"]["verdict"] == "accept"


def test_a_sample_can_be_drawn_on_the_page(desk: Desk) -> None:
    answer = desk.client.post("/api/sample", json={"n": 5, "method": "simple", "by": [], "seed": "1"})
    name = answer.json()["name"]
    assert desk.get(f"list?sample={name}&fresh=1")["total"] == 9  # 5 figures, 2 numbers, 2 sentences
    stratified = {"n": 8, "method": "stratified", "by": ["indicator"], "seed": "1"}
    assert desk.client.post("/api/sample", json=stratified).status_code == 200
    for wrong in ({"n": 0}, {"n": 10**6}, {"method": "magic"}, {"by": ["sql; --"]}, {"by": "x"}, {"n": "many"}):
        given = {"n": 5, "method": "simple", "by": [], "seed": "1", **wrong}
        assert desk.client.post("/api/sample", json=given).status_code in (400, 422)


# --- several reviewers, and a run that changes -----------------------------------------------------------------------


def test_reviewers_are_blind_to_each_other_and_disagreements_are_settled(run: Path) -> None:
    one, two = Desk(run, "张三"), Desk(run, "李四")
    items = one.items()
    one.decide(items[0], "accept")
    one.decide(items[1], "accept")
    assert two.items()[0]["decision"] is None
    two.decide(two.item(0), "reject", note="是目标数")
    two.decide(two.item(1), "accept")
    listed = one.get("list?sample=all&role=adjudication&fresh=1")
    assert [line["key"] for line in listed["items"]] == [items[0]["key"]]
    assert (listed["done"], listed["todo"]) == (0, 0)
    disputed = one.item(0, "adjudication")
    assert [(c["reviewer"], c["verdict"]) for c in disputed["codings"]] == [("张三", "accept"), ("李四", "reject")]
    one.decide(disputed, "reject", role="adjudication")
    assert one.get("list?sample=all&role=adjudication")["done"] == 1
    assert one.item(0)["decision"]["verdict"] == "accept"  # the coding stays what it was
    page = one.page("/zh/results?sample=all")
    assert "张三 – 李四" in page
    one.undo(role="adjudication", key=items[0]["key"])
    assert one.get("list?sample=all&role=adjudication")["done"] == 0
    one.session.close()
    two.session.close()


def test_a_reviewer_sees_what_was_given_to_him(made: Path, tmp_path: Path) -> None:
    run = Path(shutil.copytree(made, tmp_path / "run"))
    extractor("sample", run, "-n", "20", "--ledger", "0", "--sentences", "0", "--name", "all",
              "--reviewers", "张三,李四", "--double", "0")
    keys = []
    for name in ("张三", "李四"):
        desk = Desk(run, name)
        keys.append({item["key"] for item in desk.items()})
        desk.session.close()
    assert len(keys[0]) == len(keys[1]) == 10
    assert not keys[0] & keys[1]


def test_a_run_made_anew_under_the_page_is_noticed(tmp_path: Path) -> None:
    """What is read differently is asked again, what is not is kept; an answer to the old reading is refused."""
    run = make_run(tmp_path)
    extractor("sample", run, "-n", "100", "--ledger", "0", "--sentences", "0", "--name", "all")
    desk = Desk(run)
    items = desk.items()
    for item in items[:6]:
        desk.decide(item, "accept")
    extractor("run", tmp_path / "reports", "--output", run, "--workers", "1", "--place", "临川坝县")
    listed = desk.get("list?sample=all&fresh=1")
    states = {line["key"]: line["state"] for line in listed["items"]}
    before = {item["key"]: item["fields"]["region"] for item in items}
    now = {item["key"]: item["fields"]["region"] for item in (desk.item(at) for at in range(listed["total"]))}
    assert "临川坝县" in now.values()
    for item in items[:6]:
        key = item["key"]
        assert states[key] == ("judged" if before[key] == now.get(key) else "stale")
    assert "stale" in states.values()
    changed = next(item for item in items if before[item["key"]] != now.get(item["key"]))
    kept = {name: changed[name] for name in ("key", "kind", "doc", "start", "end", "fingerprint")}
    answer = desk.client.post("/api/decide", json={**kept, "verdict": "accept", "revision": 0})
    assert answer.status_code == 404
    assert answer.json()["code"] == "gone"
    desk.session.close()


# --- the command -----------------------------------------------------------------------------------------------------


def test_the_help_names_the_page_and_the_commands() -> None:
    text = CliRunner().invoke(cli, ["review", "--help"]).output
    for word in ("RUN [OPTIONS]", "--reviewer", "--port", "--lang", "--sources", "apply", "export", "agreement"):
        assert word in text


@pytest.mark.parametrize(("arguments", "reason"), [
    (["{tmp}/nothing"], "no such run folder"), (["{tmp}"], "holds no finished run"),
    (["{run}", "--reviewer", ""], "name"), (["{run}", "--reviewer", "x" * 61], "name"),
])
def test_what_cannot_be_served_is_said(made: Path, tmp_path: Path, arguments: list[str], reason: str) -> None:
    given = [part.format(tmp=tmp_path, run=made) for part in arguments]
    result = CliRunner().invoke(cli, ["review", *given, "--no-browser"])
    assert result.exit_code != 0
    assert reason in str(result.exception)


def test_a_taken_port_is_said_and_the_loopback_address_is_bound(run: Path) -> None:
    first = Server(Session(run, "张三"))
    assert first.address.startswith(f"http://{HOST}:{first.port}/")
    assert first._socket.getsockname()[0] == "127.0.0.1"
    with pytest.raises(UsageError, match="cannot be used"):
        Server(Session(run, "张三"), port=first.port)
    first.close()


def test_answers_are_json_that_any_reader_takes(desk: Desk) -> None:
    for path in ("list?sample=all", "item?sample=all&at=0", "vocabulary", "rates?sample=all"):
        text = desk.client.get(f"/api/{path}").text
        assert json.loads(text)
        assert "NaN" not in text
        assert "Infinity" not in text
