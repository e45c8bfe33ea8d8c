"""What commands are asked about on the command line."""

from django.core.management.base import CommandError
from django.utils.translation import gettext as _

from stores.models import Store


def find_store(slug: str) -> Store:
    """The store of this short name. CommandError (exit code 2): there is none."""
    store = Store.objects.filter(slug=slug).first()
    if store is None:
        raise CommandError(_("There is no store %s.") % repr(slug), returncode=2)
    return store
