"""Making and changing a campaign over REST, and the steps of its life."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.urls import reverse
from django.utils.translation import gettext as _
from rest_framework.request import Request

from campaigns import services, states
from campaigns.api.deals import money, refused, whole
from campaigns.api.running import CampaignView
from campaigns.api.typed import as_typed, day_of, products_of, refused_form
from campaigns.forms import CampaignForm, coming_events
from campaigns.models import Campaign, CampaignItem, Phase
from campaigns.services import ItemTerms
from kpis.queries import figures_changed
from opsplan.lib import clock
from opsplan.lib.money import yuan
from products.models import Product
from staff.access import token_of
from staff.api.base import Unprocessable, fraction_field, instant_field
from staff.models import User
from staff.roles import Action

State = Campaign.State
NAMES = {
    "name": "name", "type": "kind", "first": "first_day", "last": "last_day", "event": "event",
    "price_rules": "price_event", "theme": "theme", "terms": "terms_shown", "prize": "prize", "products": "products",
}  # fmt: skip
DAYS = ("first", "last")
Rows = list[tuple[Product, dict[str, Any]]]


class CampaignWrites(CampaignView):
    """What the endpoints that change campaigns share."""

    writes = Action.SET_TARGETS

    def by(self, request: Request) -> User:
        return token_of(request).user

    def keep(self, campaign: Campaign, fields: Mapping[str, Any], by: User) -> Campaign:
        """Save a new or known campaign with what was sent of it; what was not named stays. Unprocessable."""
        rows, form = self.form(campaign, fields)
        if not form.is_valid():
            raise refused_form(form, NAMES)
        try:
            with transaction.atomic():
                for span in form.keep(by):
                    figures_changed(self.store, span.first, span.last)
                if rows:
                    self.keep_items(campaign, rows, "products", by)
        except ValidationError as problem:
            raise refused(problem) from None
        return campaign

    def form(self, campaign: Campaign, fields: Mapping[str, Any]) -> tuple[Rows | None, CampaignForm]:
        """The form of a campaign, filled in with what was sent, and the rows of its products (None: not named)."""
        rows = None if fields.get("products") is None else products_of(self.store, fields["products"], "products")
        there: list[int] = list(campaign.products.values_list("pk", flat=True)) if campaign.pk else []
        typed: dict[str, Any] = {
            mine: as_typed(getattr(campaign, mine)) for mine in NAMES.values() if mine not in ("products", "prize")
        }
        typed["prize"] = "" if campaign.prize_fen is None else str(yuan(campaign.prize_fen))
        typed |= {NAMES[name]: day_of(fields, name) if name in DAYS else as_typed(fields[name])
                  for name in NAMES if name in fields and name != "products"}  # fmt: skip
        typed["products"] = there if rows is None else [product.pk for product, _row in rows]
        return rows, CampaignForm(typed, instance=campaign, store=self.store)

    def keep_items(self, campaign: Campaign, rows: Rows, where: str, by: User) -> None:
        """Prices, pieces and limits of the products named; what a row does not name stays."""
        there = {item.product_id: item for item in campaign.items.all()}
        terms = {}
        for i, (product, row) in enumerate(rows):
            item = there.get(product.pk) or CampaignItem()
            try:
                terms[product.pk] = ItemTerms(
                    money(row, "price") if "price" in row else item.price_fen,
                    whole(row, "units", None) if "units" in row else item.quantity,
                    whole(row, "limit", None) if "limit" in row else item.limit,
                )
            except Unprocessable as problem:
                raise problem.within(f"{where}[{i}].") from None
        services.set_items(campaign, terms, by)

    def same(self, fields: Mapping[str, Any]) -> Campaign | None:
        """The campaign that says just this already: a request that was sent twice. None where there is none."""
        event = coming_events(self.store, clock.today(self.store.timezone)).get(as_typed(fields.get("event")))
        usual = {"first": f"{event.period.first}", "last": f"{event.period.last}"} if event else {}
        days = {end: day_of(fields, end) or usual.get(end, "") for end in DAYS}
        if not all(days.values()):
            return None
        name, fields = as_typed(fields.get("name")).strip(), {**fields, **days}
        there = Campaign.objects.filter(store=self.store, name=name, first_day=days["first"]).first()
        if there is None:
            return None
        rows, form = self.form(there, fields)
        items = {item.product_id: item for item in there.items.all()}
        said = [(items.get(product.pk), row) for product, row in rows or ()]
        is_same = not form.has_changed() and all(
            item is not None
            and ("price" not in row or money(row, "price") == item.price_fen)
            and all(row.get(name, now) == now for name, now in (("units", item.quantity), ("limit", item.limit)))
            for item, row in said
        )
        return there if is_same else None

    def set_phases(self, campaign: Campaign, rows: list[dict[str, Any]], by: User) -> None:
        """All phases of a campaign. Unprocessable."""
        spans, shares = {}, dict[str, Decimal | None]()
        for i, row in enumerate(rows):
            kind, where = str(row.get("phase") or ""), f"phases[{i}]."
            if kind not in Phase.Kind.values or kind in spans:
                known = _("%(code)s stands there twice.") % {"code": kind}
                said = known if kind in spans else _("“%s” is not one of the valid values.") % kind[:60]
                raise Unprocessable(f"{where}phase", said, Phase.Kind.values)
            ends = [instant_field(row, name, f"{where}{name}") for name in ("start", "end")]
            if ends[0] is None or ends[1] is None:
                raise Unprocessable(where.rstrip("."), _("Give both ends of a phase as day and time."))
            spans[kind], shares[kind] = (ends[0], ends[1]), share_of(row, where)
        try:
            services.set_phases(campaign, spans, by, shares)
        except ValidationError as problem:
            raise refused(problem, "phases") from None

    def step(self, campaign: Campaign, verb: str, reason: str, by: User) -> None:
        """A step of its life; one that was taken already is not taken again. Unprocessable."""
        if verb not in VERBS:
            raise Unprocessable("do", _("Unknown deed."), VERBS)
        try:
            with transaction.atomic():
                take_step(campaign, verb, reason, by)
        except ValidationError as problem:
            raise refused(problem, "do") from None


VERBS = ("check", "ask", "withdraw", "stop")


def take_step(campaign: Campaign, verb: str, reason: str, by: User) -> None:
    """ValidationError: it cannot be taken from where the campaign stands."""
    store = campaign.store
    if verb == "check" and campaign.state != State.CHECKED:
        states.check(campaign, by)
    elif verb == "ask":
        states.ask(campaign, by, reverse("campaign", args=[store.slug, campaign.pk]), reason)
    elif verb == "withdraw":
        if campaign.state not in (State.DRAFT, *states.PLANNED):
            raise ValidationError(_("This cannot be done with a campaign that is in this state."))
        states.reopen(campaign, by, reason or _("Taken back"))
    elif verb == "stop" and campaign.state != State.STOPPED:
        states.stop(campaign, by, reason)
        figures_changed(store, campaign.held_to(store.timezone), campaign.last_day)


def share_of(row: Mapping[str, Any], where: str) -> Decimal | None:
    """Its part of the goal in percent, as it is kept."""
    return None if row.get("share") is None else Decimal(fraction_field(row["share"], f"{where}share")) / 100


def share_told(percent: Decimal | None) -> str | None:
    return None if percent is None else f"{percent / 100:.4f}"


def phases_told(campaign: Campaign) -> list[dict[str, Any]]:
    return [
        {
            "phase": phase.kind,
            "start": phase.starts_at,
            "end": phase.ends_at,
            "share": share_told(phase.share),
        }
        for phase in campaign.phases.all()
    ]
