"""In which form an endpoint answers. Settings name it, so it imports nothing that imports the framework's views."""

import datetime as dt
from collections.abc import Iterable
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _
from rest_framework.negotiation import DefaultContentNegotiation
from rest_framework.renderers import BaseRenderer, JSONRenderer
from rest_framework.utils.encoders import JSONEncoder

from opsplan.lib import clock
from opsplan.unprocessable import Unprocessable


class Encoder(JSONEncoder):
    """An amount or a rate is text, for a float loses a fen; an instant is in UTC."""

    def default(self, obj: Any) -> Any:
        if isinstance(obj, Decimal):
            return f"{obj:f}"
        return clock.utc(obj) if isinstance(obj, dt.datetime) else super().default(obj)


class JsonRenderer(JSONRenderer):
    encoder_class = Encoder


class Forms(DefaultContentNegotiation):
    """`Accept`, or `?format=`: Unprocessable names the forms there are, where the framework says “Not found”."""

    def filter_renderers(self, renderers: Iterable[BaseRenderer], format: str) -> list[BaseRenderer]:
        every = list(renderers)
        found = [each for each in every if each.format == format]
        if not found:
            valid = [str(each.format) for each in every]
            raise Unprocessable("format", _("“%s” is not one of the valid values.") % format[:60], valid)
        return found
