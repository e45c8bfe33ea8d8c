"""Questions about figures that are answered at the door: key, gate and data version in one statement, the throttle and
the kept answer in one trip to the cache. Anything out of the ordinary takes the REST framework's long way, which says
what is wrong; revocation, level, throttle and tenancy are asked at every request on both ways."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest, HttpResponse, QueryDict
from django.http.response import HttpResponseBase
from django.utils.functional import cached_property
from rest_framework.exceptions import APIException

from kpis import queries
from kpis.api.base import StoreView, Tagged, body_key, figure_tag, keep_body, kept_body, not_modified, tag_of, with_tag
from opsplan.throttle import Throttle
from staff import access
from stores.models import Store

COLUMNS = ", COALESCE(v.version, 1)"
JOINS = " LEFT JOIN kpis_dataversion v ON v.store_id = s.id"
JSON = "application/json"


@dataclass(frozen=True)
class Asked:
    """A question without what the REST framework lays around a request."""

    request: HttpRequest

    @property
    def query_params(self) -> QueryDict:
        return self.request.GET

    @property
    def headers(self) -> Mapping[str, str]:
        return {"If-None-Match": self.request.META.get("HTTP_IF_NONE_MATCH", "")}

    def get_full_path(self) -> str:
        return self.request.get_full_path()


class Fresh(HttpResponse):
    """An answer that nobody had: kept for the next who asks, once it has been sent."""

    def __init__(self, body: bytes, tag: str) -> None:
        super().__init__(body, content_type=JSON)
        self._to_keep: tuple[str, bytes] | None = (tag, body)
        with_tag(self, tag)

    def close(self) -> None:
        super().close()
        if self._to_keep:
            keep_body(*self._to_keep)
            self._to_keep = None


def plain(body: bytes, tag: str) -> HttpResponse:
    return with_tag(HttpResponse(body, content_type=JSON), tag)


class FigureView(StoreView):
    """An endpoint whose answer hangs on the store's figures, its local day and the question, and on nothing else."""

    @property
    def known(self) -> set[str]:
        """What may be asked."""
        return set(vars(type(self))["get"].asked)

    @cached_property
    def store(self) -> Store:
        return queries.store_by_number(self.passed.store_id)

    def rendered(self, asked: Tagged) -> bytes:
        """The answer as JSON, read inside `one_version`. Raises Unprocessable."""
        raise NotImplementedError

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        return self.at_the_door(request, kwargs["slug"]) or super().dispatch(request, *args, **kwargs)

    def at_the_door(self, request: HttpRequest, slug: str) -> HttpResponse | None:
        if not self._is_plain(request):
            return None
        found = access.pass_reading(request, slug, self.action, COLUMNS, JOINS)
        if found is None:
            return None
        user, self.passed, (version,) = found
        asked = Asked(request)
        tag = tag_of(self.passed.store_id, version, self.passed.timezone, asked)
        answer = not_modified(asked, tag)
        throttle = Throttle()
        is_let_in, body = throttle.let_in(throttle.key_of(user), None if answer else body_key(tag))
        if not is_let_in:
            return None
        if answer is None:
            try:
                answer = plain(body, tag) if body else self.of_version(version, asked, tag)
            except APIException:
                throttle.take_back(throttle.key_of(user))
                return None
        request.user_number = user  # type: ignore[attr-defined]
        return answer

    def of_version(self, version: int, asked: Tagged, tag: str) -> HttpResponse:
        """The answer of the data version that the gate has seen; a new one where it moved on meanwhile. It is read
        without a transaction, which would cost a third of the trips to the database."""
        body = queries.of_version(self.passed.store_id, version, lambda: self.rendered(asked))
        return Fresh(body, tag) if body is not None else self.read(asked)

    def _is_plain(self, request: HttpRequest) -> bool:
        """Whether JSON will do, no version is asked for by a star, and nothing nobody knows."""
        wanted = request.META.get("HTTP_ACCEPT", "*/*")
        starred = request.META.get("HTTP_IF_NONE_MATCH", "").strip() == "*"
        return ("*/*" in wanted or JSON in wanted) and not starred and not request.GET.keys() - self.known

    def read(self, asked: Tagged) -> HttpResponse:
        """A new answer of one data version, under that version's tag."""
        with queries.one_version():
            tag = figure_tag(self.passed.store_id, self.passed.timezone, asked)
            return Fresh(self.rendered(asked), tag)

    def long_way(self, asked: Tagged) -> HttpResponse:
        """What `get` answers once the framework has let the caller in and the question was looked at."""
        tag = self.tag(asked)
        answer = not_modified(asked, tag)
        if answer is None:
            answer = plain(body, tag) if (body := kept_body(tag)) else self.read(asked)
        return answer
