"""What can be done over REST about a price that the guard blocks: take a way out, or ask for an exception."""

from django.core.exceptions import ValidationError
from django.urls import reverse
from django.utils.translation import gettext as _
from rest_framework.request import Request
from rest_framework.response import Response

from campaigns import services, states
from campaigns.api import bodies, examples
from campaigns.api.deals import refused
from campaigns.api.making import CampaignWrites
from campaigns.api.planned import ONE, WRONG, campaign_told, way_key
from campaigns.models import Campaign, Guarded, PriceException
from products.models import Product
from staff.api.base import Unprocessable, fields_of
from staff.api.bodies import operation


class BlockedView(CampaignWrites):
    def product(self, request: Request) -> Product:
        """The product that was named, or Unprocessable."""
        code = str(fields_of(request).get("product") or "")
        found = Product.objects.filter(store=self.store, code=code).first()
        if found is None:
            raise Unprocessable("product", _("No product of this store has this code."))
        return found


class WaysOutView(BlockedView):
    """The guard's ways out."""

    @operation(
        summary="Take a way out that the guard proposes for a product",
        description="One that was taken is not proposed any more: sent again, it is refused.",
        request=bodies.WAY_OUT,
        examples=[examples.sent("Leave the product out of an offer", examples.WAY_OUT)],
        responses={200: ONE, 422: WRONG},
    )
    def post(self, request: Request, slug: str, pk: int) -> Response:
        campaign, product = self.campaign(pk), self.product(request)
        row = Guarded.objects.filter(campaign=campaign, product=product).first()
        keys = [way_key(way) for way in row.ways_out] if row else []
        way = str(fields_of(request).get("way") or "")
        if way not in keys:
            raise Unprocessable("way", _("This way out is not there any more."), keys)
        try:
            services.take_way_out(campaign, product.pk, keys.index(way), self.by(request))
        except ValidationError as problem:
            raise refused(problem, "way") from None
        return Response(campaign_told(campaign))


class ExceptionsView(BlockedView):
    """Prices below what is allowed."""

    @operation(
        summary="Ask to sell a product below what is allowed",
        description="A second person decides, at `approvals`. While that waits, asking again asks nobody anew.",
        request=bodies.EXCEPTION,
        examples=[examples.sent("Clear the old packaging", examples.EXCEPTION)],
        responses={200: ONE, 422: WRONG},
    )
    def post(self, request: Request, slug: str, pk: int) -> Response:
        campaign, product = self.campaign(pk), self.product(request)
        if not is_asked(campaign, product):
            path = reverse("campaign", args=[self.store.slug, campaign.pk])
            reason = str(fields_of(request).get("reason") or "")
            try:
                states.ask_exception(campaign, product.pk, self.by(request), reason, path)
            except ValidationError as problem:
                raise refused(problem, "product") from None
        return Response(campaign_told(campaign))


def is_asked(campaign: Campaign, product: Product) -> bool:
    """Whether an exception waits for the price as it is now."""
    row = Guarded.objects.filter(campaign=campaign, product=product).first()
    asked = PriceException.objects.filter(campaign=campaign, product=product, state=PriceException.State.OPEN)
    return row is not None and row.deep_fen is not None and asked.filter(deep_fen=row.deep_fen).exists()
