"""Whom commands are asked about on the command line."""

from django.core.management.base import CommandError
from django.utils.translation import gettext as _

from staff.models import User


def find_user(name: str) -> User:
    """The person of this log-in name. CommandError (exit code 2): there is none."""
    user = User.objects.filter(username=name).first()
    if user is None:
        raise CommandError(_("There is no user %s.") % name, returncode=2)
    return user
