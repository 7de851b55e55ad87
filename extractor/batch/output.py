"""Where a run's tables go: a folder on this machine, or a place that fsspec reaches and workers elsewhere share."""

from __future__ import annotations

import json
import os
import shutil
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager, nullcontext, suppress
from pathlib import Path
from typing import Any, Protocol

from extractor.batch import manifest
from extractor.batch.state import LOCK, STATE, Lock, State, StateFile
from extractor.batch.store import Remote, Store, open_store, sync_folder
from extractor.errors import UsageError
from extractor.tables.write import write_text

_WORK = ".partial"
_PARTS = ".parts"


class Output(Protocol):
    """An output that tables are published to in one step, and the parts beside them."""

    @property
    def parts(self) -> str:
        """Path or URL of the parts, for workers."""

    @property
    def folder(self) -> Path | None:
        """The folder on this machine, None for a URL."""

    def prepare(self) -> None:
        """Make it ready. Raises :class:`UsageError` for a place that holds something else."""

    def lock(self) -> AbstractContextManager[object]:
        """Held while a run works here."""

    def state_file(self, state: State) -> StateFile: ...

    def store(self) -> Store: ...

    def manifest(self) -> dict[str, Any] | None:
        """The manifest of the finished run that is there, None where there is none."""

    def is_untouched(self) -> bool:
        """Whether all files are there as the finished run left them."""

    def work(self) -> AbstractContextManager[Path]:
        """An empty folder on this machine, gone afterwards."""

    def publish(self, work: Path, log: Mapping[str, object]) -> None:
        """Put the finished files into place, the manifest last."""


def open_output(name: str) -> Output:
    """The output of that path or URL."""
    return RemoteOutput(name) if "://" in name else FolderOutput(Path(name))


class FolderOutput:
    """A folder on this machine, or on a network disk that is mounted."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self.parts = os.path.abspath(folder / _PARTS)

    @property
    def folder(self) -> Path | None:
        return self._folder

    def prepare(self) -> None:
        folder = self._folder
        if folder.exists() and not folder.is_dir():
            raise UsageError("is a file", where=str(folder), hint="name a folder for --output")
        if folder.is_dir():
            own = (_WORK, _PARTS, STATE, LOCK, LOCK + ".soft")
            others = [path.name for path in folder.iterdir() if not path.name.startswith(own)]
            ours = any((folder / name).exists() for name in (manifest.MANIFEST, manifest.LOG, _PARTS))
            if set(others) - {"README.md"} and not ours:
                raise UsageError("is not empty and holds no run", where=str(folder),
                                 hint="name a new folder for --output")
        folder.mkdir(parents=True, exist_ok=True)

    def lock(self) -> AbstractContextManager[object]:
        return Lock(self._folder)

    def state_file(self, state: State) -> StateFile:
        return StateFile(self._folder, state)

    def store(self) -> Store:
        return open_store(self.parts)

    def manifest(self) -> dict[str, Any] | None:
        try:
            return manifest.read_manifest(self._folder)
        except UsageError:
            return None

    def is_untouched(self) -> bool:
        try:
            log = json.loads((self._folder / manifest.LOG).read_text(encoding="utf-8"))
            return all(_mark(self._folder / name) == mark for name, mark in log["files"].items())
        except (OSError, ValueError, KeyError, AttributeError):
            return False

    @contextmanager
    def work(self) -> Iterator[Path]:
        work = self._folder / _WORK
        shutil.rmtree(work, ignore_errors=True)
        work.mkdir()
        try:
            yield work
        finally:
            shutil.rmtree(work, ignore_errors=True)

    def publish(self, work: Path, log: Mapping[str, object]) -> None:
        # While files are being moved the folder has no manifest: a run that is stopped here is seen as unfinished.
        files = sorted(path for path in work.iterdir() if path.name != manifest.MANIFEST)
        marks = {path.name: _mark(path) for path in files}
        (self._folder / manifest.MANIFEST).unlink(missing_ok=True)
        sync_folder(self._folder)
        for path in files:
            path.replace(self._folder / path.name)
        write_text(self._folder / manifest.LOG, manifest.dump({**log, "files": marks}))
        sync_folder(self._folder)
        (work / manifest.MANIFEST).replace(self._folder / manifest.MANIFEST)
        sync_folder(self._folder)


def _mark(path: Path) -> list[int]:
    status = path.stat()
    return [status.st_size, status.st_mtime_ns]


class RemoteOutput:
    """A URL. Tables are made in a temporary folder and uploaded. There are no locks at a URL: two runs at once do the
    same work twice and write the same tables."""

    folder: Path | None = None

    def __init__(self, url: str) -> None:
        self._url = url.rstrip("/")
        self.parts = f"{self._url}/{_PARTS}"
        self._scratch = tempfile.TemporaryDirectory(prefix="extractor-")

    def prepare(self) -> None:
        fs, path = Remote(self._url).place
        with suppress(FileNotFoundError):
            names = {str(name).rstrip("/").rsplit("/", 1)[-1] for name in fs.ls(path, detail=False)}
            if names and not names & {manifest.MANIFEST, _PARTS}:
                raise UsageError("is not empty and holds no run", where=self._url, hint="name a new place for --output")

    def lock(self) -> AbstractContextManager[object]:
        return nullcontext()

    def state_file(self, state: State) -> StateFile:
        return StateFile(Path(self._scratch.name), state)

    def store(self) -> Store:
        return open_store(self.parts)

    def manifest(self) -> dict[str, Any] | None:
        fs, path = Remote(self._url).place
        try:
            data = json.loads(fs.cat_file(f"{path}/{manifest.MANIFEST}"))
        except (OSError, ValueError):
            return None
        return data if isinstance(data, dict) and data.get("layout") == manifest.LAYOUT else None

    def is_untouched(self) -> bool:
        return True

    @contextmanager
    def work(self) -> Iterator[Path]:
        with tempfile.TemporaryDirectory(prefix="extractor-") as folder:
            yield Path(folder)

    def publish(self, work: Path, log: Mapping[str, object]) -> None:
        fs, path = Remote(self._url).place
        with suppress(FileNotFoundError):
            fs.rm_file(f"{path}/{manifest.MANIFEST}")
        write_text(work / manifest.LOG, manifest.dump(dict(log)))
        files = sorted(work.iterdir(), key=lambda file: (file.name == manifest.MANIFEST, file.name))
        for file in files:
            fs.put_file(str(file), f"{path}/{file.name}")
