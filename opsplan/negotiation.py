"""In which form an endpoint answers. Settings name it, so it imports nothing that imports the framework's views."""

from collections.abc import Iterable

from django.utils.translation import gettext as _
from rest_framework.negotiation import DefaultContentNegotiation
from rest_framework.renderers import BaseRenderer

from opsplan.unprocessable import Unprocessable


class Forms(DefaultContentNegotiation):
    """`Accept`, or `?format=`: Unprocessable names the forms there are, where the framework says “Not found”."""

    def filter_renderers(self, renderers: Iterable[BaseRenderer], format: str) -> list[BaseRenderer]:
        every = list(renderers)
        found = [each for each in every if each.format == format]
        if not found:
            valid = [str(each.format) for each in every]
            raise Unprocessable("format", _("“%s” is not one of the valid values.") % format[:60], valid)
        return found
