"""What the endpoints of a store share: the gate, 422 with the valid values, bodies kept until a figure can change."""

import hashlib
from collections.abc import Mapping, Sequence
from typing import Any, Protocol

from django.core.cache import cache
from django.core.files.uploadedfile import UploadedFile
from django.http import HttpResponse
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from rest_framework.exceptions import PermissionDenied
from rest_framework.request import Request
from rest_framework.response import Response

from kpis import queries
from opsplan.lib import clock
from opsplan.lib.periods import Period
from opsplan.refusals import told
from opsplan.release import release
from staff import access
from staff.api import base
from staff.api.base import Asking, day_field
from staff.api.base import Unprocessable as Unprocessable
from staff.api.base import yes_field as yes_field
from staff.roles import Action

KEEP_SECONDS = 3600
LONGEST_DAYS = 1100


class Tagged(Asking, Protocol):
    """And what its answer is known by."""

    @property
    def headers(self) -> Mapping[str, str]: ...

    def get_full_path(self) -> str: ...


class StoreView(base.StoreView):
    """An endpoint of a store's figures."""

    action = Action.VIEW_KPIS

    def tag(self, request: Tagged) -> str:
        """ETag of an answer made of figures: it changes with the store's figures, its local day, the language
        and the question."""
        return figure_tag(self.passed.store_id, self.passed.timezone, request)


def period_fields(request: Asking) -> Period:
    """`from` and `to` (local days, both included) as a Period, or Unprocessable."""
    first, last = day_field(request, "from"), day_field(request, "to")
    if last < first:
        raise Unprocessable("to", _("The period ends before it starts."))
    if (last - first).days >= LONGEST_DAYS:
        raise Unprocessable("to", _("At most %d days at a time.") % LONGEST_DAYS)
    return Period(first, last)


def sent_file(request: Request) -> "UploadedFile[Any]":
    """The file that was sent, or Unprocessable."""
    file = request.FILES.get("file")
    if not isinstance(file, UploadedFile):
        raise Unprocessable("file", _("Send the file as the multipart field “file”."))
    return file


def disagreement(request: Request, field: str, code: int, problem: dict[str, Any]) -> Response:
    """What stands against cells or days of a plan, told as every problem is: 409 with what others changed, or 422."""
    if "errors" in problem:
        errors = [{"field": field, "valid": [], **each} for each in problem["errors"]]
        return Response(told(problem | {"errors": errors}, request), status=code)
    return Response({"detail": _("Somebody else changed this meanwhile: look again."), **problem}, status=code)


def list_field(request: Asking, name: str) -> list[str]:
    """A comma-separated query field, without blanks and repeats."""
    return list(dict.fromkeys(x.strip() for x in request.query_params.get(name, "").split(",") if x.strip()))


def choice_fields(request: Asking, name: str, valid: Sequence[str]) -> list[str]:
    """A comma-separated query field whose every part must be one of `valid`, or Unprocessable."""
    values = list_field(request, name)
    for value in values:
        if value not in valid:
            raise Unprocessable(name, _("“%s” is not one of the valid values.") % value[:60], valid)
    return values


def allowed_keys(request: Request) -> list[str]:
    """The KPIs the caller's token opens, in the order of the glossary."""
    opened = access.metrics_for_api(request)
    every = queries.keys()
    return [key for key in every if opened is None or key in opened]


def metric_field(request: Request) -> str:
    """The query field `metric`: one KPI that the token opens, or Unprocessable."""
    valid = allowed_keys(request)
    key = request.query_params.get("metric", "")
    if key not in valid:
        raise Unprocessable("metric", _("“%s” is not one of the valid values.") % key[:60], valid)
    return key


def whole_keys(request: Request, needed: Sequence[str]) -> None:
    """PermissionDenied unless the token opens all of these KPIs: for answers that tell of them together."""
    closed = set(needed) - set(allowed_keys(request))
    if closed:
        text = _("This token opens some KPIs only; this answer also tells of: %s.")
        raise PermissionDenied(text % ", ".join(key for key in needed if key in closed))


def figure_tag(store_id: int, timezone: str, request: Tagged) -> str:
    return tag_of(store_id, queries.version_of(store_id), timezone, request)


def tag_of(store_id: int, version: int, timezone: str, request: Tagged) -> str:
    question = f"{release()}|{store_id}|{version}|{clock.today(timezone)}|{get_language()}|{request.get_full_path()}"
    return f'"{hashlib.blake2b(question.encode(), digest_size=12).hexdigest()}"'


def not_modified(request: Tagged, tag: str) -> HttpResponse | None:
    """The 304 for a caller who already has this very answer, else None."""
    known = request.headers.get("If-None-Match", "")
    if known and (known.strip() == "*" or tag in (part.strip().removeprefix("W/") for part in known.split(","))):
        return with_tag(HttpResponse(status=304), tag)
    return None


def with_tag(response: HttpResponse, tag: str) -> HttpResponse:
    response["ETag"] = tag
    response["Cache-Control"] = "private, no-cache"
    response["Vary"] = "Authorization, Cookie"
    return response


def kept_body(tag: str) -> bytes | None:
    """The rendered answer kept under `tag`, if any."""
    body: bytes | None = cache.get(body_key(tag))
    return body


def keep_body(tag: str, body: bytes) -> None:
    cache.set(body_key(tag), body, KEEP_SECONDS)


def body_key(tag: str) -> str:
    return f"api:{tag}"
