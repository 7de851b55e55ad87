"""Sites that mean harm, or are broken: the crawl goes on, stays inside its limits, and says what happened."""

from __future__ import annotations

import csv
import gzip
import ssl
import subprocess
import sys
import time
from http.server import BaseHTTPRequestHandler
from pathlib import Path

import pytest
from support_site import Site, article, listing

EXTRACTOR = Path(sys.executable).parent / "extractor"
BOMB = gzip.compress(b"\0" * 20_000_000)


class Hostile(Site):
    """One list; each of its reports is a trap of its own."""

    def __init__(self, traps: dict[str, tuple[int, dict[str, str], bytes]], **more: str) -> None:
        super().__init__(**more)  # type: ignore[arg-type]
        self.traps = traps

    def response(self, path: str, condition: str) -> tuple[int, dict[str, str], bytes]:
        if path == "/list.html":
            items = [(name, f"{number}号工作总结", "") for number, name in enumerate(self.traps)]
            return 200, {"Content-Type": "text/html"}, listing(items).encode()
        return self.traps.get(path) or super().response(path, condition)

    def answer(self, request: BaseHTTPRequestHandler) -> None:
        if request.path != "/drip.html":
            super().answer(request)
            return
        request.send_response(200)
        request.end_headers()
        try:
            for _ in range(100):  # a byte now and then keeps a naive timeout from ever ending
                request.wfile.write(b"x")
                time.sleep(0.1)
        except OSError:
            pass


def crawl(
    tmp_path: Path, start: str, *more: str, text: str = "  items: ul.list li\n"
) -> tuple[subprocess.CompletedProcess[str], dict[str, dict[str, str]]]:
    file = tmp_path / "s.yaml"
    file.write_text(f"crawl:\n- id: s\n  start: {start}\n{text}"
                    "  limits: {delay: 0.1, timeout: 1.5, size_mb: 1, retries: 0}\n", encoding="utf-8")
    done = subprocess.run([str(EXTRACTOR), "crawl", str(file), "--output", str(tmp_path / "out"), *more],
                          capture_output=True, text=True, timeout=60, check=False)
    assert "Traceback" not in done.stderr + done.stdout
    with (tmp_path / "out" / "crawl.csv").open(encoding="utf-8-sig", newline="") as stream:
        return done, {row["url"]: row for row in csv.DictReader(stream)}


def test_every_trap_is_a_row_and_the_crawl_goes_on(tmp_path: Path) -> None:
    html = {"Content-Type": "text/html"}
    traps: dict[str, tuple[int, dict[str, str], bytes]] = {
        "/bomb.html": (200, {**html, "Content-Encoding": "gzip"}, BOMB),
        "/torn.html": (200, {**html, "Content-Encoding": "gzip"}, b"\x1f\x8b\x08 not gzip"),
        "/drip.html": (200, html, b""),
        "/passwd.html": (302, {"Location": "file:///etc/passwd"}, b""),
        "/inward.html": (302, {"Location": "http://169.254.169.254/latest/meta-data"}, b""),
        "/odd.html": (302, {"Location": "http://[::bad/"}, b""),
        "/deep.html": (200, html, article("工作总结", "<div>" * 100_000).encode()),
        "/nul.html": (200, html, article("=cmd()工作总结", "a\0b").encode()),
        "/empty.html": (200, html, b""),
        "/script.html": (200, {"Content-Type": "application/x-msdownload"}, b"MZ\x90\0\x03\0\0\0\x04\0\0\0\xff\xff"),
        "/image.html": (200, html, b"\x89PNG\r\n\x1a\n"),
        "/refresh.html": (200, html, b'<html><meta http-equiv="refresh" content="0;url=http://10.0.0.1/x"></html>'),
        "/header.html": (200, {**html, "X-Long": "x" * 14_000}, article("工作总结", "1户").encode()),
        "/good.html": (200, html, article("工作总结", "好").encode()),
    }
    with Hostile(traps) as site:
        done, rows = crawl(tmp_path, f"{site.url}/list.html", "--allow-private")
        assert done.returncode == 0, done.stderr
        found = {url.removeprefix(site.url): (row["status"], row["reason"]) for url, row in rows.items()}
        assert set(found) == {"/list.html", *traps}
        assert found == {
            "/list.html": ("read", ""),
            "/bomb.html": ("skipped", "answer is larger than allowed (1,048,576 bytes)"),
            "/torn.html": ("failed", "answer is packed wrongly"),
            "/drip.html": ("failed", "no answer in time (1.5 s)"),
            "/passwd.html": ("failed", "HTTP 302"),
            "/inward.html": ("skipped", "redirected: host 169.254.169.254 is not one of the source"),
            "/odd.html": ("failed", "no answer: Invalid IPv6 URL"),
            "/deep.html": ("kept", ""),
            "/nul.html": ("kept", ""),
            "/empty.html": ("skipped", "content is empty, a type that is not taken"),
            "/script.html": ("skipped", "content is binary, a type that is not taken"),
            "/image.html": ("skipped", "content is image, a type that is not taken"),
            "/refresh.html": ("skipped", "redirected: host 10.0.0.1 is not one of the source"),
            "/header.html": ("kept", ""),
            "/good.html": ("kept", ""),
        }
        assert "internal error" not in str(found)
        record = next((tmp_path / "out" / "s").glob("*.meta.json")).read_bytes()
        assert len(record) < 10_000  # a header of any length does not make a sidecar of any length


def test_odd_addresses_are_rows_too(tmp_path: Path) -> None:
    with Hostile({}) as site:
        odd = ["/a b.html", "/a%zz.html", "/云岭.html?名=值", "/%00.html", "/a\\b.html", f"{site.url}:99999/a.html",
               f"http://127.0.0.1:{site.port}x/a.html", "http://[::1/a.html", "http://127.0.0.1:/a.html", "//", "///x",
               "http://xn--a.example/", "http://\u2488.example/", "/a;b=c?d#e", "/" + "a/" * 1500,
               f"http://127.1:{site.port}/a.html", f"http://2130706433:{site.port}/a.html",
               f"http://127.0.0.1%00.evil.example:{site.port}/", f"http://127.0.0.1:{site.port}@evil.example/"]
        page = listing([(address, f"{number}号工作总结", "") for number, address in enumerate(odd)]).encode()
        site.traps["/odd.html"] = (200, {"Content-Type": "text/html; charset=utf-8"}, page)
        done, rows = crawl(tmp_path, f"{site.url}/odd.html", "--allow-private")
        assert done.returncode == 0, done.stderr
        assert rows[f"{site.url}/odd.html"]["reason"] == "a list page of this source"  # '//' leads back to it
        assert "internal error" not in str(rows)
        assert {row["status"] for row in rows.values()} == {"skipped", "failed"}
        assert {seen.host for seen in site.seen} == {f"127.0.0.1:{site.port}"}
        assert len(rows) >= 15


def test_a_title_is_no_formula_and_no_markup(tmp_path: Path) -> None:
    with Hostile({}) as site:
        site.traps["/list2.html"] = (200, {"Content-Type": "text/html"}, listing(
            [("/a.html", "=HYPERLINK(1)工作总结", ""), ("/b.html", "x" * 5000 + "工作总结", "")]).encode())
        site.traps["/a.html"] = (200, {"Content-Type": "text/html"}, article("工作总结", "3户").encode())
        _, rows = crawl(tmp_path, f"{site.url}/list2.html", "--allow-private")
        assert rows[f"{site.url}/a.html"]["title"] == "'=HYPERLINK(1)工作总结"
        assert len(rows[f"{site.url}/b.html"]["title"]) <= 300


@pytest.mark.parametrize(("body", "reason"), [
    (b"[" * 100_000, "the list is not valid JSON"),
    (b'{"data": {"rows": 7}}', "the JSON list has no items at 'data.rows'"),
    (b'{"data": {"rows": [1, null, {"url": 5}, {"url": "http://["}]}}', "no link matches; has the site changed?"),
    (b'{"data": {"rows": [{"url": "/a", "title": "x"}]}}', ""),
])
def test_a_list_that_is_none_fails_with_its_reason(body: bytes, reason: str, tmp_path: Path) -> None:
    with Hostile({"/x.json": (200, {}, body)}) as site:
        done, rows = crawl(tmp_path, f"{site.url}/x.json", "--allow-private", text="  json: {items: data.rows}\n")
        found = rows[f"{site.url}/x.json"]["reason"]
        assert found.startswith(reason)
        assert bool(found) == bool(reason)
        assert done.returncode == (1 if reason else 0)


@pytest.mark.skipif(sys.platform == "win32", reason="no limit of file sizes")
def test_a_full_disk_stops_the_crawl_and_loses_nothing(tmp_path: Path) -> None:
    from resource import RLIMIT_FSIZE, setrlimit

    html = {"Content-Type": "text/html"}
    traps = {"/a.html": (200, html, article("工作总结", "1户").encode()),
             "/big.html": (200, html, article("工作总结", "户" * 250_000).encode()),
             "/z.html": (200, html, article("工作总结", "2户").encode())}
    with Hostile(traps) as site:
        crawl_file = tmp_path / "s.yaml"
        crawl_file.write_text(f"crawl:\n- {{id: s, start: '{site.url}/list.html', items: ul.list li, "
                              "limits: {delay: 0.1}}\n", encoding="utf-8")
        command = [str(EXTRACTOR), "crawl", str(crawl_file), "--output", str(tmp_path / "out"), "--allow-private"]
        full = subprocess.run(command, capture_output=True, text=True, timeout=30, check=False,
                              preexec_fn=lambda: setrlimit(RLIMIT_FSIZE, (400_000, 400_000)))
        assert full.returncode == 1
        assert "File too large" in full.stderr
        assert "Traceback" not in full.stderr
        again = subprocess.run(command, capture_output=True, text=True, timeout=30, check=False)
        assert again.returncode == 0, again.stderr
        assert "went on with s" in again.stdout
        assert "3 files new" in again.stdout
        assert [seen.path for seen in site.seen].count("/a.html") == 1


@pytest.mark.parametrize(("host", "trusted", "reason"), [
    ("localhost", True, ""),
    ("localhost", False, "certificate cannot be verified"),
    ("127.0.0.1", True, "certificate is for another name"),
])
def test_certificates_are_verified(host: str, trusted: bool, reason: str, tmp_path: Path,
                                   monkeypatch: pytest.MonkeyPatch) -> None:
    key, certificate = tmp_path / "key.pem", tmp_path / "cert.pem"
    _self_signed(key, certificate)
    if trusted:
        monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
    site = Site()
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)
    site.server.socket = context.wrap_socket(site.server.socket, server_side=True)
    with site:
        start = f"https://{host}:{site.port}/api/list?page=1"
        done, rows = crawl(tmp_path, start, "--allow-private",
                           text="  json: {items: data.rows, url: link, title: name}\n  take: [无]\n")
        assert done.returncode == (1 if reason else 0)
        assert reason in rows[start]["reason"]
        assert bool(site.seen) != bool(reason)


def _self_signed(key_file: Path, certificate_file: Path) -> None:
    import datetime

    from cryptography import x509
    from cryptography.hazmat.primitives import hashes, serialization
    from cryptography.hazmat.primitives.asymmetric import ec
    from cryptography.x509.oid import NameOID

    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "localhost")])
    today = datetime.datetime.now(datetime.UTC)
    certificate = (x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key())
                   .serial_number(1).not_valid_before(today - datetime.timedelta(days=1))
                   .not_valid_after(today + datetime.timedelta(days=1))
                   .add_extension(x509.SubjectAlternativeName([x509.DNSName("localhost")]), False)
                   .sign(key, hashes.SHA256()))
    key_file.write_bytes(key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8,
                                           serialization.NoEncryption()))
    certificate_file.write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
