"""One log line a request: which page, who (a number), which store, how it ended. No query string, no form, no name."""

import logging
import time
from collections.abc import Callable

from django.http import HttpRequest, HttpResponse

logger = logging.getLogger("opsplan.request")


def user_id(request: HttpRequest) -> int | None:
    """The user's number where the request has already found out who it is; asking costs no query here."""
    if hasattr(request, "user_number"):
        return int(request.user_number)
    known = getattr(request, "_cached_user", None) or request.__dict__.get("user")
    if known is None or "_wrapped" in getattr(known, "__dict__", {}):  # nobody, or nobody has asked yet
        return None
    return getattr(known, "pk", None)


class RequestLog:
    """Middleware. The path is told as its pattern (`s/<slug:store>/rows`), so that nothing typed into it is kept."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        started = time.perf_counter()
        response = self.get_response(request)
        match = request.resolver_match
        data = {
            "method": request.method,
            "path": match.route if match else "(no such page)",
            "status": response.status_code,
            "ms": round((time.perf_counter() - started) * 1000, 1),
            "user": user_id(request),
            "store": match.kwargs.get("store") if match else None,
        }
        logger.info("request", extra={"data": data})
        return response
