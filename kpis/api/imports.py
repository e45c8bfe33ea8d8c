"""Send a file, ask how far it is, read what was wrong with it."""

from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.http import Http404
from django.urls import reverse
from django.utils.translation import gettext as _
from drf_spectacular.utils import OpenApiResponse, inline_serializer
from rest_framework import serializers, status
from rest_framework.exceptions import APIException
from rest_framework.parsers import MultiPartParser
from rest_framework.request import Request
from rest_framework.response import Response

from kpis import tasks
from kpis.api.base import StoreView, Unprocessable, sent_file, yes_field
from kpis.api.import_shapes import IMPORT, PROBLEM, WHOLE_IMPORT
from kpis.files import layouts, uploads
from kpis.files.uploads import Dates, Upload
from kpis.ingest import pipeline, undo
from opsplan.lib.money import in_yuan
from opsplan.paging import PAGING, pages
from staff.api.base import fields_of
from staff.api.bodies import body, one_of, operation, text
from staff.roles import Action
from stores.models import Store

ACCEPTED = inline_serializer(
    "ImportAccepted",
    {
        "id": serializers.IntegerField(help_text="Ask after it at …/imports/<id>."),
        "ids": serializers.ListField(
            child=serializers.IntegerField(),
            help_text="One a file in a zip; sheets of a workbook are told in `parts` of its import.",
        ),
    },
)
LATER = inline_serializer("LaterImport", {"id": serializers.IntegerField(), "name": serializers.CharField()}, many=True)
REFUSED = inline_serializer("ImportRefused", {"detail": serializers.CharField(help_text="A sentence."), "later": LATER})
UNDOING = inline_serializer(
    "UndoEffect",
    {
        "can_undo": serializers.BooleanField(),
        "removed": serializers.IntegerField(help_text="Rows that go."),
        "changed": serializers.IntegerField(help_text="Rows that get their former values back."),
        "days": serializers.ListField(child=serializers.DateField(), help_text="Days that are counted again."),
        "removed_names": serializers.ListField(child=serializers.CharField(), help_text="The first rows that go."),
        "changed_names": serializers.ListField(
            child=serializers.CharField(), help_text="The first that get their former values back."
        ),
        "later": LATER,
        "shared": serializers.IntegerField(help_text="Rows those have met as well."),
        "shared_names": serializers.ListField(
            child=serializers.CharField(), help_text="The first of them: numbers of orders or refunds, or days."
        ),
    },
)


class ImportsView(StoreView):
    """The files of a store."""

    parser_classes = [MultiPartParser]

    action = Action.VIEW_DATA
    writes = Action.IMPORT_DATA

    @operation(
        summary="Imports of the store, newest first",
        parameters=PAGING,
        responses=pages(IMPORT),
    )
    def get(self, request: Request, slug: str) -> Response:
        return self.page(request, uploads.upload_list(self.store, uploads.Filter()), import_json)

    @operation(
        summary="Import a file",
        request={
            "multipart/form-data": {
                "type": "object",
                "required": ["file"],
                "properties": {
                    "file": {"type": "string", "format": "binary", "description": "An export, or a zip of some."},
                    "on_problem": {
                        "type": "string",
                        "enum": ["reject", "skip"],
                        "default": "reject",
                        "description": "Rows that are wrong: load nothing, or leave them out.",
                    },
                    "dry_run": {"type": "boolean", "default": False, "description": "Only tell what would change."},
                    "source": {"type": "string", "description": "A layout's name, to overrule what we recognise."},
                    "dates": {
                        "type": "string",
                        "enum": Dates.values,
                        "description": "Which comes first in days like 03/04/2026, where no cell shows it; unless told "
                        "as the last file of the layout was read.",
                    },
                },
            }
        },
        responses={
            202: ACCEPTED,
            422: OpenApiResponse(description="A field has a value we cannot use."),
        },
    )
    def post(self, request: Request, slug: str) -> Response:
        file = sent_file(request)
        fields: Mapping[str, Any] = request.data if isinstance(request.data, Mapping) else {}
        options = import_options(fields)
        try:
            received = pipeline.receive(self.store, file, file.name or "upload", by=request.user, **options)
        except ValidationError as error:
            raise Unprocessable("file", " ".join(error.messages)) from error
        return accepted(slug, received)


class ImportView(StoreView):
    """One file: what it is, how far it is, what came of it; a stop for it while it is at work."""

    action = Action.VIEW_DATA
    writes = Action.IMPORT_DATA

    @operation(summary="State of an import", responses=WHOLE_IMPORT)
    def get(self, request: Request, slug: str, pk: int) -> Response:
        upload = the_upload(self.store, pk)
        return Response({**import_json(upload), "parts": uploads.parts(upload)})

    @operation(
        summary="Cancel an import that has not come to its end, or set a refused one aside",
        request=None,
        responses={
            202: inline_serializer("ImportStopping", {"id": serializers.IntegerField()}),
            404: None,
            409: OpenApiResponse(REFUSED, description="It is loaded or ended, or (on SQLite) being written."),
        },
    )
    def delete(self, request: Request, slug: str, pk: int) -> Response:
        upload = the_upload(self.store, pk)
        if not uploads.give_up(upload):
            raise Conflict(_("It has come to its end or is being loaded and cannot be cancelled any more."))
        return Response({"id": upload.pk}, status=status.HTTP_202_ACCEPTED)


class LoadView(StoreView):
    """A file that was only tried, or waits for a decision, is loaded."""

    action = Action.IMPORT_DATA

    @operation(
        summary="Load a file that waits for a decision (sent with dry_run)",
        description="Sent again it changes nothing.",
        request=body(
            "LoadImport",
            {"on_problem": one_of(Upload.OnProblem.values, "Rows that are wrong; as it was sent unless told.")},
        ),
        responses={
            202: ACCEPTED,
            404: None,
            409: OpenApiResponse(REFUSED, description="It does not wait for a decision (any more)."),
            422: OpenApiResponse(description="Rows are wrong, and they are not to be left out."),
        },
    )
    def post(self, request: Request, slug: str, pk: int) -> Response:
        upload = the_upload(self.store, pk)
        wish = fields_of(request).get("on_problem") or upload.on_problem
        if wish == Upload.OnProblem.REJECT and upload.state == Upload.State.READY and upload.rejected:
            text = _("Rows that are wrong: %(rows)s. Leave them out (skip), or give the file up.")
            raise Unprocessable("on_problem", text % {"rows": upload.rejected}, ("skip",))
        if not uploads.decide(upload, wish):
            upload.refresh_from_db()
            if upload.state not in (*uploads.DONE, Upload.State.QUEUED, Upload.State.LOADING):
                raise Conflict(_("This file is not waiting for a decision any more."))
            return accepted(slug, [upload], is_new=False)
        return accepted(slug, [upload])


class ReadView(StoreView):
    """A file that was refused, or waits for a decision, is read otherwise."""

    action = Action.IMPORT_DATA

    @operation(
        summary="Read a file again: as another layout, or with the day or the month first",
        request=body(
            "ReadImport",
            {
                "source": text("A layout's name, or null: whatever it is recognised as by now."),
                "dates": one_of(Dates.values, "Which comes first in days like 03/04/2026; the layout stays."),
            },
        ),
        responses={
            202: ACCEPTED,
            404: None,
            409: OpenApiResponse(REFUSED, description="It is at work, loaded, or not kept any more."),
            422: OpenApiResponse(description="There is no such layout."),
        },
    )
    def post(self, request: Request, slug: str, pk: int) -> Response:
        upload, fields = the_upload(self.store, pk), fields_of(request)
        source, dates = fields.get("source") or "", fields.get("dates") or ""
        layout_field(source)
        if not uploads.read_again(upload, None if dates and "source" not in fields else source, dates):
            raise Conflict(_("The file is not there any more; drop it again."))
        return accepted(slug, [upload])


class PasswordView(StoreView):
    """Open a file that is locked; the password is used once and kept nowhere."""

    action = Action.IMPORT_DATA

    @operation(
        summary="Open a locked file with its password",
        request=inline_serializer(
            "ImportPassword", {"password": serializers.CharField(help_text="Used once, kept nowhere.")}
        ),
        responses={
            202: ACCEPTED,
            404: None,
            422: OpenApiResponse(description="The file is not locked, or wrong password."),
        },
    )
    def post(self, request: Request, slug: str, pk: int) -> Response:
        upload = the_upload(self.store, pk)
        fields: Mapping[str, Any] = request.data if isinstance(request.data, Mapping) else {}
        password = fields.get("password")
        if not isinstance(password, str) or not password:
            raise Unprocessable("password", _("Send the password of the file."))
        if not pipeline.is_locked(upload):
            raise Unprocessable("password", _("This file is not locked, or not there any more."))
        try:
            found = pipeline.unlock(upload, password)
        except ValidationError as error:
            raise Unprocessable("password", " ".join(error.messages)) from error
        return accepted(slug, found)


class Conflict(APIException):
    """409: later uploads stand in the way, or there is nothing to undo or to stop."""

    status_code = 409

    def __init__(self, message: str, later: Sequence[Upload] = ()) -> None:
        super().__init__()
        named: Any = [{"id": upload.pk, "name": upload.shown} for upload in later]
        detail: dict[str, Any] = {"detail": message, "later": named}
        self.detail = detail


class UndoView(StoreView):
    """Take an import back."""

    action = Action.VIEW_DATA
    writes = Action.UNDO_IMPORTS

    @operation(summary="What undoing an import would do", responses={200: UNDOING, 404: None})
    def get(self, request: Request, slug: str, pk: int) -> Response:
        upload = the_upload(self.store, pk)
        found, (gone, changed) = undo.effect(upload), undo.met(upload)
        return Response(
            {
                "can_undo": undo.can_undo(upload) and not found.later,
                "removed": found.removed,
                "changed": found.changed + found.restored,
                "days": sorted(found.days),
                "removed_names": gone,
                "changed_names": changed,
                "later": [{"id": each.pk, "name": each.name} for each in found.later],
                "shared": found.shared,
                "shared_names": found.names,
            }
        )

    @operation(
        summary="Undo an import",
        request=None,
        responses={
            202: inline_serializer(
                "UndoAccepted", {"id": serializers.IntegerField(help_text="Ask after it at …/imports/<id>.")}
            ),
            404: None,
            409: OpenApiResponse(
                REFUSED,
                description="Later imports have met the same rows and have to go first, or nothing can be undone.",
            ),
        },
    )
    def post(self, request: Request, slug: str, pk: int) -> Response:
        upload = the_upload(self.store, pk)
        try:
            if not undo.request(upload, request.user):
                raise Conflict(_("This file cannot be undone (any more)."))
        except undo.Refused as refused:
            raise Conflict(_("Later files tell of the same rows; undo them first."), refused.later) from refused
        transaction.on_commit(partial(tasks.undo_upload.delay, upload.pk))
        where = reverse("api_import", args=[slug, upload.pk])
        return Response({"id": upload.pk}, status=status.HTTP_202_ACCEPTED, headers={"Location": where})


class ProblemsView(StoreView):
    """What was wrong with a file, row by row."""

    action = Action.VIEW_DATA

    @operation(summary="Problems of an import", parameters=PAGING, responses=pages(PROBLEM))
    def get(self, request: Request, slug: str, pk: int) -> Response:
        upload = the_upload(self.store, pk)
        return self.page(request, uploads.problems(upload), pipeline.problem_json)


def import_options(fields: Mapping[str, Any]) -> dict[str, Any]:
    """How a file is to be imported (for `pipeline.receive`), as the fields `on_problem`, `dry_run`, `source` and
    `dates` say, or Unprocessable."""
    on_problem = fields.get("on_problem", "reject")
    if on_problem not in ("reject", "skip"):
        text = _("“%s” is not one of the valid values.") % str(on_problem)[:60]
        raise Unprocessable("on_problem", text, ("reject", "skip"))
    dry_run = yes_field(fields, "dry_run")
    source = fields.get("source") or None
    layout_field(source)
    dates = fields.get("dates") or ""
    if dates and dates not in Dates.values:
        raise Unprocessable("dates", _("“%s” is not one of the valid values.") % str(dates)[:60], Dates.values)
    told = {"source": source, "on_problem": on_problem, "dry_run": dry_run, "auto_load": not dry_run}
    return {**told, "dates": dates}


def layout_field(source: Any) -> None:
    """Unprocessable where `source` names no layout; none at all is all right."""
    if source and source not in layouts.NAMES:
        raise Unprocessable("source", _("“%s” is not one of the valid values.") % str(source)[:60], list(layouts.NAMES))


def accepted(slug: str, received: Sequence[Upload], *, is_new: bool = True) -> Response:
    """202 and where to ask after the files; their jobs start with the commit. is_new: no job has them yet."""
    for upload in received if is_new else ():
        transaction.on_commit(partial(tasks.start, upload.pk))
    ids = [upload.pk for upload in received]
    where = reverse("api_import", args=[slug, ids[0]])
    return Response({"id": ids[0], "ids": ids}, status=status.HTTP_202_ACCEPTED, headers={"Location": where})


def the_upload(store: Store, pk: int) -> Upload:
    upload = uploads.find(store, pk)
    if upload is None:
        raise Http404
    return upload


def import_json(upload: Upload) -> dict[str, Any]:
    """An import as REST tells it: the command line's file entry (without its problems) and where the job stands."""
    answer = pipeline.as_json(upload)
    answer.pop("problems", None)
    return {
        "id": upload.pk,
        "state": upload.state,
        "phase": upload.phase or None,
        "rows_done": upload.rows_done,
        "rows_total": upload.rows_total,
        "dry_run": upload.dry_run,
        "on_problem": upload.on_problem,
        "dates": upload.dates or None,
        "created_at": upload.created_at,
        "finished_at": upload.finished_at,
        "undone_at": upload.undone_at,
        "preview": in_yuan(upload.notes.get("shown")) if upload.state == upload.State.READY else None,
        "sheet": upload.sheet or None,
        **answer,
    }
