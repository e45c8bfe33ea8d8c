"""Counting the stock over REST: begin a count, tell what was counted, post the differences. Units."""

from typing import Any

from django.core.exceptions import ValidationError
from django.http import Http404
from django.utils.translation import gettext as _
from rest_framework.request import Request
from rest_framework.response import Response

from opsplan import shapes
from opsplan.paging import PAGING, pages
from products import stock_services as services
from products import stock_takes
from products.api import bodies
from products.api.base import CHANGED, refused
from products.models import StockPlace, StockTake
from products.stock_api import StockView, whole
from staff.api.base import Unprocessable, fields_of
from staff.api.bodies import operation

DOES = ("post", "drop", "resume")
FIELDS = {
    "id": shapes.whole(),
    "place": shapes.text("Its name."),
    "state": shapes.one_of(StockTake.State.values),
    "note": shapes.text(),
    "started_at": shapes.instant(),
    "posted_at": shapes.or_null(shapes.instant()),
    "by": shapes.or_null(shapes.text("User name.")),
}
TAKE = shapes.thing("StockTake", FIELDS)
ONE_TAKE = shapes.thing(
    "StockTakeWithLines",
    FIELDS
    | {
        "lines": shapes.many(
            shapes.thing(
                "StockTakeLine",
                {
                    "sku": shapes.text("Its code."),
                    "expected": shapes.whole("Units there by the books when the count began."),
                    "counted": shapes.or_null(shapes.whole("Units; null: not counted.")),
                    "difference": shapes.or_null(shapes.whole("Units counted above what was expected.")),
                },
            )
        )
    },
)
DONE = shapes.thing(
    "StockTakeDone",
    FIELDS | {"differing": shapes.whole("SKUs that were posted as another number; 0 unless it was posted now.")},
)


def take_json(x: StockTake) -> dict[str, Any]:
    return {
        "id": x.pk, "place": x.place.name, "state": x.state, "note": x.note, "started_at": x.started_at,
        "posted_at": x.posted_at, "by": x.by and x.by.username,
    }  # fmt: skip


class TakesView(StockView):
    """Counts of the stock."""

    @operation(
        summary="Counts, the newest first",
        parameters=PAGING,
        responses=pages(TAKE),
    )
    def get(self, request: Request, slug: str) -> Response:
        found = StockTake.objects.filter(store=self.store).select_related("place", "by")
        return self.page(request, found, take_json)

    @operation(
        summary="Begin a count: {place, note}; the main place unless told",
        request=bodies.TAKE,
        responses={201: TAKE},
    )
    def post(self, request: Request, slug: str) -> Response:
        told, place = fields_of(request), services.main_place(self.store)
        if name := told.get("place"):
            found = StockPlace.objects.filter(store=self.store, name=str(name)).first()
            if found is None:
                raise Unprocessable("place", _("The store has no such place."))
            place = found
        try:
            take = stock_takes.start_take(place, by=self.member.user, note=str(told.get("note") or ""))
        except ValidationError as problem:
            raise refused(problem) from None
        return Response(take_json(take), status=201)


class TakeView(StockView):
    """One count."""

    def found(self, pk: int) -> StockTake:
        take = StockTake.objects.select_related("place", "by").filter(store=self.store, pk=pk).first()
        if take is None:
            raise Http404
        return take

    @operation(summary="One count with its lines", responses=ONE_TAKE)
    def get(self, request: Request, slug: str, pk: int) -> Response:
        take = self.found(pk)
        lines = [
            {"sku": x.sku.code, "expected": x.expected, "counted": x.counted, "difference": x.difference}
            for x in take.lines.select_related("sku")
        ]
        return Response(take_json(take) | {"lines": lines})

    @operation(
        summary="What was counted, in bulk, all or none: {lines: [{sku, counted}]}",
        request=bodies.COUNTS,
        responses=CHANGED,
    )
    def patch(self, request: Request, slug: str, pk: int) -> Response:
        take, lines = self.found(pk), self.lines(request)
        known: dict[str, int] = dict(take.lines.values_list("sku__code", "pk"))
        counts: dict[int, int | None] = {}
        for i, x in enumerate(lines):
            code = str(x.get("sku"))
            if code not in known:
                raise Unprocessable(f"lines[{i}].sku", _("No SKU of this store has the code “%s”.") % code[:80])
            counts[known[code]] = whole(x, "counted", line=i, needed=False)
        try:
            changed = stock_takes.write_counts(take, counts)
        except ValidationError as problem:
            raise refused(problem) from None
        return Response({"changed": changed})

    @operation(
        summary="Post the differences, drop the count, or go on with a dropped one: {do: post | drop | resume}",
        request=bodies.TAKE_DEED,
        responses=DONE,
    )
    def post(self, request: Request, slug: str, pk: int) -> Response:
        take, do = self.found(pk), fields_of(request).get("do")
        if do not in DOES:
            raise Unprocessable("do", _("Choose one of: %s.") % ", ".join(DOES), DOES)
        try:
            differing = stock_takes.post_take(take, by=self.member.user) if do == "post" else 0
            if do != "post":
                {"drop": stock_takes.drop_take, "resume": stock_takes.resume_take}[do](take)
        except ValidationError as problem:
            raise refused(problem) from None
        return Response(take_json(self.found(pk)) | {"differing": differing})
