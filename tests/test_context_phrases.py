"""The word groups of patterns/phrases.yaml do what their examples say."""

from pathlib import Path

import pytest

from extractor.context.phrases import load_phrases
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
