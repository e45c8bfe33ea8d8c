"""What the endpoints about people and their work share: the gate of a store, and 422 with what would do."""

import datetime as dt
from collections.abc import Sequence
from typing import Any

from django.utils.translation import gettext as _
from rest_framework.exceptions import APIException
from rest_framework.request import Request
from rest_framework.views import APIView

from opsplan.lib import clock
from staff import access
from staff.models import Member
from staff.roles import Action
from stores.models import Store


class Unprocessable(APIException):
    """422: the request is well-formed, but a field has a value we cannot use. Names the field and what would do."""

    status_code = 422

    def __init__(self, field: str, message: str, valid: Sequence[str] = ()) -> None:
        super().__init__()
        error: dict[str, Any] = {"field": field, "message": message, "valid": list(valid)}
        self.detail = {"errors": [error]}


def day_field(request: Request, name: str) -> dt.date:
    """The query field `name` as a local day, or Unprocessable."""
    raw = request.query_params.get(name, "")
    try:
        return dt.date.fromisoformat(raw)
    except ValueError:
        raise Unprocessable(name, _("Give a day as YYYY-MM-DD; got “%s”.") % raw[:40]) from None


def fields_of(request: Request) -> dict[str, Any]:
    """The JSON object that was sent; anything else counts as an empty one."""
    return request.data if isinstance(request.data, dict) else {}


class MemberView(APIView):
    """An endpoint of one store: `self.member` and `self.store` are set once the caller has passed the gate."""

    action = Action.VIEW_TASKS
    writes = Action.DO_TASKS
    member: Member
    store: Store

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        super().initial(request, *args, **kwargs)
        needed = self.action if request.method in access.READING else self.writes
        self.member = access.check_api(request, kwargs["slug"], needed)
        self.store = self.member.store

    def day(self, request: Request, name: str, default: dt.date | None = None) -> dt.date:
        """The query field `name` as a local day (today unless told), or Unprocessable."""
        if not request.query_params.get(name):
            return default or clock.today(self.store.timezone)
        return day_field(request, name)
