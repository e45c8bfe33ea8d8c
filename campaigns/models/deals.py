"""Group-buy deals: what is promised on a site, what was sold, how it went on, and the settlement.

Money is fen, rates are 1/10000 (bp), instants are UTC. Only `campaigns.groupbuy` writes these; what a sale takes from
the stock ledger is worked out there.
"""

import datetime as dt

from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from campaigns.models.campaigns import Campaign
from products.models import SKU
from stores.models import GroupSite, Store

USER = settings.AUTH_USER_MODEL
BP = MaxValueValidator(10_000)


class GroupDeal(models.Model):
    """A deal on a site. It sells in [opens_at, closes_at).

    minimum: buyers that make it stand (0 = none is needed), counted `form_hours` after it opens (None = when it
    closes); the decision waits `grace_hours` more for sales that are told late. valid_until: vouchers are redeemed
    before. priority: 1 comes first where deals want the same stock. rate_bp .. instalments: the site's terms as agreed
    for this deal (see `GroupSite`). freight_fen, packing_fen, return_fen, gift_fen: freight and packing of a shipped
    unit, freight of one that comes back, gifts that go with a unit. refund_bp, back_bp: share of units expected to be
    refunded before, after shipping. asked, allowed: what a second person is asked for and has allowed, by SKU's id
    ({"deep_fen", "low_fen", "rules"}, see `campaigns.guarding.Allowed`).
    """

    class State(models.TextChoices):
        PLANNED = "planned", _("Planned")
        APPROVED = "approved", _("Approved, stock held")
        OPEN = "open", _("Selling")
        REACHED = "reached", _("Group formed")
        MISSED = "missed", _("Group missed")
        FULFILLING = "fulfilling", _("Fulfilling")
        SETTLED = "settled", _("Settled up")
        CLOSED = "closed", _("Filed")
        CANCELLED = "cancelled", _("Cancelled")

    store = models.ForeignKey(Store, on_delete=models.CASCADE, related_name="deals")
    site = models.ForeignKey(GroupSite, on_delete=models.RESTRICT, related_name="deals", verbose_name=_("site"))
    campaign = models.ForeignKey(
        Campaign, on_delete=models.SET_NULL, null=True, blank=True, related_name="deals", verbose_name=_("campaign")
    )
    name = models.CharField(_("name"), max_length=100)
    state = models.CharField(_("state"), max_length=10, choices=State.choices, default=State.PLANNED, editable=False)
    opens_at = models.DateTimeField(_("opens"))
    closes_at = models.DateTimeField(_("closes"))
    minimum = models.PositiveIntegerField(_("buyers needed"), default=0)
    form_hours = models.PositiveIntegerField(_("hours to find them"), null=True, blank=True)
    grace_hours = models.PositiveSmallIntegerField(_("hours to wait for late news"), default=0)
    limit = models.PositiveIntegerField(_("pieces a buyer"), null=True, blank=True, validators=[MinValueValidator(1)])
    is_voucher = models.BooleanField(_("sells vouchers"), default=False)
    valid_until = models.DateTimeField(_("vouchers valid until"), null=True, blank=True)
    priority = models.PositiveSmallIntegerField(
        _("priority"), default=5, validators=[MinValueValidator(1), MaxValueValidator(9)]
    )
    rate_bp = models.PositiveIntegerField(_("commission (1/10000)"), default=0, validators=[BP])
    guarantee_fen = models.BigIntegerField(_("least commission (fen)"), default=0)
    slot_fen = models.BigIntegerField(_("slot fee (fen)"), default=0)
    instalments = models.JSONField(_("instalments"), default=list, blank=True)
    freight_fen = models.BigIntegerField(_("freight of a piece (fen)"), default=0)
    packing_fen = models.BigIntegerField(_("packing of a piece (fen)"), default=0)
    return_fen = models.BigIntegerField(_("freight of a piece that comes back (fen)"), default=0)
    gift_fen = models.BigIntegerField(_("gifts with a piece (fen)"), default=0)
    refund_bp = models.PositiveIntegerField(_("refunds expected before shipping"), default=0, validators=[BP])
    back_bp = models.PositiveIntegerField(_("returns expected after shipping"), default=0, validators=[BP])
    price_event = models.CharField(_("price rules of the event"), max_length=40, blank=True)
    note = models.TextField(_("note"), max_length=1000, blank=True)
    asked = models.JSONField(default=dict, blank=True, editable=False)
    allowed = models.JSONField(default=dict, blank=True, editable=False)
    created_by = models.ForeignKey(USER, on_delete=models.SET_NULL, null=True, blank=True, related_name="+")
    created_at = models.DateTimeField(editable=False)
    cancelled_at = models.DateTimeField(null=True, blank=True, editable=False)

    class Meta:
        ordering = ["-opens_at", "-id"]
        constraints = [
            models.CheckConstraint(condition=Q(closes_at__gt=F("opens_at")), name="deal_closes_after_opening"),
            models.UniqueConstraint(fields=["store", "site", "name", "opens_at"], name="deal_once_per_site"),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def reference(self) -> str:
        """Its name in the stock ledger."""
        return f"deal:{self.pk}"

    @property
    def form_by(self) -> dt.datetime:
        """The instant by which the buyers must have been found."""
        if self.form_hours is None:
            return self.closes_at
        return min(self.closes_at, self.opens_at + dt.timedelta(hours=self.form_hours))

    @property
    def over_at(self) -> dt.datetime:
        """The instant from which no more sales are waited for."""
        return self.closes_at + dt.timedelta(hours=self.grace_hours)

    @property
    def decided_at(self) -> dt.datetime:
        """The instant at which it is decided whether it stands."""
        return self.form_by + dt.timedelta(hours=self.grace_hours) if self.minimum else self.over_at


class DealLine(models.Model):
    """A SKU of a deal: what a piece costs there (fen) and how many are promised at most. tiers: lower prices from so
    many pieces sold on, [[pieces, fen], ...] (see `campaigns.groupbuy.tiers`). rate_bp: commission of these goods, None
    = that of the deal."""

    deal = models.ForeignKey(GroupDeal, on_delete=models.CASCADE, related_name="lines")
    sku = models.ForeignKey(SKU, on_delete=models.RESTRICT, related_name="deal_lines", verbose_name=_("SKU"))
    price_fen = models.BigIntegerField(_("deal price (fen)"), validators=[MinValueValidator(1)])
    quota = models.PositiveIntegerField(_("quota"), validators=[MinValueValidator(1)])
    tiers = models.JSONField(_("price tiers"), default=list, blank=True)
    rate_bp = models.PositiveIntegerField(_("commission (1/10000)"), null=True, blank=True, validators=[BP])

    class Meta:
        ordering = ["deal", "sku"]
        constraints = [models.UniqueConstraint(fields=["deal", "sku"], name="deal_line_once_per_sku")]

    def __str__(self) -> str:
        return f"{self.deal_id} {self.sku_id}"

    @property
    def lowest_fen(self) -> int:
        """The lowest price a piece may come to: that of the last tier."""
        lowest: int = min([self.price_fen, *(price for _pieces, price in self.tiers)])
        return lowest


class DealSale(models.Model):
    """An order or voucher of a deal, as it stands by what was told so far; `key` is the site's number, told once.

    Units: refunded_before and refunded_after (shipping) and redeemed (核销) only grow, so that what is told twice or in
    another order ends the same; only a correction (`DealCorrection`) lowers them. back_fen: money given back without a
    piece. Of the deal's holds, taken: units the ledger counts as sold; kept: units still held for
    it; short: units nothing was left for, to be refunded. buyer: a digest, "" unknown. at: when it was paid.
    """

    class State(models.TextChoices):
        WAITING = "waiting", _("Paid, not counted yet")
        SOLD = "sold", _("Sold")
        REDEEMED = "redeemed", _("Redeemed")
        REFUNDED = "refunded", _("Refunded")
        RETURNED = "returned", _("Refunded after shipping")
        LAPSED = "lapsed", _("Voucher lapsed")
        SHORT = "short", _("No stock left: to be refunded")

    deal = models.ForeignKey(GroupDeal, on_delete=models.CASCADE, related_name="sales")
    line = models.ForeignKey(DealLine, on_delete=models.RESTRICT, related_name="sales")
    key = models.CharField(_("order or voucher"), max_length=60)
    buyer = models.CharField(max_length=64, blank=True)
    units = models.PositiveIntegerField(_("pieces"))
    paid_fen = models.BigIntegerField(_("paid (fen)"))
    at = models.DateTimeField(_("paid at"))
    refunded_before = models.PositiveIntegerField(default=0)
    refunded_after = models.PositiveIntegerField(default=0)
    redeemed = models.PositiveIntegerField(default=0)
    redeemed_at = models.DateTimeField(null=True, blank=True)
    back_fen = models.PositiveBigIntegerField(_("given back without a piece (fen)"), default=0)
    taken = models.PositiveIntegerField(default=0)
    kept = models.PositiveIntegerField(default=0)
    short = models.PositiveIntegerField(default=0)
    is_new_buyer = models.BooleanField(null=True, blank=True)
    state = models.CharField(max_length=8, choices=State.choices, default=State.WAITING)
    recorded_at = models.DateTimeField()

    class Meta:
        ordering = ["at", "id"]
        constraints = [
            models.UniqueConstraint(fields=["deal", "key"], name="deal_sale_once"),
            models.CheckConstraint(
                condition=Q(units__gte=F("refunded_before") + F("refunded_after")), name="deal_sale_gives_back_no_more"
            ),
        ]
        indexes = [models.Index(fields=["deal", "buyer"], name="deal_sale_buyer")]

    def __str__(self) -> str:
        return f"{self.deal_id} {self.key}"

    @property
    def net(self) -> int:
        """Units not refunded."""
        return self.units - self.refunded_before - self.refunded_after


class DealCorrection(models.Model):
    """An order or voucher was corrected, partly refunded or struck out: who, when and why. before, after: the fields
    that changed (`campaigns.groupbuy.correcting.FIELDS`), after is {} where it was struck. Never edited."""

    deal = models.ForeignKey(GroupDeal, on_delete=models.CASCADE, related_name="corrections")
    sale = models.ForeignKey(DealSale, on_delete=models.SET_NULL, null=True, blank=True, related_name="corrections")
    key = models.CharField(max_length=60)
    by = models.ForeignKey(USER, on_delete=models.SET_NULL, null=True, blank=True, related_name="+")
    at = models.DateTimeField()
    why = models.CharField(_("why"), max_length=300)
    before = models.JSONField()
    after = models.JSONField()

    class Meta:
        ordering = ["-at", "-id"]

    def __str__(self) -> str:
        return f"{self.deal_id} {self.key}"


class DealTransition(models.Model):
    """A step of a deal's life (by null = the clock; at = when it was due then). Never edited."""

    deal = models.ForeignKey(GroupDeal, on_delete=models.CASCADE, related_name="transitions")
    before = models.CharField(max_length=10)
    after = models.CharField(max_length=10)
    by = models.ForeignKey(USER, on_delete=models.SET_NULL, null=True, blank=True, related_name="+")
    at = models.DateTimeField()
    note = models.CharField(max_length=300, blank=True)
    effect = models.JSONField(default=dict)

    class Meta:
        ordering = ["at", "id"]

    def __str__(self) -> str:
        return f"{self.deal_id} {self.before} > {self.after}"


class DealStep(models.Model):
    """One of the ten steps of S098 (number 1 to 10): who does it, by which local day, what came out of it."""

    deal = models.ForeignKey(GroupDeal, on_delete=models.CASCADE, related_name="steps")
    number = models.PositiveSmallIntegerField()
    owner = models.ForeignKey(
        USER, on_delete=models.SET_NULL, null=True, blank=True, related_name="+", verbose_name=_("owner")
    )
    due = models.DateField(_("due"))
    output = models.CharField(_("output"), max_length=500, blank=True)
    done_by = models.ForeignKey(USER, on_delete=models.SET_NULL, null=True, blank=True, related_name="+")
    done_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["number"]
        constraints = [models.UniqueConstraint(fields=["deal", "number"], name="deal_step_once")]

    def __str__(self) -> str:
        return f"{self.deal} {self.number}"


class DealDecision(models.Model):
    """What was decided on a line's stock a week before the deal opens: who, when, on which numbers (pieces)."""

    class Choice(models.TextChoices):
        ENOUGH = "enough", _("Enough")
        RESTOCK = "restock", _("Restock")
        LOWER = "lower", _("Lower the quota")

    line = models.ForeignKey(DealLine, on_delete=models.CASCADE, related_name="decisions")
    choice = models.CharField(_("decision"), max_length=7, choices=Choice.choices)
    need = models.IntegerField()
    available = models.IntegerField()
    note = models.CharField(_("note"), max_length=300, blank=True)
    by = models.ForeignKey(USER, on_delete=models.SET_NULL, null=True, related_name="+")
    at = models.DateTimeField()

    class Meta:
        ordering = ["-id"]

    def __str__(self) -> str:
        return f"{self.line_id} {self.choice}"


class DealPaper(models.Model):
    """A file that belongs to a deal: contract, site's sheet, invoice. path: below OPSPLAN_HOME/deals."""

    deal = models.ForeignKey(GroupDeal, on_delete=models.CASCADE, related_name="papers")
    name = models.CharField(_("name"), max_length=200)
    path = models.CharField(max_length=200)
    size = models.PositiveIntegerField(default=0)
    by = models.ForeignKey(USER, on_delete=models.SET_NULL, null=True, related_name="+")
    at = models.DateTimeField()

    class Meta:
        ordering = ["id"]

    def __str__(self) -> str:
        return self.name


class DealClaim(models.Model):
    """What the site's own file says of one order or voucher, fen; compared with ours by `key`. Told again, the newer
    one stands. fees: [[name, fen], ...] of what it takes off beside the commission."""

    deal = models.ForeignKey(GroupDeal, on_delete=models.CASCADE, related_name="claims")
    key = models.CharField(max_length=60)
    units = models.IntegerField(default=0)
    refunded = models.IntegerField(default=0)
    sales_fen = models.BigIntegerField(default=0)
    refund_fen = models.BigIntegerField(default=0)
    commission_fen = models.BigIntegerField(null=True)
    payout_fen = models.BigIntegerField(null=True)
    fees = models.JSONField(default=list)
    at = models.DateTimeField(null=True, blank=True)
    file = models.CharField(max_length=200, blank=True)
    line = models.PositiveIntegerField(default=0)

    class Meta:
        ordering = ["id"]
        constraints = [models.UniqueConstraint(fields=["deal", "key"], name="deal_claim_once")]

    def __str__(self) -> str:
        return f"{self.deal_id} {self.key}"


class Settlement(models.Model):
    """A deal's settlement. Until it is signed its lines are worked out anew; then they stay. site_fen: what the site
    says it owes in all (None = not told)."""

    deal = models.OneToOneField(GroupDeal, on_delete=models.CASCADE, primary_key=True, related_name="settlement")
    site_fen = models.BigIntegerField(_("the site's figure (fen)"), null=True, blank=True)
    said = models.JSONField(default=dict, blank=True)
    billed = models.JSONField(default=dict, blank=True)
    receivable_fen = models.BigIntegerField(null=True, blank=True, editable=False)
    profit_fen = models.BigIntegerField(null=True, blank=True, editable=False)
    note = models.TextField(_("note"), max_length=2000, blank=True)
    made_at = models.DateTimeField()
    signed_by = models.ForeignKey(USER, on_delete=models.SET_NULL, null=True, blank=True, related_name="+")
    signed_at = models.DateTimeField(null=True, blank=True)

    def __str__(self) -> str:
        return f"{self.deal_id}"


class SettlementLine(models.Model):
    """One line of the sheet by cause: ours, the site's (None = it does not say), fen with sign."""

    settlement = models.ForeignKey(Settlement, on_delete=models.CASCADE, related_name="lines")
    cause = models.CharField(max_length=20)
    units = models.IntegerField(null=True, blank=True)
    ours_fen = models.BigIntegerField()
    site_fen = models.BigIntegerField(null=True, blank=True)
    keys = models.JSONField(default=list)  # the orders or vouchers a difference comes from
    note = models.CharField(max_length=300, blank=True)

    class Meta:
        ordering = ["id"]
        constraints = [models.UniqueConstraint(fields=["settlement", "cause"], name="settlement_line_once")]

    def __str__(self) -> str:
        return f"{self.settlement_id} {self.cause}"


class Instalment(models.Model):
    """A part of what the site owes: due on a local day, and what came in of it."""

    settlement = models.ForeignKey(Settlement, on_delete=models.CASCADE, related_name="instalments")
    number = models.PositiveSmallIntegerField()
    due_on = models.DateField(_("due"))
    due_fen = models.BigIntegerField(_("due (fen)"))
    received_fen = models.BigIntegerField(_("received (fen)"), default=0)
    received_on = models.DateField(_("received on"), null=True, blank=True)
    note = models.CharField(_("note"), max_length=200, blank=True)

    class Meta:
        ordering = ["number"]
        constraints = [models.UniqueConstraint(fields=["settlement", "number"], name="instalment_once")]

    def __str__(self) -> str:
        return f"{self.settlement_id} {self.number}"
