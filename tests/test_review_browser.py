"""The review page in a real browser (Debian's chromium), worked with the keyboard alone."""

from __future__ import annotations

import json
import shutil
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from support_review import REPORTS, Server, extractor, make_run, serving

selenium = pytest.importorskip("selenium", reason="selenium is a development dependency")

from selenium import webdriver  # noqa: E402
from selenium.webdriver.chrome.options import Options  # noqa: E402
from selenium.webdriver.chrome.service import Service  # noqa: E402
from selenium.webdriver.common.action_chains import ActionChains  # noqa: E402
from selenium.webdriver.common.by import By  # noqa: E402
from selenium.webdriver.common.keys import Keys  # noqa: E402

BROWSER, DRIVER = shutil.which("chromium"), shutil.which("chromedriver")
pytestmark = pytest.mark.skipif(
    not (BROWSER and DRIVER), reason="there is no chromium with chromedriver (Debian: chromium, chromium-driver)"
)
FLAGS = (
    "--headless=new", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--no-default-browser-check",
    "--disable-background-networking", "--disable-component-update", "--disable-sync", "--window-size=1400,900",
    "--disable-dev-shm-usage",
)


@pytest.fixture(scope="module")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[webdriver.Chrome]:
    options = Options()
    assert BROWSER
    assert DRIVER
    options.binary_location = BROWSER
    for flag in (*FLAGS, f"--user-data-dir={tmp_path_factory.mktemp('profile')}"):
        options.add_argument(flag)
    options.add_experimental_option("prefs", {"intl.accept_languages": "zh-CN,zh,en"})
    options.set_capability("goog:loggingPrefs", {"browser": "ALL", "performance": "ALL"})
    found = webdriver.Chrome(options=options, service=Service(DRIVER))
    found.set_page_load_timeout(60)
    yield found
    found.quit()


class Page:
    """What a person does and sees. Keys go to whatever has the focus; nothing is ever clicked."""

    def __init__(self, browser: webdriver.Chrome, server: Server) -> None:
        self.browser = browser
        self.server = server

    def open(self, path: str = "zh/", awaits: str = "#item[data-key]") -> None:
        self.browser.get(self.server.address + path)
        self.until(lambda: self.all(awaits))

    def all(self, selector: str) -> list[Any]:
        return list(self.browser.find_elements(By.CSS_SELECTOR, selector))

    def text(self, selector: str) -> str:
        """Read in the page itself, so that an element that is just being replaced does no harm."""
        return str(self.browser.execute_script(
            "return document.querySelector(arguments[0])?.innerText ?? ''", selector))

    def attribute(self, selector: str, name: str) -> str:
        script = "return document.querySelector(arguments[0])?.getAttribute(arguments[1]) ?? ''"
        return str(self.browser.execute_script(script, selector, name))

    def press(self, *keys: str) -> None:
        for key in keys:
            ActionChains(self.browser).send_keys(key).perform()

    def until(self, test: Callable[[], object], what: str = "") -> None:
        """Wait for the page; the machine may be busy."""
        end = time.monotonic() + 20
        while not test():
            assert time.monotonic() < end, what or self.text("body")[:2000]
            time.sleep(0.02)

    @property
    def at(self) -> int:
        return int(self.attribute("#item", "data-at") or -1)

    @property
    def done(self) -> int:
        return int(self.browser.execute_script("return document.getElementById('bar')?.value ?? -1"))

    def judge(self, *keys: str) -> None:
        """Press the keys of a judgement and wait until it is stored and the next item is shown."""
        before, at = self.done, self.at
        self.press(*keys)
        self.until(lambda: self.done == before + 1 and self.at != at, f"{keys} at {at}: {self.text('body')[:1500]}")

    def go(self, at: int) -> None:
        """Walk to an item with j and k."""
        while (here := self.at) != at:
            self.press("j" if at > here else "k")
            self.until(lambda here=here: self.at != here)  # type: ignore[misc]

    def console(self) -> list[str]:
        """Everything the console holds since the last call."""
        return [str(entry["message"]) for entry in self.browser.get_log("browser")]

    def requests(self) -> set[str]:
        """Addresses of all requests since the last call."""
        found = set()
        for entry in self.browser.get_log("performance"):
            message = json.loads(entry["message"])["message"]
            if message["method"] == "Network.requestWillBeSent":
                found.add(message["params"]["request"]["url"])
        return found

    def elsewhere(self) -> set[str]:
        """Requests to anybody but the server."""
        own = (self.server.origin + "/", "data:", "chrome:", "about:")
        return {address for address in self.requests() if not address.startswith(own)}


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Path:
    run = make_run(tmp_path_factory.mktemp("browser"))
    extractor("sample", run, "-n", "100", "--ledger", "10", "--sentences", "10", "--name", "all")
    return run


@pytest.fixture(scope="module")
def server(run: Path) -> Iterator[Server]:
    with serving(run) as server:
        yield server


@pytest.fixture
def page(browser: webdriver.Chrome, server: Server) -> Iterator[Page]:
    page = Page(browser, server)
    page.console()
    page.requests()
    yield page
    assert page.console() == []
    assert page.elsewhere() == set()


def test_a_review_from_the_sample_to_the_panel(browser: webdriver.Chrome, tmp_path: Path) -> None:
    """20 items by keyboard alone, a correction, an undo, a reload, a killed server; nothing is lost on the way."""
    import duckdb
    import httpx

    run = make_run(tmp_path)
    extractor("sample", run, "-n", "24", "--ledger", "4", "--sentences", "4", "--name", "first", "--seed", "7")
    server = Server(run)
    page = Page(browser, server)
    try:
        page.requests()
        page.console()
        page.open()
        with httpx.Client(base_url=server.address) as client:
            shown = [client.get("api/item", params={"sample": "first", "at": at}).json() for at in range(24)]
        # The figure to correct is the value of a cell of the panel.
        cell = next(i for i in shown if i["observations"] and i["observations"][0]["use"] == "kept" and not i["flags"])
        observed = cell["observations"][0]

        page.go(cell["at"])
        page.press("c")
        page.until(lambda: page.all("form #field-value"))
        page.press("abc", Keys.ENTER)  # what is no number is not stored, and said beside the field
        page.until(lambda: page.attribute("#field-value", "aria-invalid") == "true")
        assert "阿拉伯数字" in page.text("#field-value-wrong")
        assert page.done == 0
        ActionChains(browser).key_down(Keys.CONTROL).send_keys("a").key_up(Keys.CONTROL).send_keys("4321").perform()
        page.judge(Keys.ENTER)
        assert page.done == 1

        page.press("u")
        page.until(lambda: page.done == 0 and page.at == cell["at"])
        assert not page.all("#decision")
        page.press("c")
        page.until(lambda: page.all("form #field-value"))
        page.judge("4321", Keys.ENTER)

        for key in "aaaaarasaa":
            page.judge(key)
        page.press("n")
        page.press("看过原件", Keys.ESCAPE)
        page.judge("a")
        here = page.at
        browser.refresh()
        page.until(lambda: page.all("#item[data-key]"))
        assert page.done == 12
        assert page.at == here
        while page.done < 20:
            page.judge("a")
        page.until(lambda: "错误率" in page.text("#rates") and "区间" in page.text("#rates"))
        rate = page.text("#rates .line")
        assert page.console() == []
        assert page.elsewhere() == set()

        server.kill()
        server = Server(run)
        page.server = server
        page.open()
        assert page.done == 20
        page.until(lambda: page.text("#rates .line") == rate)
        page.go(cell["at"])
        assert "4321" in page.text("#decision")
        assert page.elsewhere() == set()
    finally:
        server.kill()

    extractor("review", "apply", run)
    corrected = duckdb.connect().execute(
        f"SELECT \"{observed['indicator']}\" FROM '{run}/corrected/panel.parquet' WHERE place_id = ? AND period = ?",
        [observed["place_id"], observed["row"]],
    ).fetchall()
    assert [int(row[0]) for row in corrected] == [4321]
    extracted = duckdb.connect().execute(
        f"SELECT \"{observed['indicator']}\" FROM '{run}/panel.parquet' WHERE place_id = ? AND period = ?",
        [observed["place_id"], observed["row"]],
    ).fetchall()
    assert [str(row[0].normalize().__format__("f")) for row in extracted] == [observed["value"]]


def test_a_hostile_document_is_shown_and_not_run(page: Page) -> None:
    page.open("zh/documents", "table")
    page.browser.find_element(By.PARTIAL_LINK_TEXT, "白石镇").send_keys(Keys.ENTER)
    page.until(lambda: page.all("#text .mark"))
    shown = page.browser.execute_script("return document.getElementById('text').textContent")
    for line in REPORTS["<img src=x onerror=alert(1)>.txt"].splitlines():
        assert "".join(line.split()) in "".join(shown.split())
    for selector in ("#text script", "#text iframe", "#text img", "#text svg", "#text b"):
        assert not page.all(selector)
    assert page.browser.execute_script("return window.attacked") is None
    page.press("j", "j", "j")
    page.until(lambda: page.all("#text .mark[aria-current]") and page.text("#headline"))
    assert page.browser.execute_script("return window.attacked") is None


def test_a_script_in_a_note_is_shown_and_not_run(page: Page) -> None:
    page.open()
    page.press("n")
    page.press("<script>window.attacked=4</script></textarea><img src=x onerror=window.attacked=5>", Keys.ESCAPE)
    at = page.at
    page.judge("a")
    page.go(at)
    note = page.browser.execute_script("return document.getElementById('note').value")
    assert note.startswith("<script>window.attacked=4</script></textarea><img")
    assert page.browser.execute_script("return window.attacked") is None
    page.press("u")
    page.until(lambda: not page.all("#decision"))


def test_the_second_of_two_tabs_is_told(page: Page) -> None:
    page.open()
    first = page.browser.current_window_handle
    at = page.at
    page.browser.switch_to.new_window("tab")
    try:
        page.open(f"zh/?sample=all&at={at}")
        page.judge("r")
    finally:
        page.browser.close()
        page.browser.switch_to.window(first)
    page.press("a")
    page.until(lambda: "别处" in page.text("#banner"))
    page.until(lambda: "已拒绝" in page.text("#decision"))
    assert page.at == at
    assert any("409" in line for line in page.console())  # the browser notes the refusal
    page.press("u")
    page.until(lambda: not page.all("#decision"))


def test_both_languages(page: Page) -> None:
    page.open("zh/")
    assert page.attribute("html", "lang") == "zh-CN"
    assert "核对" in page.text("nav")
    at = page.at
    page.browser.find_element(By.ID, "language").send_keys(Keys.ENTER)
    page.until(lambda: page.attribute("html", "lang") == "en" and page.all("#item[data-key]"))
    assert "Was this figure read correctly?" in page.text("#acts") or "no fig" in page.text("#acts")
    assert page.at == at
    # The text of documents stays Chinese for fonts and voices.
    assert page.attribute("#item .source", "lang") == "zh-CN"


def test_the_first_language_is_the_browsers(page: Page) -> None:
    page.open("")
    assert page.browser.current_url.startswith(page.server.address + "zh/")


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_every_page_loads_without_a_word_on_the_console(page: Page, lang: str) -> None:
    for path, awaits in (("documents", "table"), ("numbers/figures", "table"), ("numbers/flagged", "main"),
                         ("numbers/unplaced", "main"), ("numbers/unexplained", "main"), ("numbers/ledger", "table"),
                         ("flags", "main"), ("results", "h1"), ("", "#item[data-key]")):
        page.open(f"{lang}/{path}", awaits)
        assert page.attribute("html", "lang").startswith(lang)
        # Nothing sticks out sideways at this width.
        assert page.browser.execute_script("return document.documentElement.scrollWidth <= window.innerWidth")


def test_everything_can_be_reached_and_named(page: Page) -> None:
    """What a screen reader is told: every control has a name, the focus is visible and moves to the new item."""
    page.open("en/")
    nameless = page.browser.execute_script("""
        return [...document.querySelectorAll('button, a, input, select, textarea, [role=button]')]
          .filter((node) => !(node.textContent.trim() || node.ariaLabel || node.title || node.labels?.length))
          .map((node) => node.outerHTML)
    """)
    assert nameless == []
    assert page.browser.execute_script(
        "return document.querySelectorAll('[aria-live=polite], [role=alert]').length") >= 2
    page.press("j")
    page.until(lambda: page.browser.execute_script("return document.activeElement.id") == "headline")
    outline = page.browser.execute_script(
        "const s = getComputedStyle(document.activeElement); return s.outlineStyle + s.boxShadow")
    assert outline != "nonenone"
    page.until(lambda: "Item 2 of" in page.text("#live"))
    page.press("?")
    page.until(lambda: page.all("dialog[open]"))
    page.press(Keys.ESCAPE)
    page.until(lambda: not page.all("dialog[open]"))
    for _ in range(60):  # Tab alone leads to the buttons as well
        page.press(Keys.TAB)
        if page.browser.execute_script("return document.activeElement.dataset.act") == "skip":
            break
    else:
        raise AssertionError("Tab does not reach the buttons")
    before = page.done
    page.press(Keys.ENTER)
    page.until(lambda: page.done == before + 1)
    page.press("u")
    page.until(lambda: page.done == before)


def test_single_keys_can_be_switched_off(page: Page) -> None:
    """Voice control types letters (WCAG 2.1.4)."""
    page.open()
    box = page.browser.find_element(By.CSS_SELECTOR, "#acts input[type=checkbox]")
    box.send_keys(Keys.SPACE)
    before = page.at
    page.press("j")
    time.sleep(0.3)
    assert page.at == before
    page.browser.find_element(By.CSS_SELECTOR, "#acts input[type=checkbox]").send_keys(Keys.SPACE)
    page.press("j")
    page.until(lambda: page.at == before + 1)


def test_a_document_is_judged_number_by_number(page: Page) -> None:
    page.open("zh/documents?q=云岭县", "table")
    page.browser.find_element(By.PARTIAL_LINK_TEXT, "云岭县").send_keys(Keys.ENTER)
    page.until(lambda: page.all("#text .mark"))
    kinds = {mark.get_attribute("class").split()[1] for mark in page.all("#text .mark")}
    assert {"claimed", "flagged", "date", "name"} <= kinds
    legend = {box.get_attribute("value") for box in page.all(".legend input")}
    assert kinds == legend
    while page.attribute("#text .mark[aria-current]", "class") != "mark flagged":
        before = page.attribute("#text .mark[aria-current]", "data-start")
        page.press("j")
        page.until(lambda before=before: page.attribute("#text .mark[aria-current]", "data-start") != before  # type: ignore[misc]
                   and page.text("#headline"))
    page.until(lambda: page.text("#headline") == page.text("#text .mark[aria-current]"))
    assert page.text("#verdict .flag")
    assert page.all("#verdict .choice")
    page.press("2")  # as printed, after all
    page.until(lambda: "已更正" in page.text("#decision"))
    page.press("u")
    page.until(lambda: not page.all("#decision"))


def test_a_pdf_is_shown_with_a_box_around_the_number(browser: webdriver.Chrome, tmp_path: Path) -> None:
    pytest.importorskip("reportlab", reason="reportlab is a development dependency")
    from reportlab.pdfbase import pdfmetrics
    from reportlab.pdfbase.cidfonts import UnicodeCIDFont
    from reportlab.pdfgen.canvas import Canvas

    pdfmetrics.registerFont(UnicodeCIDFont("STSong-Light"))
    (tmp_path / "reports").mkdir()
    canvas = Canvas(str(tmp_path / "reports" / "report.pdf"), pagesize=(595, 842), invariant=1)
    canvas.setFont("STSong-Light", 14)
    canvas.drawString(60, 780, "云岭县2023年工作总结")
    canvas.drawString(60, 700, "全县脱贫户3909户，粮食产量20300吨。")
    canvas.save()
    run = tmp_path / "run"
    extractor("run", tmp_path / "reports", "--output", run, "--workers", "1")
    extractor("sample", run, "-n", "10", "--ledger", "0", "--sentences", "0")
    with serving(run) as server:
        page = Page(browser, server)
        page.console()
        page.open()
        page.until(lambda: browser.execute_script("return document.querySelector('#sheet img')?.naturalWidth > 1000"))
        box = [float(page.attribute("#sheet rect", name)) for name in ("x", "y", "width", "height")]
        assert 60 < box[0] < 400  # points from the left
        assert 842 - 700 - 25 < box[1] < 842 - 700 + 5
        assert 10 < box[3] < 30
        assert page.text("#here") in ("3909户", "20300吨")
        page.press("p")
        page.until(lambda: not page.browser.find_element(By.ID, "sheet").is_displayed())
        (tmp_path / "reports" / "report.pdf").write_bytes(b"%PDF-1.4 exchanged")
        assert page.console() == []
    with serving(run) as server:
        page.server = server
        page.open()
        page.until(lambda: "无法显示" in page.text("#sheet"))
        page.console()


def test_a_dead_server_is_noticed(browser: webdriver.Chrome, run: Path) -> None:
    """What was not saved is said not to be."""
    with serving(run) as server:
        page = Page(browser, server)
        page.open()
        before = page.done
        server.kill()
        page.press("a")
        page.until(lambda: "没有保存" in page.text("#banner"))
        assert page.done == before
        page.console()
