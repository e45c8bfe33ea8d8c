"""Text that no database of ours takes (a NUL, half a surrogate pair) is refused at the door, with 400."""

from collections.abc import Callable, Mapping
from typing import IO, Any

from django.http import HttpRequest, HttpResponse, HttpResponseBadRequest, JsonResponse
from django.utils.translation import gettext as _
from rest_framework.exceptions import ParseError
from rest_framework.parsers import JSONParser

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


class StorableJSONParser(JSONParser):
    """JSON whose texts can be kept. ParseError for others, and for what is nested too deep to be meant."""

    def parse(
        self, stream: IO[bytes], media_type: str | None = None, parser_context: Mapping[str, Any] | None = None
    ) -> Any:
        try:
            found = super().parse(stream, media_type, parser_context)
            storable = all(is_storable(x) for x in texts(found))
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
