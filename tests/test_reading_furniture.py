"""Page furniture: every example and reject of patterns/furniture.yaml, and whole pages."""

from __future__ import annotations

import itertools
from pathlib import Path

import pytest

from extractor.errors import PatternError
from extractor.model import Block
from extractor.reading.fold import fold
from extractor.reading.furniture import label
from extractor.reading.furniture_rules import LineRule, load_rules, packaged_rules

RULES = packaged_rules()
TITLE = "云岭县2023年乡村振兴工作总结"
BODY = ("2023年，云岭县坚持以人民为中心的发展思想，全县脱贫人口人均纯收入16230元，同比增长12.4%，累计投入资金3560万元，"
        "实施项目128个，带动就业2300人，各项工作取得了明显成效，脱贫基础更加稳固，成效更可持续，全年没有发生规模性返贫。")
MORE = ("下一步，我们将继续做好各项工作，计划投入资金4200万元，实施产业项目96个，改造农村道路35公里，新建水厂4座，"
        "让全县群众喝上放心水，走上放心路，住上放心房，过上更好的日子，为建设美丽云岭作出新的更大贡献。")


def marked(text: str, blocks: tuple[Block, ...] = ()) -> list[tuple[str, str]]:
    """What is labelled, with the reason."""
    found = label(text, fold(text), blocks)
    return [(text[b.start:b.end].strip(), b.note) for b in found if b.kind == "furniture"]


def page(line: str, where: str) -> str:
    """A small page with ``line`` in the named part."""
    if where == "head":
        return f"{line}\n{TITLE}\n\n{BODY}\n\n{MORE}\n"
    if where == "tail":
        return f"{TITLE}\n\n{BODY}\n\n{MORE}\n\n{line}\n"
    return f"{TITLE}\n\n{BODY}\n\n{line}\n\n{MORE}\n"


def parts(rule: LineRule) -> list[str]:
    return ["head", "tail", "middle"] if rule.where == "any" else [rule.where]


EXAMPLES = [(rule, example) for rule in RULES.lines for example in rule.examples]
REJECTS = [(rule, reject) for rule in RULES.lines for reject in rule.rejects]


@pytest.mark.parametrize(("rule", "example"), EXAMPLES, ids=lambda value: getattr(value, "id", None))
def test_example_is_furniture(rule: LineRule, example: str) -> None:
    # A marker that takes the rest of the page is tested where it does so, below the body.
    where = "tail" if rule.takes == "rest" else parts(rule)[0]
    found = marked(page(example, where))
    assert found, f"{rule.id}: {example!r} is not labelled"
    assert all(note for _, note in found)
    assert not any(BODY in text or MORE in text for text, _ in found)
    assert any(rule.pattern.match(fold(text).lstrip(" •·*")) for text, _ in found) or rule.takes == "above"


@pytest.mark.parametrize(("rule", "reject"), REJECTS, ids=lambda value: getattr(value, "id", None))
def test_reject_is_no_furniture(rule: LineRule, reject: str) -> None:
    for where in parts(rule):
        assert marked(page(reject, where)) == [], f"{rule.id} must leave {reject!r} alone ({where})"


@pytest.mark.parametrize("word", sorted(RULES.words))
def test_words_are_furniture_alone_and_not_in_prose(word: str) -> None:
    assert marked(page(word, "head"))
    assert not marked(page(f"全县{word}工作取得实效，惠及群众1200人，群众满意度达到98.5%，位居全市前列。", "middle"))


def test_body_is_never_furniture() -> None:
    assert marked(f"{TITLE}\n{BODY}\n{MORE}") == []


def test_teaser_is_labelled_and_the_body_copy_is_not() -> None:
    teaser = BODY[:50] + "..."
    text = f"{TITLE}\n摘要：{teaser}\n\n{BODY}\n\n{MORE}"
    assert marked(text) == [(f"摘要：{teaser}", "teaser")]


def test_teaser_with_squeezed_line_breaks() -> None:
    text = f"{TITLE}\n{BODY}一、主要工作{MORE[:20]}\n\n{BODY}\n\n一、主要工作\n\n{MORE}"
    found = marked(text)
    assert [note for _, note in found] == ["teaser"]
    assert text.index(found[0][0]) < text.rindex(BODY)


def test_a_repeated_complete_paragraph_stays() -> None:
    assert marked(f"{TITLE}\n{BODY}\n{BODY}\n{MORE}") == []


def test_related_list_takes_the_rest() -> None:
    text = f"{TITLE}\n{BODY}\n{MORE}\n相关阅读\n• 邻县召开会议\n  出席会议34人，会议审议了报告...\n时间:02-05"
    found = marked(text)
    assert len(found) == 1
    assert found[0][0].startswith("相关阅读")
    assert found[0][0].endswith("时间:02-05")


def test_marker_above_the_body_takes_nothing() -> None:
    text = f"{TITLE}\n相关阅读\n{BODY}\n{MORE}"
    assert not any("16230" in found for found, _ in marked(text))


def test_sections_below_a_marker_keep_it_from_taking_them() -> None:
    text = f"{TITLE}\n{BODY}\n相关政策\n一、主要指标\n完成投资12亿元。\n二、存在问题\n资金缺口3亿元。\n{MORE}"
    assert not any("12亿元" in found for found, _ in marked(text))


def test_label_on_one_line_and_value_on_the_next() -> None:
    text = f"索引号:\n530000-2023-00012\n成文日期: 2023-07-20\n{TITLE}\n{BODY}\n{MORE}"
    assert ("530000-2023-00012", "metadata") in marked(text)


def test_one_line_page() -> None:
    text = (f"当前位置： 首页政务公开财政资金 {TITLE} 时间：2024-02-01 08:52 微信 微博 （2024年1月26日在大会上） "
            f"各位代表： {BODY} {MORE} 来源：云岭县 附件下载")
    found = dict(marked(text))
    assert found["时间：2024-02-01 08:52"] == "metadata"
    assert found["附件下载"] == "navigation"
    assert not any("16230" in piece or TITLE in piece for piece in found)


def test_title_inside_furniture_is_kept() -> None:
    text = f"标题: {TITLE}\n发布时间: 2024-01-02 08:00\n======== 正文 ========\n{BODY}\n{MORE}"
    start = text.index(TITLE)
    blocks = label(text, fold(text), (Block(start, start + len(TITLE), "title"),))
    assert [b.kind for b in blocks][:3] == ["furniture", "title", "furniture"]
    assert all(a.end <= b.start for a, b in itertools.pairwise(blocks))


def test_blocks_are_cut_around_furniture() -> None:
    text = f"{BODY}\n{MORE}\n免责声明：本网仅供参考。"
    blocks = label(text, fold(text), (Block(0, len(text), "paragraph"),))
    assert [b.kind for b in blocks] == ["paragraph", "furniture"]
    assert blocks[0].end <= blocks[1].start


@pytest.mark.parametrize("text", ["", "\n\n", " ", "相关阅读", "免责声明", "1", "首页 >", "索引号:"])
def test_degenerate_texts(text: str) -> None:
    label(text, fold(text))


def test_user_rule_is_checked(tmp_path: Path) -> None:
    entry = "lines:\n  - id: a\n    note: x\n    where: hed\n    match: '('\n    exampels: [b]\n"
    (tmp_path / "furniture.yaml").write_text(entry, encoding="utf-8")
    with pytest.raises(PatternError) as caught:
        load_rules([tmp_path])
    message = str(caught.value)
    assert "furniture.yaml" in message
    assert "hed" in message
    assert "exampels" in message
