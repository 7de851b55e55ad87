"""The folded view has the length of the text and spells every sign one way."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from extractor.reading.fold import fold, fold_document, own_characters

MIXED = st.text(
    alphabet=st.one_of(st.characters(), st.sampled_from("０１９．％／－～：（），、萬億兩點負餘個戶畝○﹪−"))
)


@given(MIXED)
def test_fold_keeps_every_offset(text: str) -> None:
    assert len(fold(text)) == len(text)


@given(MIXED)
def test_fold_twice_is_fold_once(text: str) -> None:
    assert fold(fold(text)) == fold(text)


@given(MIXED)
def test_a_document_is_folded_like_any_text(text: str) -> None:
    assert fold_document(text) == (fold(text), own_characters(text))


@pytest.mark.parametrize(
    ("text", "view"),
    [
        ("１２．５％", "12.5%"),
        ("－３．２﹪", "-3.2%"),
        ("三萬兩千餘戶", "三万两千余户"),
        ("（一）５：１", "(一)5:1"),
        ("ＧＤＰ／人", "GDP/人"),
        ("二○二三年", "二〇二三年"),
    ],
)
def test_fold_spells_signs_one_way(text: str, view: str) -> None:
    assert fold(text) == view


@pytest.mark.parametrize("sign", ["，", "、", "。", "；", "“", "”", "《", "壹", "\n"])
def test_signs_with_a_meaning_of_their_own_stay(sign: str) -> None:
    assert fold(sign) == sign
