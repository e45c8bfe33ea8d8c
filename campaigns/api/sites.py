"""Group-buy sites and the quote calculator over REST. Yuan and fractions as text."""

from collections.abc import Mapping
from typing import Any

from django.core.exceptions import ValidationError
from django.http import Http404
from django.utils.translation import gettext as _
from drf_spectacular.utils import OpenApiParameter
from rest_framework.request import Request
from rest_framework.response import Response

from campaigns.api import bodies, examples
from campaigns.api.deals import refused
from campaigns.api.offer_terms import fraction, percent
from campaigns.api.settlement import ACCOUNT
from campaigns.groupbuy import quoting, sites
from campaigns.site_forms import QuoteForm, initial
from opsplan import shapes
from opsplan.lib.money import yuan
from opsplan.lib.text import is_id
from opsplan.paging import PAGING, pages
from products.models import SKU
from staff.api.base import MemberView, Unprocessable, fields_of
from staff.api.bodies import operation
from staff.roles import Action
from stores.models import CompanyPaper, GroupSite, Platform

AMOUNTS = {name: str(field.label) for name, field in QuoteForm.base_fields.items() if name != "pieces"} | {
    "units": "Pieces expected",
    "rate": "Commission, a fraction",
    "margin": "Profit wanted, a fraction of net sales",
    "before": "Refunded before shipping, a fraction",
    "after": "Sent back after shipping, a fraction",
    "lost": "Of these not to be sold again, a fraction",
}

TYPED = {
    "id": shapes.whole(),
    "name": shapes.text(),
    "platform": shapes.one_of(Platform.values),
    "weight": shapes.one_of(GroupSite.Weight.values, "How important it is."),
    "url": shapes.text("Its address."),
    "audience": shapes.text("Who buys there."),
    "note": shapes.text(),
    "is_voucher": shapes.yes("It sells vouchers."),
    "guarantee": shapes.or_null(shapes.yuan("Least commission of a deal; null: none.")),
    "slot": shapes.or_null(shapes.yuan("Slot fee; null: none.")),
    "rate": shapes.or_null(shapes.number("Commission, a fraction; null: none.")),
    "instalments": shapes.many(
        shapes.thing(
            "GroupSiteInstalment",
            {"share": shapes.number("Of what is paid, a fraction."), "days": shapes.whole("So many after the end.")},
        ),
        "None: all at once.",
    ),
    "keep_warm_days": shapes.or_null(shapes.whole("Talk at least every so many days; null: no such rule.")),
    "is_active": shapes.yes("It is in use."),
    "papers": shapes.many(shapes.text("Name."), "The company's papers it asks for."),
}
UNSET = ("guarantee", "slot", "keep_warm_days")  # blank in the form, null here
SITE = shapes.thing("GroupSite", TYPED)
PAST = shapes.thing(
    "GroupSitePast",
    {
        "deals": shapes.whole("How many have ended."),
        "sold": shapes.whole("Pieces."),
        "refunded": shapes.whole("Pieces."),
        "net_sales": shapes.yuan("After refunds."),
        "profit": shapes.yuan(),
    },
    "What its ended deals came to.",
)
SITES = pages(
    shapes.thing(
        "GroupSiteRow",
        TYPED
        | {
            "rank": shapes.or_null(shapes.whole("By profit, 1 the best; null without an ended deal.")),
            "past": PAST,
            "last_talk": shapes.or_null(shapes.day()),
            "talk_by": shapes.or_null(shapes.day("By which somebody should talk to them.")),
            "papers_run_out": shapes.many(shapes.text("Name."), "Of those it asks for."),
        },
    ),
    "The most profitable first.",
)
PERSON = shapes.thing(
    "GroupSitePerson",
    {
        "name": shapes.text(),
        "post": shapes.text("What they do there."),
        "contact": shapes.text("How to reach them."),
        "note": shapes.text(),
    },
)
TALK = shapes.thing(
    "GroupSiteTalk",
    {
        "day": shapes.day(),
        "who": shapes.text("With whom."),
        "said": shapes.text("What was said."),
        "next_on": shapes.or_null(shapes.day("When to talk again.")),
    },
)
WHOLE_SITE = shapes.thing(
    "GroupSiteWhole", TYPED | {"people": shapes.many(PERSON), "talks": pages(TALK, "Newest first.")}
)
QUOTE = shapes.thing(
    "GroupQuote",
    {
        "lowest_price": shapes.or_null(shapes.yuan("That leaves the margin; null: no price does.")),
        "price": shapes.or_null(shapes.yuan("The one that was tried, or else the lowest.")),
        "least_units": shapes.or_null(shapes.whole("Pieces from which on that loses nothing; null: it always does.")),
        "forecast": shapes.or_null(ACCOUNT, "What that price would bring."),
        "missing": shapes.many(shapes.one_of(quoting.NEEDED), "What nobody has said; it counts as nothing."),
    },
)


def site_json(site: GroupSite) -> dict[str, Any]:
    """A site as it is typed."""
    told = initial(site)
    told |= {name: None if told[name] == "" else told[name] for name in UNSET}
    told["rate"] = fraction(site.rate_bp) if site.rate_bp else None
    told["instalments"] = [{"share": fraction(share), "days": days} for share, days in site.instalments]
    return {"id": site.pk} | told | {"papers": [x.name for x in site.papers.all()]}


def row_json(x: sites.SiteRow) -> dict[str, Any]:
    past = x.past
    return site_json(x.site) | {
        "rank": x.rank,
        "past": {
            "deals": past.deals,
            "sold": past.sold,
            "refunded": past.refunded,
            "net_sales": str(yuan(past.net_fen)),
            "profit": str(yuan(past.profit_fen)),
        },
        "last_talk": x.last_talk,
        "talk_by": x.talk_by,
        "papers_run_out": list(x.missing),
    }


def typed(said: Mapping[str, Any]) -> dict[str, Any]:
    """What was sent, rates in percent as the service reads them. Unprocessable."""
    found = dict(said)
    if "rate" in found:
        found["rate"] = percent(found["rate"], "rate")
    if "instalments" in found:
        rows = found["instalments"] or []
        each = [(percent(x.get("share"), f"instalments[{i}].share"), x.get("days")) for i, x in enumerate(rows)]
        found["instalments"] = ", ".join(f"{share}@{days}" for share, days in each)
    return found


class SiteView(MemberView):
    action, writes = Action.VIEW_PRODUCTS, Action.SET_TARGETS

    def saved(self, site: GroupSite | None, request: Request) -> GroupSite:
        """What was sent over what is known. papers: names of the company's papers."""
        said = typed(fields_of(request))
        known = {name: value for name, value in (initial(site) if site else {}).items() if name != "papers"}
        told = {name: "" if value is None or value is False else str(value) for name, value in (known | said).items()}
        names = said.get("papers", [x.name for x in site.papers.all()] if site else [])
        if not isinstance(names, list):
            raise Unprocessable("papers", _("Send a list of names."))
        papers = CompanyPaper.objects.filter(store=self.store, name__in=[str(x) for x in names])
        strange = sorted({str(x) for x in names} - {x.name for x in papers})
        if strange:
            valid = list(CompanyPaper.objects.filter(store=self.store).values_list("name", flat=True))
            raise Unprocessable("papers", _("The company has no paper “%s”.") % strange[0][:40], valid)
        try:
            found = sites.save_site(self.store, site, told, [x.pk for x in papers])
        except ValidationError as problem:
            raise refused(problem) from None
        sites.remind(self.store)
        return found


class SitesView(SiteView):
    """The register."""

    @operation(summary="Group-buy sites by profit after refunds", parameters=PAGING, responses=SITES)
    def get(self, request: Request, slug: str) -> Response:
        return self.page(request, sites.register(self.store), row_json)

    @operation(
        summary="Write down a site",
        request=bodies.SITE,
        examples=[examples.sent("8 % commission, paid in three instalments", examples.SITE)],
        responses={201: SITE},
    )
    def post(self, request: Request, slug: str) -> Response:
        return Response(site_json(self.saved(None, request)), status=201)


class OneSiteView(SiteView):
    """A site with the people known there and what was said."""

    def site(self, pk: int) -> GroupSite:
        found = GroupSite.objects.filter(store=self.store, pk=pk).select_related("store").first()
        if found is None:
            raise Http404
        return found

    @operation(
        summary="A site, its people, and its talks page by page",
        parameters=PAGING,
        responses=WHOLE_SITE,
    )
    def get(self, request: Request, slug: str, pk: int) -> Response:
        site = self.site(pk)
        people = list(site.people.values("name", "post", "contact", "note"))
        talks = self.page(request, site.talks.values("day", "who", "said", "next_on"), dict).data
        return Response(site_json(site) | {"people": people, "talks": talks})

    @operation(summary="Change a site's terms", request=bodies.SITE, responses=SITE)
    def patch(self, request: Request, slug: str, pk: int) -> Response:
        return Response(site_json(self.saved(self.site(pk), request)))


class QuoteView(MemberView):
    """The lowest price for a margin."""

    action = Action.VIEW_PRODUCTS

    @operation(
        summary="The lowest group price that leaves a margin, and what a price would bring",
        parameters=[
            OpenApiParameter("site", int, description="The id of a site: its terms."),
            OpenApiParameter("sku", str, description="The code of a SKU: its cost."),
            *(OpenApiParameter(name, str, description=told) for name, told in AMOUNTS.items()),
        ],
        responses=QUOTE,
    )
    def get(self, request: Request, slug: str) -> Response:
        """What is not told is taken from the site's terms and the SKU's cost; what is still unknown counts as nothing
        and is named in `missing`."""
        asked = request.query_params.dict()
        number = asked.get("site", "")
        site = GroupSite.objects.filter(store=self.store, pk=int(number) if is_id(number) else 0).first()
        sku = SKU.objects.filter(store=self.store, code=asked.get("sku", "")).first()
        if number and site is None:
            raise Unprocessable("site", _("There is no such site."))
        if asked.get("sku") and sku is None:
            raise Unprocessable("sku", _("No SKU of this store has the code “%s”.") % asked["sku"][:80])
        try:
            asked |= {"pieces": asked.pop("units")} if "units" in asked else {}
            told = {name: percent(value or None, name) for name, value in asked.items() if name in quoting.SHARES}
            said = quoting.known(self.store, site, sku) | asked | told
            found = quoting.answer(quoting.question(said))
        except ValidationError as problem:
            raise refused(problem) from None
        return Response(
            {
                "lowest_price": None if found.lowest_fen is None else str(yuan(found.lowest_fen)),
                "price": None if found.price_fen is None else str(yuan(found.price_fen)),
                "least_units": found.least,
                "forecast": quoting.account_json(found.account) if found.account else None,
                "missing": list(quoting.untold(said)),
            }
        )
