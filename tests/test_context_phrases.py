"""The word groups of patterns/phrases.yaml do what their examples say."""

import re
from pathlib import Path
from re import _parser  # type: ignore[attr-defined]
from typing import Any

import pytest

from extractor.context.phrases import _IDEOGRAPHS as IDEOGRAPHS
from extractor.context.phrases import SPELLED, _openings, load_phrases
from extractor.errors import PatternError

PATH = Path(__file__).parents[1] / "patterns" / "phrases.yaml"
PHRASES = load_phrases(PATH)
MAKES = {
    "openers": PHRASES.head,
    "closers": PHRASES.body,
    "verbs": PHRASES.verb,
    "generic_verbs": lambda text: "generic" if PHRASES.generic(text) else "",
    "noun_stops": lambda text: PHRASES.noun_after(text)[0],
    "noun_stops_last": lambda text: PHRASES.noun_after(text)[0],
}


@pytest.mark.parametrize(
    ("group", "text", "expected"),
    [(name, text, made) for name, group in PHRASES.groups.items() for text, made in group.examples.items()],
)
def test_group_makes_of_its_examples_what_they_say(group: str, text: str, expected: str) -> None:
    assert MAKES[group](text) == expected


@pytest.mark.parametrize(
    ("name", "last", "full"),
    [
        ("城镇", "农村居民人均可支配收入", "城镇居民人均可支配收入"),
        ("肉类", "水产品产量", "肉类产量"),
        ("卫生厕所普及率", "生活污水治理率", "卫生厕所普及率"),
    ],
)
def test_a_listed_name_takes_what_the_last_one_has(name: str, last: str, full: str) -> None:
    assert PHRASES.completed(name, last) == full


def test_a_broken_word_and_an_unknown_group_are_named(tmp_path: Path) -> None:
    path = tmp_path / "phrases.yaml"
    path.write_text(PATH.read_text("utf-8").replace("verb_leads:", "verb_heads:") + "extra: {words: ['(x']}\n", "utf-8")
    with pytest.raises(PatternError) as caught:
        load_phrases(path)
    assert "group 'verb_leads' is missing" in str(caught.value)
    assert "unknown key 'extra'" in str(caught.value)


def test_a_wildcard_is_named_where_words_must_be_plain(tmp_path: Path) -> None:
    path = tmp_path / "phrases.yaml"
    path.write_text(PATH.read_text("utf-8").replace("'达成',", "'达成', '[^人]均', '第.',"), "utf-8")
    with pytest.raises(PatternError) as caught:
        load_phrases(path)
    assert "'[^人]均' holds a wildcard" in str(caught.value)
    assert "'第.' holds a wildcard" in str(caught.value)


def _firsts(parsed: Any) -> tuple[set[str], bool]:
    """The ideographs that a parsed expression may begin with, and whether it may be empty."""
    found: set[str] = set()
    for kind, what in parsed:
        name = str(kind)
        if name in ("ASSERT", "ASSERT_NOT", "AT"):
            continue
        if name == "LITERAL":
            return found | {chr(what)}, False
        if name == "IN":
            return found | set(re.findall(f"[{_class(what)}]", IDEOGRAPHS)), False
        if name == "BRANCH":
            parts = [_firsts(branch) for branch in what[1]]
        elif name in ("MAX_REPEAT", "MIN_REPEAT"):
            firsts, empty = _firsts(what[2])
            parts = [(firsts, empty or what[0] == 0)]
        else:
            assert name == "SUBPATTERN", name
            parts = [_firsts(what[3])]
        found |= {first for firsts, _ in parts for first in firsts}
        if not any(empty for _, empty in parts):
            return found, False
    return found, True


def _class(parts: Any) -> str:
    text = ""
    for kind, what in parts:
        name = str(kind)
        if name == "RANGE":
            text += f"{re.escape(chr(what[0]))}-{re.escape(chr(what[1]))}"
        else:
            text += "^" if name == "NEGATE" else r"\s" if name == "CATEGORY" else re.escape(chr(what))
    return text


@pytest.mark.parametrize(
    ("names", "openings"),
    [
        (["openers"], PHRASES._openings),
        (["verb_leads", "verbs"], PHRASES._verb_openings),
        (SPELLED[1:], PHRASES._generic_openings),
    ],
)
def test_no_word_begins_otherwise_than_its_openings_say(names: list[str], openings: frozenset[str]) -> None:
    for word in (word for name in names for word in PHRASES.groups[name].words):
        firsts, empty = _firsts(_parser.parse(word))
        assert not empty, word
        assert {first for first in firsts if first in IDEOGRAPHS} <= openings, word


@pytest.mark.parametrize(
    ("words", "openings"),
    [
        (["对于?", "(?:比|较)?上年", "[向往]前"], "对比较上向往"),
        (["[^一-鿐]"], "".join(map(chr, range(ord("鿐") + 1, ord("鿿") + 1)))),
        (["(?<!不)能"], IDEOGRAPHS),
        (["人", "(?:(?:甲)乙)丙"], IDEOGRAPHS),
        (["."], IDEOGRAPHS),
    ],
)
def test_openings_of_words_that_are_hard_to_read_are_all(words: list[str], openings: str) -> None:
    assert _openings(words) == frozenset(openings)
