"""Forms of group-buy sites and the quote calculator: amounts in yuan, rates in percent, as people type them."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from campaigns.groupbuy.sites import instalment_words
from opsplan.lib.money import yuan
from stores.models import CompanyPaper, GroupSite, Platform, Store


def number(label: Any, **more: Any) -> forms.CharField:
    """An amount or share; what it says is read by the service."""
    return forms.CharField(
        label=label, required=False, max_length=20, widget=forms.TextInput({"inputmode": "decimal"}), **more
    )


class SiteForm(forms.Form):
    name = forms.CharField(label=_("name"), max_length=60)
    platform = forms.ChoiceField(
        label=_("platform"), choices=Platform.choices, initial=Platform.OTHER,
        help_text=_("The shop's own platform: its coupons and campaigns come off a deal price, too."),
    )  # fmt: skip
    weight = forms.ChoiceField(label=_("importance"), choices=GroupSite.Weight.choices, initial=GroupSite.Weight.USUAL)
    url = forms.CharField(label=_("address"), max_length=300, required=False)
    audience = forms.CharField(label=_("audience"), max_length=300, required=False)
    rate = number(_("Commission (%)"))
    guarantee = number(_("Least commission of a deal (yuan)"))
    slot = number(_("Slot fee (yuan)"))
    instalments = forms.CharField(
        label=_("Instalments"), required=False, max_length=100,
        help_text=_("Percent @ days after the end: 30@0, 40@15, 30@45. Empty: all at once after 7 days."),
    )  # fmt: skip
    keep_warm_days = number(_("talk at least every (days)"))
    is_voucher = forms.BooleanField(label=_("sells vouchers"), required=False)
    is_active = forms.BooleanField(label=_("in use"), required=False, initial=True)
    papers = forms.MultipleChoiceField(
        label=_("papers it asks for"), required=False, widget=forms.CheckboxSelectMultiple
    )
    note = forms.CharField(label=_("note"), max_length=1000, required=False, widget=forms.Textarea({"rows": 2}))

    def __init__(self, *args: Any, store: Store, site: GroupSite | None = None, **kwargs: Any) -> None:
        if site is not None:
            kwargs["initial"] = initial(site)
        super().__init__(*args, **kwargs)
        papers = self.fields["papers"]
        if isinstance(papers, forms.MultipleChoiceField):
            papers.choices = [(x.pk, x.name) for x in CompanyPaper.objects.filter(store=store)]


def initial(site: GroupSite) -> dict[str, Any]:
    """A site as it is typed."""
    amounts = {"guarantee": site.guarantee_fen, "slot": site.slot_fen}
    return {
        **{x: getattr(site, x) for x in ("name", "platform", "weight", "url", "audience", "note", "is_voucher")},
        **{name: yuan(fen) if fen else "" for name, fen in amounts.items()},
        "rate": f"{yuan(site.rate_bp).normalize():f}" if site.rate_bp else "",
        "instalments": instalment_words(site.instalments),
        "keep_warm_days": site.keep_warm_days or "",
        "is_active": site.is_active,
        "papers": [x.pk for x in site.papers.all()],
    }


class PaperForm(forms.Form):
    name = forms.CharField(label=_("name"), max_length=100)
    number = forms.CharField(label=_("paper number"), max_length=60, required=False)
    expires_on = forms.DateField(
        label=_("valid until"), required=False, widget=forms.DateInput({"type": "date"}, format="%Y-%m-%d")
    )
    file = forms.FileField(label=_("File"), required=False)
    note = forms.CharField(label=_("note"), max_length=300, required=False)


class QuoteForm(forms.Form):
    """What a price is reckoned from; rates in percent, amounts in yuan a piece."""

    goods = number(_("Cost of a piece"))
    freight = number(_("Freight of a piece"))
    packaging = number(_("Packing of a piece"))
    gift = number(_("Gifts with a piece"))
    return_freight = number(_("Freight of a piece that comes back"))
    rate = number(_("Commission (%)"))
    guarantee = number(_("Least commission of a deal (yuan)"))
    slot = number(_("Slot fee (yuan)"))
    margin = number(_("Profit wanted (% of net sales)"))
    pieces = number(_("Pieces expected"))
    price = number(_("Deal price to try"))
    before = number(_("Refunded before shipping (%)"))
    after = number(_("Sent back after shipping (%)"))
    lost = number(_("Of these not to be sold again (%)"))
