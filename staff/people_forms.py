"""What is typed about invitations, passwords, the second factor, duties and the roster."""

from typing import TYPE_CHECKING, Any, TypeVar

from django import forms
from django.contrib.auth.forms import SetPasswordForm
from django.utils.translation import gettext_lazy as _

from staff.forms import AS_TYPED, MemberForm
from staff.models import User

if TYPE_CHECKING:  # when it runs, Django's class takes no [Model]
    SetPassword = SetPasswordForm[User]
else:
    SetPassword = SetPasswordForm


F = TypeVar("F", bound=MemberForm)


def with_duties(form: F, choices: list[tuple[str, str]]) -> F:
    """The form with the store's own duties to choose from too."""
    field = form.fields["duties"]
    if isinstance(field, forms.MultipleChoiceField):
        field.choices = choices
    return form


class InviteForm(MemberForm):
    email = forms.EmailField(label=_("E-mail"), required=False)
    note = forms.CharField(label=_("For whom"), max_length=60, required=False)
    days = forms.IntegerField(label=_("Days it is good"), min_value=1, max_value=30, initial=7)
    field_order = ["note", "email", "days", "level", "duties"]


class JoinForm(forms.Form):
    username = forms.CharField(
        label=_("User name"), max_length=150, widget=forms.TextInput(attrs=AS_TYPED | {"autocomplete": "username"})
    )
    display_name = forms.CharField(label=_("Display name"), max_length=60, required=False)
    password = forms.CharField(
        label=_("Password"),
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
        help_text=_("At least 8 characters, and none that everybody uses."),
    )


class ForgotForm(forms.Form):
    name = forms.CharField(
        label=_("User name or e-mail"),
        max_length=254,
        widget=forms.TextInput(attrs=AS_TYPED | {"autocomplete": "username"}),
    )


class CodeForm(forms.Form):
    code = forms.CharField(
        label=_("Code"),
        max_length=20,
        widget=forms.TextInput(attrs={"autocomplete": "one-time-code", "inputmode": "text", "autofocus": True}),
    )


class ConfirmPasswordForm(forms.Form):
    """The password once more, before something that weakens the account. `user` is whose it is."""

    password = forms.CharField(
        label=_("Password"), strip=False, widget=forms.PasswordInput(attrs={"autocomplete": "current-password"})
    )

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.user = user

    def clean_password(self) -> str:
        typed: str = self.cleaned_data["password"]
        if not self.user.check_password(typed):
            raise forms.ValidationError(_("The password is wrong."))
        return typed


class NewPasswordForm(SetPassword):
    """Twice a new password, after a reset link."""
