"""Promotion rules of a campaign, how a store stacks them, what the guard found, and exceptions to it."""

from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.utils.translation import gettext_lazy as _

from campaigns.models.campaigns import Campaign
from products.models import Product
from stores.models import Store

USER = settings.AUTH_USER_MODEL


class CampaignOffer(models.Model):
    """An offer (see `campaigns.offers.kinds`): amounts in fen, rates in basis points. Without times it lasts as long
    as the campaign; without products it covers the campaign's."""

    class Kind(models.TextChoices):
        TIMED = "timed", _("Limited-time price")
        FLASH = "flash", _("Flash sale")
        REDUCTION = "reduction", _("Money off from an amount")
        FULL_RATE = "full_rate", _("Percent off from a number")
        GIFT = "gift", _("Gift from an amount")
        NTH = "nth", _("N-th piece cheaper")
        ADD_ON = "add_on", _("Add-on for a small price")
        N_FREE = "n_free", _("One of N free")
        FREE_FREIGHT = "free_freight", _("Free shipping")
        COUPON = "coupon", _("Coupon")
        VIP = "vip", _("VIP price")
        ONE_YUAN = "one_yuan", _("One-yuan sale")
        FREIGHT_CARD = "freight_card", _("Free-shipping card for a year")
        PRESALE = "presale", _("Presale")
        GROUP = "group", _("Group price")
        RED_PACKET = "red_packet", _("Red packet")
        POINTS = "points", _("Points")

    class Level(models.TextChoices):
        ITEM = "item", _("Item")
        SHOP = "shop", _("Shop")
        PLATFORM = "platform", _("Platform")

    class Audience(models.TextChoices):
        ALL = "all", _("Everybody")
        NEW = "new", _("New customers")
        VIP = "vip", _("VIP customers")

    campaign = models.ForeignKey(Campaign, on_delete=models.CASCADE, related_name="offers")
    kind = models.CharField(_("kind"), max_length=12, choices=Kind.choices)
    name = models.CharField(_("name"), max_length=80, blank=True)
    level = models.CharField(_("level"), max_length=8, choices=Level.choices, default=Level.SHOP)
    terms = models.JSONField(default=dict)
    products = models.ManyToManyField(Product, related_name="+", blank=True, verbose_name=_("products"))
    platform_bp = models.PositiveIntegerField(
        _("paid by the platform (1/10000)"), default=0, validators=[MaxValueValidator(10_000)]
    )
    influencer_bp = models.PositiveIntegerField(
        _("paid by the influencer (1/10000)"), default=0, validators=[MaxValueValidator(10_000)]
    )
    starts_at = models.DateTimeField(_("starts"), null=True, blank=True)
    ends_at = models.DateTimeField(_("ends"), null=True, blank=True)
    limit = models.PositiveIntegerField(_("pieces a buyer"), null=True, blank=True)
    stock = models.PositiveIntegerField(_("pieces or coupons in all"), null=True, blank=True)
    audience = models.CharField(_("for whom"), max_length=4, choices=Audience.choices, default=Audience.ALL)
    excludes = models.JSONField(_("not together with"), default=list, blank=True)
    is_off = models.BooleanField(_("switched off"), default=False)

    class Meta:
        ordering = ["level", "id"]

    def __str__(self) -> str:
        return self.name or self.get_kind_display()


class CampaignRules(models.Model):
    """How a store's offers stack, what the guard asks for, and what an order costs beside the goods.

    order: slots in the order of stacking, [] = as usual. cost_factor: no unit price below cost x this. shares:
    percent of the goal by phase, {} = `campaigns.rhythm.USUAL`."""

    class Base(models.TextChoices):
        PARALLEL = "parallel", _("Price after the item's own offers")
        PROGRESSIVE = "progressive", _("What is left when its turn comes")

    store = models.OneToOneField(Store, on_delete=models.CASCADE, primary_key=True, related_name="campaign_rules")
    order = models.JSONField(default=list, blank=True)
    base = models.CharField(_("thresholds look at"), max_length=11, choices=Base.choices, default=Base.PARALLEL)
    cost_factor = models.DecimalField(
        _("lowest price, times the cost"), max_digits=5, decimal_places=3, default=1, validators=[MinValueValidator(0)]
    )
    prize_most_fen = models.BigIntegerField(_("dearest prize allowed (fen)"), null=True, blank=True, default=5_000_000)
    fee_bp = models.PositiveIntegerField(_("platform fee (1/10000 of what is paid)"), default=500)
    freight_fen = models.PositiveIntegerField(_("freight of an order (fen)"), default=600)
    packaging_fen = models.PositiveIntegerField(_("packaging of an order (fen)"), default=200)
    ads_fen = models.PositiveIntegerField(_("ads for an order (fen)"), default=0)
    sold_freight_fen = models.PositiveIntegerField(_("freight a buyer pays (fen)"), default=0)
    shares = models.JSONField(_("usual shares of the phases (%)"), default=dict, blank=True)

    def __str__(self) -> str:
        return str(self.store)


class RuleText(models.Model):
    """How a rule prices are held against is written for a store, over `campaigns.price_rules.USUAL` of the same key.

    since: the day it holds from (None = not told); is_confirmed: somebody has compared it with its source."""

    store = models.ForeignKey(Store, on_delete=models.CASCADE, related_name="rule_texts")
    key = models.CharField(max_length=20)
    text = models.TextField(_("text"), max_length=1000)
    source = models.CharField(_("source"), max_length=200)
    since = models.DateField(_("in force from"), null=True, blank=True)
    is_confirmed = models.BooleanField(_("compared with the source"), default=False)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["store", "key"], name="rule_text_once")]

    def __str__(self) -> str:
        return self.key


class Guarded(models.Model):
    """What the guard found when it last looked at a product of a campaign.

    deep_fen: the deepest unit price; low_fen: what it may not go below (None = nothing to hold it against). findings:
    [{"rule", "severity", "sentence", "numbers"}]; path: the receipt that leads there; ways_out: see `campaigns.guard`.
    """

    campaign = models.ForeignKey(Campaign, on_delete=models.CASCADE, related_name="guarded")
    product = models.ForeignKey(Product, on_delete=models.CASCADE, related_name="+")
    at = models.DateTimeField()
    list_fen = models.BigIntegerField(null=True)
    deep_fen = models.BigIntegerField(null=True)
    low_fen = models.BigIntegerField(null=True)
    is_blocked = models.BooleanField(default=False)
    findings = models.JSONField(default=list)
    path = models.JSONField(default=dict)
    ways_out = models.JSONField(default=list)

    class Meta:
        ordering = ["product__code"]
        constraints = [models.UniqueConstraint(fields=["campaign", "product"], name="campaign_guarded_once")]

    def __str__(self) -> str:
        return f"{self.campaign} {self.product}: {self.deep_fen}"


class PriceException(models.Model):
    """Somebody asked to sell a product below what the guard allows, and a second person said yes or no. Never edited.

    It covers unit prices down to `deep_fen` as of when it was asked: a later change that goes deeper, raises what is
    allowed above `low_fen`, lowers what the event takes (by its lowest-price rule) below `most_fen` or breaks another
    rule needs another."""

    class State(models.TextChoices):
        OPEN = "open", _("Waiting")
        APPROVED = "approved", _("Allowed")
        REFUSED = "refused", _("Refused")
        WITHDRAWN = "withdrawn", _("Withdrawn")

    campaign = models.ForeignKey(Campaign, on_delete=models.CASCADE, related_name="exceptions")
    product = models.ForeignKey(Product, on_delete=models.CASCADE, related_name="+")
    deep_fen = models.BigIntegerField()
    low_fen = models.BigIntegerField(null=True)
    most_fen = models.BigIntegerField(null=True)
    rules = models.JSONField(default=list)
    reason = models.CharField(_("reason"), max_length=500)
    state = models.CharField(max_length=9, choices=State.choices, default=State.OPEN)
    asked_by = models.ForeignKey(USER, on_delete=models.SET_NULL, null=True, related_name="+")
    asked_at = models.DateTimeField()
    decided_by = models.ForeignKey(USER, on_delete=models.SET_NULL, null=True, blank=True, related_name="+")
    decided_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["-id"]

    def __str__(self) -> str:
        return f"{self.campaign} {self.product} {self.state}"
