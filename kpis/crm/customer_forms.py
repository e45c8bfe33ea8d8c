"""What is typed about customers."""

from django import forms
from django.utils.translation import gettext_lazy as _

from kpis.models import CustomerMark, SegmentRules

STAY, YES, NO = "", "yes", "no"
MESSAGES = [("-", _("leave as it is")), *CustomerMark.Consent.choices]


class CutsForm(forms.Form):
    """Where the store cuts its scores; `customer_marks.set_rules` reads the numbers."""

    recency = forms.CharField(
        label=_("Recency: days since the last payment"),
        max_length=60,
        help_text=_("Four numbers: at most so many days for a 5, a 4, a 3 and a 2; more is a 1."),
    )
    frequency = forms.CharField(
        label=_("Frequency: paid orders in 365 days"),
        max_length=60,
        help_text=_("Four numbers: at least so many orders for a 2, a 3, a 4 and a 5."),
    )
    money = forms.ChoiceField(label=_("Money is scored"), choices=SegmentRules.Money.choices)
    multiples = forms.CharField(
        label=_("Money: times the average order"),
        max_length=60,
        help_text=_("Four numbers: what was paid less refunds, at least so many times, for a 2, a 3, a 4 and a 5."),
    )
    high = forms.CharField(
        label=_("High from"),
        max_length=60,
        help_text=_(
            "Three scores: from which recency, frequency and money count as high; they make the eight classes."
        ),
    )


class MarkForm(forms.Form):
    """What somebody says of one customer."""

    is_core = forms.BooleanField(label=_("Core customer, whatever the scores say"), required=False)
    consent = forms.ChoiceField(label=_("Messages"), choices=CustomerMark.Consent.choices, required=False)


class NamesForm(forms.Form):
    """Names of buyers, and what is to be noted about all of them."""

    names = forms.CharField(
        label=_("Names of buyers"),
        widget=forms.Textarea(attrs={"rows": 8}),
        help_text=_(
            "As the platform writes them, one a line. They are looked up and shown to you; nothing of them is kept."
        ),
    )
    consent = forms.ChoiceField(label=_("Messages"), choices=MESSAGES, required=False)
    core = forms.ChoiceField(
        label=_("Core customer by hand"),
        choices=[(STAY, _("leave as it is")), (YES, _("yes")), (NO, _("no"))],
        required=False,
    )
