"""Containers: what they hold, what is found out about each member, and what hostile ones cost."""

from __future__ import annotations

import gzip
import io
import json
import struct
import tarfile
import time
import zipfile
import zlib
from pathlib import Path

import pytest

from extractor.errors import InputError
from extractor.ingest import Limits, load
from extractor.ingest.containers import Member, container_kind, load_member, load_members, members, split_name
from extractor.ingest.sidecar import parse_sidecar, read_sidecar, sidecar_path, with_sidecar
from extractor.model import Document

REPORT = (
    "云岭县2023年工作总结\n2023年，全县脱贫人口人均纯收入16230元，同比增长12.4%，累计投入资金3560万元，实施项目128个。\n"
    * 3
)
PAGE = f"<html><body><h1>云岭县2023年工作总结</h1><p>{REPORT}</p><p>完</p></body></html>"
SMALL = Limits(text=1 << 20, html=1 << 20, pdf=1 << 20, office=1 << 20, unpacked=1 << 21)


def zipped(path: Path, files: dict[str, bytes | str], method: int = zipfile.ZIP_DEFLATED) -> Path:
    path.write_bytes(zip_bytes(files, method))
    return path


def zip_bytes(files: dict[str, bytes | str], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", method) as archive:
        for name, data in files.items():
            archive.writestr(name, data)
    return out.getvalue()


def listed(path: Path, **options: object) -> tuple[list[Member], InputError | None]:
    """What could be listed, and the error at the end."""
    found: list[Member] = []
    try:
        for member in members(path, **options):  # type: ignore[arg-type]
            found.append(member)  # noqa: PERF402 (what came before the error counts)
    except InputError as error:
        return found, error
    return found, None


def codes(path: Path, **options: object) -> list[str]:
    """For each member the format of its document or the code of its error."""
    found, _ = listed(path)
    results = load_members(path, found, **options)  # type: ignore[arg-type]
    return [result.code if isinstance(result, InputError) else result.format for result in results]


@pytest.mark.parametrize(
    ("data", "kind"),
    [
        (REPORT.encode(), None),
        (PAGE.encode(), None),
        (b"", None),
        (b"\0" * 600, None),
        (b"%PDF-1.4", None),
        (b'{"a": 1', None),
        (b"{\n", None),
        (b"[1, 2]", None),
        ("项目,数量\n水库,12\n道路,5\n".encode(), None),
        (f"县,正文\n云岭,{REPORT[:160].strip().replace(chr(10), '')}\n".encode() * 1, "csv"),
        (b'{"text": "a"}\n', "jsonl"),
        (b'[{"text": "a"}]', "json"),
        (gzip.compress(b'{"text": "a"}\n'), "jsonl.gz"),
        (gzip.compress(REPORT.encode()), None),
        (b"\x1f\x8b\x08broken", None),
        (b"WARC/1.0\r\n", "warc"),
        (b"PK\x05\x06" + b"\0" * 18, "zip"),
        ("县,乡，镇；\n户、人。\n".encode(), None),
    ],
)
def test_kinds(tmp_path: Path, data: bytes, kind: str | None) -> None:
    (tmp_path / "x").write_bytes(data)
    assert container_kind(tmp_path / "x") == kind


def test_what_is_no_file() -> None:
    assert container_kind(Path("no such file")) is None
    found, error = listed(Path("no such file"))
    assert (found, error and error.code) == ([], "unreadable")


def test_names_in_archives(tmp_path: Path) -> None:
    files = {
        "a/总结.txt": REPORT,
        "../../etc/x.txt": REPORT,
        "/abs.txt": REPORT,
        "a/总结.txt ": REPORT,
        ".hidden": "x",
        "__MACOSX/a": "x",
        "README.md": "x",
        "a.txt.meta.json": "{}",
        "sources.yaml": "x",
        "b\x1b[31m.txt": REPORT,
    }
    path = zipped(tmp_path / "a.zip", files)
    found, error = listed(path)
    assert error is None
    assert [member.name for member in found] == ["a/总结.txt", "etc/x.txt", "abs.txt", "a/总结.txt ", "b_[31m.txt"]
    assert all(not isinstance(result, InputError) for result in load_members(path, found))
    assert list(tmp_path.iterdir()) == [path]  # nothing is unpacked to disk


def test_two_files_of_one_name_and_chinese_windows_names(tmp_path: Path) -> None:
    path = tmp_path / "a.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("a.txt", REPORT)
        with pytest.warns(UserWarning, match="Duplicate"):
            archive.writestr("a.txt", REPORT + "完")
        archive.writestr("zongjies.txt", REPORT)
    path.write_bytes(path.read_bytes().replace(b"zongjies.txt", "云岭总结.txt".encode("gbk")))
    found, _ = listed(path)
    assert [member.name for member in found] == ["a.txt", "a.txt#2", "云岭总结.txt"]
    assert {len(load_member(path, member).text) for member in found} == {len(REPORT), len(REPORT) + 1}


def test_nested_archives_are_flattened(tmp_path: Path) -> None:
    rows = "".join(json.dumps({"县": "云岭县", "正文": REPORT}, ensure_ascii=False) + "\n" for _ in range(2))
    inner = zip_bytes({"c.html": PAGE, "rows.jsonl": rows})
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w:gz") as archive:
        info = tarfile.TarInfo("d.txt")
        info.size = len(REPORT.encode())
        archive.addfile(info, io.BytesIO(REPORT.encode()))
    path = zipped(
        tmp_path / "a.zip", {"b.zip": inner, "e.tar.gz": packed.getvalue(), "f.txt.gz": gzip.compress(REPORT.encode())}
    )
    found, error = listed(path)
    assert error is None
    assert [member.name for member in found] == [
        "b.zip!c.html",
        "b.zip!rows.jsonl!1",
        "b.zip!rows.jsonl!2",
        "e.tar.gz!d.txt",
        "f.txt.gz",
    ]
    documents = list(load_members(path, found))
    assert [d.source for d in documents if isinstance(d, Document)] == [f"{path}!{member.name}" for member in found]
    assert documents[1].place == "云岭县"  # type: ignore[union-attr]
    assert load(f"{path}!b.zip!rows.jsonl!2").text == REPORT
    assert load(f"{zipped(tmp_path / 'c.zip', {'d/e.txt': REPORT})}!d/e.txt").text == REPORT
    with pytest.raises(InputError) as caught:
        load(f"{path}!b.zip!nothing")
    assert caught.value.code == "missing"


def test_too_many_archives_inside_each_other(tmp_path: Path) -> None:
    data = zip_bytes({"a.txt": REPORT})
    for _ in range(6):
        data = zip_bytes({"b.zip": data})
    (tmp_path / "a.zip").write_bytes(data)
    assert codes(tmp_path / "a.zip") == ["depth"]


def quine() -> bytes:
    """A zip that holds a zip that holds ... as deep as one looks: here simply a long chain in one file."""
    data = b"end"
    for _ in range(40):
        data = zip_bytes({"r/r.zip": data}, zipfile.ZIP_STORED)
    return data


def test_a_quine_ends(tmp_path: Path) -> None:
    (tmp_path / "a.zip").write_bytes(quine())
    assert codes(tmp_path / "a.zip") == ["depth"]


def test_zip_bombs(tmp_path: Path) -> None:
    path = zipped(tmp_path / "a.zip", {"a.txt": b"0" * (400 << 20), "b.txt": REPORT})
    assert path.stat().st_size < 1 << 20
    began = time.perf_counter()
    assert codes(path) == ["too_large", "text"]
    assert time.perf_counter() - began < 5
    # The directory says that the file is small: unpacking still ends at the limit.
    data = zip_bytes({"a.txt": b"0" * (4 << 20)})
    lying = data.replace(struct.pack("<I", 4 << 20), struct.pack("<I", 1000))
    (tmp_path / "b.zip").write_bytes(lying)
    assert codes(tmp_path / "b.zip", limits=SMALL) == ["too_large"]


def test_overlapping_files_are_refused(tmp_path: Path) -> None:
    data = bytearray(zip_bytes({"a.txt": REPORT, "b.txt": REPORT}, zipfile.ZIP_STORED))
    second = data.rindex(b"PK\x01\x02")
    data[second + 42 : second + 46] = struct.pack("<I", 0)  # its header offset: that of the first
    (tmp_path / "a.zip").write_bytes(data)
    _, error = listed(tmp_path / "a.zip")
    assert error is not None
    assert error.code == "bomb"


def bomb(head: bytes, size: int) -> bytes:
    """``head`` and then zeros, as gzip."""
    engine = zlib.compressobj(9, wbits=31)
    return engine.compress(head) + b"".join(engine.compress(b"\0" * (1 << 20)) for _ in range(size)) + engine.flush()


def test_a_bomb_of_gzip(tmp_path: Path) -> None:
    path = tmp_path / "a.gz"
    path.write_bytes(bomb(b"", 60))
    assert container_kind(path) is None
    with pytest.raises(InputError) as caught:
        load(path, limits=SMALL)
    assert caught.value.code in ("too_large", "bomb")
    path.write_bytes(bomb(json.dumps({"text": REPORT}).encode() + b"\n", 60))
    assert container_kind(path) == "jsonl.gz"
    found, error = listed(path, limits=SMALL)
    assert error is not None
    assert (error.code, found[0].name) == ("bomb", "1")


@pytest.mark.parametrize("method", [zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED, zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
def test_methods_of_zip(tmp_path: Path, method: int) -> None:
    path = zipped(tmp_path / "a.zip", {"a.txt": REPORT}, method)
    assert codes(path) == ["format" if method == zipfile.ZIP_LZMA else "text"]


def test_encrypted_and_damaged_files_are_errors_of_their_own(tmp_path: Path) -> None:
    path = zipped(
        tmp_path / "a.zip", {"a.txt": REPORT, "b.txt": REPORT, "c.bin": b"\0\1\2", "d.txt": ""}, zipfile.ZIP_STORED
    )
    data = bytearray(path.read_bytes())
    data[data.index(b"16230")] ^= 1
    where = data.rindex(b"PK\x01\x02", 0, data.rindex(b"c.bin"))
    data[where + 8] |= 1
    path.write_bytes(data)
    assert codes(path) == ["damaged", "text", "encrypted", "empty"]


@pytest.mark.parametrize("cut", [0.3, 0.6, 0.95, 0.999])
@pytest.mark.parametrize("streamed", [False, True])
def test_an_archive_cut_off_gives_what_it_has(tmp_path: Path, cut: float, streamed: bool) -> None:
    files = {f"{i}.txt": REPORT + str(i) for i in range(20)}
    if streamed:  # sizes behind the data, as programs write them that cannot seek

        class Pipe(io.BytesIO):
            def seekable(self) -> bool:
                return False

        out: io.BytesIO = Pipe()
        with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
            for name, text in files.items():
                with archive.open(name, "w") as stream:
                    stream.write(text.encode())
        data = out.getvalue()
    else:
        data = zip_bytes(files)
    path = tmp_path / "a.zip"
    path.write_bytes(data[: int(len(data) * cut)])
    found, error = listed(path)
    assert error is not None
    assert error.code == "damaged"
    assert len(found) >= int(20 * cut * 0.6)
    assert [document.text for document in load_members(path, found)] == list(files.values())[: len(found)]  # type: ignore[union-attr]


def test_links_in_tar_are_not_followed(tmp_path: Path) -> None:
    path = tmp_path / "a.tar"
    with tarfile.open(path, "w") as archive:
        for name, kind, target in (
            ("a.txt", tarfile.SYMTYPE, "/etc/passwd"),
            ("b.txt", tarfile.LNKTYPE, "../x"),
            ("c", tarfile.FIFOTYPE, ""),
            ("d", tarfile.CHRTYPE, ""),
        ):
            info = tarfile.TarInfo(name)
            info.type, info.linkname = kind, target
            archive.addfile(info)
        info = tarfile.TarInfo("../../e.txt")
        info.size = len(REPORT.encode())
        archive.addfile(info, io.BytesIO(REPORT.encode()))
    found, error = listed(path)
    assert error is None
    assert [member.name for member in found] == ["a.txt", "b.txt", "c", "d", "e.txt"]
    assert codes(path) == ["link", "link", "special", "special", "text"]


def test_a_tar_header_that_asks_for_gigabytes(tmp_path: Path) -> None:
    path = tmp_path / "a.tar"
    info = tarfile.TarInfo("a.txt")
    info.type, info.size = tarfile.XHDTYPE, 6 << 30  # a header of its own, as long as that
    path.write_bytes(info.tobuf(tarfile.GNU_FORMAT) + b"\0" * 1024)
    assert codes(path) == []
    broken = bytearray(zip_bytes({"a.txt": REPORT}, zipfile.ZIP_STORED)[:200])
    broken[18:22] = b"\xff\xff\xff\xff"
    path.write_bytes(broken)
    found, error = listed(path)
    assert (found, error and error.code) == ([], "damaged")


def test_tar_cut_off(tmp_path: Path) -> None:
    path = tmp_path / "a.tar"
    with tarfile.open(path, "w") as archive:
        for i in range(5):
            info = tarfile.TarInfo(f"{i}.txt")
            info.size = len(REPORT.encode())
            archive.addfile(info, io.BytesIO(REPORT.encode()))
    path.write_bytes(path.read_bytes()[:2500])
    found, error = listed(path)
    assert error is not None
    assert error.code == "damaged"
    assert found
    assert [code for code in codes(path) if code != "damaged"]


def test_a_broken_line_is_an_error_of_its_own(tmp_path: Path) -> None:
    good = json.dumps({"正文": REPORT, "年份": 2023, "标签": ["甲", "乙"]}, ensure_ascii=False)
    lines = [
        good,
        "{broken",
        "",
        "[1]",
        '{"正文": ""}',
        '{"正文": ["云岭县2023年总结。", "建成12处。"]}',
        '{"正文": "' + "[" * 200_000,
        '{"正文": ' + "[" * 200_000,
        "\xff\xfe",
        '{"正文": 12}',
        good,
    ]
    path = tmp_path / "a.jsonl"
    path.write_bytes("\n".join(lines).encode())
    found, error = listed(path)
    assert error is None
    assert [member.name for member in found] == ["1", "2", "4", "5", "6", "7", "8", "9", "10", "11"]
    results = list(load_members(path, found))
    assert [result.code if isinstance(result, InputError) else result.period for result in results] == [
        "2023",
        "damaged",
        "format",
        "empty",
        None,
        "damaged",
        "damaged",
        "damaged",
        None,
        "2023",
    ]
    assert results[4].text == "云岭县2023年总结。\n建成12处。"  # type: ignore[union-attr]
    assert all(result.where.startswith(f"{path}!") for result in results if isinstance(result, InputError))


def test_csv_with_a_field_without_end(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    good = f'云岭县,"{REPORT}"\r\n'
    path.write_bytes(("县,正文\r\n" + good * 2 + '望溪县,"' + "没有结尾的字段" * 100_000 + '"\r\n' + good).encode())
    found, error = listed(path, limits=SMALL)
    assert error is None
    results = [
        result.code if isinstance(result, InputError) else result.place
        for result in load_members(path, found, limits=SMALL)
    ]
    assert results == ["云岭县", "云岭县", "too_large", "云岭县"]
    path.write_bytes(("县,正文\r\n" + good * 2 + '望溪县,"' + "没有\n" * 400_000).encode())
    found, error = listed(path, limits=SMALL)
    assert error is None
    assert [member.note for member in found] == ["", "", "too_large"]


def test_csv_with_a_huge_field_costs_little(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    with path.open("wb") as stream:
        stream.write(f'县,正文\r\n云岭县,"{REPORT}"\r\n望溪县,"'.encode())
        for _ in range(100):
            stream.write(b"a" * (1 << 20))
        stream.write(f'"\r\n云岭县,"{REPORT}"\r\n'.encode())
    began = time.perf_counter()
    found, _ = listed(path)
    assert [result.code if isinstance(result, InputError) else "ok" for result in load_members(path, found)] == [
        "ok",
        "too_large",
        "ok",
    ]
    assert time.perf_counter() - began < 20


def test_csv_without_header_and_with_short_rows(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    text = REPORT.replace("\n", "") * 2
    path.write_bytes((f"1,{text}\n" * 9 + f"\n3\n4,{text},x\n").encode("gb18030"))
    found, _ = listed(path)
    assert [
        result.code if isinstance(result, InputError) else result.text == text for result in load_members(path, found)
    ] == [*[True] * 9, "empty", True]


def test_the_text_column_can_be_named(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text(f"摘要,县,备注\n{REPORT[13:60]}。,云岭县,建成12处水库\n", encoding="utf-8")
    found, error = listed(path, text_column="备注")
    assert error is None
    assert load_member(path, found[0], text_column="备注").text == "建成12处水库"
    _, error = listed(path, text_column="正文")
    assert error is not None
    assert (error.code, "备注" in error.hint) == ("column", True)


def test_a_cell_may_hold_markup(tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl"
    path.write_text(
        json.dumps({"content": PAGE, "url": "a/b.html", "省": "云州省", "市": "云岭市"}, ensure_ascii=False) + "\n",
        encoding="utf-8",
    )
    document = load_member(path, next(members(path)))
    assert (document.format, document.place, document.meta["url"]) == ("html", "云州省云岭市", "a/b.html")


def test_parquet_of_wrong_types(tmp_path: Path) -> None:
    pandas = pytest.importorskip("pandas")
    path = tmp_path / "a.parquet"
    pandas.DataFrame({"a": [1, 2], "b": [0.5, 1.5]}).to_parquet(path)
    assert listed(path)[1].code == "column"  # type: ignore[union-attr]
    pandas.DataFrame({"正文": [REPORT, None, ""], "年份": [2023.0, 2022.0, None], "x": [[1], [2], [3]]}).to_parquet(
        path
    )
    found, _ = listed(path)
    first, second, third = load_members(path, found)
    assert (first.text, first.period) == (REPORT, "2023")  # type: ignore[union-attr]
    assert (second.code, third.code) == ("empty", "empty")  # type: ignore[union-attr]
    assert listed(path, text_column="年份")[1].code == "column"  # type: ignore[union-attr]
    data = path.read_bytes()
    for cut in (4, 100, len(data) // 2, len(data) - 3):
        path.write_bytes(data[:cut])
        assert listed(path)[1].code == "damaged"  # type: ignore[union-attr]


@pytest.mark.parametrize("packed", [False, True])
def test_warc_cut_off(tmp_path: Path, packed: bool) -> None:
    from warcio.statusandheaders import StatusAndHeaders
    from warcio.warcwriter import WARCWriter

    out = io.BytesIO()
    writer = WARCWriter(out, gzip=packed)
    kinds = (("text/html", PAGE), ("image/png", "x"), ("text/html", PAGE), ("text/css", "p {}"), ("text/html", PAGE))
    for i, (kind, body) in enumerate(kinds):
        headers = StatusAndHeaders(
            "200 OK", [("Content-Type", kind), ("Content-Length", str(len(body.encode())))], protocol="HTTP/1.1"
        )
        writer.write_record(
            writer.create_warc_record(
                f"http://county.example/{i}\x1b", "response", payload=io.BytesIO(body.encode()), http_headers=headers
            )
        )
    path = tmp_path / "a.warc"
    path.write_bytes(out.getvalue())
    found, error = listed(path)
    assert error is None
    assert [member.name[-2:] for member in found] == ["0_", "2_", "4_"]
    document = load_member(path, found[0])
    assert document.meta["url"].startswith("http://county.example/0")
    for part in (0.2, 0.5, 0.9, 0.97):
        path.write_bytes(out.getvalue()[: int(len(out.getvalue()) * part)])
        found, error = listed(path)
        results = list(load_members(path, found))
        assert any(isinstance(result, Document) for result in results) or part < 0.4
        assert error is not None or any(isinstance(result, InputError) for result in results)


def test_a_container_that_goes_away_while_it_is_read(tmp_path: Path) -> None:
    path = zipped(tmp_path / "a.zip", {"a.txt": REPORT, "b.txt": REPORT})
    found, _ = listed(path)
    path.unlink()
    results = list(load_members(path, found))
    assert [result.code for result in results if isinstance(result, InputError)] == ["unreadable", "unreadable"]
    path.write_bytes(REPORT.encode())
    assert [result.code for result in load_members(path, found) if isinstance(result, InputError)] == [
        "format",
        "format",
    ]


def test_names_of_members() -> None:
    assert split_name("a.zip!b.zip!c.txt") == ("a.zip", "b.zip!c.txt")
    assert split_name("注意!.txt") == ("注意", ".txt")  # whether such a file is there decides, see load()


# --- sidecars -------------------------------------------------------------------------------------------------------


def test_sidecar(tmp_path: Path) -> None:
    path = tmp_path / "a.html"
    path.write_text(PAGE, encoding="utf-8")
    assert read_sidecar(path) is None
    document = load(path)
    sidecar_path(path).write_text(
        json.dumps(
            {
                "url": "http://county.example/a.html",
                "final_url": None,
                "fetched": "2024-01-10T08:00:00Z",
                "status": 200,
                "headers": {"etag": "x"},
                "sha256": document.sha256,
                "source": "county",
                "title": "别的标题",
                "place": "云岭县",
                "period": 2023,
                "published": "2024-01-09 17:24",
            }
        ),
        encoding="utf-8",
    )
    sidecar = read_sidecar(path)
    assert sidecar is not None
    found = with_sidecar(document, sidecar)
    assert (found.place, found.period, found.issued) == ("云岭县", "2023", "2024-01-09")
    assert found.title == "云岭县2023年工作总结"  # what the page prints wins
    assert found.meta["url"] == "http://county.example/a.html"
    assert found.warnings == document.warnings
    changed = with_sidecar(document, parse_sidecar(b'{"sha256": "0000"}'))
    assert changed.warnings[-1].startswith("sidecar")


@pytest.mark.parametrize("data", [b"", b"[1]", b"{", b"\xff\xfe", b'{"a": ' + b"[" * 100_000, b" " * (2 << 20)])
def test_broken_sidecars_cost_a_warning(data: bytes) -> None:
    assert parse_sidecar(data).warnings[0].startswith("sidecar")


def test_values_of_the_wrong_type() -> None:
    found = parse_sidecar(
        json.dumps({"title": ["x"], "place": {"a": 1}, "period": True, "published": 5, "url": "\0" * 9}).encode()
    )
    assert (found.title, found.place, found.period, found.issued, dict(found.meta)) == (None, None, None, None, {})


def test_csv_of_an_old_mac_and_stray_carriage_returns(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    text = REPORT.replace("\n", "") * 2
    path.write_bytes(f"县,正文\r云岭县,{text}\r望溪县,{text}\r".encode())
    found, error = listed(path)
    assert error is None
    assert [document.place for document in load_members(path, found)] == ["云岭县", "望溪县"]  # type: ignore[union-attr]
    path.write_bytes((f"县,正文\n云岭县,{text}\n" * 1 + f"望溪县,{text[:20]}\r{text}\n云岭县,{text}\n").encode())
    assert codes(path) == ["text", "damaged", "text"]
