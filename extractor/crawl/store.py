"""Files of a crawl on disk: raw bytes with a sidecar each, and bodies of the cache.

Names are made of hashes only, so that no address and no title can lead out of the folder.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Mapping
from pathlib import Path

from extractor.crawl.config import TYPES
from extractor.crawl.job import STATE, Job
from extractor.crawl.records import Ask, Status, canonical
from extractor.ingest.sidecar import SUFFIX

_HEADERS = 100
_HEADER = 2000


class Store:
    """The output folder. ``keep`` is the only way into it."""

    def __init__(self, folder: Path, job: Job) -> None:
        self.folder = folder
        self.job = job
        self.bodies = folder / STATE / "cache"
        self.bodies.mkdir(parents=True, exist_ok=True)

    def clean(self) -> None:
        """Remove files that a killed crawl had begun to write; they are fetched again."""
        for name in self.job.half_written():
            for begun in (name, name + SUFFIX):
                (self.folder / begun).unlink(missing_ok=True)
        for part in [*self.folder.glob("*/*.part"), *self.bodies.glob("*.part")]:
            part.unlink(missing_ok=True)

    def keep(self, ask: Ask, data: bytes, kind: str, facts: Mapping[str, object]) -> tuple[Status, str, str, str]:
        """Keep the bytes of ``ask`` with ``facts`` as its sidecar: (status, name relative to the folder, key, sha256).

        Content that is there already is not written again: ``unchanged`` under the same address, ``duplicate`` under
        another. The file counts once the job's ``finish`` has (key, sha256).
        """
        assert kind in TYPES
        digest = hashlib.sha256(data).hexdigest()
        key = canonical(ask.url)
        there = [(own, name) for own, name in self.job.files(ask.source, digest) if (self.folder / name).is_file()]
        for own, name in there:
            if own == key:
                return "unchanged", name, key, digest
        if there:
            return "duplicate", there[0][1], key, digest
        status: Status = "changed" if self.job.has_other(ask.source, key, digest) else "kept"
        name = f"{ask.source}/{hashlib.sha256(key.encode()).hexdigest()[:12]}-{digest[:12]}.{kind}"
        self.job.intend(ask.source, key, digest, name)
        path = self.folder / name
        path.parent.mkdir(exist_ok=True)
        record = json.dumps({**facts, "sha256": digest}, ensure_ascii=False, indent=1)
        write(path.with_name(path.name + SUFFIX), record.encode())
        body = self.bodies / digest
        if body.is_file():
            os.replace(body, path)  # one copy is enough: the cache finds it under its hash
        else:
            write(path, data)
        return status, name, key, digest

    def body(self, digest: str) -> bytes | None:
        """The bytes with this hash, from the cache or from the kept files; None where they are gone or altered."""
        name = self.job.content_name(digest)
        for path in (self.bodies / digest, self.folder / name if name else None):
            try:
                data = path.read_bytes() if path else b""
            except OSError:
                continue
            if hashlib.sha256(data).hexdigest() == digest:
                return data
        return None

    def remember(self, url: str, headers: Mapping[str, list[str]], data: bytes) -> None:
        """Put an answer into the cache."""
        digest = hashlib.sha256(data).hexdigest()
        if self.body(digest) is None:
            write(self.bodies / digest, data)
        old = self.job.cache(url, json.dumps(headers, ensure_ascii=False), digest)
        if old:
            (self.bodies / old).unlink(missing_ok=True)


def plain_headers(headers: Mapping[bytes, list[bytes]]) -> dict[str, list[str]]:
    """Headers as text, within limits: they come from strangers and go into every sidecar."""
    return {
        name.decode("latin-1")[:200]: [value.decode("latin-1")[:_HEADER] for value in values[:20]]
        for name, values in list(headers.items())[:_HEADERS]
    }


def write(path: Path, data: bytes) -> None:
    """Write a file whole or not at all."""
    part = path.with_name(path.name + ".part")
    with part.open("wb") as stream:
        stream.write(data)
        stream.flush()
        os.fsync(stream.fileno())
    os.replace(part, path)
