"""The review server under attack: foreign sites, other users of the machine, hostile documents, floods."""

from __future__ import annotations

import json
import shutil
import socket
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from support_review import REPORTS, SCRIPT, Server, extractor, make_run, serving

MB = 1024 * 1024


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Path:
    run = make_run(tmp_path_factory.mktemp("review"))
    extractor("sample", run, "-n", "100", "--ledger", "10", "--sentences", "10", "--name", "all")
    return run


@pytest.fixture(scope="module")
def server(run: Path) -> Iterator[Server]:
    with serving(run) as server:
        yield server


@pytest.fixture
def client(server: Server) -> Iterator[httpx.Client]:
    """A browser of the reviewer: the right address, and the origin with everything that is sent."""
    with httpx.Client(base_url=server.address, headers={"Origin": server.origin}, timeout=30) as client:
        yield client


def item(client: httpx.Client, at: int) -> dict[str, Any]:
    return dict(client.get("api/item", params={"sample": "all", "at": at}).raise_for_status().json())


def verdict(shown: dict[str, Any], word: str, **more: object) -> dict[str, Any]:
    """The decision as the page sends it."""
    kept = {name: shown[name] for name in ("key", "kind", "doc", "start", "end", "fingerprint", "revision")}
    return {**kept, "verdict": word, **more}


def first(client: httpx.Client, test: object) -> dict[str, Any]:
    """The first item of the sample that passes a test."""
    assert callable(test)
    total = client.get("api/list", params={"sample": "all", "fresh": "1"}).json()["total"]
    return next(shown for shown in (item(client, at) for at in range(total)) if test(shown))


# --- who may ask -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("host", [
    "evil.example", "evil.example:{port}", "127.0.0.1", "127.0.0.1:1", "localhost", "127.0.0.1:{port}.evil.example", "",
    "[::1]:{port}", "0.0.0.0:{port}",
])
def test_a_foreign_host_is_refused(server: Server, host: str) -> None:
    """DNS rebinding: a name of the attacker that leads to 127.0.0.1."""
    answer = httpx.get(server.address + "zh/", headers={"Host": host.format(port=server.port)})
    assert answer.status_code in (400, 403)
    assert "all" not in answer.text


def test_the_page_answers_by_both_its_names(server: Server) -> None:
    for host in (f"127.0.0.1:{server.port}", f"localhost:{server.port}"):
        assert httpx.get(server.address + "zh/", headers={"Host": host}).status_code == 200


@pytest.mark.parametrize("origin", [
    "http://evil.example", "null", "https://127.0.0.1:{port}", "http://127.0.0.1:1", "http://127.0.0.1:{port}.evil.example",
    "http://localhost", "",
])
def test_a_foreign_origin_neither_reads_nor_writes(server: Server, client: httpx.Client, origin: str) -> None:
    body = verdict(item(client, 0), "reject", note="from elsewhere")
    headers = {"Origin": origin.format(port=server.port)}
    written = httpx.post(server.address + "api/decide", json=body, headers=headers)
    assert written.status_code == 403
    if origin:
        assert httpx.get(server.address + "api/list?sample=all", headers=headers).status_code == 403
    assert item(client, 0)["decision"] is None


def test_a_post_without_origin_is_refused(server: Server, client: httpx.Client) -> None:
    body = verdict(item(client, 0), "reject")
    assert httpx.post(server.address + "api/decide", json=body).status_code == 403


@pytest.mark.parametrize("kind", ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data", ""])
def test_only_json_is_read(server: Server, client: httpx.Client, kind: str) -> None:
    """What a form of another site can send without asking first is none of these."""
    answer = client.post("api/undo", content=b"{}", headers={"Content-Type": kind})
    assert answer.status_code == 415


@pytest.mark.parametrize(("site", "mode", "dest", "status"), [
    ("cross-site", "no-cors", "image", 403), ("same-site", "cors", "empty", 403),
    ("cross-site", "navigate", "iframe", 403), ("cross-site", "navigate", "document", 200),
    ("same-origin", "cors", "empty", 200), ("none", "navigate", "document", 200),
])
def test_what_browsers_say_of_who_asks(server: Server, site: str, mode: str, dest: str, status: int) -> None:
    headers = {"Sec-Fetch-Site": site, "Sec-Fetch-Mode": mode, "Sec-Fetch-Dest": dest}
    assert httpx.get(server.address + "zh/", headers=headers).status_code == status


@pytest.mark.parametrize("token", ["", "x", "{token}x", "x{token}", "{short}", "{upper}", "%00", "é" * 40, "static"])
def test_without_the_token_there_is_nothing(server: Server, token: str) -> None:
    named = token.format(token=server.token, short=server.token[:-1], upper=server.token.swapcase())
    for path in ("", "zh/", "api/list?sample=all", "static/app.css"):
        answer = httpx.get(f"{server.origin}/{named}/{path}")
        assert answer.status_code == 403
        assert server.token not in answer.text


def test_the_token_is_new_each_time_and_long(run: Path, server: Server) -> None:
    with serving(run) as other:
        assert other.token != server.token
        assert len(other.token) >= 43
        assert httpx.get(f"{other.origin}/{server.token}/zh/").status_code == 403


def test_the_server_listens_on_the_loopback_interface_only(server: Server) -> None:
    """Every address of this machine but 127.0.0.1 refuses the connection."""
    addresses = {info[4][0] for info in socket.getaddrinfo(socket.gethostname(), None, socket.AF_INET)}
    for address in addresses - {"127.0.0.1"}:
        with socket.socket() as probe:
            probe.settimeout(2)
            assert probe.connect_ex((address, server.port)) != 0
    with socket.socket() as probe:
        assert probe.connect_ex(("127.0.0.1", server.port)) == 0


@pytest.mark.parametrize("method", ["PUT", "DELETE", "PATCH", "OPTIONS", "TRACE"])
def test_other_methods_are_refused(server: Server, client: httpx.Client, method: str) -> None:
    answer = client.request(method, "zh/")
    assert answer.status_code == 405
    assert "access-control-allow-origin" not in answer.headers


# --- paths -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("path", [
    "static/../routes.py", "static/..%2froutes.py", "static/%2e%2e/routes.py", "static//etc/passwd", "static/",
    "static/..\\routes.py", "static/app.css%00", "page/..%2f..%2fetc%2fpasswd/1.png", "page/%2fetc%2fpasswd/1.png",
    "zh/document/..%2f..%2fetc%2fpasswd", "zh/document/%2e%2e", "zh/numbers/..%2f..", "zh/numbers/figures'--", "../zh/",
    "file:///etc/passwd", "zh/../../etc/passwd", "templates/base.html", "decisions.sqlite", "review/decisions.sqlite",
    "de/", "zh/documents/../../../../etc/passwd", "zh/nothing", "api/nothing",
])
def test_no_path_leads_to_a_file(server: Server, path: str) -> None:
    """Sent as it stands: a client would tidy the path up."""
    with socket.create_connection(("127.0.0.1", server.port), timeout=10) as raw:
        request = f"GET /{server.token}/{path} HTTP/1.1\r\nHost: 127.0.0.1:{server.port}\r\nConnection: close\r\n\r\n"
        raw.sendall(request.encode())
        answer = b""
        while chunk := raw.recv(65536):
            answer += chunk
    status = int(answer.split(b" ", 2)[1])
    assert status in (400, 403, 404), answer[:200]
    assert b"root:" not in answer
    assert b"import " not in answer


def test_a_document_is_named_by_its_id_only(client: httpx.Client, run: Path) -> None:
    for name in ("云岭县.txt", str(run.parent / "reports" / "云岭县.txt"), "' OR 1=1 --"):
        answer = client.get(f"zh/document/{httpx.QueryParams({'x': name})['x'].replace('/', '%2F')}")
        assert answer.status_code == 404
        assert "3909" not in answer.text


@pytest.mark.parametrize(
    "words", ["' OR '1'='1", "\\", "%", "_", "a" * 5000, "\x00", "') UNION SELECT 1 --", "$1 ? :x", "\ufffe"])
def test_a_search_is_never_sql(client: httpx.Client, words: str) -> None:
    for page in ("zh/documents", "en/numbers/figures", "en/numbers/unplaced", "en/flags", "zh/numbers/ledger"):
        answer = client.get(page, params={"q": words, "place": words, "code": words, "page": words})
        assert answer.status_code in (200, 422), answer.text
        assert "Traceback" not in answer.text


# --- hostile documents -----------------------------------------------------------------------------------------------


def hostile(client: httpx.Client) -> dict[str, Any]:
    return first(client, lambda shown: shown["document"]["source"].endswith("onerror=alert(1)>.txt"))


def test_markup_of_a_document_is_text_on_every_page(client: httpx.Client) -> None:
    doc = hostile(client)["doc"]
    pages = ["zh/documents", "zh/numbers/figures", "zh/numbers/ledger", "zh/flags", "zh/", "en/results",
             "zh/document/" + httpx.URL("http://x/").join(doc).path.lstrip("/")]
    seen = ""
    for page in pages:
        text = client.get(page).raise_for_status().text
        seen += text
        for piece in (SCRIPT, "<script>window", "<img src=x", "<svg onload", "<iframe", "<b>粮食"):
            assert piece not in text, (page, piece)
        assert text.count("<script") == text.count('<script type="module" src="/'), page
    assert "&lt;script&gt;window.attacked" in seen
    assert "{{ config.items() }}" in seen
    assert "&lt;img src=x onerror=alert(1)&gt;.txt" in seen


def test_the_text_of_a_hostile_document_is_shown_unaltered(client: httpx.Client) -> None:
    shown = hostile(client)
    text = "".join(piece["text"] for piece in shown["context"])
    assert text in REPORTS["<img src=x onerror=alert(1)>.txt"]
    assert [piece["text"] for piece in shown["context"] if piece["mark"] == "here"] == [shown["quote"]]


def test_every_answer_carries_the_strict_policy(server: Server, client: httpx.Client) -> None:
    answers = [client.get(path) for path in ("", "zh/", "static/app.css", "api/list?sample=all", "zh/nothing", "api/x")]
    answers += [client.post("api/decide", json={}), httpx.get(server.origin + "/"), client.put("zh/")]
    for answer in answers:
        policy = answer.headers["content-security-policy"]
        assert policy.startswith("default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; ")
        for part in ("connect-src 'self'", "frame-ancestors 'none'", "base-uri 'none'", "form-action 'self'"):
            assert part in policy
        assert "unsafe" not in policy
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert answer.headers["cache-control"] == "no-store"
        assert "set-cookie" not in answer.headers


def test_pages_hold_no_inline_script_or_style(client: httpx.Client) -> None:
    for page in ("zh/", "en/", "zh/documents", "zh/results", "zh/flags"):
        text = client.get(page).text
        assert "<style" not in text
        assert " style=" not in text
        assert " onclick" not in text
        assert "javascript:" not in text


# --- hostile requests ------------------------------------------------------------------------------------------------


def test_a_script_in_a_note_is_kept_as_text(client: httpx.Client) -> None:
    shown = first(client, lambda shown: shown["decision"] is None)
    note = f"{SCRIPT}</textarea>{{{{ 7 }}}}"
    client.post("api/decide", json=verdict(shown, "accept", note=note)).raise_for_status()
    again = client.get("api/item", params={"kind": shown["kind"], "doc": shown["doc"], "start": shown["start"],
                                           "end": shown["end"]}).json()
    assert again["decision"]["note"] == note
    client.post("api/undo", json={"key": shown["key"]}).raise_for_status()


def test_a_note_of_100_mb_is_refused_before_it_is_read(server: Server, client: httpx.Client) -> None:
    headers = {"Origin": server.origin, "Content-Type": "application/json"}
    note = b'{"note": "' + b"x" * (100 * MB) + b'"}'
    assert httpx.post(server.address + "api/decide", headers=headers, content=note, timeout=60).status_code == 413
    assert httpx.get(server.address + "zh/").status_code == 200
    assert item(client, 0)["decision"] is None
    assert client.post("api/check", json={"fields": {}}).status_code == 200


def test_a_stream_without_a_length_is_cut_off(server: Server) -> None:
    """Chunked: nothing says beforehand how much will come."""
    sent = 0

    def endless() -> Iterator[bytes]:
        nonlocal sent
        for _ in range(1600):
            sent += 65536
            yield b"x" * 65536

    headers = {"Origin": server.origin, "Content-Type": "application/json"}
    try:
        answer = httpx.post(server.address + "api/decide", content=endless(), headers=headers, timeout=60)
        assert answer.status_code == 413
    except (httpx.WriteError, httpx.ReadError, httpx.RemoteProtocolError):
        assert sent < 100 * MB  # the connection was closed in the middle of it
    assert httpx.get(server.address + "zh/").status_code == 200


def test_a_note_that_is_too_long_is_told_so(client: httpx.Client) -> None:
    answer = client.post("api/decide", json=verdict(item(client, 0), "accept", note="长" * 10_001))
    assert answer.status_code == 422
    assert answer.json()["where"] == "note"


@pytest.mark.parametrize("body", [
    b"", b"[]", b"null", b"{", b"\xff\xfe", b'{"a": NaN}', b"[" * 20_000, b'{"key": "\\ud800"}', b'{"key": 1}',
    b'{"key": {"$ne": 1}}', b'{"verdict": "accept"}',
])
def test_what_is_no_decision_is_refused_in_one_line(client: httpx.Client, body: bytes) -> None:
    for path in ("decide", "check", "sample"):
        answer = client.post(f"api/{path}", content=body, headers={"Content-Type": "application/json"})
        assert answer.status_code in (200, 400, 422), (path, answer.text)
        assert answer.status_code != 200 or path == "check"
        assert "Traceback" not in answer.text


@pytest.mark.parametrize("change", [
    {"verdict": "delete"}, {"verdict": "undo"}, {"role": "admin"}, {"revision": "x"}, {"revision": True}, {"start": -1},
    {"end": 10**12}, {"key": "0" * 24}, {"fingerprint": "0" * 16}, {"kind": "../../etc"}, {"fields": {"value": "12"}},
    {"fields": {"__class__": "x"}, "verdict": "correct"}, {"fields": {"value": [["x"]]}, "verdict": "correct"},
    {"fields": {"value": "1e99"}, "verdict": "correct"}, {"fields": {"unit": "<b>"}, "verdict": "correct"},
    {"fields": {"indicator": "../x"}, "verdict": "correct"}, {"fields": {"subject": "\u202e倒"}, "verdict": "correct"},
    {"fields": {}, "verdict": "correct"}, {"fields": {"readings": "x"}, "verdict": "correct"},
    {"note": ["x"]}, {"note": "半\ud83d"},
])
def test_a_forged_decision_is_refused(client: httpx.Client, change: dict[str, Any]) -> None:
    shown = first(client, lambda shown: shown["kind"] == "figure" and shown["decision"] is None)
    body = json.dumps({**verdict(shown, "accept"), **change})
    answer = client.post("api/decide", content=body, headers={"Content-Type": "application/json"})
    assert answer.status_code in (400, 404, 422), answer.text
    assert set(answer.json()) >= {"code", "where", "reason"}
    assert item(client, shown["at"])["decision"] is None


def test_two_tabs_on_one_item_the_second_is_told(client: httpx.Client) -> None:
    shown = first(client, lambda shown: shown["decision"] is None)
    mine = item(client, shown["at"])
    theirs = item(client, shown["at"])
    client.post("api/decide", json=verdict(theirs, "reject", note="先到")).raise_for_status()
    answer = client.post("api/decide", json=verdict(mine, "accept"))
    assert answer.status_code == 409
    assert answer.json()["current"]["verdict"] == "reject"
    assert answer.json()["current"]["note"] == "先到"
    now = item(client, shown["at"])
    assert now["decision"]["verdict"] == "reject"
    client.post("api/decide", json=verdict(now, "accept")).raise_for_status()  # having seen it, one may judge again
    assert item(client, shown["at"])["decision"]["verdict"] == "accept"


# --- exchanged files -------------------------------------------------------------------------------------------------


def test_a_source_that_has_changed_is_not_shown(tmp_path: Path) -> None:
    """The picture beside the figures is of the file that was read, or there is none."""
    canvas = pytest.importorskip("reportlab.pdfgen.canvas", reason="reportlab is a development dependency")
    pages = tmp_path / "reports"
    pages.mkdir()
    source = pages / "report.pdf"

    def write(text: str) -> None:
        drawn = canvas.Canvas(str(source), pagesize=(400, 300), invariant=1)
        drawn.drawString(40, 200, text)
        drawn.showPage()
        drawn.save()

    write("GDP 1234 and 5678")
    extractor("run", pages, "--output", tmp_path / "run", "--workers", "1")
    moved = tmp_path / "elsewhere"
    with serving(tmp_path / "run", "--sources", str(moved)) as server:
        doc = httpx.get(server.address + "zh/documents").text.split("/document/")[1].split('"')[0]
        picture = httpx.get(f"{server.address}page/{doc}/1.png")
        assert picture.status_code == 200
        assert picture.content.startswith(b"\x89PNG")
        assert httpx.get(f"{server.address}page/{doc}/2.png").status_code == 404
        assert httpx.get(f"{server.address}page/{doc}/0.png").status_code == 404
    write("GDP 9999 and 5678")
    with serving(tmp_path / "run", "--sources", str(moved)) as server:
        assert httpx.get(f"{server.address}page/{doc}/1.png").status_code == 404
        write("GDP 1234 and 5678")
        shutil.move(pages, moved)
        assert httpx.get(f"{server.address}page/{doc}/1.png").status_code == 200
