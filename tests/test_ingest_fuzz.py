"""Broken files of all formats: no crash, no hang, no lost document. EXTRACTOR_FUZZ=10000 reads that many."""

from __future__ import annotations

import os

import pytest
from support_fuzz import fuzz, seeds

from extractor.ingest.containers import container_kind

COUNT = int(os.environ.get("EXTRACTOR_FUZZ", "200"))
FIRST = int(os.environ.get("EXTRACTOR_FUZZ_FIRST", "0"))


def test_the_seeds_are_what_they_should_be(tmp_path: object) -> None:
    pytest.importorskip("reportlab")
    for name, data in seeds().items():
        path = tmp_path / "x"  # type: ignore[operator]
        path.write_bytes(data)
        packed = name in (
            "zip",
            "tar",
            "tar.gz",
            "jsonl",
            "jsonl.gz",
            "csv",
            "csv-gb",
            "parquet",
            "excel",
            "warc",
            "warc.gz",
        )
        assert (container_kind(path) is not None) == packed, name


def test_mutated_files() -> None:
    pytest.importorskip("reportlab")
    report = fuzz(COUNT, first=FIRST)
    print(
        f"\n{report.files} files, {report.documents} documents, slowest {report.slowest[0]:.1f} s ({report.slowest[1]})"
    )
    if COUNT > 1000:
        for (kind, outcome), count in sorted(report.outcomes.items()):
            print(f"  {kind:10} {outcome:20} {count}")
    assert report.failures == []
    assert report.files == COUNT
