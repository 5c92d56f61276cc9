"""The header line of a delimited file: the names of its fields, and what ends its lines."""

from __future__ import annotations

import csv
import re
from dataclasses import dataclass

from hone_trainer.contract.assignment import StageFailure
from hone_trainer.sources.cuts import LINE_FEED, RETURN, marks, row_end

_SEP = re.compile(rb'"?sep=([^\r\n])"?(\r\n|\r|\n)', re.IGNORECASE)


@dataclass(frozen=True)
class Head:
    """The header of a file.

    Attributes:
        names: of its fields, in their order.
        body: where the rows below it begin, in bytes.
        ends: what ends its lines: a line feed, perhaps after a carriage return, or as old Macs
            wrote them a carriage return alone.
    """

    names: list[str]
    body: int
    ends: str


def read_header(start: bytes, delimiter: str, uri: str) -> Head | None:
    """Read the first line that is not empty, past one that only says what separates fields.

    Args:
        start: the first bytes of a file; all of them where nothing ends in them.
        delimiter: what separates fields.
        uri: the file, for messages.

    Returns:
        None where the line does not end in these bytes.

    Raises:
        StageFailure: the header cannot be understood (``UnreadableInput``).
    """
    begin = _past_sep(start, 3 if start.startswith(b"\xef\xbb\xbf") else 0, delimiter, uri)
    while start[begin : begin + 1] in (b"\n", b"\r"):
        begin += 1
    body = start[begin:]
    changes = marks(body, 0, delimiter.encode()).changes(False)
    end, ends = row_end(body, 0, changes, False), LINE_FEED
    alone = row_end(body, 0, changes, False, RETURN)
    if 0 <= alone < (end if end >= 0 else len(body)) and body[alone : alone + 1] != LINE_FEED:
        end, ends = alone, RETURN
    if end < 0:
        return None
    try:
        header = next(csv.reader([body[:end].decode()], delimiter=delimiter))
    except UnicodeDecodeError:
        message = f"{uri}: line 1 is not UTF-8: save it as UTF-8"
        raise StageFailure("UnreadableInput", message) from None
    except csv.Error as error:
        message = f"{uri}: line 1 cannot be read as a header ({error}): write it anew"
        raise StageFailure("UnreadableInput", message) from None
    other = next((mark for mark in ";\t|," if len(header) == 1 and mark in header[0]), "")
    if other:
        message = f"{uri}: its fields seem to be separated by {other!r}"
        remedy = "save it with commas, or set prepare.source.csv.delimiter"
        raise StageFailure("UnreadableInput", f"{message}: {remedy}")
    return Head(header, begin + end, ends.decode())


def _past_sep(start: bytes, begin: int, delimiter: str, uri: str) -> int:
    """Return where the header begins: past the line by which spreadsheets say what separates
    fields.

    Raises:
        StageFailure: it says something else than the job does (``UnreadableInput``).
    """
    found = _SEP.match(start, begin)
    if found is None:
        return begin
    said = found[1].decode(errors="replace")
    if said != delimiter:
        message = f"{uri}: its first line says that fields are separated by {said!r}"
        remedy = f"set prepare.source.csv.delimiter to it, not {delimiter!r}"
        raise StageFailure("UnreadableInput", f"{message}: {remedy}")
    return found.end()
