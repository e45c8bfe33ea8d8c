"""A full disk is told in one sentence, with 507, whoever met it first: Django as it kept what was sent, a page or an
endpoint as it wrote, or the database."""

import errno
from contextlib import suppress
from typing import Any

from django.core.files.uploadedfile import UploadedFile
from django.core.files.uploadhandler import TemporaryFileUploadHandler
from django.db import OperationalError
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.http.multipartparser import MultiPartParserError
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.defaults import bad_request as usual

from opsplan.lib.problems import TEXTS

FULL = (errno.ENOSPC, errno.EDQUOT)
STATUS = 507


class NoRoom(MultiPartParserError):
    """What was sent could not be kept: the disk is full. Raised once all of it was taken in, so that it is heard."""


def is_full(error: BaseException | None) -> bool:
    """Whether an error, or what it came from, is that of a full disk."""
    while error is not None:
        if isinstance(error, NoRoom) or (isinstance(error, OSError) and error.errno in FULL):
            return True
        if isinstance(error, OperationalError) and "disk is full" in str(error):  # SQLite
            return True
        if getattr(error, "pgcode", None) == "53100":  # PostgreSQL: disk_full
            return True
        error = error.__cause__ or error.__context__
    return False


class Handler(TemporaryFileUploadHandler):
    """Django's own for files that do not fit into memory; a full disk ends in `NoRoom` instead of an error."""

    def __init__(self, request: HttpRequest | None = None) -> None:
        super().__init__(request)
        self.is_full = False

    def new_file(self, *told: Any, **more: Any) -> None:
        if not self.is_full:
            try:
                super().new_file(*told, **more)
            except OSError as error:
                self.note(error)

    def receive_data_chunk(self, raw_data: bytes, start: int) -> bytes | None:
        if not self.is_full:
            try:
                super().receive_data_chunk(raw_data, start)
            except OSError as error:
                self.note(error)
        return None

    def file_complete(self, file_size: int) -> "UploadedFile[Any] | None":
        if not self.is_full:
            try:
                return super().file_complete(file_size)
            except OSError as error:
                self.note(error)
        return None

    def upload_complete(self) -> None:
        if self.is_full:
            raise NoRoom

    def note(self, error: OSError) -> None:
        """Remember a full disk, and give back what the file has taken of it; another error is raised."""
        if error.errno not in FULL:
            raise error
        self.is_full = True
        with suppress(OSError):  # what is left in its buffer has no room either
            self.upload_interrupted()


def answer(request: HttpRequest) -> HttpResponse:
    """The sentence: JSON for programs, bare for a script of a page, else a page."""
    said = _(TEXTS["no_room"])
    if request.path.startswith("/api/"):
        return JsonResponse({"detail": said}, status=STATUS)
    if request.headers.get("HX-Request"):
        return HttpResponse(said, "text/plain; charset=utf-8", STATUS)
    return render(request, "507.html", {"said": said}, status=STATUS)


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    """What is no proper request (`handler400`); one there was no room for is proper."""
    return answer(request) if is_full(exception) else usual(request, exception)


class FullDisk:
    """Middleware: a full disk that a page or an endpoint meets."""

    def __init__(self, get_response: Any) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response: HttpResponse = self.get_response(request)
        return response

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        return answer(request) if is_full(exception) else None
