"""Texts that have to fit a column: one that is too long is refused with a sentence, never cut behind anybody's back."""

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

NAMES = {
    "buyer": gettext_lazy("Buyer"),
    "category": gettext_lazy("Category"),
    "key": gettext_lazy("Order or voucher number"),
    "link": gettext_lazy("Link"),
    "name": gettext_lazy("Name"),
    "names": gettext_lazy("Names in reports"),
    "note": gettext_lazy("Note"),
    "number": gettext_lazy("Order number"),
    "place": gettext_lazy("Place"),
    "reason": gettext_lazy("Reason"),
    "reference": gettext_lazy("Reference"),
    "regions": gettext_lazy("Regions"),
    "says": gettext_lazy("What it is responsible for"),
    "steps": gettext_lazy("Steps"),
    "subject": gettext_lazy("What it is about"),
    "title": gettext_lazy("Title"),
}


def fitting(field: str, text: str, most: int) -> str:
    """`text` without outer blanks. ValidationError on `field` where it is longer than `most` characters."""
    kept = text.replace("\r\n", "\n").strip()  # a form sends two characters for each end of a line
    if len(kept) > most:
        name = NAMES.get(field, gettext_lazy("Text"))
        raise ValidationError({field: str(name) + _(": ") + too_long(len(kept), most)})
    return kept


def too_long(length: int, most: int) -> str:
    return _("At most %(most)d characters; these are %(length)d.") % {"most": most, "length": length}
