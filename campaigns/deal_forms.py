"""What is typed for a group deal: yuan, percent and the store's time at the edge; fen, basis points and UTC inside."""

import datetime as dt
from decimal import Decimal
from itertools import zip_longest
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from django import forms
from django.core.exceptions import ValidationError
from django.http import QueryDict
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from campaigns.forms import name_blanks
from campaigns.groupbuy.dealing import Told
from campaigns.groupbuy.planning import CLOSES_FIRST, TAKEN, WHOLE_RATE, Terms, is_taken
from campaigns.groupbuy.tiers import read as read_tiers
from campaigns.models import Campaign, GroupDeal
from campaigns.typing_in import amount_of, whole_of
from opsplan.lib import clock
from opsplan.lib.money import fen, yuan
from products.models import SKU
from products.price_services import events_of
from stores.amounts import amount_field
from stores.models import GroupSite, Store

if TYPE_CHECKING:  # when it runs, Django's class takes no [Model]
    DealModelForm = forms.ModelForm[GroupDeal]
else:
    DealModelForm = forms.ModelForm

MONEY = {
    "guarantee": "guarantee_fen",
    "slot": "slot_fen",
    "freight": "freight_fen",
    "packing": "packing_fen",
    "back_freight": "return_fen",
    "gift": "gift_fen",
}
RATES = {"rate": "rate_bp", "refund_rate": "refund_bp", "back_rate": "back_bp"}
OF_SITE = ("rate_bp", "guarantee_fen", "slot_fen", "instalments", "is_voucher")
MOST_LINES = 60
LINE = ("sku", "price", "quota", "tiers", "line_rate")  # the cells of a line


class TimeInput(forms.DateTimeInput):
    input_type = "datetime-local"

    def __init__(self) -> None:
        super().__init__(format="%Y-%m-%dT%H:%M")


def percent(label: Any) -> forms.DecimalField:
    return forms.DecimalField(label=label, required=False, min_value=0, max_value=100, decimal_places=2)


class DealForm(DealModelForm):
    rate = percent(gettext_lazy("Commission (%)"))
    guarantee = amount_field(gettext_lazy("Least commission (¥)"))
    slot = amount_field(gettext_lazy("Slot fee (¥)"))
    freight = amount_field(gettext_lazy("Freight of a piece (¥)"))
    packing = amount_field(gettext_lazy("Packing of a piece (¥)"))
    back_freight = amount_field(gettext_lazy("Freight of a piece that comes back (¥)"))
    gift = amount_field(gettext_lazy("Gifts with a piece (¥)"))
    refund_rate = percent(gettext_lazy("Refunds expected before shipping (%)"))
    back_rate = percent(gettext_lazy("Returns expected after shipping (%)"))

    class Meta:
        model = GroupDeal
        fields = (
            "name", "site", "campaign", "opens_at", "closes_at", "minimum", "form_hours", "grace_hours", "limit",
            "is_voucher", "valid_until", "priority", "price_event", "note",
        )  # fmt: skip
        widgets = {
            "opens_at": TimeInput(),
            "closes_at": TimeInput(),
            "valid_until": TimeInput(),
            "note": forms.Textarea({"rows": 2}),
        }
        help_texts = {
            "minimum": gettext_lazy("0 = it stands with the first order"),
            "form_hours": gettext_lazy("from its opening; empty = until it closes"),
            "grace_hours": gettext_lazy("for sales that the site tells late, before it is decided"),
            "priority": gettext_lazy("1 comes first where deals want the same stock"),
        }

    def __init__(self, *args: Any, store: Store, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.instance.store = store
        self.fields["site"].queryset = GroupSite.objects.filter(store=store, is_active=True)  # type: ignore[attr-defined]
        self.fields["campaign"].queryset = Campaign.objects.filter(store=store)  # type: ignore[attr-defined]
        for name in ("minimum", "grace_hours", "priority"):
            self.fields[name].required = False
        name_blanks(self)
        rules = [(key, _(event.name)) for key, event in events_of(store).items()]
        self.fields["price_event"].widget = forms.Select(choices=[("", _("Usual rules")), *rules])
        for name, column in MONEY.items():
            self.initial[name] = yuan(getattr(self.instance, column)) or None
        for name, column in RATES.items():
            self.initial[name] = Decimal(getattr(self.instance, column)) / 100 or None

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        for name, usual in (("minimum", 0), ("grace_hours", 0), ("priority", 5)):
            if cleaned.get(name) is None:
                cleaned[name] = usual
        title, site, opens, closes = (cleaned.get(x) for x in ("name", "site", "opens_at", "closes_at"))
        if opens and closes and closes <= opens:
            self.add_error("closes_at", CLOSES_FIRST)
        if title and site and opens and is_taken(self.instance, title, site, opens):
            self.add_error("name", TAKEN)
        for name, column in MONEY.items():
            setattr(self.instance, column, fen(cleaned.get(name) or Decimal(0)))
        for name, column in RATES.items():
            setattr(self.instance, column, int((cleaned.get(name) or 0) * 100))
        return cleaned


def with_terms(deal: GroupDeal, site: GroupSite | None) -> GroupDeal:
    """A new deal on the usual terms of its site."""
    if site:
        deal.site = site
        for name in OF_SITE:
            setattr(deal, name, getattr(site, name))
    return deal


def lines_from(store: Store, posted: QueryDict) -> dict[SKU, Terms]:
    """The table of lines: sku, price (yuan), quota, tiers, commission (percent); empty rows are left out.
    ValidationError."""
    rows = zip_longest(*(posted.getlist(name) for name in LINE), fillvalue="")
    typed = [row for row in rows if any(cell.strip() for cell in row)]
    if len(typed) > MOST_LINES:
        raise ValidationError({"lines": _("At most %d lines at a time.") % MOST_LINES})
    skus = {sku.code: sku for sku in SKU.objects.filter(store=store, code__in=[row[0].strip() for row in typed])}
    found: dict[SKU, Terms] = {}
    for code, price, quota, tiers, rate in typed:
        sku = skus.get(code.strip())
        if sku is None:
            raise ValidationError({"lines": _("The store has no SKU %(code)s.") % {"code": code.strip()[:40] or "—"}})
        if sku in found:
            raise ValidationError({"lines": _("%(code)s stands there twice.") % {"code": sku.code}})
        price_fen = fen(amount_of(price) or Decimal(0))
        found[sku] = Terms(price_fen, whole_of(quota) or 0, tiers_from(tiers), rate_from(rate))
    return found


def rate_from(text: str) -> int | None:
    """Percent as typed to 1/10000; None where nothing stands there. ValidationError."""
    typed = text.strip().rstrip("%％").strip()
    try:
        found = amount_of(typed) if typed else None
    except ValidationError:
        found = Decimal(-1)
    if found is None:
        return None
    bp = found * 100
    if not 0 <= bp <= WHOLE_RATE or bp % 1:
        raise ValidationError({"lines": _("“%s” is no commission: give percent from 0 to 100.") % text.strip()[:40]})
    return int(bp)


def tiers_from(text: str) -> list[list[int]]:
    """Tiers as they are typed. ValidationError."""
    try:
        return read_tiers(text)
    except ValueError as problem:
        said = _("“%s” is no price tier: write 10:36.9 for 36.90 from 10 pieces on.") % str(problem)[:40]
        raise ValidationError({"lines": said}) from None


def moment(store: Store, text: str) -> dt.datetime:
    """An instant typed in the store's time. ValidationError."""
    try:
        return dt.datetime.fromisoformat(text.strip()).replace(tzinfo=ZoneInfo(store.timezone)).astimezone(dt.UTC)
    except (ValueError, OverflowError):  # in UTC the first hours of the year 1 would lie before it
        raise ValidationError({"at": _("Give day and time as YYYY-MM-DD HH:MM.")}) from None


def told_from(store: Store, posted: QueryDict) -> Told:
    """An order or voucher as it is typed: number, SKU, pieces, when paid (store's time; now unless told), refunds.
    ValidationError."""
    text = posted.get("at", "").strip()
    at = moment(store, text) if text else clock.now()
    paid = amount_of(posted.get("paid", ""))
    before, after, redeemed = (whole_of(posted.get(name, "")) or 0 for name in ("before", "after", "redeemed"))
    return Told(
        posted.get("key", ""), posted.get("sku", "").strip(), whole_of(posted.get("units", "")) or 0, at,
        None if paid is None else fen(paid), posted.get("buyer", "").strip(), before, after, redeemed,
    )  # fmt: skip
