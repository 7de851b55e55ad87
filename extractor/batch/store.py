"""Where the parts of a run lie: a folder, or any place that fsspec reaches. Each part is complete or absent."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import IO, Any, Protocol

from extractor.errors import UsageError

#: What a part's file is called; anything else in the folder is left over from a write that was cut off.
ENDING = ".part"


class Store(Protocol):
    """Parts by name. Names are hexadecimal, so that they are file names everywhere."""

    def names(self) -> Iterator[str]:
        """Names of all complete parts, sorted."""

    def write(self, name: str, data: bytes) -> None:
        """Write a part: whoever looks sees the whole of it or nothing, even after a power failure."""

    def open(self, name: str) -> IO[bytes]:
        """The part's bytes, seekable. Raises :class:`OSError` where it is not there."""

    def remove(self, name: str) -> None:
        """Remove a part; it may be gone already."""

    def tidy(self) -> None:
        """Remove what writes that were cut off have left. Only the holder of the run's lock may call this."""


def open_store(root: str) -> Store:
    """The store at a path or URL (``s3://bucket/run/parts``)."""
    return Remote(root) if "://" in root else Folder(root)


class Folder:
    """Parts in a folder, in subfolders by the first two digits, because file systems dislike a million names in one."""

    def __init__(self, root: str | Path) -> None:
        self.root = str(root)

    def names(self) -> Iterator[str]:
        for entry in self._entries():
            if entry.endswith(ENDING):
                yield os.path.basename(entry).removesuffix(ENDING)

    def write(self, name: str, data: bytes) -> None:
        target = self._path(name)
        folder = os.path.dirname(target)
        os.makedirs(folder, exist_ok=True)
        partial = f"{target}.{os.getpid()}.tmp"
        try:
            with open(partial, "wb") as stream:
                stream.write(data)
                stream.flush()
                os.fsync(stream.fileno())
            os.replace(partial, target)
            sync_folder(folder)
        except BaseException:
            with suppress(OSError):
                os.unlink(partial)
            raise

    def open(self, name: str) -> IO[bytes]:
        return open(self._path(name), "rb")

    def remove(self, name: str) -> None:
        with suppress(FileNotFoundError):
            os.unlink(self._path(name))

    def tidy(self) -> None:
        for entry in self._entries():
            if not entry.endswith(ENDING):
                with suppress(OSError):
                    os.unlink(entry)

    def _path(self, name: str) -> str:
        return os.path.join(self.root, name[:2], name + ENDING)

    def _entries(self) -> Iterator[str]:
        try:
            folders = sorted(os.listdir(self.root))
        except FileNotFoundError:
            return
        for folder in folders:
            path = os.path.join(self.root, folder)
            with suppress(NotADirectoryError):
                yield from (os.path.join(path, name) for name in sorted(os.listdir(path)))


class Remote:
    """Parts at a URL. Object stores show an object only once it is complete; elsewhere it is moved into place."""

    def __init__(self, root: str) -> None:
        import fsspec

        try:
            self._fs, path = fsspec.core.url_to_fs(root)
        except (ImportError, ValueError) as error:
            hint = "install the fsspec package for this kind of path, or name a folder"
            raise UsageError(f"cannot be reached: {error}", where=root, hint=hint) from None
        self._path: str = path.rstrip("/")

    @property
    def place(self) -> tuple[Any, str]:
        """The file system of fsspec and the path in it."""
        return self._fs, self._path

    def names(self) -> Iterator[str]:
        for path in self._found():
            if path.endswith(ENDING):
                yield path.rsplit("/", 1)[-1].removesuffix(ENDING)

    def write(self, name: str, data: bytes) -> None:
        target = self._target(name)
        with suppress(OSError, NotImplementedError):  # object stores have no folders
            self._fs.makedirs(target.rsplit("/", 1)[0], exist_ok=True)
        partial = f"{target}.{os.getpid()}.tmp"
        try:
            self._fs.pipe_file(partial, data)
            self._fs.mv(partial, target)
        except BaseException:
            with suppress(Exception):
                self._fs.rm_file(partial)
            raise

    def open(self, name: str) -> IO[bytes]:
        stream: IO[bytes] = self._fs.open(self._target(name), "rb")
        return stream

    def remove(self, name: str) -> None:
        with suppress(FileNotFoundError):
            self._fs.rm_file(self._target(name))

    def tidy(self) -> None:
        for path in self._found():
            if not path.endswith(ENDING):
                with suppress(OSError):
                    self._fs.rm_file(path)

    def _target(self, name: str) -> str:
        return f"{self._path}/{name[:2]}/{name}{ENDING}"

    def _found(self) -> list[str]:
        self._fs.invalidate_cache()
        try:
            found: dict[str, Any] | list[str] = self._fs.find(self._path)
        except FileNotFoundError:
            return []
        return sorted(found)


def sync_folder(folder: str | Path) -> None:
    """Make renames in a folder last; where the system cannot (Windows), the file itself is synced at least."""
    with suppress(OSError):
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)
