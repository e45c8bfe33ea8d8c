"""The range over REST: norms and warnings, styles on their way in, competitors."""

import datetime as dt
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.http import Http404
from django.utils.translation import gettext as _
from rest_framework.request import Request
from rest_framework.response import Response

from opsplan.fitting import fitting
from opsplan.lib import clock
from opsplan.lib.money import yuan
from opsplan.paging import PAGING, pages
from products import assortment, newcomers, queries, roles
from products.api import bodies, shapes
from products.api.base import ProductsApi, refused
from products.models import Competitor, CompetitorNote, Newcomer
from staff.api.base import Unprocessable, fields_of
from staff.api.bodies import operation
from stores import currency

FILE = ("name", "url", "series", "style", "models_sold", "prices", "strengths")


def newcomer_json(x: Newcomer) -> dict[str, Any]:
    return {
        "id": x.pk, "code": x.product.code, "title": x.product.title, "step": x.step, "wanted_on": x.wanted_on,
        **{name: getattr(x, name) for name in newcomers.INPUTS},
    }  # fmt: skip


def competitor_json(x: Competitor) -> dict[str, Any]:
    return {"id": x.pk, **{name: getattr(x, name) for name in FILE}}


def notes_json(x: Competitor) -> list[dict[str, Any]]:
    return [{"day": y.day, "text": y.text, "by": y.by and y.by.username} for y in x.notes.all()]


def day_of(raw: object) -> dt.date | None:
    """A local day of the body, None for none, or Unprocessable."""
    if not raw:
        return None
    try:
        return dt.date.fromisoformat(str(raw))
    except ValueError:
        raise Unprocessable("wanted_on", _("Give a day as YYYY-MM-DD; got “%s”.") % str(raw)[:40]) from None


class RangeView(ProductsApi):
    """The range."""

    @operation(summary="Range: norms, warnings, newcomers, competitors", responses=shapes.RANGE)
    def get(self, request: Request, slug: str) -> Response:
        begin = assortment.bands(currency.like_yuan(self.store.currency))
        kinds, usual = queries.kinds_of(self.store, clock.today(self.store.timezone)), roles.norms_of(self.store)
        return Response(
            {
                "styles": len(kinds),
                "norms": vars(usual),
                "warnings": assortment.warnings(kinds, usual),
                "bands": [
                    {"from": None if first is None else str(yuan(first)), "styles": count, "skus": skus}
                    for first, count, skus in assortment.by_band(kinds, begin)
                ],
                "newcomers": [newcomer_json(x) for _step, _name, xs in newcomers.pipeline(self.store) for x in xs],
                "competitors": [competitor_json(x) for x in Competitor.objects.filter(store=self.store)],
            }
        )


class NewcomersView(ProductsApi):
    """Styles on their way into the shop."""

    @operation(
        summary="Styles on their way in: choosing, photos, description, publishing", responses=shapes.NEWCOMER_STEPS
    )
    def get(self, request: Request, slug: str) -> Response:
        steps = [
            {"step": step, "name": name, "newcomers": [newcomer_json(x) for x in every]}
            for step, name, every in newcomers.pipeline(self.store)
        ]
        return Response({"steps": steps})

    @operation(
        summary="Begin a style: {code, title, wanted_on}", request=bodies.NEWCOMER,
        responses={201: shapes.NEWCOMER},
    )  # fmt: skip
    def post(self, request: Request, slug: str) -> Response:
        told = fields_of(request)
        try:
            made = newcomers.begin(
                self.store, str(told.get("code") or ""), str(told.get("title") or ""), day_of(told.get("wanted_on")),
                self.member.user,
            )  # fmt: skip
        except ValidationError as problem:
            raise refused(problem) from None
        return Response(newcomer_json(made), status=201)


class NewcomerView(ProductsApi):
    """One style on its way in."""

    def found(self, pk: int) -> Newcomer:
        found = Newcomer.objects.select_related("product__store").filter(product__store=self.store, pk=pk).first()
        if found is None:
            raise Http404
        return found

    @operation(summary="One style on its way in", responses=shapes.NEWCOMER)
    def get(self, request: Request, slug: str, pk: int) -> Response:
        return Response(newcomer_json(self.found(pk)))

    @operation(
        summary="What data, customers and market say; the next step",
        description="{data_says, customers_say, market_says, wanted_on, step}; step: "
        f"{', '.join(Newcomer.Step.values)}.",
        request=bodies.NEWCOMER_SAYS,
        responses=shapes.NEWCOMER,
    )
    def patch(self, request: Request, slug: str, pk: int) -> Response:
        told, newcomer = fields_of(request), self.found(pk)
        try:
            with transaction.atomic():
                day = day_of(told["wanted_on"]) if "wanted_on" in told else newcomer.wanted_on
                texts = {x: fitting(x, str(told[x] or ""), 2000) for x in newcomers.INPUTS if x in told}
                newcomers.change(newcomer, wanted_on=day, **texts)
                if "step" in told:
                    newcomer = newcomers.go_to(newcomer, str(told["step"]))
        except ValidationError as problem:
            raise refused(problem) from None
        return Response(newcomer_json(newcomer))

    @operation(summary="Give the idea up", request=None, responses={204: None})
    def delete(self, request: Request, slug: str, pk: int) -> Response:
        try:
            newcomers.drop(self.found(pk))
        except ValidationError as problem:
            raise refused(problem) from None
        return Response(status=204)


class CompetitorsView(ProductsApi):
    """The files about other shops."""

    @operation(
        summary="Competitors by name: five fields each, and notes",
        parameters=PAGING,
        responses=pages(shapes.ONE_COMPETITOR),
    )
    def get(self, request: Request, slug: str) -> Response:
        every = Competitor.objects.filter(store=self.store).prefetch_related("notes__by")
        return self.page(request, every, lambda x: competitor_json(x) | {"notes": notes_json(x)})

    @operation(
        summary="Write files in bulk, all or none",
        description=f"lines: [{{{', '.join(FILE)}, note}}]; a shop is found by its name, what is not named stays, a "
        "note is added.",
        request=bodies.COMPETITORS,
        responses=shapes.COMPETITORS,
    )
    def post(self, request: Request, slug: str) -> Response:
        done = []
        with transaction.atomic():
            for number, line in enumerate(self.lines(request)):
                name = str(line.get("name") or "").strip()
                file = Competitor.objects.filter(store=self.store, name=name).first()
                file = file or Competitor(store=self.store, name=name)
                for field in FILE[1:]:
                    if field in line:
                        setattr(file, field, str(line[field] or ""))
                try:
                    file.full_clean()
                except ValidationError as problem:
                    field = next(iter(problem.message_dict))
                    raise Unprocessable(f"lines[{number}].{field}", " ".join(problem.message_dict[field])) from None
                file.save()
                if text := str(line.get("note") or "").strip():
                    today = clock.today(self.store.timezone)
                    CompetitorNote.objects.create(
                        competitor=file, day=today, text=fitting("note", text, 2000), by=self.member.user
                    )
                done.append(file)
        return Response({"competitors": [competitor_json(x) | {"notes": notes_json(x)} for x in done]})


class CompetitorView(ProductsApi):
    """One file."""

    def found(self, pk: int) -> Competitor:
        found = Competitor.objects.filter(store=self.store, pk=pk).first()
        if found is None:
            raise Http404
        return found

    @operation(summary="One competitor with its notes", responses=shapes.ONE_COMPETITOR)
    def get(self, request: Request, slug: str, pk: int) -> Response:
        found = self.found(pk)
        return Response(competitor_json(found) | {"notes": notes_json(found)})

    @operation(summary="Delete the file about a competitor", request=None, responses={204: None})
    def delete(self, request: Request, slug: str, pk: int) -> Response:
        self.found(pk).delete()
        return Response(status=204)
