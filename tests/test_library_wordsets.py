"""Many sets of words looked for in one pass."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from extractor.library.wordsets import WordSets

_WORDS = st.lists(st.text("甲乙丙", min_size=1, max_size=5), max_size=4).map(tuple)


@given(st.lists(_WORDS, min_size=1, max_size=8), st.lists(st.text("甲乙丙丁", max_size=30), max_size=5))
def test_a_set_is_found_exactly_where_one_of_its_words_stands(sets: list[tuple[str, ...]], texts: list[str]) -> None:
    known = WordSets()
    bits = [known.enter(words) for words in sets]
    known.close()
    for text in texts:
        standing = [bit for bit, words in zip(bits, sets, strict=True) if any(word in text for word in words)]
        assert known.found(text) == sum(set(standing))


def test_the_same_words_are_one_set() -> None:
    known = WordSets()
    assert known.enter(("脱贫户", "监测户")) == known.enter(("脱贫户", "监测户"))
    assert known.enter(()) != known.enter(("脱贫户",))
