"""Plain text: the document's text is the decoded file, encodings are told apart, metadata is read."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from extractor.errors import InputError
from extractor.ingest import Limits, from_text, load
from extractor.ingest.metadata import parse_date, read_metadata

REPORT = "云岭县2023年工作总结\r\n\r\n　　全县脱贫人口１２３４人，\u00a0人均纯收入16230元。\n"


def test_text_is_the_file_itself(tmp_path: Path) -> None:
    path = tmp_path / "云岭县 2023.txt"
    path.write_bytes(b"\xef\xbb\xbf" + REPORT.encode())
    document = load(path)
    with path.open(encoding="utf-8", newline="") as stream:
        assert document.text == stream.read()
    assert document.text.startswith("\ufeff")
    assert document.id.startswith("云岭县_2023-")
    assert document.sha256.startswith(document.id.rsplit("-", 1)[1])
    assert load(path) == document


@given(st.text(st.characters(codec="utf-8", exclude_characters="\0"), min_size=1, max_size=300))
def test_any_text_comes_back_unchanged(text: str) -> None:
    if text.strip("\ufeff \t\r\n\f\v　\xa0"):
        assert from_text(text).text == text
    else:
        with pytest.raises(InputError):
            from_text(text)


@pytest.mark.parametrize("codec", ["utf-8", "gb18030", "gbk", "utf-16", "big5hkscs"])
def test_encodings(codec: str) -> None:
    text = ("雲嶺縣全年的工作總結，農業生產和人民生活，發展中的業績。" if codec == "big5hkscs" else
            "云岭县全年工作总结，脱贫人口人均纯收入16230元，比上年增长。" * 3)
    document = load(text.encode(codec), name="a.txt")
    assert document.text == text
    assert document.warnings == ()


def test_gb18030_beyond_gbk() -> None:
    text = "云岭县全年的工作总结，在㐂村和𠮷镇建成水厂2座。"
    assert load(text.encode("gb18030")).text == text


def test_damaged_utf8_is_kept_as_utf8() -> None:
    data = "云岭县2023年工作总结全县脱贫人口一千二百人".encode()
    document = load(data[:-1])
    assert document.text.startswith("云岭县2023年")
    assert document.warnings[0].startswith("damaged_bytes")


@pytest.mark.parametrize("text", ["锟斤拷锟斤拷全县12户", "å…¨åŽ¿è„±è´«äººå\u008f£12äºº", "鍏ㄥ幙鑴辫传浜哄彛"])
def test_mojibake_is_a_warning(text: str) -> None:
    document = load(text.encode())
    assert document.text == text
    assert any(warning.startswith("mojibake") for warning in document.warnings)


def test_good_text_is_no_mojibake() -> None:
    assert load((REPORT * 50).encode()).warnings == ()


@pytest.mark.parametrize(("data", "code"), [
    (b"", "empty"), (b" \n\t ", "empty"), ("\ufeff\n　".encode(), "empty"), (b"abc\0def", "binary"),
    (b"\x89PNG\r\n\x1a\n" + b"\0" * 20, None), (b"%PDF-1.4\n%%EOF", None), (bytes(range(1, 256)) * 30, "encoding"),
    (b"\x01\x02\x03\x04\x05\x06\x07\x08\x0e\x0f" * 5, "binary"), (b"\xff\xfe\x00", "encoding")])
def test_bad_bytes(data: bytes, code: str | None) -> None:
    with pytest.raises(InputError) as caught:
        load(data, name="x")
    assert code is None or caught.value.code == code
    assert caught.value.where == "x"
    assert caught.value.reason
    assert caught.value.hint


def test_bad_paths(tmp_path: Path) -> None:
    for path, code in ((tmp_path / "none.txt", "missing"), (tmp_path, "directory"), (Path("/dev/null"), "unreadable"),
                       (Path("a\0b"), "unreadable")):
        with pytest.raises(InputError) as caught:
            load(path)
        assert caught.value.code == code
        assert str(path) in str(caught.value)


def test_size_limit(tmp_path: Path) -> None:
    path = tmp_path / "big.txt"
    path.write_bytes(b"a" * 2000)
    with pytest.raises(InputError) as caught:
        load(path, limits=Limits(text=1000, html=1000))
    assert caught.value.code == "too_large"
    with pytest.raises(InputError):
        from_text("a" * 2000, limits=Limits(text=1000, html=1000))


def test_sparse_200_mb_file_is_refused_at_once(tmp_path: Path) -> None:
    path = tmp_path / "huge.html"
    with path.open("wb") as stream:
        stream.seek(200 * 1024 * 1024)
        stream.write(b"x")
    with pytest.raises(InputError) as caught:
        load(path)
    assert caught.value.code == "too_large"


def test_long_line_and_many_digits() -> None:
    assert len(load(("全县12户，" * 200_000).encode()).text) == 1_200_000
    assert load(b"7" * 1_000_000).text == "7" * 1_000_000


@pytest.mark.parametrize("text", [
    ("索引号:\n530000-2023-00012\n组配分类: 工作总结\n发布机构: 云岭县乡村振兴局 主题分类: 民政、扶贫\n"
     "名称: 云岭县2023年工作总结 文号:\n成文日期: 2024-01-08 发布日期: 2024-01-09\n云岭县2023年工作总结\n正文。"),
    "云岭县2023年工作总结\n发布时间:2024-01-09 17:24信息来源: 云岭县乡村振兴局阅读次数:12编辑:甲 字体:【\n\n正文。",
    "标题: 云岭县2023年工作总结\n发布时间: 2024-01-09 08:52\n发布机构: 云岭县乡村振兴局\n==== 正文 ====\n正文。",
    "下载\n打印\n【字号：\n云岭县2023年工作总结\n来源：云岭县乡村振兴局\n时间：2024年1月9日\n各位代表：\n正文。",
    "首页 > 政务公开\n云岭县2023年工作总结\n2024-01-09 10:53:49\n来源:云岭县乡村振兴局\n正文。"])
def test_metadata_in_its_usual_shapes(text: str) -> None:
    document = from_text(text)
    assert document.title == "云岭县2023年工作总结"
    assert document.publisher == "云岭县乡村振兴局"
    assert document.issued == "2024-01-09"
    block = document.blocks[0]
    assert (block.kind, text[block.start:block.end]) == ("title", "云岭县2023年工作总结")


def test_metadata_fields() -> None:
    found = read_metadata("索 引 号：5300-1\n文　　号：云政发〔2024〕3号　　有效性：有效\n关键词：扶贫,衔接\n"
                          "来源：云岭日报  编辑：甲\n")
    assert found.meta["索引号"] == "5300-1"
    assert found.meta["文号"].startswith("云政发")
    assert found.meta["关键词"] == "扶贫,衔接"
    assert found.meta["来源"] == "云岭日报"


@pytest.mark.parametrize("label", ["来源", "来 源", "稿件来源", "信 息　来 源"])
def test_a_label_may_be_long_or_set_wide(label: str) -> None:
    assert read_metadata(f"云岭县工作总结\n发布时间：2024-01-09 {label} ：云岭日报\n\n正文。").publisher == "云岭日报"


def test_a_short_label_begins_a_word() -> None:
    assert read_metadata("云岭县工作总结\n资金来源：财政\n\n正文。").publisher is None


def test_subtitle_belongs_to_the_title() -> None:
    found = read_metadata("衔接结硕果 振兴开新篇\n\n——云岭市二〇二三年工作亮点\n\n正文。")
    assert found.title == "衔接结硕果 振兴开新篇——云岭市二〇二三年工作亮点"


def test_labels_in_the_body_are_no_metadata() -> None:
    body = "　　全县投入资金12万元，资金来源：财政拨款8万元、自筹4万元；" + "各项工作扎实推进，成效明显。" * 12
    assert read_metadata(f"云岭县2023年工作总结\n{body}\n{body}").meta == {}


def test_signature_date() -> None:
    body = "全县工作推进，成效明显。" * 20
    assert read_metadata(f"云岭县工作总结\n{body}\n云岭县人民政府\n二〇二四年一月九日").issued == "2024-01-09"


@pytest.mark.parametrize(("printed", "iso"), [
    ("2024-01-09 17:24", "2024-01-09"), ("2024年1月9日", "2024-01-09"), ("2024/1/9", "2024-01-09"),
    ("2024.01.09", "2024-01-09"), ("二〇二四年十月二十一日", "2024-10-21"), ("二○二四年十二月十日", "2024-12-10"),
    ("2023-02-30", None), ("202401", None), ("", None)])
def test_dates(printed: str, iso: str | None) -> None:
    assert parse_date(printed) == iso


@pytest.mark.parametrize("codec", ["utf-8", "gb18030"])
def test_a_few_damaged_bytes_cost_a_warning(codec: str) -> None:
    data = bytearray((REPORT * 20).encode(codec))
    data[200] = data[-60] = 0xFF
    document = load(bytes(data))
    assert document.warnings[0].startswith("damaged_bytes")
    assert len(document.text) >= len(REPORT * 20) - 6
