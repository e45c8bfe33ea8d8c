"""Text that no database of ours takes (a NUL, half a surrogate pair) is refused at the door, with 400."""

import json
from collections.abc import Callable, Mapping
from math import isfinite
from typing import IO, Any

from django.http import HttpRequest, HttpResponse, HttpResponseBadRequest, JsonResponse
from django.utils.translation import gettext as _
from rest_framework.exceptions import ParseError
from rest_framework.parsers import JSONParser
from rest_framework.utils.json import strict_constant

FORM = "application/x-www-form-urlencoded"


def is_storable(text: str) -> bool:
    return "\0" not in text and not any("\ud800" <= x <= "\udfff" for x in text)


def refuse_unstorable(get_response: Callable[[HttpRequest], HttpResponse]) -> Callable[[HttpRequest], HttpResponse]:
    """Middleware: a NUL in an address, a question or a form."""

    def answer(request: HttpRequest) -> HttpResponse:
        told = "\0" in request.path or "%00" in request.META.get("QUERY_STRING", "")
        if told or (request.content_type == FORM and b"%00" in request.body):
            said = _("There is a character in it that no text has.")
            is_api = request.path.startswith("/api/")
            return JsonResponse({"detail": said}, status=400) if is_api else HttpResponseBadRequest(said)
        return get_response(request)

    return answer


def once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """A JSON object; ValueError where it names a field twice: one of the two would be lost without a word."""
    found = dict(pairs)
    if len(found) < len(pairs):
        names = [name for name, _value in pairs]
        raise ValueError(_("“%s” stands there twice.") % next(x for x in names if names.count(x) > 1)[:60])
    return found


def finite(text: str) -> float:
    """A number with a point or an exponent; 1e400 would be infinite."""
    found = float(text)
    return found if isfinite(found) else strict_constant(text)


class StorableJSONParser(JSONParser):
    """JSON whose texts can be kept. ParseError for others, for a field told twice, for numbers that are none, and for
    what is nested too deep to be meant."""

    def parse(
        self, stream: IO[bytes], media_type: str | None = None, parser_context: Mapping[str, Any] | None = None
    ) -> Any:
        charset = (parser_context or {}).get("encoding", "utf-8")
        try:
            found = json.loads(
                stream.read().decode(charset),
                object_pairs_hook=once,
                parse_constant=strict_constant,
                parse_float=finite,
            )
            storable = all(is_storable(x) for x in texts(found))
        except (ValueError, LookupError) as problem:
            raise ParseError(_("This is no JSON that can be read: %s") % problem) from None
        except RecursionError:
            raise ParseError(_("This is nested too deep.")) from None
        if not storable:
            raise ParseError(_("There is a character in it that no text has."))
        return found


def texts(found: Any) -> list[str]:
    """Every text in parsed JSON, keys too."""
    if isinstance(found, str):
        return [found]
    if isinstance(found, dict):
        return [text for pair in found.items() for part in pair for text in texts(part)]
    return [text for part in found for text in texts(part)] if isinstance(found, list) else []
