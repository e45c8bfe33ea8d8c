"""A contract as it is typed: amounts in yuan, rates in percent."""

from collections.abc import Collection, Iterable, Mapping
from decimal import Decimal
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from kpis import queries
from kpis.clients import contracts
from kpis.outward import trades
from opsplan.lib.money import fen, yuan
from stores.amounts import AmountField
from stores.models import Brand, Contract, Store

ROWS = 5  # of tiers, at least
OFFERED = (
    "net_amt", "real_amt", "pay_amt", "uv", "pay_cvr", "aov_buyer", "refund_rate_amt", "roi", "pay_order_cnt",
    "pay_buyers", "good_rate", "gross_rate", *contracts.AGREED_DEALS, "deal_gross_amt", "deal_commission",
    "deal_formed_rate", "deal_new_buyers",
)  # fmt: skip
MOST = Decimal(contracts.LARGEST_FEN) / 100


def amount(label: Any, **more: Any) -> AmountField:
    return AmountField(
        label=label, required=False, min_value=0, max_value=MOST, max_digits=15, decimal_places=2, **more
    )


def percent(label: Any, **more: Any) -> forms.DecimalField:
    field = forms.DecimalField(label=label, required=False, min_value=0, max_value=100, decimal_places=2, **more)
    field.widget = forms.TextInput({"inputmode": "decimal", "autocomplete": "off"})
    return field


def day(label: Any, **more: Any) -> forms.DateField:
    return forms.DateField(label=label, widget=forms.DateInput({"type": "date"}, format="%Y-%m-%d"), **more)


class ContractForm(forms.Form):
    """`stores`: those a person may put into a contract. `fixed`: its terms stand, so they are shown and not read."""

    title = forms.CharField(label=_("title"), max_length=100)
    brand = forms.CharField(
        label=_("client"), max_length=60,
        help_text=_(
            "Stands over these stores in “All stores”. Where it has several brands, each store's settings name its "
            "brand and this client."
        ),
    )  # fmt: skip
    kind = forms.ChoiceField(label=_("kind"), choices=Contract.Kind.choices)
    number = forms.CharField(label=_("contract number"), max_length=60, required=False)
    stores = forms.MultipleChoiceField(label=_("stores"), widget=forms.CheckboxSelectMultiple)
    first = day(_("first day"))
    last = day(_("last day"), required=False, help_text=_("Empty: until it is ended."))
    signed_on = day(_("signed on"), required=False)
    signed_by = forms.CharField(label=_("signed by"), max_length=100, required=False)
    fee = amount(_("basic fee a month (yuan)"))
    basis = forms.ChoiceField(label=_("commission on"))
    commission = forms.ChoiceField(label=_("tiers count"), choices=Contract.Commission.choices)
    guarantee = forms.ChoiceField(label=_("guarantee"), choices=Contract.Guarantee.choices, required=False)
    guarantee_amount = amount(_("guarantee a month (yuan)"))
    cap = amount(_("cap a month (yuan)"), help_text=_("Fee, commission and guarantee come to no more. Empty: no cap."))
    tax = percent(_("tax rate (%)"), help_text=_("On all that is owed, lines by hand, too. Empty: no tax is told."))
    part_months = forms.ChoiceField(label=_("parts of a month"), choices=Contract.Part.choices)
    pay_days = forms.IntegerField(label=_("days until it is due"), min_value=0, max_value=365, initial=15)
    metrics = forms.MultipleChoiceField(
        label=_("agreed KPIs"), widget=forms.CheckboxSelectMultiple, required=False,
        help_text=_("At most eight. They stand on every statement, with targets and definitions."),
    )  # fmt: skip
    note = forms.CharField(label=_("note"), max_length=2000, required=False, widget=forms.Textarea({"rows": 2}))

    TERMS = (
        "first", "fee", "basis", "commission", "guarantee", "guarantee_amount", "cap", "tax", "part_months", "stores",
        "brand",
    )  # fmt: skip

    def __init__(
        self,
        *args: Any,
        stores: Iterable[Store],
        contract: Contract | None = None,
        chosen: Collection[int] = (),
        fixed: bool = False,
        **kwargs: Any,
    ) -> None:
        kwargs["initial"] = initial(contract, chosen) if contract else at_first(stores, chosen)
        super().__init__(*args, **kwargs)
        self.rows = max(ROWS, len(contract.tiers) + 1 if contract else 0)
        for n in range(self.rows):
            self.fields[f"from_{n}"] = amount(_("sales from (yuan)"))
            self.fields[f"rate_{n}"] = percent(_("rate (%)"))
        names = {info.key: info.label for info in queries.catalogue()}
        self.choices("stores", [(str(x.pk), x.name) for x in stores])
        self.choices("basis", [(key, names[key]) for key in contracts.BASES])
        kept = [key for key in (contract.metrics if contract else ()) if key in names and key not in OFFERED]
        self.choices("metrics", [(key, names[key]) for key in (*OFFERED, *kept) if key in names])
        self.fields["brand"].widget.attrs["list"] = "brands"
        self.brands = list(Brand.objects.filter(stores__in=list(stores)).distinct().values_list("name", flat=True))
        if fixed:
            for name in (*self.TERMS, *(f"{x}_{n}" for n in range(self.rows) for x in ("from", "rate"))):
                self.fields[name].disabled = True

    def choices(self, name: str, found: list[tuple[str, str]]) -> None:
        field = self.fields[name]
        if isinstance(field, forms.ChoiceField):
            field.choices = found

    def tiers(self) -> Iterable[tuple[Any, Any]]:
        """The rows of tiers as the page draws them."""
        return [(self[f"from_{n}"], self[f"rate_{n}"]) for n in range(self.rows)]

    def typed_tiers(self, data: Mapping[str, Any]) -> list[list[int]]:
        """Rows with a rate; one without an amount begins at 0."""
        rows = [(data.get(f"from_{n}"), data.get(f"rate_{n}")) for n in range(self.rows)]
        found = [[fen(start or Decimal(0)), fen(rate)] for start, rate in rows if rate is not None]
        return sorted(found)

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        for n in range(self.rows):
            if data.get(f"from_{n}") and data.get(f"rate_{n}") is None and f"rate_{n}" not in self.errors:
                self.add_error(f"rate_{n}", _("Give the rate of this tier."))
        return data

    def fields_of(self) -> dict[str, Any]:
        """What was typed, as `contracts.save` takes it."""
        data = self.cleaned_data
        same = (
            "title", "kind", "number", "first", "last", "signed_on", "signed_by", "basis", "commission", "guarantee",
            "part_months", "pay_days", "metrics", "note",
        )  # fmt: skip
        return {name: data[name] for name in same} | {
            "fee_fen": fen(data["fee"] or Decimal(0)),
            "guarantee_fen": fen(data["guarantee_amount"] or Decimal(0)),
            "cap_fen": fen(data["cap"] or Decimal(0)),
            "tax_bp": fen(data["tax"] or Decimal(0)),
            "tiers": self.typed_tiers(data),
        }

    def told(self, errors: Mapping[str, list[str]]) -> None:
        """Put what the service said beside the fields it is about."""
        for field, texts in errors.items():
            self.add_error(BESIDE.get(field, field) if BESIDE.get(field, field) in self.fields else None, texts)


BESIDE = {"fee_fen": "fee", "guarantee_fen": "guarantee_amount", "cap_fen": "cap", "tax_bp": "tax", "tiers": "rate_0"}


def at_first(stores: Iterable[Store], chosen: Collection[int]) -> dict[str, Any]:
    """What a new contract begins with: where the chosen stores sell by deals alone, the figures of deals."""
    mine = [x for x in stores if x.pk in chosen]
    by_deals = bool(mine) and all(trades.trades(x).only_deals for x in mine)
    basis = "deal_net_amt" if by_deals else contracts.BASES[0]
    return {"stores": list(chosen), "metrics": contracts.usual(basis), "basis": basis}


def initial(contract: Contract, chosen: Collection[int] = ()) -> dict[str, Any]:
    """A contract as it is typed."""
    names = (
        "title", "kind", "number", "first", "last", "signed_on", "signed_by", "basis", "commission", "guarantee",
        "part_months", "pay_days", "note",
    )  # fmt: skip
    tiers: dict[str, Any] = {}
    for n, (start, rate) in enumerate(contract.tiers):
        tiers |= {f"from_{n}": yuan(start), f"rate_{n}": f"{yuan(rate).normalize():f}"}
    return {name: getattr(contract, name) for name in names} | tiers | {
        "brand": contract.brand.name,
        "stores": [str(pk) for pk in chosen or contract.stores.values_list("pk", flat=True)],
        "fee": yuan(contract.fee_fen) if contract.fee_fen else None,
        "guarantee_amount": yuan(contract.guarantee_fen) if contract.guarantee_fen else None,
        "cap": yuan(contract.cap_fen) if contract.cap_fen else None,
        "tax": f"{yuan(contract.tax_bp).normalize():f}" if contract.tax_bp else None,
        "metrics": contracts.agreed_of(contract),
    }  # fmt: skip
