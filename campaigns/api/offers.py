"""The offers of a campaign over REST: yuan and fractions as text; terms go through the form of the page."""

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Any

from django.core.exceptions import ValidationError
from django.http import Http404
from django.utils.translation import gettext as _
from drf_spectacular.utils import OpenApiResponse
from rest_framework.request import Request
from rest_framework.response import Response

from campaigns import services
from campaigns.api import bodies, examples
from campaigns.api.deals import refused
from campaigns.api.making import CampaignWrites
from campaigns.api.offer_terms import ROWS, form_fields, fraction, percent, rows_of, terms_told
from campaigns.api.typed import as_typed, refused_form
from campaigns.models import Campaign, CampaignOffer
from campaigns.offer_forms import OfferForm, warnings_of
from campaigns.rules import offer_of, window
from campaigns.wording import terms_said
from opsplan import shapes
from staff.api.base import Unprocessable, fields_of, instant_field
from staff.api.bodies import operation
from staff.models import User

NAMES = {
    "kind": "kind", "name": "name", "level": "level", "audience": "audience", "products": "products",
    "starts_at": "starts_at", "ends_at": "ends_at", "limit": "limit", "units": "stock",
    "platform_share": "platform_percent", "influencer_share": "influencer_percent", "excludes": "excluded",
    **{f"terms.{name}": name for name in ROWS},
}  # fmt: skip
CALLED = {"platform_bp": "platform_share", "influencer_bp": "influencer_share", "stock": "units"}  # of the rows
TIMES, SHARES = ("starts_at", "ends_at"), ("platform_share", "influencer_share")
SAME = (
    "kind", "name", "level", "audience", "starts_at", "ends_at", "limit", "stock", "platform_bp", "influencer_bp",
)  # fmt: skip
OFF = shapes.number("What is taken off, a fraction: 0.2 leaves 80 % to pay.")
YUAN, OFF_RATE = shapes.or_null(shapes.yuan()), shapes.or_null(OFF)
AT = shapes.number("From this amount (yuan), or this many pieces, on.")
TERMS = shapes.thing(
    "OfferTerms",
    {},
    "Those of its kind.",
    maybe={
        "prices": shapes.many(shapes.thing("OfferPrice", {"code": shapes.text(), "price": shapes.yuan()})),
        "off_rate": OFF_RATE,
        "off": YUAN | {"description": "Yuan off, two decimals."},
        "steps": shapes.many(shapes.thing("OfferStep", {"from": AT, "off": YUAN, "off_rate": OFF_RATE})),
        "gifts": shapes.many(
            shapes.thing(
                "OfferGift",
                {"from": AT, "item": shapes.text(), "cost": shapes.yuan("Of one."), "units": shapes.whole()},
            )
        ),
        "tiers": shapes.many(shapes.thing("OfferTier", {"level": shapes.whole("Of VIP."), "off_rate": OFF})),
        "by_units": shapes.yes("`from` counts pieces instead of money."),
        "repeating": shapes.yes("Again each time it is reached."),
        "cap": shapes.or_null(shapes.yuan("At most this much off.")),
        "from": shapes.yuan("From this amount on."),
        "n": shapes.whole("Of every so many pieces."),
        "units": shapes.or_null(shapes.whole("Or from this many pieces on.")),
        "item": shapes.text("What is added."),
        "price": shapes.yuan("What is paid for it."),
        "cost": shapes.yuan("What it costs."),
        "deposit": shapes.yuan("Paid at once for a piece."),
        "counts": shapes.or_null(shapes.yuan("What the deposit counts as.")),
        "claim_from": shapes.or_null(shapes.instant("It can be claimed from then on.")),
        "claim_until": shapes.or_null(shapes.instant()),
    },
)
FIELDS = {
    "id": shapes.whole(),
    "kind": shapes.one_of(CampaignOffer.Kind.values),
    "name": shapes.text(),
    "level": shapes.one_of(CampaignOffer.Level.values, "Who gives it."),
    "audience": shapes.one_of(CampaignOffer.Audience.values, "For whom."),
    "products": shapes.many(shapes.text("The merchant code."), "None: all of the campaign."),
    "starts_at": shapes.or_null(shapes.instant("Null: with the campaign.")),
    "ends_at": shapes.or_null(shapes.instant("Null: with the campaign.")),
    "limit": shapes.or_null(shapes.whole("Pieces a buyer may have.")),
    "units": shapes.or_null(shapes.whole("Pieces or coupons in all.")),
    "platform_share": shapes.number("What the platform pays of it, a fraction."),
    "influencer_share": shapes.number("What the influencer pays of it, a fraction."),
    "excludes": shapes.many(shapes.one_of(CampaignOffer.Kind.values), "Not together with these kinds."),
    "terms": TERMS,
    "text": shapes.text("What it gives, in words."),
    "is_off": shapes.yes("It is switched off."),
}
ONE = shapes.thing("Offer", FIELDS)
SAVED = shapes.thing(
    "OfferSaved",
    FIELDS
    | {
        "blocked": shapes.many(shapes.text("The merchant code."), "Products of the campaign below what is allowed."),
        "warnings": shapes.many(shapes.text(), "What is to be known, in words."),
    },
)
WRONG = OpenApiResponse(description="A field has a value we cannot use; nothing was stored.")


class CampaignOffers(CampaignWrites):
    """What the endpoints of a campaign's offers share."""

    def keep_offer(self, campaign: Campaign, offer: CampaignOffer, said: Mapping[str, Any], by: User) -> Response:
        """Save a new or known offer as `said` in full. Unprocessable."""
        form = OfferForm(typed(campaign, said), instance=offer, campaign=campaign, rows=rows_of(said))
        if not form.is_valid():
            raise refused_form(form, NAMES | form_fields(said), "terms")
        kept, products = form.save(commit=False), list(form.cleaned_data["products"])
        is_new = kept.pk is None
        if is_new and (there := same(kept, {x.pk for x in products})):
            return Response(saved_told(there))
        try:
            services.save_offer(kept, products, by)
        except ValidationError as problem:
            raise refused(renamed(problem)) from None
        return Response(saved_told(kept), status=201 if is_new else 200)

    def offer(self, campaign: Campaign, pk: int) -> CampaignOffer:
        found = CampaignOffer.objects.filter(campaign=campaign, pk=pk).first()
        if found is None:
            raise Http404
        found.campaign = campaign
        return found


class OffersView(CampaignOffers):
    """The offers of a campaign."""

    @operation(
        summary="The offers of a campaign, with their terms",
        responses=shapes.thing("OffersOfCampaign", {"offers": shapes.many(ONE)}),
    )
    def get(self, request: Request, slug: str, pk: int) -> Response:
        campaign = self.campaign(pk)
        return Response({"offers": [offer_told(x) for x in campaign.offers.prefetch_related("products")]})

    @operation(
        summary="Add an offer to a campaign",
        description="The same again makes no second one: it is answered with 200.",
        request=bodies.OFFER,
        examples=[examples.sent("满300减40, 满500减80, not with coupons", examples.LADDER)],
        responses={201: SAVED, 200: SAVED, 422: WRONG},
    )
    def post(self, request: Request, slug: str, pk: int) -> Response:
        campaign = self.campaign(pk)
        return self.keep_offer(campaign, CampaignOffer(campaign=campaign), fields_of(request), self.by(request))


class OfferView(CampaignOffers):
    """One offer of a campaign."""

    @operation(summary="An offer of a campaign", responses=ONE)
    def get(self, request: Request, slug: str, pk: int, offer: int) -> Response:
        return Response(offer_told(self.offer(self.campaign(pk), offer)))

    @operation(
        summary="Change an offer of a campaign",
        description="What is not named stays; `terms` are those that are sent, all of them.",
        request=bodies.OFFER_CHANGE,
        examples=[examples.sent("Another threshold", examples.HIGHER)],
        responses={200: SAVED, 422: WRONG},
    )
    def patch(self, request: Request, slug: str, pk: int, offer: int) -> Response:
        campaign = self.campaign(pk)
        found = self.offer(campaign, offer)
        return self.keep_offer(campaign, found, offer_told(found) | fields_of(request), self.by(request))

    @operation(summary="Take an offer out of a campaign", request=None, responses={204: None, 422: WRONG})
    def delete(self, request: Request, slug: str, pk: int, offer: int) -> Response:
        try:
            services.delete_offer(self.offer(self.campaign(pk), offer), self.by(request))
        except ValidationError as problem:
            raise refused(problem) from None
        return Response(status=204)


def typed(campaign: Campaign, said: Mapping[str, Any]) -> dict[str, Any]:
    """What was said as the form of the page takes it."""
    found: dict[str, Any] = {mine: as_typed(said.get(name)) for name, mine in NAMES.items()}
    found |= {name: as_typed(instant_of(said, name)) for name in TIMES}
    found |= {NAMES[name]: percent(said.get(name), name) for name in SHARES}
    found["level"] = found["level"] or CampaignOffer.Level.SHOP
    found["audience"] = found["audience"] or CampaignOffer.Audience.ALL
    found["products"] = codes_of(campaign, said.get("products") or [])
    found["excluded"] = said.get("excludes") or []
    terms = said.get("terms") or {}
    for name, mine in form_fields(said).items():
        value = terms.get(name.removeprefix("terms."))
        value = percent(value, name) if mine == "percent" else value
        found[mine] = value if isinstance(value, bool) else as_typed(value)
    for name in ("claim_from", "claim_until"):
        if terms.get(name):
            found[name] = as_typed(instant_of(terms, name, "terms."))
    return found


def renamed(problem: ValidationError) -> ValidationError:
    """The same of fields as REST calls them."""
    if not hasattr(problem, "error_dict"):
        return problem
    return ValidationError({CALLED.get(field, field): texts for field, texts in problem.message_dict.items()})


def instant_of(said: Mapping[str, Any], name: str, where: str = "") -> str | None:
    """An instant as the form takes it; it needs its offset. Unprocessable."""
    found = said.get(name)
    if not isinstance(found, dt.datetime):
        found = instant_field(said, name, f"{where}{name}")
    return found.astimezone(dt.UTC).isoformat() if found else None


def codes_of(campaign: Campaign, codes: Sequence[str]) -> list[int]:
    """The numbers of products of the campaign by their codes. Unprocessable."""
    known = dict(campaign.products.filter(code__in=codes).values_list("code", "pk"))
    for i, code in enumerate(codes):
        if code not in known:
            raise Unprocessable(f"products[{i}]", _("Products that do not take part: %s.") % code[:40])
    return [known[code] for code in codes]


def same(offer: CampaignOffer, products: set[int]) -> CampaignOffer | None:
    """The offer of the campaign that says just this already: a request that was sent twice."""

    def told(x: CampaignOffer) -> list[Any]:
        return [*(getattr(x, name) for name in SAME), sorted(x.excludes), terms_told(x)]

    for there in offer.campaign.offers.filter(kind=offer.kind, is_off=False).prefetch_related("products"):
        if told(there) == told(offer) and {x.pk for x in there.products.all()} == products:
            there.campaign = offer.campaign
            return there
    return None


def offer_told(offer: CampaignOffer) -> dict[str, Any]:
    return {
        "id": offer.pk,
        "kind": offer.kind,
        "name": offer.name,
        "level": offer.level,
        "audience": offer.audience,
        "products": sorted(x.code for x in offer.products.all()),
        "starts_at": offer.starts_at,
        "ends_at": offer.ends_at,
        "limit": offer.limit,
        "units": offer.stock,
        "platform_share": fraction(offer.platform_bp),
        "influencer_share": fraction(offer.influencer_bp),
        "excludes": offer.excludes,
        "terms": terms_told(offer),
        "text": terms_said(offer_of(offer, None, window(offer.campaign))),
        "is_off": offer.is_off,
    }


def saved_told(offer: CampaignOffer) -> dict[str, Any]:
    blocked = list(offer.campaign.guarded.filter(is_blocked=True).values_list("product__code", flat=True))
    return offer_told(offer) | {"blocked": blocked, "warnings": warnings_of(offer, is_blocked=bool(blocked))}
