"""What a workbook would change, cell by cell, before anything is stored: one page for the year, a month's days and the
weekly sheet."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from django.core.files.uploadedfile import UploadedFile
from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from kpis.workbooks.sheet_files import LIMIT_MB, BadFile
from staff.access import StoreRequest

KINDS = ("change", "conflict", "refused")


@dataclass(frozen=True)
class Kind:
    """What is imported. title: of the page, tag beside it; back: address and words; what: "Cell" or "Day"; now: heads
    the column of what stands; intro, export: how one comes to such a file; merge: where what was chosen goes; was:
    heads what stood before, "" for "As exported"."""

    title: str
    back: tuple[str, str]
    what: str
    now: str
    same: str
    intro: str
    export: str
    merge: str
    tag: str = ""
    was: str = ""
    accept: str = ".xlsx"
    hidden: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Line:
    """A cell: where, in words and as an address of the file; the three values as text; item: what a chosen box sends
    back (JSON), "" where it is refused."""

    place: str
    address: str
    was: str
    file: str
    now: str
    by: str = ""
    error: str = ""
    item: str = ""


def file_of(request: StoreRequest) -> "UploadedFile[Any]":
    """The field `file`. BadFile."""
    file = request.FILES.get("file")
    if not isinstance(file, UploadedFile):
        raise BadFile(_("Choose a file."))
    return file


def page(request: StoreRequest, kind: Kind, *, error: str = "", **context: Any) -> HttpResponse:
    """With `lists` (`by_kind`): the difference; else the form, with 422 and the `error` where a file cannot be used."""
    same = kind.same % {"file": context.get("file", "")}
    found = context | {"kind": kind, "limit": LIMIT_MB, "error": error, "same": same}
    return render(request, "kpis/plan_import.html", found, status=422 if error else 200)


def by_kind(lines: Iterable[tuple[str, Line]]) -> dict[str, list[Line]]:
    found: dict[str, list[Line]] = {kind: [] for kind in KINDS}
    for kind, line in lines:
        found[kind].append(line)
    return found


def chosen(request: StoreRequest) -> list[Any]:
    """What was ticked (fields `take` and `clash-<n>`), read. ValueError: no JSON."""
    names = [name for name in request.POST if name == "take" or name.startswith("clash-")]
    return [json.loads(x) for name in names for x in request.POST.getlist(name) if x]
