"""What a program sends, put into the forms of the pages: one place says what a campaign and an offer may be."""

import datetime as dt
from collections.abc import Mapping
from typing import Any

from django import forms
from django.utils.translation import gettext as _

from products.models import Product
from staff.api.base import Unprocessable
from stores.models import Store


def refused_form(form: forms.BaseForm, names: Mapping[str, str], where: str = "") -> Unprocessable:
    """What a form refuses, field by field, by the names of REST (`names`: of the form, by those of REST)."""
    told = {mine: said for said, mine in names.items()} | {"__all__": where}
    found: Unprocessable | None = None
    for field, texts in form.errors.items():
        widget = form.fields[field].widget if field in form.fields else None
        choices = widget.choices if isinstance(widget, forms.Select) else ()
        fault = told.get(field, field), " ".join(map(str, texts)), [str(key) for key, _label in choices if key]
        if found is None:
            found = Unprocessable(*fault)
        else:
            found.also(*fault)
    assert found is not None
    return found


def as_typed(value: object) -> str:
    """A plain value as a form takes it; none is an empty field."""
    return "" if value is None else str(value)


def day_of(fields: Mapping[str, Any], name: str) -> str:
    """A day as it was sent, or Unprocessable: a form would take other ways to write it, too."""
    raw = as_typed(fields.get(name))
    try:
        return dt.date.fromisoformat(raw).isoformat() if raw else ""
    except ValueError:
        raise Unprocessable(name, _("Give a day as YYYY-MM-DD.")) from None


def products_of(store: Store, rows: object, where: str) -> list[tuple[Product, dict[str, Any]]]:
    """Rows with the merchant code of a product each, once; Unprocessable names the row."""
    said = [row for row in rows if isinstance(row, dict)] if isinstance(rows, list) else []
    codes = [str(row.get("code") or "") for row in said]
    known = {x.code: x for x in Product.objects.filter(store=store, code__in=codes)}
    for i, code in enumerate(codes):
        if code not in known:
            raise Unprocessable(f"{where}[{i}].code", _("No product of this store has this code."))
        if code in codes[:i]:
            raise Unprocessable(f"{where}[{i}].code", _("%(code)s stands there twice.") % {"code": code})
    return [(known[code], row) for code, row in zip(codes, said, strict=True)]
