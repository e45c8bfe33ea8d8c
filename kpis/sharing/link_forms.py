"""What is typed about links for people without an account."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from kpis.sharing import shared
from staff import links
from staff.models import ShareLink, User
from stores.models import Store

SPANS = [(7, _("7 days")), (30, _("30 days")), (90, _("90 days")), (365, _("one year"))]


class LinkForm(forms.Form):
    """`labels`: what each KPI is called. The services say what else is wrong."""

    what = forms.ChoiceField(
        label=_("What it opens"), help_text=_("Parts and figures are chosen of reports; a statement is shown whole.")
    )
    note = forms.CharField(label=_("For whom"), max_length=60, required=False)
    days = forms.TypedChoiceField(label=_("How long it is good"), choices=SPANS, coerce=int, initial=links.DAYS)
    password = forms.CharField(
        label=_("Password"),
        max_length=60,
        required=False,
        help_text=_("May stay empty. Hand it over another way than the link."),
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    parts = forms.MultipleChoiceField(
        label=_("What the link shows"), choices=list(shared.PARTS.items()), required=False,
        widget=forms.CheckboxSelectMultiple,
    )  # fmt: skip
    figures = forms.MultipleChoiceField(label=_("Figures"), required=False, widget=forms.CheckboxSelectMultiple)

    def __init__(self, *args: Any, store: Store, by: User, labels: dict[str, str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["what"].choices = shared.offered(store, by)  # type: ignore[attr-defined]
        self.fields["figures"].choices = [(key, labels[key]) for key in shared.known()]  # type: ignore[attr-defined]
        self.fields["parts"].initial, self.fields["figures"].initial = list(shared.PARTS), list(shared.known())

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = self.cleaned_data
        is_statement = str(cleaned.get("what", "")).startswith(f"{ShareLink.Opens.STATEMENT.value}:")
        if not cleaned.get("parts") and not is_statement and "parts" not in self.errors:
            self.add_error("parts", self.fields["parts"].error_messages["required"])
        if "figures" in cleaned.get("parts", ()) and not cleaned.get("figures"):
            self.add_error("figures", _("Choose at least one figure, or do not show figures at all."))
        return cleaned
