"""Files that people send to be read, shown as a difference, applied and taken back: what all of them have in common."""

import hashlib
import tempfile
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any, cast

from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import UploadedFile
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _

from opsplan.lib.problems import TEXTS, FileProblem
from opsplan.lib.sheets import Cell, unguarded
from opsplan.lib.tabular import Table
from stores.downloads import file_response

LARGEST = 20 * 1024 * 1024
HEADER_ROWS = 20  # among the first of a table stands its header


@dataclass(frozen=True)
class KeptFile:
    """A line of the list of files read before (`_components/files/before.html`). more: cells of the page's own."""

    file: Any
    address: str
    more: tuple[object, ...] = ()


def sent_file(request: HttpRequest) -> tuple[IO[bytes], str]:
    """The file that was sent as `file`, and its name. ValidationError when there is none or it is too large."""
    file = request.FILES.get("file")
    if not isinstance(file, UploadedFile):
        raise ValidationError({"file": _("Choose a file.")})
    if (file.size or 0) > LARGEST:
        raise ValidationError({"file": _("The file is larger than %d MB.") % (LARGEST // 1024 // 1024)})
    return cast(IO[bytes], file), file.name or ""


@contextmanager
def on_disk(opened: IO[bytes], name: str) -> Iterator[tuple[Path, str]]:
    """The file as a path to read from, and its SHA-256; gone afterwards. What its reader has against it (FileProblem)
    becomes a ValidationError."""
    digest = hashlib.sha256()
    with tempfile.NamedTemporaryFile(suffix=Path(name).suffix[:10]) as kept:
        while chunk := opened.read(1 << 20):
            digest.update(chunk)
            kept.write(chunk)
        kept.flush()
        try:
            yield Path(kept.name), digest.hexdigest()
        except FileProblem as problem:
            raise ValidationError({"file": _(TEXTS[problem.code]) % problem.params}) from None


def columns_named(names: Sequence[str], known: Mapping[str, Iterable[str]]) -> dict[str, int]:
    """field -> column: that of the first name it is known by; fields without one are left out."""
    found = {}
    for field, words in known.items():
        place = next((names.index(word) for word in words if word in names), None)
        if place is not None:
            found[field] = place
    return found


def under_header(
    table: Table, columns_of: Callable[[Sequence[str]], dict[str, int]], none: str
) -> tuple[dict[str, int], list[str], Iterator[tuple[int, list[str]]]]:
    """The columns, the header as written, and the rows under it. columns_of: field -> column of a header row, {} for
    another row. ValidationError with the sentence `none` where no row is a header."""
    for number, (line, cells) in enumerate(table.rows()):
        if found := columns_of(cells):
            return found, list(cells), ((at, [unguarded(x) for x in row]) for at, row in table.rows() if at > line)
        if number >= HEADER_ROWS:
            break
    raise ValidationError({"file": none})


def problems_file(kind: str, name: str, problems: Iterable[Sequence[Cell]]) -> HttpResponse:
    """The lines to mend as a file: line, column, value, what is wrong."""
    header = [_("Line"), _("Column"), _("What stands there"), _("What is wrong")]
    return file_response(kind, name, header, problems)


def lines_to_mend(kind: str, name: str, to_mend: Sequence[Any], wrong: Iterable[tuple[int, str]]) -> HttpResponse:
    """The lines that stayed out, under the header of their file, with what is wrong beside them: to correct and send
    again. to_mend: [line, cells], the header first; wrong: (line, in words), several of a line are put together."""
    said: dict[int, list[str]] = {}
    for line, words in wrong:
        said.setdefault(line, []).append(words)
    (_line, header), *rows = to_mend
    wide = max(len(header), *(len(cells) for _line, cells in rows))
    padded = ([line, [*cells, *[""] * (wide - len(cells))]] for line, cells in [(0, header), *rows])
    _first, titles = next(padded)
    body = ([*cells, "; ".join(said.get(line, []))] for line, cells in padded)
    return file_response(kind, name, [*titles, _("What is wrong")], body)
