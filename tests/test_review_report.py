"""The report: one file, both languages, nothing of a document is ever markup; and the commands around it."""

from __future__ import annotations

import base64
import hashlib
import json
import re
import shutil
import subprocess
from html.parser import HTMLParser
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from support_judged import REPORTS, library, make_run, opened

from extractor.cli import cli
from extractor.library import Library
from extractor.review.report import report
from extractor.review.report_words import LANGUAGES
from extractor.review.sample import sample

HOSTILE = {
    "<img src=x onerror=alert(1)>.txt": (
        "\"><script>alert(2)</script>县2023年总结\n\n全县共有监测对象<b>228559人</b>，</script><script>alert(3)</script>"
        "发放资金{{ 7*7 }}万元，{% raw %}监测对象12户。&lt;script&gt;javascript:alert(4)\n"
    )
}
VOID = {"meta", "img", "br", "hr", "input", "link", "line", "rect", "circle"}


class Page(HTMLParser):
    """Tags, attributes and text of a page; complains about what is not closed."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.attributes: list[tuple[str, str, str]] = []
        self.text: list[str] = []
        self._open: list[str] = []
        self.feed(text)
        assert self._open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.attributes += [(tag, name, value or "") for name, value in attrs]
        if tag not in VOID:
            self._open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.attributes += [(tag, name, value or "") for name, value in attrs]

    def handle_endtag(self, tag: str) -> None:
        assert self._open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.text.append(data)


@pytest.fixture(scope="module")
def patterns() -> Library:
    return library()


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory, patterns: Library) -> Path:
    """A run with hostile texts, judged by two people, corrected."""
    folder = make_run(tmp_path_factory.mktemp("report"), {**REPORTS, **HOSTILE})
    run, store = opened(folder)
    drawn = sample(run, 20, method="risk", seed="<script>")
    store.add(drawn, run.identity)
    for number, item in enumerate(drawn.items):
        store.decide(item, "reject" if number % 7 == 3 else "accept", reviewer="<b>甲</b>", version=run.version)
        store.decide(item, "accept", reviewer="乙", version=run.version)
    return folder


@pytest.fixture(scope="module", params=LANGUAGES)
def page(request: pytest.FixtureRequest, folder: Path, patterns: Library) -> str:
    run, store = opened(folder)
    return report(run, store, patterns, request.param)


def test_nothing_of_a_document_is_markup(page: str) -> None:
    found = Page(page)
    assert "script" not in found.tags
    assert "b" not in found.tags
    assert "img" not in found.tags
    assert not [name for _, name, _ in found.attributes if name.startswith("on") or name in ("style", "src")]
    assert "228559人" in page
    assert "49万元" not in page  # the template engine does not see it either


def test_it_needs_nothing_else(page: str) -> None:
    found = Page(page)
    assert not {"link", "iframe", "object", "form", "base"} & set(found.tags)
    assert all(value.startswith("#") for _, name, value in found.attributes if name in ("href", "action"))
    assert not re.search(r"https?://|url\(|@import", page)


def test_the_policy_allows_its_own_style_only(page: str) -> None:
    policy = re.search(r'Content-Security-Policy" content="([^"]+)"', page)
    assert policy is not None
    style = re.search(r"<style>(.*?)</style>", page, re.S)
    assert style is not None
    digest = base64.b64encode(hashlib.sha256(style.group(1).encode()).digest()).decode()
    assert policy.group(1) == (
        f"default-src 'none'; style-src 'sha256-{digest}'; base-uri 'none'; form-action 'none'")


def test_it_says_what_the_issue_asks_for(page: str, folder: Path) -> None:
    manifest = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
    text = "".join(Page(page).text)
    for part in ("overview", "coverage", "distributions", "flags", "review", "method"):
        assert f'id="{part}"' in page
    assert manifest["patterns_sha256"] in text
    assert manifest["inputs"]["sha256"] in text
    assert manifest["files"]["figures.parquet"] in text
    assert "glued" in text
    assert "312" in text
    assert "<svg class=\"heat\"" in page
    assert "Cohen" in text
    assert "Wilson" in text
    assert "95" in text


def test_the_same_report_twice(folder: Path, patterns: Library) -> None:
    run, store = opened(folder)
    assert report(run, store, patterns, "en") == report(run, store, patterns, "en")


def test_words_are_there_in_both_languages() -> None:
    path = Path(report.__code__.co_filename).parent / "templates" / "report_words.json"
    for key, word in json.loads(path.read_text(encoding="utf-8")).items():
        assert set(word) == set(LANGUAGES), key
        places = {language: set(re.findall(r"\{\d\}", word[language])) for language in LANGUAGES}
        assert places["zh"] == places["en"], key


@pytest.mark.parametrize("texts", [{"a.txt": "没有数字的文件。"}, {"a.txt": "云岭县2023年有监测对象300户。"}])
def test_small_runs_have_a_report_too(tmp_path: Path, patterns: Library, texts: dict[str, str]) -> None:
    run, _ = opened(make_run(tmp_path, texts))
    for language in LANGUAGES:
        Page(report(run, None, patterns, language))


@pytest.mark.skipif(shutil.which("chromium") is None, reason="needs Debian's chromium")
def test_a_browser_shows_it_without_complaint(folder: Path, tmp_path: Path, patterns: Library) -> None:
    run, store = opened(folder)
    path = tmp_path / "report.html"
    path.write_text(report(run, store, patterns, "zh"), encoding="utf-8")
    done = subprocess.run(
        ["chromium", "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
         "--disable-background-networking", "--disable-component-update", "--disable-sync", "--enable-logging=stderr",
         f"--user-data-dir={tmp_path / 'profile'}", f"--print-to-pdf={tmp_path / 'report.pdf'}", path.as_uri()],
        capture_output=True, text=True, timeout=120, check=True)
    assert "CONSOLE" not in done.stderr
    assert (tmp_path / "report.pdf").stat().st_size > 20_000


# --- commands --------------------------------------------------------------------------------------------------------


def call(*arguments: str | Path) -> Result:
    return CliRunner().invoke(cli, [str(argument) for argument in arguments])


def test_from_sample_to_report(tmp_path: Path) -> None:
    folder = make_run(tmp_path)
    assert "2 figures" in call("sample", folder, "-n", "2", "--ledger", "1", "--sentences", "1").output
    assert "sample-2" in call("sample", folder, "-n", "4", "--by", "indicator,place", "--reviewers", "甲,乙").output
    run, store = opened(folder)
    for item in store.items("sample-2"):
        for reviewer in store.assignments("sample-2")[item.key]:
            store.decide(item, "accept" if reviewer == "甲" else "reject", reviewer=reviewer, version=run.version)
    store.close()
    assert "decisions that count" in call("review", "apply", folder).output
    agreed = call("review", "agreement", folder).output
    assert "kappa" in agreed
    assert "differ:" in agreed
    assert "gold lines" in call("review", "export", folder, "--output", tmp_path / "gold").output
    result = call("report", folder, "--lang", "en")
    assert result.exit_code == 0, result.output
    assert (folder / "report.en.html").read_text(encoding="utf-8").startswith("<!doctype html>")


@pytest.mark.parametrize("arguments", [
    ("sample", "RUN", "--by", "colour"), ("sample", "RUN", "--method", "risk", "--by", "place"),
    ("review", "apply", "RUN"),
    ("sample", "RUN", "--reviewers", "甲", "--double", "0.5"), ("sample", "NONE"), ("report", "NONE"),
])
def test_wrong_calls_say_what_to_do(folder: Path, tmp_path: Path, arguments: tuple[str, ...]) -> None:
    fresh = make_run(tmp_path, {"a.txt": "云岭县2023年有监测对象300户。"})
    given = [str({"RUN": fresh, "NONE": tmp_path / "nothing"}.get(word, word)) for word in arguments]
    result = CliRunner().invoke(cli, given)
    assert result.exit_code != 0
    assert result.exception is not None
    assert "Traceback" not in result.output
    assert str(result.exception)


def test_a_name_of_a_sample_is_refused_twice(tmp_path: Path) -> None:
    folder = make_run(tmp_path, {"a.txt": "云岭县2023年有监测对象300户。"})
    assert call("sample", folder, "--name", "a").exit_code == 0
    assert call("sample", folder, "--name", "a").exit_code != 0
