"""What we do to sell: a campaign from the idea to the review."""

import datetime as dt
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from opsplan.lib.periods import Period
from products.models import Product
from stores.models import Store

USER = settings.AUTH_USER_MODEL


class Campaign(models.Model):
    """A sale with a start and an end. Without products it covers the whole store (活动销售额 counts its lines).

    first_day, last_day: local days, both included; the minutes are those of its phases. event: key of a platform event
    of the calendar, by which a clone is aligned; price_event: key of the event whose price rules hold.
    """

    class Kind(models.TextChoices):
        OWN = "own", _("Shop's own sale")
        PLATFORM = "platform", _("Platform event")
        COINS = "coins", _("Taojinbi")
        DAILY = "daily", _("Daily special")
        JUHUASUAN = "juhuasuan", _("Juhuasuan")
        THEME = "theme", _("Theme sale")
        NEW = "new", _("Launch of a new product")
        CLEARANCE = "clearance", _("Clearance")
        MEMBERS = "members", _("Members' sale")
        MAIL = "mail", _("E-mail and text messages (EDM)")  # the tools of S091
        THANKS = "thanks", _("Thanks to old customers")
        COUPONS = "coupons", _("Coupon campaign")
        PERSONAL = "personal", _("Personal recommendations")
        CROSS = "cross", _("Cross-selling")
        REFERRAL = "referral", _("Rewarded referrals")

    class State(models.TextChoices):
        DRAFT = "draft", _("Draft")
        CHECKED = "checked", _("Checked")
        APPROVED = "approved", _("Approved")
        RUNNING = "running", _("Running")
        ENDED = "ended", _("Ended")
        REVIEWED = "reviewed", _("Reviewed")
        STOPPED = "stopped", _("Stopped")

    store = models.ForeignKey(Store, on_delete=models.CASCADE, related_name="campaigns")
    name = models.CharField(_("name"), max_length=100)
    first_day = models.DateField(_("first day"))
    last_day = models.DateField(_("last day"))
    products = models.ManyToManyField(Product, related_name="campaigns", blank=True, verbose_name=_("products"))
    kind = models.CharField(_("type"), max_length=10, choices=Kind.choices, default=Kind.OWN)
    state = models.CharField(_("state"), max_length=8, choices=State.choices, default=State.DRAFT, editable=False)
    event = models.CharField(_("event of the calendar"), max_length=40, blank=True)
    price_event = models.CharField(_("price rules of the event"), max_length=40, blank=True)
    theme = models.TextField(_("theme"), max_length=1000, blank=True)
    terms_shown = models.TextField(_("conditions shown to buyers"), max_length=1000, blank=True)
    prize_fen = models.BigIntegerField(_("dearest prize (fen)"), null=True, blank=True, editable=False)
    copied_from = models.ForeignKey(
        "self", on_delete=models.SET_NULL, null=True, blank=True, related_name="copies", editable=False
    )
    stopped_at = models.DateTimeField(null=True, blank=True, editable=False)
    joint = models.UUIDField(null=True, blank=True, editable=False, db_index=True)  # shared by sisters in other stores

    class Meta:
        ordering = ["-first_day", "id"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(last_day__gte=models.F("first_day")), name="campaign_ends_after_start"
            ),
            models.UniqueConstraint(fields=["store", "name", "first_day"], name="campaign_once_per_store"),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def days(self) -> int:
        return (self.last_day - self.first_day).days + 1

    def held_to(self, zone: str) -> dt.date:
        """The last local day whose sales are its own: that of its end, or on which it was stopped (before its first
        day: it was never held)."""
        if self.stopped_at is None:
            return self.last_day
        return min(self.last_day, self.stopped_at.astimezone(ZoneInfo(zone)).date())

    def held(self, zone: str) -> Period:
        """Its days up to that one; its first where it was never held."""
        return Period(self.first_day, max(self.first_day, self.held_to(zone)))

    @property
    def decide_by(self) -> dt.date:
        """The last local day to decide on the stock (S062): seven days before the start."""
        return self.first_day - dt.timedelta(days=7)


class Phase(models.Model):
    """A stage of a campaign's rhythm, [starts_at, ends_at) to the minute. share: of the goal in percent, None = as
    usual in the store (`campaigns.rhythm`)."""

    class Kind(models.TextChoices):
        BUILD_UP = "build_up", _("Build-up")
        WARM_UP = "warm_up", _("Warm-up")
        PEAK = "peak", _("Peak")
        ENCORE = "encore", _("Encore")

    campaign = models.ForeignKey(Campaign, on_delete=models.CASCADE, related_name="phases")
    kind = models.CharField(_("phase"), max_length=8, choices=Kind.choices)
    starts_at = models.DateTimeField(_("starts"))
    ends_at = models.DateTimeField(_("ends"))
    share = models.DecimalField(_("share of the goal (%)"), max_digits=5, decimal_places=2, null=True, blank=True)

    class Meta:
        ordering = ["starts_at"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(ends_at__gt=models.F("starts_at")), name="campaign_phase_ends_after_start"
            ),
            models.UniqueConstraint(fields=["campaign", "kind"], name="campaign_phase_once"),
        ]

    def __str__(self) -> str:
        return f"{self.campaign} {self.kind}"


class CampaignItem(models.Model):
    """A product's part in a campaign: its price there (fen, None = no price of its own), how many pieces in all, how
    many a buyer."""

    campaign = models.ForeignKey(Campaign, on_delete=models.CASCADE, related_name="items")
    product = models.ForeignKey(Product, on_delete=models.CASCADE, related_name="campaign_items")
    price_fen = models.BigIntegerField(_("campaign price (fen)"), null=True, blank=True)
    quantity = models.PositiveIntegerField(_("pieces"), null=True, blank=True)
    limit = models.PositiveIntegerField(_("pieces a buyer"), null=True, blank=True)

    class Meta:
        ordering = ["product__code"]
        constraints = [models.UniqueConstraint(fields=["campaign", "product"], name="campaign_item_once")]

    def __str__(self) -> str:
        return f"{self.campaign} {self.product}"


class Goal(models.Model):
    """What a campaign is to reach: the value of a KPI over its days."""

    campaign = models.ForeignKey(Campaign, on_delete=models.CASCADE, related_name="goals")
    metric = models.CharField(_("KPI"), max_length=40)
    value = models.DecimalField(_("goal"), max_digits=16, decimal_places=4)

    class Meta:
        ordering = ["id"]
        constraints = [models.UniqueConstraint(fields=["campaign", "metric"], name="campaign_goal_once")]

    def __str__(self) -> str:
        return f"{self.campaign} {self.metric}"


class CampaignStep(models.Model):
    """A step of a campaign's life: who took it from where to where, when and why (by null = the clock). Never
    edited."""

    campaign = models.ForeignKey(Campaign, on_delete=models.CASCADE, related_name="steps")
    before = models.CharField(max_length=8)
    after = models.CharField(max_length=8)
    by = models.ForeignKey(USER, on_delete=models.SET_NULL, null=True, blank=True, related_name="+")
    at = models.DateTimeField()
    note = models.CharField(max_length=300, blank=True)

    class Meta:
        ordering = ["at", "id"]

    def __str__(self) -> str:
        return f"{self.campaign} {self.before} > {self.after}"
