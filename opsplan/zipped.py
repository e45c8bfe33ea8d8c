"""Pages go out compressed to whoever takes them so: a dashboard of 73 KB is 15 on the way to a phone. Files are
compressed by themselves, and programs get their figures as they are kept."""

from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.middleware.gzip import GZipMiddleware


class ZippedPages(GZipMiddleware):
    """Django's own, which adds a random length, so that what a page hides cannot be guessed from its size."""

    def process_response(self, request: HttpRequest, response: HttpResponseBase) -> HttpResponseBase:
        is_page = response.get("Content-Type", "").startswith("text/html") and not response.streaming
        return super().process_response(request, response) if is_page else response
