"""What is typed about people, keys and stores. Rules live in the services; here is only what a field takes."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from django import forms
from django.contrib.auth.forms import AuthenticationForm, PasswordChangeForm
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from staff.models import ApiToken, User
from staff.roles import Level
from staff.words import DUTIES, LEVELS
from stores import currency
from stores.models import Platform, Store
from stores.services import zone_choices

if TYPE_CHECKING:  # when it runs, Django's class takes no [Model]
    UserModelForm = forms.ModelForm[User]
else:
    UserModelForm = forms.ModelForm


@contextmanager
def explain_into(form: forms.BaseForm) -> Iterator[None]:
    """What a service refuses inside stands beside the field it is about (or above the form)."""
    try:
        yield
    except ValidationError as problem:
        known = problem.message_dict if hasattr(problem, "error_dict") else {"": problem.messages}
        for field, texts in known.items():
            for text in texts:
                form.add_error(field if field in form.fields else None, text)


AS_TYPED = {"autocapitalize": "none", "spellcheck": "false"}  # a phone begins no user name with a capital


class LoginForm(AuthenticationForm):
    error_messages = {
        "invalid_login": _("Name or password is wrong. Capital letters matter in both."),
        "inactive": _("This account is switched off. Ask an owner of the store."),
    }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["username"].label = _("User name")
        self.fields["password"].label = _("Password")


class PasswordForm(PasswordChangeForm):
    """Stands beside another form, so it does not take the focus."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["old_password"].widget.attrs.pop("autofocus", None)


class ProfileForm(UserModelForm):
    class Meta:
        model = User
        fields = ["display_name", "email", "language", "theme", "red_is_up"]
        help_texts = {
            "display_name": _("What colleagues see instead of the user name."),
            "email": _("For reminders, and for a password that was forgotten."),
            "red_is_up": _("Rising figures red and falling ones green, as on Chinese exchanges; else green is good."),
        }
        widgets = {"theme": forms.RadioSelect}


class MemberForm(forms.Form):
    level = forms.ChoiceField(label=_("Access level"), choices=list(LEVELS.items()), initial=Level.MEMBER)
    duties = forms.MultipleChoiceField(
        label=_("Duties"), choices=list(DUTIES.items()), required=False, widget=forms.CheckboxSelectMultiple
    )


class MemberAddForm(MemberForm):
    """Somebody who has an account, by user name; after `is_valid` the person is in `user`."""

    user: User
    username = forms.CharField(
        label=_("User name"), max_length=150, widget=forms.TextInput(attrs=AS_TYPED | {"autocomplete": "off"})
    )
    field_order = ["username", "level", "duties"]

    def clean_username(self) -> str:
        name: str = self.cleaned_data["username"].strip()
        found = User.objects.filter(username=name, is_active=True).first()
        if found is None:
            raise ValidationError(_("Nobody has this user name. Create an account below instead."))
        self.user = found
        return name


class MemberNewForm(MemberForm):
    username = forms.CharField(
        label=_("User name"), max_length=150, widget=forms.TextInput(attrs=AS_TYPED | {"autocomplete": "off"})
    )
    display_name = forms.CharField(label=_("Display name"), max_length=60, required=False)
    field_order = ["username", "display_name", "level", "duties"]


class TokenForm(forms.Form):
    name = forms.CharField(label=_("Name"), max_length=60, help_text=_("The program it is for, like “nightly report”."))
    scope = forms.ChoiceField(
        label=_("Permission"), choices=ApiToken.Scope.choices, widget=forms.RadioSelect, initial="read"
    )

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        mine = Store.objects.in_use() if user.is_superuser else Store.objects.in_use().filter(members__user=user)
        self.fields["stores"] = forms.ModelMultipleChoiceField(
            label=_("Stores"), queryset=mine, widget=forms.CheckboxSelectMultiple
        )
        self.fields["metrics"] = forms.CharField(
            label=_("Only these KPIs"),
            required=False,
            help_text=_("Their keys, like pay_amt, with commas between. Leave it empty for all."),
        )

    def clean_metrics(self) -> list[str]:
        return [key.strip() for key in self.cleaned_data["metrics"].replace("，", ",").split(",") if key.strip()]


class StoreNewForm(forms.Form):
    name = forms.CharField(label=_("Name"), max_length=100)
    slug = forms.SlugField(
        label=_("Short name"),
        max_length=50,
        required=False,
        widget=forms.TextInput(attrs=AS_TYPED),
        help_text=_("Stands in addresses and commands: small letters, figures, hyphens. Left empty, we choose one."),
        error_messages={"invalid": _("Use small letters a to z, figures and hyphens only, like qinghe-tea.")},
    )
    platform = forms.ChoiceField(
        label=_("Platform"),
        choices=[("", _("Choose")), *Platform.choices],
        help_text=_("Says which files to bring and what figures are called; it cannot be changed later."),
    )
    currency = forms.CharField(label=_("Currency"), max_length=3, initial="CNY")
    timezone = forms.CharField(label=_("Time zone"), max_length=50, initial="Asia/Shanghai")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["currency"].widget = forms.Select(choices=currency.choices())
        self.fields["timezone"].widget = forms.Select(choices=zone_choices())
