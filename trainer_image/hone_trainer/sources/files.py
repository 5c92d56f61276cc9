"""Which files a URI means: one, all of a folder, or those that a pattern fits.

The order of the files is that of their names, so that it does not depend on who lists them.
"""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeVar

from hone_trainer.contract.assignment import StageFailure
from hone_trainer.contract.nearest import hint

if TYPE_CHECKING:
    from hone_trainer.store.object_info import Entry
from hone_trainer.store.artifact_store import ArtifactStore

_LOOKERS = 8
"""Files that are looked at side by side: each look is a wait for the storage, not work."""
_Seen = TypeVar("_Seen")


@dataclass(frozen=True)
class File:
    """A file that is there.

    Attributes:
        uri: its whole address.
        size: bytes.
        version: changes whenever the bytes do.
    """

    uri: str
    size: int
    version: str


def find(uri: str, endings: Sequence[str], store: ArtifactStore, field: str) -> tuple[File, ...]:
    """Return the files that a URI means, sorted by name; at least one.

    Names that begin with a dot or an underscore are passed over below a folder: they belong to
    whoever wrote the others (``_SUCCESS``, ``.crc`` …).

    Args:
        uri: a file, a folder, or a pattern: ``*`` stands for any part of a name, not for slashes.
        endings: how names of this format end; only for what is found below a folder.
        store: the artifacts' store, whose endpoint and keys reach other places too.
        field: the field of the job that the URI comes from, for messages.

    Raises:
        StageFailure: InputNotFound, UnsupportedUri, or what the storage complains of.
    """
    uri = _climbed(uri, field)
    head, mark, path = uri.rpartition("://")
    parts = path.split("/")
    depth = next((index for index, part in enumerate(parts) if "*" in part), None)
    bucket = head not in ("", "file")
    if bucket and (not parts[0] or depth == 0):
        message = f"{uri} names no bucket"
        raise StageFailure("UnsupportedUri", f"{message}: write {head}://bucket/folder in {field}")
    if depth is not None:
        base = f"{head}{mark}{'/'.join(parts[:depth])}"
        fits = _pattern("/".join(parts[depth:]), endings)
    else:
        if (len(parts) > 1 or not bucket) and parts[-1] and (file := _file(uri, store, field)):
            return (file,)
        base, fits = uri.rstrip("/"), _all(endings)
    root = base or ("/" if uri.startswith("/") else ".")
    there = store.at(root, field).entries("")
    lead = f"{base}/" if base or uri.startswith("/") else ""
    found = [_found(lead, entry) for entry in there if not _hidden(entry.path) and fits(entry.path)]
    if not found:
        raise _missing(uri, [entry.path for entry in there], endings, field)
    return tuple(sorted(found, key=lambda file: file.uri))


def look(files: Sequence[File], see: Callable[[File], _Seen]) -> list[_Seen]:
    """Look at each file, several at a time; give what was seen in their order."""
    from concurrent.futures import ThreadPoolExecutor

    if len(files) == 1:
        return [see(files[0])]
    with ThreadPoolExecutor(_LOOKERS, "look") as pool:
        return list(pool.map(see, files))


def require_columns(wanted: Sequence[str], there: Sequence[str], uri: str, first: str) -> None:
    """Raise ``ColumnNotFound`` for the first column that a file does not have.

    Args:
        wanted: names of columns.
        there: those that the file has.
        uri: the file.
        first: the first file of the source.
    """
    absent = next((name for name in wanted if name not in there), None)
    if absent is None:
        return
    names = ", ".join(repr(name) for name in there[:32]) or "none"
    message = f"{uri} has no column {absent!r}{hint(absent, there)}; it has {names}"
    remedy = "correct prepare.columns or prepare.tasks"
    if uri != first:
        remedy = f"give it the columns of {first}, or {remedy}"
    raise StageFailure("ColumnNotFound", f"{message}: {remedy}")


def _climbed(uri: str, field: str) -> str:
    """Return a URI without ``..``: a path on this machine says where it leads."""
    parts = uri.split("/")
    if ".." not in parts:
        return uri
    last = len(parts) - parts[::-1].index("..")
    if "://" in uri or "*" in (top := "/".join(parts[:last])):
        message = f"{uri} climbs up by '..'"
        raise StageFailure("UnsupportedUri", f"{message}: write the whole path in {field}")
    return "/".join([os.path.realpath(top), *parts[last:]])


def _file(uri: str, store: ArtifactStore, field: str) -> File | None:
    parent, slash, name = uri.rpartition("/")
    entry = store.at(parent or slash or ".", field).entry(name)
    return File(uri, entry.size, entry.version) if entry else None


def _found(lead: str, entry: Entry) -> File:
    return File(f"{lead}{entry.path}", entry.size, entry.version)


def _hidden(path: str) -> bool:
    return any(part.startswith((".", "_")) for part in path.split("/"))


def _all(endings: Sequence[str]) -> Callable[[str], bool]:
    return lambda path: path.lower().endswith(tuple(endings))


def _pattern(text: str, endings: Sequence[str]) -> Callable[[str], bool]:
    """Fit whole paths, and whatever has one of the endings below a folder that fits."""
    exact = "[^/]*".join(re.escape(part) for part in text.rstrip("/").split("*"))
    file, folder = re.compile(exact), re.compile(f"{exact}/.*")
    known = _all(endings)
    return lambda path: bool(file.fullmatch(path) or (folder.fullmatch(path) and known(path)))


def _missing(uri: str, there: list[str], endings: Sequence[str], field: str) -> StageFailure:
    if not there:
        message = f"there is no file {uri}, and no folder with files in it"
    else:
        names = ", ".join(repr(name) for name in there[:8])
        wanted = "fits it" if "*" in uri else f"ends in {', '.join(endings)}"
        message = f"{uri}: no file {wanted}; found {names}"
    return StageFailure("InputNotFound", f"{message}: correct {field}")
