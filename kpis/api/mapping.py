"""Explain over REST the columns of a file with a header nobody knows, and the explanations that are kept."""

from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any

from django.db import transaction
from django.http import Http404
from django.urls import reverse
from django.utils.translation import gettext as _
from drf_spectacular.utils import OpenApiExample, OpenApiResponse
from rest_framework.request import Request
from rest_framework.response import Response

from kpis import tasks
from kpis.api.base import StoreView, Unprocessable
from kpis.api.import_shapes import COLUMNS_TOLD, DATES_TOLD, EXPLAINED, MAPPING, PRESET, ROWS, ROWS_TOLD
from kpis.api.imports import Conflict, the_upload
from kpis.files import mapping, uploads
from kpis.files.mapping import Preset, Said, Sample
from kpis.files.uploads import Dates, Upload
from opsplan.paging import PAGING, pages
from staff.access import token_of
from staff.api.base import fields_of, refuse
from staff.api.bodies import Fault, body, named, one_of, operation, text, texts, whole, yes
from staff.models import User
from staff.roles import Action
from stores.models import Store

WRONG = OpenApiResponse(description="A field has a value we cannot use; nothing was kept.")
CHOICES = {
    "fact": one_of(mapping.FACTS, "What the file tells; to be told with `columns`, else guessed."),
    "columns": named(f"{COLUMNS_TOLD} All of them: what is not named is not in the file. Guessed unless told."),
    "rows": one_of(ROWS, f"{ROWS_TOLD} Guessed unless told."),
    "dates": one_of(Dates.values, DATES_TOLD),
    "name": text("What the explanation is called; the file's name unless told.", max_length=80),
    "shared": yes("Other stores of this installation may use it."),
}
EXAMPLE = {
    "fact": "orders",
    "columns": {"order_no": "单据号", "created_at": "开单日", "paid_at": "到账日", "actual_fen": "成交额"},
    "rows": "order",
    "name": "自制订单表",
}


class MappingView(StoreView):
    """What the columns of a file are: guessed, tried, kept."""

    action = Action.IMPORT_DATA

    @operation(
        summary="What the columns of a file are taken for",
        responses={
            200: MAPPING,
            404: None,
            409: OpenApiResponse(description="The file is not there any more, or has no table."),
        },
    )
    def get(self, request: Request, slug: str, pk: int) -> Response:
        upload = the_upload(self.store, pk)
        sample = the_sample(upload)
        return Response(mapping_json(upload, sample, mapping.said(sample)))

    @operation(
        summary="Say what the columns of a file are, and read it by that",
        description="Kept by the header: the next file with these columns is read at once. With `dry_run` nothing is "
        "kept, and the answer tells what the rows would become. The same explanation sent again changes nothing.",
        request=body(
            "ImportMappingNew", CHOICES | {"dry_run": yes("Keep nothing, only tell what the rows would become.")}
        ),
        examples=[OpenApiExample("Orders of a till", value=EXAMPLE, request_only=True)],
        responses={
            200: MAPPING,
            202: EXPLAINED,
            404: None,
            409: OpenApiResponse(description="The file is at work, loaded, or not there any more."),
            422: WRONG,
        },
    )
    def post(self, request: Request, slug: str, pk: int) -> Response:
        upload, fields = the_upload(self.store, pk), fields_of(request)
        sample = mapping.sample_of(upload)
        before = mapping.explanation(upload, sample)
        if sample is None:
            if not is_told(before, fields.get("fact"), fields.get("columns")):
                raise gone()
            return explained(upload, before)
        check_columns(fields, sample.header)
        said = said_by(fields, sample)
        if fields.get("dry_run"):
            return Response(mapping_json(upload, sample, said))
        refuse_missing(said)
        if uploads.can_start_over(upload):
            name = fields.get("name") or (before.name if before else upload.name.rsplit(".", 1)[0][:80])
            shared = fields.get("shared", before.shared if before else False)
            before = kept(self.store, sample.header, said, name, shared=shared, by=token_of(request).user)
            if uploads.read_again(upload):
                transaction.on_commit(partial(tasks.check_upload.delay, upload.pk))
        elif not is_told(before, said.fact, said.columns):
            raise Conflict(_("This file is at work, or in: its columns are known."))
        return explained(upload, before)


class PresetsView(StoreView):
    """The headers people have explained."""

    action = Action.VIEW_DATA
    writes = Action.IMPORT_DATA

    @operation(summary="Explained headers: its own, and shared ones", parameters=PAGING, responses=pages(PRESET))
    def get(self, request: Request, slug: str) -> Response:
        return self.page(request, mapping.presets(self.store), preset_json)

    @operation(
        summary="Explain a header without a file at hand",
        description="Takes what GET tells of one, and what the page exports. A header explained before is explained "
        "anew; a file that waits for it can be read again (`…/read`).",
        request=body(
            "ImportPresetNew",
            {
                **CHOICES,
                "columns": named(COLUMNS_TOLD),
                "header": texts("The whole header, as it stands in the file."),
                "opsplan": one_of(("preset",), "As the page exports it; not needed."),
                "version": whole("As the page exports it; not needed."),
            },
        ),
        responses={201: PRESET, 422: WRONG},
    )
    def post(self, request: Request, slug: str) -> Response:
        fields = fields_of(request)
        header = fields.get("header") or []
        if not header or len(header) > mapping.MOST_COLUMNS:
            raise Unprocessable("header", _("Name from 1 to %(most)s columns.") % {"most": mapping.MOST_COLUMNS})
        check_columns(fields, header)
        said = said_by({"columns": {}, "rows": "order", **fields}, Sample(header, 1, []))
        refuse_missing(said)
        shared = bool(fields.get("shared"))
        name = fields.get("name") or ""
        made = kept(self.store, header, said, name, shared=shared, by=token_of(request).user)
        return Response(preset_json(made), status=201)


class PresetView(StoreView):
    """One explanation."""

    action = Action.VIEW_DATA
    writes = Action.IMPORT_DATA

    def found(self, pk: int, *, own: bool) -> Preset:
        found = mapping.presets(self.store).filter(pk=pk).first()
        if found is None or (own and found.store_id != self.store.pk):
            raise Http404
        return found

    @operation(summary="One explained header", responses={200: PRESET, 404: None})
    def get(self, request: Request, slug: str, pk: int) -> Response:
        return Response(preset_json(self.found(pk, own=False)))

    @operation(
        summary="Share an explanation with the other stores, or stop that",
        request=body("ImportPresetChange", {"shared": CHOICES["shared"]}),
        responses={200: PRESET, 404: None, 422: WRONG},
    )
    def patch(self, request: Request, slug: str, pk: int) -> Response:
        found, fields = self.found(pk, own=True), fields_of(request)
        if "shared" in fields:
            mapping.share(found, bool(fields["shared"]))
        return Response(preset_json(found))

    @operation(
        summary="Forget an explanation; files that were read by it stay",
        request=None,
        responses={204: None, 404: None},
    )
    def delete(self, request: Request, slug: str, pk: int) -> Response:
        self.found(pk, own=True).delete()
        return Response(status=204)


def the_sample(upload: Upload) -> Sample:
    sample = mapping.sample_of(upload)
    if sample is None:
        raise gone()
    return sample


def gone() -> Conflict:
    return Conflict(_("The file is not there any more; drop it again."))


def said_by(fields: Mapping[str, Any], sample: Sample) -> Said:
    rows = ROWS[fields["rows"]] if fields.get("rows") else None
    return mapping.said(sample, fields.get("fact") or "", fields.get("columns"), rows, fields.get("dates") or "")


def check_columns(fields: Mapping[str, Any], header: Sequence[str]) -> None:
    """Unprocessable for columns of nobody knows what, a field that the fact does not have, and a column that the file
    does not have."""
    columns: Mapping[str, Any] = fields.get("columns") or {}
    if columns and not fields.get("fact"):
        raise Unprocessable("fact", _("Choose one of what is offered."), list(mapping.FACTS))
    rows = ROWS[fields["rows"]] if fields.get("rows") else ""
    known = mapping.field_names(fields.get("fact") or mapping.guess_fact(header), rows)
    there = [name for name in header if name]
    faults = [(field, _("There is no such field."), known) for field in columns if field not in known]
    faults += [
        (field, _("The file has no column “%s”.") % str(name)[:60], there)
        for field, name in columns.items()
        if name and name not in there
    ]
    refuse([(f"columns.{field[:60]}", text, valid) for field, text, valid in faults])


def refuse_missing(said: Said) -> None:
    """Unprocessable while something is missing that is needed."""
    text = _("Still to be chosen: %(names)s") % {"names": _(", ").join(said.missing)}
    lacking: list[Fault] = [(f"columns.{x}", text, []) for x in mapping.missing_fields(said.fact, said.columns)]
    dates: list[Fault] = [("dates", text, Dates.values)] if said.is_open and not said.dates else []
    refuse([*lacking, *dates])


def kept(store: Store, header: list[str], said: Said, name: str, *, shared: bool, by: User) -> Preset:
    columns = {field: column for field, column in said.columns.items() if column}
    return mapping.keep(store, header, said.fact, columns, name, shared=shared, by=by, dates=said.dates, rows=said.rows)


def is_told(preset: Preset | None, fact: str | None, columns: Mapping[str, str] | None) -> bool:
    """Whether this is what is known already: the same request sent again."""
    return preset is not None and fact in (None, preset.fact) and columns in (None, preset.columns)


def explained(upload: Upload, preset: Preset | None) -> Response:
    where = reverse("api_import", args=[upload.store.slug, upload.pk])
    told = {"id": upload.pk, "preset": preset and preset.pk}
    return Response(told, status=202, headers={"Location": where})


def rows_of(fact: str, rows: str) -> str | None:
    return next(name for name, value in ROWS.items() if value == rows) if fact == "orders" else None


def mapping_json(upload: Upload, sample: Sample, said: Said) -> dict[str, Any]:
    preset = mapping.explanation(upload, sample)
    return {
        "header": sample.header,
        "fact": said.fact,
        "fields": [field_json(x) for x in mapping.fields(said.fact, said.columns, sample, said.rows)],
        "rows": rows_of(said.fact, said.rows),
        "dates": said.dates or None,
        "asks_dates": said.is_open,
        "missing": said.missing,
        "would_be": [
            {"line": x["line"], "cells": x["cells"], "problem": x["told"]}
            for x in mapping.would_be(said.fact, said.columns, sample, said.dates, said.rows)
        ],
        "preset": preset and preset.pk,
    }


def field_json(x: mapping.Field) -> dict[str, Any]:
    told = {"field": x.key, "label": x.label, "required": x.is_required}
    return told | {"column": x.column or None, "example": x.example}


def preset_json(preset: Preset) -> dict[str, Any]:
    return {
        "id": preset.pk,
        "name": preset.name,
        "fact": preset.fact,
        "header": preset.header,
        "columns": preset.columns,
        "rows": rows_of(preset.fact, preset.rows),
        "dates": preset.dates or None,
        "shared": preset.shared,
        "store": preset.store.slug,
        "by": preset.by.username if preset.by else None,
        "updated_at": preset.updated_at,
    }
