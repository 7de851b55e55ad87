"""Runs in the peers' own environment: reads sentences, times one peer after the other, prints JSON. No import of ours.

    .bench-venv/bin/python benchmarks/peer_worker.py SECONDS < sentences.json

Every peer gets the same sentences in the same order and stops after SECONDS of CPU time; what it did until then is its
measure. A first sentence outside of the measure builds the lazy regexes. An exception on a sentence is counted, and the
sentence counts as done. A peer that cannot be imported is reported with the reason.
"""

from __future__ import annotations

import contextlib
import json
import os
import sys
import time

CULTURE = "zh-cn"


def recognizers():
    """The Chinese models of Recognizers-Text: number, percentage, currency, dimension, date and time."""
    from recognizers_date_time import DateTimeRecognizer
    from recognizers_number import NumberRecognizer
    from recognizers_number_with_unit import NumberWithUnitRecognizer

    number, unit = NumberRecognizer(CULTURE), NumberWithUnitRecognizer(CULTURE)
    return {
        "recognizers: number": number.get_number_model().parse,
        "recognizers: percentage": number.get_percentage_model().parse,
        "recognizers: currency": unit.get_currency_model().parse,
        "recognizers: dimension": unit.get_dimension_model().parse,
        "recognizers: date and time": DateTimeRecognizer(CULTURE).get_datetime_model().parse,
    }


def jionlp():
    """JioNLP's extraction of times and of amounts of money, both parsed, as its documentation shows."""
    with contextlib.redirect_stdout(sys.stderr):  # it greets on import
        import jionlp as jio

        # Objects with the attributes that it fills on its first call.
        jio.ner.extract_time("2023年")
        jio.ner.extract_money("5元")
    return {"jionlp: time": jio.ner.extract_time, "jionlp: amount": jio.ner.extract_money}


def timed(parse, sentences: list[str], seconds: float) -> dict[str, float]:
    """Characters that a peer reads, the CPU seconds it takes, what it finds."""
    with contextlib.suppress(Exception):
        parse(sentences[0])
    characters = done = found = failed = 0
    began = time.process_time()
    for sentence in sentences:
        try:
            found += len(parse(sentence) or ())
        except Exception:  # a peer may raise anything on a sentence; that is part of the measure
            failed += 1
        characters += len(sentence)
        done += 1
        if time.process_time() - began > seconds:
            break
    return {"characters": characters, "sentences": done, "found": found, "failed": failed,
            "seconds": time.process_time() - began}


def main() -> None:
    if hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})
    seconds = float(sys.argv[1])
    sentences = json.load(sys.stdin)
    report: dict[str, object] = {}
    for name, load in (("recognizers", recognizers), ("jionlp", jionlp)):
        try:
            parsers = load()
        except Exception as error:  # an old package on a new Python: say so and go on
            report[name] = {"error": f"{type(error).__name__}: {error}"}
            continue
        for label, parse in parsers.items():
            report[label] = timed(parse, sentences, seconds)
    json.dump(report, sys.stdout)


if __name__ == "__main__":
    main()
