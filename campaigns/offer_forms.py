"""What is typed for an offer: yuan and percent at the edge, fen and basis points inside."""

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from campaigns.forms import ProductsField, name_blanks
from campaigns.models import Campaign, CampaignOffer
from campaigns.offers.checks import TERMS
from campaigns.offers.kinds import (
    WHOLE,
    AddOn,
    Cut,
    Freight,
    Gifts,
    Kind,
    Ladder,
    NFree,
    Nth,
    Points,
    Presale,
    Tiers,
    Voucher,
)
from campaigns.offers.wire import terms_from
from campaigns.typing_in import amount_of, whole_of
from opsplan.lib import cells
from opsplan.lib.money import fen, yuan
from products import roles
from products.models import Product
from stores.amounts import amount_field

if TYPE_CHECKING:
    OfferModelForm = forms.ModelForm[CampaignOffer]
else:
    OfferModelForm = forms.ModelForm

STEPS = _(
    "One step a line: from which amount (or how many pieces), a blank, how much off. Rates end in a percent sign."
)
TERM_FIELDS: dict[type, tuple[str, ...]] = {
    Cut: ("prices", "percent", "off"),
    Ladder: ("steps", "by_pieces", "repeating", "cap"),
    Gifts: ("gifts", "by_pieces"),
    Nth: ("n", "percent"),
    AddOn: ("at", "item", "price", "cost"),
    NFree: ("n",),
    Freight: ("at", "pieces"),
    Voucher: ("at", "off", "percent", "cap", "claim_from", "claim_until"),
    Tiers: ("tiers",),
    Presale: ("deposit", "counts", "off"),
    Points: ("percent",),
}


MOST_PARTS = 20  # of a line: the name of a gift may be several words
Rows = Mapping[str, Sequence[list[str]]]
GROUPED = re.compile(r"[0-9]{1,3}(,[0-9]{3})+")


def kinds_with(field: str) -> str:
    """The kinds of offers a field belongs to, blank between them."""
    found = [kind.value for kind in Kind if field in TERM_FIELDS[TERMS.get(kind, Freight)]]
    return " ".join(found)


def moment(label: Any) -> forms.DateTimeField:
    widget = forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M")
    return forms.DateTimeField(label=label, required=False, widget=widget)


class OfferForm(OfferModelForm):
    steps = forms.CharField(label=_("Steps"), required=False, help_text=STEPS, widget=forms.Textarea({"rows": 3}))
    gifts = forms.CharField(
        label=_("Gifts"),
        required=False,
        help_text=_("One a line: from which amount, the gift, what it costs, how many pieces."),
        widget=forms.Textarea({"rows": 3}),
    )
    prices = forms.CharField(
        label=_("Prices"),
        required=False,
        help_text=_("One a line: merchant code, a blank, the price."),
        widget=forms.Textarea({"rows": 3}),
    )
    tiers = forms.CharField(
        label=_("VIP levels"),
        required=False,
        help_text=_("One a line: level, a blank, percent off."),
        widget=forms.Textarea({"rows": 3}),
    )
    by_pieces = forms.BooleanField(label=_("Count pieces instead of money"), required=False)
    repeating = forms.BooleanField(label=_("Again each time it is reached"), required=False)
    at = amount_field(_("From (¥)"))
    off = amount_field(_("Off (¥)"))
    percent = forms.DecimalField(
        label=_("Off (%)"),
        required=False,
        min_value=0,
        max_value=100,
        decimal_places=2,
        help_text=_("What is taken off, not what is left to pay."),
    )
    cap = amount_field(_("At most (¥)"))
    n = forms.IntegerField(label=_("Every so many pieces"), required=False, min_value=2, max_value=99)
    pieces = forms.IntegerField(label=_("or from so many pieces"), required=False, min_value=1)
    item = forms.CharField(label=_("Item"), required=False, max_length=80)
    price = amount_field(_("Price (¥)"))
    cost = amount_field(_("Cost (¥)"))
    deposit = amount_field(_("Deposit (¥)"))
    counts = amount_field(_("which counts as (¥)"))
    claim_from = moment(_("Can be claimed from"))
    claim_until = moment(_("until"))
    platform_percent = forms.DecimalField(
        label=_("Paid by the platform (%)"), required=False, min_value=0, max_value=100, decimal_places=2
    )
    influencer_percent = forms.DecimalField(
        label=_("Paid by the influencer (%)"), required=False, min_value=0, max_value=100, decimal_places=2
    )
    excluded = forms.MultipleChoiceField(
        label=_("Not together with"),
        required=False,
        choices=CampaignOffer.Kind.choices,
        widget=forms.CheckboxSelectMultiple,
    )

    class Meta:
        model = CampaignOffer
        fields = ("kind", "name", "level", "audience", "products", "starts_at", "ends_at", "limit", "stock")
        field_classes = {"products": ProductsField}
        widgets = {
            "starts_at": forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M"),
            "ends_at": forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M"),
        }

    def __init__(self, *args: Any, campaign: Campaign, rows: Rows | None = None, **kwargs: Any) -> None:
        """rows: what a program sends for the fields of several lines, part by part."""
        super().__init__(*args, **kwargs)
        self.instance.campaign, self.rows = campaign, rows or {}
        products = self.fields["products"]
        assert isinstance(products, ProductsField)
        products.queryset = campaign.products.order_by("code")
        name_blanks(self)
        if self.instance.pk:
            self.initial = {**self.initial, **typed(self.instance)}

    def term_fields(self) -> Iterable[tuple[forms.BoundField, str]]:
        """The fields of the terms with the kinds they belong to."""
        names = dict.fromkeys(name for fields in TERM_FIELDS.values() for name in fields)
        return [(self[name], kinds_with(name)) for name in names]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if "kind" not in cleaned or self.errors:
            return cleaned
        kind = Kind(cleaned["kind"])
        try:
            terms = TO_TERMS[TERMS.get(kind, Freight)]({**cleaned, **self.rows})
            terms_from(kind, terms)
        except ValueError:
            text = gettext("These terms cannot be read: look at the lines and numbers of this kind of offer.")
            raise forms.ValidationError(text) from None
        unknown = self.unknown(terms.get("prices") or {})
        if unknown:
            raise forms.ValidationError({"prices": gettext("Unknown products: %s.") % ", ".join(unknown)})
        self.instance.terms = terms
        self.instance.platform_bp = bp(cleaned.get("platform_percent"))
        self.instance.influencer_bp = bp(cleaned.get("influencer_percent"))
        self.instance.excludes = cleaned.get("excluded") or []
        if kind in (Kind.TIMED, Kind.FLASH, Kind.ONE_YUAN, Kind.GROUP, Kind.PRESALE, Kind.NTH):
            cleaned["level"] = CampaignOffer.Level.ITEM  # what was cleaned is written to the offer after this
        return cleaned

    def unknown(self, prices: Iterable[str]) -> list[str]:
        """The codes that are no product's of the store: their prices would be nobody's."""
        known = Product.objects.filter(store=self.instance.campaign.store_id, code__in=prices)
        return sorted(set(prices) - set(known.values_list("code", flat=True)))


def bp(percent: Decimal | None) -> int:
    return int((percent or Decimal(0)) * 100)


def rate(percent: Decimal | None) -> int:
    return WHOLE - bp(percent)


def fen_or_none(amount: Decimal | None) -> int | None:
    return None if amount is None else fen(amount)


def lines_of(text: str | Sequence[list[str]] | None, least: int = 2, most: int = 2) -> list[list[str]]:
    """The lines with something in them, split at blanks; one without blanks at commas and hyphens, unless it is a
    number with its thousands grouped. Rows of a program stand as they are. ValueError: one has fewer or more parts."""
    if text is not None and not isinstance(text, str):
        return list(text)
    found = []
    for line in (text or "").translate(cells.NARROW).splitlines():
        row = [part for part in (part.strip(",-") for part in line.split()) if part]
        if len(row) == 1 and not GROUPED.fullmatch(row[0]):
            row = [part for part in re.split(r"[,-]", row[0]) if part]
        if row and not least <= len(row) <= most:
            raise ValueError(line)
        found += [row] if row else []
    return found


def typed_fen(text: str) -> int:
    """Yuan as fen. ValidationError: it is no amount."""
    return fen(amount_of(text) or Decimal(0))


def typed_rate(text: str) -> int:
    """What is left after so many percent off (basis points). ValueError: it is no percentage, or more than all."""
    percent = cells.read(text, "rate") * 100
    if not 0 <= percent <= 100:
        raise ValueError(text)
    return rate(percent)


def reached_at(text: str, *, by_pieces: bool) -> int:
    """From how many pieces or what amount (fen) on."""
    return whole_of(text) or 0 if by_pieces else typed_fen(text)


def cut_terms(said: Mapping[str, Any]) -> dict[str, Any]:
    percent = said.get("percent")
    return {
        "prices": {code: typed_fen(price) for code, price in coded(said.get("prices"))},
        "rate_bp": rate(percent) if percent is not None else None,
        "off_fen": fen_or_none(said.get("off")),
    }


def coded(text: str | Sequence[list[str]] | None) -> list[tuple[str, str]]:
    """Code and price of each line: a code may hold blanks, hyphens and commas. ValueError: a line of fewer parts."""
    typed = text.splitlines() if isinstance(text, str) else ()
    told = () if text is None or isinstance(text, str) else text
    rows = [*told, *(line.rsplit(maxsplit=1) for line in typed if line.strip())]
    return [(code.strip(), price) for code, price in rows]


def ladder_terms(said: Mapping[str, Any]) -> dict[str, Any]:
    by_pieces, steps = bool(said.get("by_pieces")), []
    for at, off in lines_of(said.get("steps")):
        gives = {"rate_bp": typed_rate(off)} if off.endswith("%") else {"off_fen": typed_fen(off)}
        steps.append({"at": reached_at(at, by_pieces=by_pieces), **gives})
    return {
        "steps": steps,
        "by_pieces": by_pieces,
        "repeating": bool(said.get("repeating")),
        "cap_fen": fen_or_none(said.get("cap")),
    }


def gift_terms(said: Mapping[str, Any]) -> dict[str, Any]:
    by_pieces, steps = bool(said.get("by_pieces")), []
    for at, item, cost, *more in map(gift_of, lines_of(said.get("gifts"), 3, MOST_PARTS)):
        pieces = (whole_of(more[0]) if more else None) or 1
        at_fen = reached_at(at, by_pieces=by_pieces)
        steps.append({"at": at_fen, "item": item, "cost_fen": typed_fen(cost), "pieces": pieces})
    return {"steps": steps, "by_pieces": by_pieces}


def gift_of(row: list[str]) -> list[str]:
    """From where, the gift, its cost and, at times, how many: its name may hold blanks."""
    at, *middle = row
    numbers = 2 if len(middle) > 2 and is_number(middle[-2]) else 1
    return [at, " ".join(middle[:-numbers]), *middle[-numbers:]]


def is_number(text: str) -> bool:
    try:
        cells.read(text, "money")
    except cells.Unreadable:
        return False
    return True


def voucher_terms(said: Mapping[str, Any]) -> dict[str, Any]:
    times = {name: said[name].isoformat() for name in ("claim_from", "claim_until") if said.get(name)}
    return {
        "at_fen": fen(said.get("at") or Decimal(0)),
        "off_fen": fen(said.get("off") or Decimal(0)),
        "rate_bp": rate(said.get("percent")),
        "cap_fen": fen_or_none(said.get("cap")),
        **times,
    }


def add_on_terms(said: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "at_fen": fen(said.get("at") or Decimal(0)),
        "item": said.get("item") or "",
        "price_fen": fen(said.get("price") or Decimal(0)),
        "cost_fen": fen(said.get("cost") or Decimal(0)),
    }


def presale_terms(said: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "deposit_fen": fen(said.get("deposit") or Decimal(0)),
        "counts_fen": fen_or_none(said.get("counts")),
        "off_fen": fen(said.get("off") or Decimal(0)),
    }


def number(said: Mapping[str, Any]) -> int:
    found = said.get("n")
    if found is None:
        raise ValueError("n")
    return int(found)


TO_TERMS: dict[type, Callable[[Mapping[str, Any]], dict[str, Any]]] = {
    Cut: cut_terms,
    Ladder: ladder_terms,
    Gifts: gift_terms,
    Nth: lambda said: {"n": number(said), "rate_bp": rate(said.get("percent"))},
    AddOn: add_on_terms,
    NFree: lambda said: {"n": number(said)},
    Freight: lambda said: {"at_fen": fen(said.get("at") or Decimal(0)), "pieces": said.get("pieces")},
    Voucher: voucher_terms,
    Tiers: lambda said: {"rates": {level: typed_rate(off) for level, off in lines_of(said.get("tiers"))}},
    Presale: presale_terms,
    Points: lambda said: {"max_bp": bp(said.get("percent"))},
}


def typed(offer: CampaignOffer) -> dict[str, Any]:
    """An offer's terms as they would be typed."""
    found, off = offer.terms, {}
    for name, key in (
        ("at", "at_fen"), ("off", "off_fen"), ("cap", "cap_fen"), ("price", "price_fen"), ("cost", "cost_fen"),
        ("deposit", "deposit_fen"), ("counts", "counts_fen"),
    ):  # fmt: skip
        if found.get(key):
            off[name] = yuan(found[key])
    if found.get("rate_bp") not in (None, WHOLE):
        off["percent"] = Decimal(WHOLE - found["rate_bp"]) / 100
    if "max_bp" in found:
        off["percent"] = Decimal(found["max_bp"]) / 100
    plain = {name: found[name] for name in ("n", "pieces", "item", "by_pieces", "repeating") if name in found}
    return {
        **off,
        **plain,
        "claim_from": found.get("claim_from"),
        "claim_until": found.get("claim_until"),
        "steps": "\n".join(
            _step(step, bool(found.get("by_pieces"))) for step in found.get("steps", []) if "item" not in step
        ),
        "gifts": "\n".join(
            _gift(step, bool(found.get("by_pieces"))) for step in found.get("steps", []) if "item" in step
        ),
        "prices": "\n".join(f"{code} {yuan(price)}" for code, price in (found.get("prices") or {}).items()),
        "tiers": "\n".join(f"{n} {Decimal(WHOLE - r) / 100:g}" for n, r in (found.get("rates") or {}).items()),
        "platform_percent": Decimal(offer.platform_bp) / 100,
        "influencer_percent": Decimal(offer.influencer_bp) / 100,
        "excluded": offer.excludes,
    }


def _at(step: Mapping[str, Any], by_pieces: bool) -> str:
    return f"{step['at'] if by_pieces else yuan(step['at'])}"


def _step(step: Mapping[str, Any], by_pieces: bool) -> str:
    if step.get("rate_bp", WHOLE) != WHOLE:
        return f"{_at(step, by_pieces)} {Decimal(WHOLE - step['rate_bp']) / 100:g}%"
    return f"{_at(step, by_pieces)} {yuan(step['off_fen'])}"


def _gift(step: Mapping[str, Any], by_pieces: bool) -> str:
    return f"{_at(step, by_pieces)} {step['item']} {yuan(step['cost_fen'])} {step.get('pieces', 1)}"


def warnings_of(offer: CampaignOffer, *, is_blocked: bool) -> list[str]:
    """What is to be said of an offer that was saved."""
    said = [gettext("Saved, but with it a price goes below what is allowed.")] if is_blocked else []
    if offer.kind == Kind.VIP and (lack := roles.vip_lacks(offer.campaign.store)):
        said.append(gettext("A shop's VIP scheme needs %(need)s styles on sale; the shop has %(there)s.") % lack)
    return said
