"""What is typed on the pages of the range."""

from typing import TYPE_CHECKING

from django import forms
from django.utils.translation import gettext_lazy as _

from products.forms import DayInput
from products.models import Competitor

if TYPE_CHECKING:  # when it runs, Django's class takes no [Model]
    CompetitorModelForm = forms.ModelForm[Competitor]
else:
    CompetitorModelForm = forms.ModelForm

Area = forms.Textarea(attrs={"rows": 3})


class NewcomerForm(forms.Form):
    code = forms.CharField(label=_("Merchant code"), max_length=100)
    title = forms.CharField(label=_("Title"), max_length=200)
    wanted_on = forms.DateField(label=_("To be published on"), required=False, widget=DayInput())


class InputsForm(forms.Form):
    data_says = forms.CharField(label=_("What the data says"), required=False, widget=Area, max_length=2000)
    customers_say = forms.CharField(label=_("What customers say"), required=False, widget=Area, max_length=2000)
    market_says = forms.CharField(label=_("What the market shows"), required=False, widget=Area, max_length=2000)
    wanted_on = forms.DateField(label=_("To be published on"), required=False, widget=DayInput())


class CompetitorForm(CompetitorModelForm):
    url = forms.URLField(label=_("Address"), required=False, max_length=500, assume_scheme="https")

    class Meta:
        model = Competitor
        fields = ("name", "url", "series", "style", "models_sold", "prices", "strengths")
        widgets = dict.fromkeys(("series", "style", "models_sold", "prices", "strengths"), Area)


class NoteForm(forms.Form):
    text = forms.CharField(label=_("What was seen"), widget=Area, max_length=2000)


class NormsForm(forms.Form):
    least = forms.IntegerField(label=_("Styles, at least"), min_value=1, max_value=100_000)
    most = forms.IntegerField(label=_("Styles, usually up to"), min_value=1, max_value=100_000)
    full = forms.IntegerField(label=_("Full range, which a VIP scheme needs"), min_value=1, max_value=100_000)
    heroes = forms.IntegerField(label=_("Heroes"), min_value=1, max_value=5)
