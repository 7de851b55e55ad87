"""Every example and every near miss of the packaged library, through the whole extraction."""

from __future__ import annotations

import time

import pytest

from extractor.library import Library, default_library
from extractor.library.proof import prove
from extractor.pipeline import extract

LIBRARY = default_library()
TOPICS = sorted({entry.topic for entry in LIBRARY.indicators.values()})


@pytest.mark.parametrize("topic", TOPICS)
def test_examples_and_rejects_hold(topic: str) -> None:
    entries = [entry for entry in LIBRARY.indicators.values() if entry.topic == topic]
    failures = prove(entries, lambda document: extract(document, LIBRARY))
    assert not failures, "\n" + "\n".join(map(str, failures))


def test_all_of_them_take_less_than_twenty_seconds() -> None:
    began = time.process_time()
    prove(LIBRARY.indicators.values(), lambda document: extract(document, LIBRARY))
    assert time.process_time() - began < 20


def test_examples_are_worded_differently() -> None:
    for entry in LIBRARY.indicators.values():
        texts = [example.text for example in entry.examples]
        assert len(set(texts)) == len(texts) >= 3, entry.id
        assert len(entry.rejects) >= 2, entry.id


def test_ids_begin_with_their_topic() -> None:
    for entry in LIBRARY.indicators.values():
        assert entry.id.split(".")[0] == entry.topic, entry.id


def test_loading_is_quick() -> None:
    began = time.process_time()
    library = Library(LIBRARY.folders)
    assert library.matcher is not None
    assert time.process_time() - began < 1.0  # about 0.1 s; the limit leaves room for a loaded machine
