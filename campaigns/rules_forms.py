"""What is typed about how a store's offers stack, what the guard asks for, and how a campaign is spread over its
phases."""

from collections.abc import Mapping
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from campaigns import rhythm
from campaigns.models import CampaignRules, Phase, RuleText
from campaigns.offers.kinds import Slot, Stacking
from campaigns.rules import stacking_of
from opsplan.lib.money import fen, yuan
from stores.amounts import AmountField

if TYPE_CHECKING:  # when it runs, Django's class takes no [Model]
    RuleTextModelForm = forms.ModelForm[RuleText]
else:
    RuleTextModelForm = forms.ModelForm

SLOTS = {
    Slot.N_FREE: _("One of N free"),
    Slot.FULL: _("Money or percent off from an amount"),
    Slot.SHOP_COUPON: _("Shop coupon"),
    Slot.ITEM_COUPON: _("Item coupon"),
    Slot.VIP: _("VIP price"),
    Slot.CROSS_SHOP: _("Across shops: money off from an amount"),
    Slot.PLATFORM_COUPON: _("Platform coupon"),
    Slot.RED_PACKET: _("Red packet"),
    Slot.POINTS: _("Points"),
}
AMOUNTS = {
    "prize_most": _("Dearest prize allowed in a lottery (yuan)"),
    "freight": _("Freight of an order (yuan)"),
    "packaging": _("Packaging of an order (yuan)"),
    "ads": _("Ads for an order (yuan)"),
    "sold_freight": _("Freight a buyer pays (yuan)"),
}


class RuleTextForm(RuleTextModelForm):
    class Meta:
        model = RuleText
        fields = ["text", "source", "since", "is_confirmed"]
        widgets = {
            "text": forms.Textarea(attrs={"rows": 3}),
            "since": forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        }


class StoreRulesForm(forms.Form):
    """Places of the order of stacking as numbers, amounts in yuan, rates in percent."""

    base = forms.ChoiceField(label=_("Thresholds look at"), choices=CampaignRules.Base.choices)
    cost_factor = forms.DecimalField(
        label=_("Lowest unit price, times the cost"), min_value=0, max_value=10, max_digits=5, decimal_places=3
    )
    fee = forms.DecimalField(
        label=_("Platform fee (% of what is paid)"), min_value=0, max_value=100, max_digits=5, decimal_places=2
    )

    def __init__(self, data: Mapping[str, Any] | None = None, *, rules: CampaignRules) -> None:
        self.rules = rules
        super().__init__(data, initial=initial(rules))
        for name, label in AMOUNTS.items():
            is_needed = name != "prize_most"  # empty: no law sets a limit
            self.fields[name] = AmountField(
                label=label, required=is_needed, min_value=0, max_digits=10, decimal_places=2
            )
        for slot in Stacking().order:
            self.fields[f"slot-{slot}"] = forms.IntegerField(label=SLOTS[slot], min_value=1, max_value=99)
        for kind, label in Phase.Kind.choices:
            self.fields[f"share-{kind}"] = forms.IntegerField(label=label, min_value=0, max_value=100)

    def clean(self) -> dict[str, Any]:
        told = super().clean() or {}
        typed = [told[name] for name in self.fields if name.startswith("share-") and name in told]
        if len(typed) == len(Phase.Kind.values) and sum(typed) != 100:
            text = gettext("The shares of the phases make %(sum)s %%; they must be 100 %% in all.")
            self.add_error(None, text % {"sum": sum(typed)})
        return told

    def made(self) -> CampaignRules:
        """The rules as typed, not saved; only after `is_valid`. What is as usual is not written down."""
        told, rules = self.cleaned_data, self.rules
        usual = Stacking().order
        order = sorted(usual, key=lambda slot: (told[f"slot-{slot}"], usual.index(slot)))
        rules.order = [] if tuple(order) == usual else [str(slot) for slot in order]
        rules.base, rules.cost_factor, rules.fee_bp = told["base"], told["cost_factor"], int(told["fee"] * 100)
        for name in AMOUNTS:
            setattr(rules, f"{name}_fen", None if told[name] is None else fen(told[name]))
        rules.shares = {kind: told[f"share-{kind}"] for kind in Phase.Kind.values}
        return rules

    def group(self, prefix: str) -> list[forms.BoundField]:
        return [self[name] for name in self.fields if name.startswith(prefix)]

    @property
    def slots(self) -> list[forms.BoundField]:
        """In the order that holds now."""
        return sorted(self.group("slot-"), key=lambda field: int(field.initial))

    @property
    def shares(self) -> list[forms.BoundField]:
        return self.group("share-")

    @property
    def others(self) -> list[forms.BoundField]:
        return [self[name] for name in ("cost_factor", "fee", *AMOUNTS)]


def initial(rules: CampaignRules) -> dict[str, Any]:
    """What the form begins with."""
    told: dict[str, Any] = {
        "base": rules.base,
        "cost_factor": f"{Decimal(rules.cost_factor).normalize():f}",
        "fee": f"{(Decimal(rules.fee_bp) / 100).normalize():f}",
    }
    amounts = {name: getattr(rules, f"{name}_fen") for name in AMOUNTS}
    told |= {name: "" if x is None else f"{yuan(x).normalize():f}" for name, x in amounts.items()}
    told |= {f"slot-{slot}": n for n, slot in enumerate(stacking_of(rules).order, 1)}
    return told | {f"share-{kind}": share for kind, share in (rhythm.USUAL | rules.shares).items()}
