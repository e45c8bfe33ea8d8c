"""Send a large file in pieces and go on after an interruption: tus 1.0.0 (https://tus.io/protocols/resumable-upload),
core protocol with creation, checksum, expiration and termination."""

import base64
import binascii
from functools import partial
from io import BytesIO
from typing import IO, Any

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import transaction
from django.http import Http404
from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.http import http_date
from django.utils.translation import gettext as _
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, OpenApiResponse, extend_schema, inline_serializer
from rest_framework import serializers, status
from rest_framework.exceptions import APIException
from rest_framework.parsers import BaseParser
from rest_framework.request import Request
from rest_framework.response import Response

from kpis import tasks
from kpis.api.base import StoreView, Unprocessable
from kpis.api.imports import import_options
from kpis.ingest import arriving
from staff.api.bodies import operation
from staff.roles import Action

VERSION = "1.0.0"
TOLD = {
    "Tus-Version": VERSION,
    "Tus-Extension": "creation,checksum,expiration,termination",
    "Tus-Checksum-Algorithm": ",".join(arriving.DIGESTS),
}
ARRIVING = inline_serializer(
    "ArrivingFile",
    {
        "id": serializers.IntegerField(),
        "name": serializers.CharField(),
        "length": serializers.IntegerField(help_text="Bytes the file has."),
        "offset": serializers.IntegerField(help_text="Bytes that have come: where to go on."),
        "expires_at": serializers.DateTimeField(),
        "imports": serializers.ListField(
            child=serializers.IntegerField(), help_text="What it has become, once it is whole: ask at …/imports/<id>."
        ),
    },
)


def header(name: str, about: str, *, required: bool = True) -> OpenApiParameter:
    return OpenApiParameter(name, str, OpenApiParameter.HEADER, required=required, description=about)


class Refusal(APIException):
    """A status of tus, with the headers that say where the file stands."""

    def __init__(self, code: int, message: str, **headers: object) -> None:
        super().__init__(message)
        self.status_code = code
        self.headers = {name.replace("_", "-"): str(value) for name, value in headers.items()}


class Piece(BaseParser):
    """The body of a PATCH as it comes, never in memory as a whole."""

    media_type = "application/offset+octet-stream"

    def parse(self, stream: IO[bytes], media_type: str | None = None, parser_context: Any = None) -> Any:
        return stream


class TusView(StoreView):
    """What both endpoints share: the version, and the headers of every answer."""

    action = Action.IMPORT_DATA
    parser_classes = [Piece]

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        super().initial(request, *args, **kwargs)
        if request.method != "OPTIONS" and request.headers.get("Tus-Resumable", VERSION) != VERSION:
            raise Refusal(412, _("Only version 1.0.0 of tus is spoken here."), Tus_Version=VERSION)

    def handle_exception(self, exc: Exception) -> Response:
        response = super().handle_exception(exc)
        for name, value in getattr(exc, "headers", {}).items():
            response.headers[name] = value
        return response

    def finalize_response(self, request: Request, response: Any, *args: Any, **kwargs: Any) -> Any:
        response.headers["Tus-Resumable"] = VERSION
        return super().finalize_response(request, response, *args, **kwargs)

    @extend_schema(exclude=True)
    def options(self, request: Any, *args: Any, **kwargs: Any) -> Response:
        most = settings.UPLOAD_LIMIT_MB * 1024 * 1024
        return Response(status=status.HTTP_204_NO_CONTENT, headers={**TOLD, "Tus-Max-Size": str(most)})


class ArrivalsView(TusView):
    """Begin to send a file in pieces."""

    @operation(summary="Files that are on their way in pieces", responses={200: type(ARRIVING)(many=True)})
    def get(self, request: Request, slug: str) -> Response:
        return Response([as_json(file) for file in arriving.under_way(self.store)])

    @operation(
        summary="Begin to send a file in pieces (tus)",
        parameters=[
            header("Upload-Length", "Bytes the file has."),
            header("Upload-Metadata",
                   "`filename`, `on_problem`, `dry_run`, `source`, `dates`, each followed by its base64.",
                   required=False),
            header("Tus-Resumable", "1.0.0", required=False),
        ],
        request=None,
        responses={
            201: OpenApiResponse(description="`Location`: where the pieces go; `Upload-Expires`: until when."),
            412: OpenApiResponse(description="Another version of tus."),
            413: OpenApiResponse(description="The file is larger than the server takes (`Tus-Max-Size`)."),
            507: OpenApiResponse(description="The server's disk has no room for it."),
        },
    )  # fmt: skip
    def post(self, request: Request, slug: str) -> Response:
        length = whole_number(request, "Upload-Length")
        fields = metadata(request.headers.get("Upload-Metadata", ""))
        name = named(fields.pop("filename", "") or fields.pop("name", ""))
        if not length:
            raise Unprocessable("Upload-Length", _("The file is empty. Export it again."))
        options = import_options(fields)
        try:
            file = arriving.begin(self.store, name, length, request.user, options)
        except ValidationError as error:
            code = {"too_big": 413, "no_room": 507}.get(error.code or "", 409)
            raise Refusal(code, " ".join(error.messages)) from error
        where = reverse("api_arrival", args=[slug, file.pk])
        return Response(status=status.HTTP_201_CREATED, headers={"Location": where, **standing(file)})


class ArrivalView(TusView):
    """One file that comes in pieces."""

    @cached_property
    def file(self) -> arriving.ArrivingFile:
        file = arriving.find(self.store, self.kwargs["pk"])
        if file is None:
            raise Http404
        return file

    @operation(
        summary="How much of a file has come (HEAD tells the same in `Upload-Offset`)", responses={200: ARRIVING}
    )
    def get(self, request: Request, slug: str, pk: int) -> Response:
        return Response(as_json(self.file), headers={"Cache-Control": "no-store", **standing(self.file)})

    @operation(
        summary="Send the next piece of a file",
        parameters=[
            header("Upload-Offset", "Where the piece begins: as many bytes as have come."),
            header("Upload-Checksum", "sha256, sha1 or md5, a blank and the base64 of the digest.", required=False),
            header("Tus-Resumable", "1.0.0", required=False),
        ],
        request={Piece.media_type: OpenApiTypes.BINARY},
        responses={
            204: OpenApiResponse(
                description="`Upload-Offset`: what has come now; with the last piece `Location`, the import it became."
            ),
            409: OpenApiResponse(description="The piece begins elsewhere; `Upload-Offset` says where to go on."),
            412: OpenApiResponse(description="Another version of tus."),
            413: OpenApiResponse(description="More bytes than were announced."),
            415: OpenApiResponse(description="Send pieces as application/offset+octet-stream."),
            423: OpenApiResponse(description="Another piece of the file is being written."),
            507: OpenApiResponse(description="The server's disk is full; `Upload-Offset` says where to go on later."),
            460: OpenApiResponse(description="The piece does not match its checksum; send it again."),
        },
    )
    def patch(self, request: Request, slug: str, pk: int) -> Response:
        file, offset, checksum = self.file, whole_number(request, "Upload-Offset"), digest(request)
        piece: Any = request.data if hasattr(request.data, "read") else BytesIO()  # what `Piece` makes of it
        try:
            arriving.append(file, offset, piece, checksum)
        except arriving.Busy:
            raise Refusal(423, _("Another piece of this file is being written.")) from None
        except arriving.WrongOffset:
            text = _("Go on at byte %d.") % file.received
            raise Refusal(409, text, Upload_Offset=file.received) from None
        except arriving.TooLong:
            raise Refusal(413, _("More bytes than were announced."), Upload_Offset=file.received) from None
        except ValidationError as error:
            raise Refusal(507, " ".join(error.messages), Upload_Offset=file.received) from None
        except arriving.WrongChecksum:
            raise Refusal(460, _("The piece has changed on its way; send it again.")) from None
        except FileNotFoundError:
            raise Http404 from None
        told = standing(file)
        for upload in file.imports:
            transaction.on_commit(partial(tasks.start, upload))
        if file.imports:
            told["Location"] = reverse("api_import", args=[slug, file.imports[0]])
        return Response(status=status.HTTP_204_NO_CONTENT, headers=told)

    @operation(summary="Give up a file that is on its way", request=None, responses={204: None})
    def delete(self, request: Request, slug: str, pk: int) -> Response:
        arriving.forget(self.file)
        return Response(status=status.HTTP_204_NO_CONTENT)


def named(text: str) -> str:
    """A file's name without folders before it and without what no one can see; its end, where it is long."""
    last = text.replace("\\", "/").rpartition("/")[2]
    return "".join(x for x in last if x.isprintable()).strip(" .")[-255:] or "upload"


def as_json(file: arriving.ArrivingFile) -> dict[str, Any]:
    told = {name: getattr(file, name) for name in ("id", "name", "length", "expires_at", "imports")}
    return told | {"offset": file.received}


def standing(file: arriving.ArrivingFile) -> dict[str, str]:
    """Where a file stands, as headers."""
    until = http_date(file.expires_at.timestamp())
    return {"Upload-Offset": str(file.received), "Upload-Length": str(file.length), "Upload-Expires": until}


def whole_number(request: Request, name: str) -> int:
    text = request.headers.get(name, "")
    if not (text.isascii() and text.isdigit()) or len(text) > 15:
        raise Unprocessable(name, _("Send a whole number of bytes."))
    return int(text)


def metadata(text: str) -> dict[str, Any]:
    """`Upload-Metadata`: names and base64 of their values, with a blank between, separated by commas."""
    found: dict[str, Any] = {}
    for pair in filter(None, map(str.strip, text.split(","))):
        name, _blank, value = pair.partition(" ")
        try:
            found[name] = base64.b64decode(value, validate=True).decode()
        except (binascii.Error, ValueError):
            raise Unprocessable("Upload-Metadata", _("Values are text as base64.")) from None
    return found


def digest(request: Request) -> tuple[str, bytes] | None:
    """`Upload-Checksum` as (algorithm, digest)."""
    text = request.headers.get("Upload-Checksum", "")
    if not text:
        return None
    name, _blank, value = text.partition(" ")
    if name not in arriving.DIGESTS:
        raise Unprocessable("Upload-Checksum", _("Unknown algorithm."), list(arriving.DIGESTS))
    try:
        return name, base64.b64decode(value, validate=True)
    except binascii.Error:
        raise Unprocessable("Upload-Checksum", _("The digest is to be base64.")) from None
