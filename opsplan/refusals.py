"""One shape for whatever an endpoint refuses: `detail`, a sentence; for 422 also `errors`, each with its field, what
was sent there, a sentence and, where there is a choice, what would do."""

import json
import re
from collections.abc import Mapping
from typing import Any

from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils.translation import gettext as _
from django.views.defaults import server_error as page
from rest_framework.exceptions import APIException, MethodNotAllowed, NotAcceptable, UnsupportedMediaType
from rest_framework.request import Request
from rest_framework.views import exception_handler

from opsplan import fulldisk
from opsplan.unprocessable import Unprocessable as Unprocessable

SHOWN = 60  # characters of a value
HIDDEN = ("password", "secret")


def known_questions(request: Request, *known: str) -> None:
    """Unprocessable for a field of the question that the endpoint does not know."""
    for name in request.query_params:
        if name not in (*known, "format"):
            raise Unprocessable(name[:SHOWN], _("There is no such field."), known)


def of_endpoint(error: Exception, context: Mapping[str, Any]) -> Any:
    """The REST framework's way to tell an error."""
    if fulldisk.is_full(error):
        return fulldisk.answer(context["request"]._request)
    if isinstance(error, ValidationError):
        error = of_service(error)
    answer = exception_handler(error, dict(context))
    if answer is not None and isinstance(error, MethodNotAllowed | NotAcceptable | UnsupportedMediaType):
        answer.data = {"errors": [unfit(error, context)]}
    if answer is not None and isinstance(answer.data, dict) and "errors" in answer.data:
        answer.data = told(answer.data, context["request"])
    return answer


def unfit(error: APIException, context: Mapping[str, Any]) -> dict[str, Any]:
    """What the address takes instead of a method, a kind of answer or a kind of body that it does not know."""
    view = context["view"]
    if isinstance(error, MethodNotAllowed):
        field, said, valid = "method", _("This address takes: %s."), view.allowed_methods
    elif isinstance(error, NotAcceptable):
        field, said, valid = "Accept", _("The answer can be had as: %s."), [x.media_type for x in view.renderer_classes]
    else:
        field, said, valid = "Content-Type", _("Send it as: %s."), [x.media_type for x in view.parser_classes]
    told = {"value": context["request"].method} if field == "method" else {}
    return {"field": field, "message": said % ", ".join(valid), "valid": list(valid), **told}


def of_service(problem: ValidationError) -> Unprocessable:
    """What a service refused, field by field."""
    if not hasattr(problem, "error_dict"):
        return Unprocessable("", " ".join(problem.messages))
    (field, texts), *others = problem.message_dict.items()
    found = Unprocessable(field, " ".join(texts))
    for name, more in others:
        found.also(name, " ".join(more))
    return found


def told(problem: dict[str, Any], request: Request) -> dict[str, Any]:
    """A problem of some fields, with its sentence and what was sent there."""
    errors = [{"value": value_of(request, x.get("field", "")), **x} for x in problem["errors"]]
    return {"detail": " ".join(dict.fromkeys(x["message"] for x in errors)), **problem, "errors": errors}


def value_of(request: Request, field: str) -> str | None:
    """What was sent in a field like `lines[3].sku`, or asked for in the address, as text; None for nothing."""
    path = re.findall(r"[^.\[\]]+", field)
    if not path or any(word in field for word in HIDDEN):
        return None
    found: Any = next((x for x in (sent(request), request.query_params) if path[0] in x), request.headers)
    for name in path:
        if isinstance(found, Mapping):
            found = found.get(name)
        else:
            found = (
                found[int(name)] if isinstance(found, list) and name.isdecimal() and int(name) < len(found) else None
            )
    if found is None or hasattr(found, "read"):
        return None
    return (found if isinstance(found, str) else json.dumps(found, ensure_ascii=False))[:SHOWN]


def sent(request: Request) -> Mapping[str, Any]:
    """The object or form that was sent; what is neither, or cannot be read, is an empty one."""
    try:
        return request.data if isinstance(request.data, Mapping) else {}
    except APIException:
        return {}


def server_error(request: HttpRequest) -> HttpResponse:
    """What went wrong here (`handler500`): JSON for programs, the page for people."""
    if request.path.startswith("/api/"):
        return JsonResponse({"detail": _("Something went wrong here. It was written down.")}, status=500)
    return page(request)
