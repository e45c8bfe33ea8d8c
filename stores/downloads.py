"""A list as a file: the answer every list page gives to ?format=csv or ?format=xlsx."""

from collections.abc import Iterable, Sequence
from urllib.parse import quote

from django.http import HttpResponse

from opsplan.lib.sheets import TYPES, Cell, as_file
from stores.currency import in_currency


def attachment(body: bytes, kind: str, name: str) -> HttpResponse:
    """Bytes as a file of that content type; `name` with its ending."""
    response = HttpResponse(body, content_type=kind)
    response["Content-Disposition"] = f"attachment; filename*=UTF-8''{quote(name)}"
    return response


def file_response(kind: str, name: str, header: Sequence[str], rows: Iterable[Sequence[Cell]]) -> HttpResponse:
    """`kind` csv or xlsx (anything else counts as csv); `name` without its ending. Heads that name yuan name the
    currency of the store being served."""
    kind = kind if kind in TYPES else "csv"
    header = [in_currency(x) for x in header]
    response = HttpResponse(as_file(kind, name, header, rows), content_type=TYPES[kind])
    response["Content-Disposition"] = f"attachment; filename*=UTF-8''{quote(name)}.{kind}"
    return response
