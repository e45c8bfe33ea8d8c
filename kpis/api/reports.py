"""Reports over REST: make one, write its texts, sign it, withdraw it, read it as it was signed and against now."""

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Any

from django.core.exceptions import ValidationError
from django.http import Http404
from django.utils.translation import gettext as _
from drf_spectacular.utils import OpenApiParameter, OpenApiResponse, inline_serializer
from rest_framework import serializers, status
from rest_framework.request import Request
from rest_framework.response import Response

from kpis.api.alerts import day
from kpis.api.base import StoreView, Unprocessable, choice_fields, whole_keys, yes_field
from kpis.api.closings import difference_json
from kpis.api.report_shapes import REPORT, ROW, STALE
from kpis.reporting import report_content, reports
from opsplan.lib.text import is_id
from opsplan.paging import PAGING, pages
from staff.access import token_of
from staff.api.base import fields_of
from staff.api.bodies import operation
from staff.roles import Action, may
from stores.snapshot import one_version

REFUSED = OpenApiResponse(description="A field has a value we cannot use.")


class ReportStore(StoreView):
    """What the endpoints of reports share: whose reports, and what of them this caller may read."""

    action = Action.VIEW_KPIS

    @property
    def signed_only(self) -> bool:
        return not may(self.passed.level, Action.VIEW_DATA)

    def found(self, pk: int) -> Any:
        report = reports.find(self.store, pk, signed_only=self.signed_only)
        if report is None:
            raise Http404
        report.store = self.store
        whole_keys(self.request, (*report_content.keys(report.kind), *report_content.ALSO))
        return report

    @one_version()
    def answer(self, report: Any, number: int | None = None) -> dict[str, Any]:
        """As signed (`number`: of another version), else as it stands."""
        report = self.found(report.pk)
        signed = reports.standing(report)
        if number is not None and not (self.signed_only and (signed is None or number != signed.number)):
            signed = next((x for x in report.signed.all() if x.number == number), None)
        if number is not None and (signed is None or signed.number != number):
            raise Unprocessable("version", _("There is no such version."), [str(x.number) for x in report.signed.all()])
        told = reports.told(report, reports.version_of(report, signed.number) if signed else None)
        level, content = self.passed.level, dict(told.content)
        content |= {"as_of": dt.datetime.fromisoformat(content["as_of"]), "campaigns": ran(content["campaigns"])}
        whole_keys(self.request, [goal["key"] for each in content["campaigns"] for goal in each.get("goals", ())])
        for part, action in (("tasks", Action.VIEW_TASKS), ("stock", Action.VIEW_PRODUCTS)):
            if not may(level, action):
                del content[part]
        return {
            **report_json(report, is_whole=not self.signed_only),
            "texts": dict(told.texts),
            "suggested": sorted(told.suggested),
            **content,
            "since": self.since(told),
        }

    def since(self, told: reports.Told) -> list[dict[str, Any]] | None:
        if told.signed is None:
            return None
        found = reports.difference(told.signed)
        made = [difference_json(each, found) for each in found.different]
        return made if may(self.passed.level, Action.VIEW_DATA) else [{**each, "why": []} for each in made]


def ran(campaigns: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Campaigns of a report; what was signed long ago has null where nothing was compared."""

    def figure(told: Mapping[str, Any]) -> dict[str, Any]:
        return {**told, "compare": told["compare"] or {}}

    return [
        {
            **each,
            "figures": {key: figure(x) for key, x in each["figures"].items()},
            **({"goals": [{**x, "figure": figure(x["figure"])} for x in each["goals"]]} if "goals" in each else {}),
        }
        for each in campaigns
    ]


class ReportsView(ReportStore):
    """The reports of a store."""

    writes = Action.WRITE_REPORTS

    @operation(
        summary="Reports, newest days first",
        parameters=[
            OpenApiParameter("kind", str, enum=reports.KINDS, description="Only these."),
            OpenApiParameter("state", str, enum=reports.STATES, description="Only those in this state."),
            *PAGING,
        ],
        responses=pages(ROW),
    )
    def get(self, request: Request, slug: str) -> Response:
        kind, state = choice_fields(request, "kind", reports.KINDS), choice_fields(request, "state", reports.STATES)
        found = reports.reports(self.store, signed_only=self.signed_only)
        found = reports.narrowed(found, *(each[0] if each else "" for each in (kind, state)))
        return self.page(request, found, lambda x: report_json(x, is_whole=not self.signed_only))

    @operation(
        summary="Make the report of a week, month or quarter",
        request=inline_serializer(
            "MakeReport",
            {
                "kind": serializers.ChoiceField(reports.KINDS, help_text="Of what it is."),
                "day": serializers.DateField(help_text="Any local day of the period."),
            },
        ),
        responses={201: REPORT, 422: REFUSED},
    )
    def post(self, request: Request, slug: str) -> Response:
        fields = fields_of(request)
        try:
            kind = str(fields.get("kind") or "")
            made = reports.make(self.store, kind, day("day", fields.get("day")), token_of(request).user)
        except ValidationError as problem:
            raise refused(problem, "kind") from problem
        return Response(self.answer(made), status=status.HTTP_201_CREATED)


class ReportView(ReportStore):
    """One report; its texts."""

    writes = Action.WRITE_REPORTS

    @operation(
        summary="A report, as signed or as it stands",
        parameters=[OpenApiParameter("version", int, description="As this version was signed.")],
        responses=REPORT,
    )
    def get(self, request: Request, slug: str, pk: int) -> Response:
        number = request.query_params.get("version", "")
        if number and not is_id(number):
            raise Unprocessable("version", _("Give a whole number."))
        return Response(self.answer(self.found(pk), int(number) if number else None))

    @operation(
        summary="Write texts of a report",
        request=inline_serializer(
            "ReportTexts",
            {
                "version": serializers.IntegerField(help_text="Of the texts, as read; another by now is a 409."),
                "texts": serializers.DictField(
                    child=serializers.CharField(), help_text="By block; blocks left out stay as they are."
                ),
            },
        ),
        responses={200: REPORT, 409: STALE, 422: REFUSED},
    )
    def post(self, request: Request, slug: str, pk: int) -> Response:
        found, fields = self.found(pk), fields_of(request)
        texts = fields.get("texts")
        if not isinstance(texts, dict):
            raise Unprocessable("texts", _("Give an object."), list(reports.BLOCKS))
        for name in texts:
            if name not in reports.BLOCKS:
                raise Unprocessable(f"texts.{name[:60]}", _("There is no such field."), list(reports.BLOCKS))
        written = {key: str(text) for key, text in texts.items()}
        try:
            reports.save_texts(found, written, token_of(request).user, version_field(fields))
        except reports.Stale as problem:
            return conflict(problem)
        except ValidationError as problem:
            raise refused(problem, "texts") from problem
        return Response(self.answer(found))

    @operation(summary="Delete a report that was never signed", request=None, responses={204: None, 422: REFUSED})
    def delete(self, request: Request, slug: str, pk: int) -> Response:
        try:
            reports.delete(self.found(pk))
        except ValidationError as problem:
            raise refused(problem, "id") from problem
        return Response(status=status.HTTP_204_NO_CONTENT)


class SignView(ReportStore):
    """The signature of a report."""

    writes = Action.SIGN_REPORTS

    @operation(
        summary="Sign a report",
        request=inline_serializer(
            "SignReport",
            {
                "version": serializers.IntegerField(help_text="Of the texts, as read; another by now is a 409."),
                "clients": serializers.BooleanField(required=False, help_text="Tell the store's clients by e-mail."),
            },
        ),
        responses={200: REPORT, 409: STALE, 422: REFUSED},
    )
    def post(self, request: Request, slug: str, pk: int) -> Response:
        found, fields = self.found(pk), fields_of(request)
        by, clients, seen = token_of(request).user, yes_field(fields, "clients"), version_field(fields)
        try:
            reports.sign(found, by, clients=clients, seen=seen)
        except reports.Stale as problem:
            return conflict(problem)
        except ValidationError as problem:
            raise refused(problem, "version") from problem
        return Response(self.answer(found))


class WithdrawView(ReportStore):
    """Taking a signature back."""

    writes = Action.SIGN_REPORTS

    @operation(
        summary="Withdraw a signed report",
        request=inline_serializer(
            "WithdrawReport", {"reason": serializers.CharField(help_text="Why; it stays with the report.")}
        ),
        responses={200: REPORT, 422: REFUSED},
    )
    def post(self, request: Request, slug: str, pk: int) -> Response:
        found = self.found(pk)
        try:
            reports.withdraw(found, token_of(request).user, str(fields_of(request).get("reason") or ""))
        except ValidationError as problem:
            raise refused(problem, "reason") from problem
        return Response(self.answer(found))


def version_field(fields: dict[str, Any]) -> int:
    version = "" if fields.get("version") is None else str(fields["version"])
    if not is_id(version):
        raise Unprocessable("version", _("Give a whole number."))
    return int(version)


def refused(problem: ValidationError, otherwise: str) -> Unprocessable:
    field = next(iter(problem.message_dict)) if hasattr(problem, "error_dict") else otherwise
    return Unprocessable(field, " ".join(problem.messages), reports.KINDS if field == "kind" else ())


def conflict(problem: reports.Stale) -> Response:
    told = {"detail": str(problem), "version": problem.report.version, "texts": problem.report.texts}
    return Response(told, status=status.HTTP_409_CONFLICT)


def report_json(report: Any, *, is_whole: bool) -> dict[str, Any]:
    """What a report is; is_whole: with the versions that are not in force any more."""
    signatures = [each for each in report.signed.all() if is_whole or each.withdrawn_at is None]
    return {
        "id": report.pk,
        "kind": report.kind,
        "first": report.first,
        "last": report.last,
        "title": reports.title(report),
        "state": reports.state_of(report),
        "version": report.version,
        "signed": [
            {
                "version": each.number,
                "at": each.signed_at,
                "by": each.signed_by.username if each.signed_by else None,
                "data_version": each.data_version,
                "withdrawn_at": each.withdrawn_at,
                "withdrawn_by": str(each.withdrawn_by) if each.withdrawn_by else None,
                "reason": each.reason,
            }
            for each in signatures
        ],
    }
