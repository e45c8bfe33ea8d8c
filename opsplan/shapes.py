"""What an answer over REST looks like, said for the OpenAPI document: every field with what it holds and its unit.

A shape is a piece of OpenAPI (plain data). `thing` is an object that has all its fields and no others: the tests hold
every answer they get against it (`tests/answers.py`), so a field nobody has told of is found."""

from collections.abc import Iterable, Mapping
from typing import Any

Shape = dict[str, Any]


def thing(
    name: str, fields: Mapping[str, Shape], about: str = "", *, maybe: Mapping[str, Shape] | None = None
) -> Shape:
    """An object with exactly these fields; those of `maybe` may be left out. `name`: what it is called in the document,
    once for one shape."""
    return _said(
        {
            "type": "object",
            "title": name,
            "properties": {**fields, **(maybe or {})},
            **({"required": list(fields)} if fields else {}),
            "additionalProperties": False,
        },
        about,
    )


def text(about: str = "") -> Shape:
    return _said({"type": "string"}, about)


def one_of(valid: Iterable[str], about: str = "") -> Shape:
    return _said({"type": "string", "enum": list(valid)}, about)


def whole(about: str = "") -> Shape:
    return _said({"type": "integer"}, about)


def number(about: str = "") -> Shape:
    """A number as text, so that no reader loses a fen."""
    return _said({"type": "string", "format": "decimal"}, about)


def yuan(about: str = "") -> Shape:
    """Money in the store's currency."""
    return number(f"{about} Yuan, two decimals.".strip())


def yes(about: str = "") -> Shape:
    return _said({"type": "boolean"}, about)


def day(about: str = "") -> Shape:
    return _said({"type": "string", "format": "date"}, f"{about} A local day of the store.".strip())


def hour(about: str = "") -> Shape:
    return _said({"type": "string", "pattern": r"^\d\d:\d\d:\d\d$"}, f"{about} HH:MM:SS, the store's clock.".strip())


def instant(about: str = "") -> Shape:
    return _said({"type": "string", "format": "date-time"}, f"{about} UTC, with a Z.".strip())


def many(shape: Shape, about: str = "") -> Shape:
    return _said({"type": "array", "items": shape}, about)


def by_key(shape: Shape, about: str = "") -> Shape:
    """An object whose names are data: KPI keys, days, codes."""
    return _said({"type": "object", "additionalProperties": shape}, about)


def or_null(shape: Shape, about: str = "") -> Shape:
    choice = {"enum": [*shape["enum"], None]} if "enum" in shape else {}
    return _said(shape | choice | {"nullable": True}, about)


def _said(shape: Shape, about: str) -> Shape:
    return shape | {"description": about} if about else shape
