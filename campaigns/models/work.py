"""What a campaign needs besides prices: material, budget, plan B, the nine points; enrolments and contacts;
rehearsal, review."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from campaigns.models.campaigns import Campaign
from stores.models import Channel, Store

USER = settings.AUTH_USER_MODEL


class Material(models.Model):
    """Something to be made: logo, banner, 活动稿, 口号, 广告语 (S114)."""

    class State(models.TextChoices):
        TODO = "todo", _("To do")
        DOING = "doing", _("In work")
        DONE = "done", _("Done")

    campaign = models.ForeignKey(Campaign, on_delete=models.CASCADE, related_name="materials")
    name = models.CharField(_("material"), max_length=80)
    owner = models.ForeignKey(
        USER, on_delete=models.SET_NULL, null=True, blank=True, related_name="+", verbose_name=_("owner")
    )
    state = models.CharField(_("state"), max_length=5, choices=State.choices, default=State.TODO)
    note = models.CharField(_("note"), max_length=300, blank=True)

    class Meta:
        ordering = ["id"]

    def __str__(self) -> str:
        return self.name


class AdBudget(models.Model):
    """What a campaign may spend on a channel, fen over its days."""

    campaign = models.ForeignKey(Campaign, on_delete=models.CASCADE, related_name="budgets")
    channel = models.ForeignKey(Channel, on_delete=models.CASCADE, related_name="+")
    amount_fen = models.BigIntegerField(_("budget (fen)"))

    class Meta:
        ordering = ["channel__position", "id"]
        constraints = [models.UniqueConstraint(fields=["campaign", "channel"], name="campaign_budget_once")]

    def __str__(self) -> str:
        return f"{self.campaign} {self.channel}"


class PlanB(models.Model):
    """What is done when it goes wrong: the trigger (far too weak, many complaints, sold out) and the answer."""

    class Trigger(models.TextChoices):
        WEAK = "weak", _("Sales below this percentage of the goal")
        COMPLAINTS = "complaints", _("Refund rate above this percentage")
        SOLD_OUT = "sold_out", _("Pieces left fewer than")
        OTHER = "other", _("Something else")

    campaign = models.ForeignKey(Campaign, on_delete=models.CASCADE, related_name="plan_b")
    trigger = models.CharField(_("when"), max_length=10, choices=Trigger.choices, default=Trigger.WEAK)
    limit = models.DecimalField(_("limit"), max_digits=12, decimal_places=2, null=True, blank=True)
    answer = models.CharField(_("then"), max_length=300)

    class Meta:
        ordering = ["id"]

    def __str__(self) -> str:
        return f"{self.campaign}: {self.answer}"


class Point(models.Model):
    """One of the nine points of S114 (1 to 9), looked at by somebody."""

    campaign = models.ForeignKey(Campaign, on_delete=models.CASCADE, related_name="points")
    number = models.PositiveSmallIntegerField()
    note = models.CharField(max_length=500, blank=True)
    done_by = models.ForeignKey(USER, on_delete=models.SET_NULL, null=True, blank=True, related_name="+")
    done_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["number"]
        constraints = [models.UniqueConstraint(fields=["campaign", "number"], name="campaign_point_once")]

    def __str__(self) -> str:
        return f"{self.campaign} {self.number}"


class Contact(models.Model):
    """A talk with somebody of the platform or a group-buy site (S045, S050)."""

    store = models.ForeignKey(Store, on_delete=models.CASCADE, related_name="contacts")
    campaign = models.ForeignKey(
        Campaign, on_delete=models.SET_NULL, null=True, blank=True, related_name="contacts", verbose_name=_("campaign")
    )
    day = models.DateField(_("day"))
    who = models.CharField(_("whom"), max_length=100)
    said = models.TextField(_("what was said"), max_length=2000)
    by = models.ForeignKey(USER, on_delete=models.SET_NULL, null=True, blank=True, related_name="+")

    class Meta:
        ordering = ["-day", "-id"]

    def __str__(self) -> str:
        return f"{self.who} {self.day}"


class Enrolment(models.Model):
    """A resource or event one can enrol in, in the columns of the 活动类目附录 (S047-S051), and what came of it."""

    class Weight(models.TextChoices):
        USUAL = "usual", _("Usual")
        SUPPORT = "support", _("Supporting")
        MAIN = "main", _("Main effort")

    class Category(models.TextChoices):
        FREE = "free", _("Free resource")
        PAID = "paid", _("Paid promotion")
        EVENT = "event", _("Platform event")
        MILESTONE = "milestone", _("Milestone of a launch")

    class State(models.TextChoices):
        OPEN = "open", _("To enrol")
        SENT = "sent", _("Sent in")
        WON = "won", _("Accepted")
        LOST = "lost", _("Refused")

    store = models.ForeignKey(Store, on_delete=models.CASCADE, related_name="enrolments")
    campaign = models.ForeignKey(
        Campaign,
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="enrolments",
        verbose_name=_("campaign"),
    )
    category = models.CharField(_("kind of project"), max_length=10, choices=Category.choices, blank=True)
    name = models.CharField(_("project"), max_length=100)
    what = models.TextField(_("what it is"), max_length=1000, blank=True)
    how = models.TextField(_("how to set it up"), max_length=2000, blank=True)
    cost = models.CharField(_("cost"), max_length=200, blank=True)
    weight = models.CharField(_("weight"), max_length=8, choices=Weight.choices, default=Weight.USUAL)
    window = models.CharField(_("window"), max_length=200, blank=True)
    until = models.DateField(_("enrol until"), null=True, blank=True)
    state = models.CharField(_("state"), max_length=4, choices=State.choices, default=State.OPEN)
    result = models.CharField(_("result"), max_length=300, blank=True)

    class Meta:
        ordering = ["until", "id"]

    def __str__(self) -> str:
        return self.name


class Rehearsal(models.Model):
    """The orders of a past period replayed through a campaign's rules. `done` of `total` orders; result: see
    `campaigns.replay`."""

    class State(models.TextChoices):
        WAITING = "waiting", _("Waiting")
        RUNNING = "running", _("Running")
        DONE = "done", _("Done")
        FAILED = "failed", _("Failed")

    campaign = models.ForeignKey(Campaign, on_delete=models.CASCADE, related_name="rehearsals")
    first = models.DateField(_("from"))
    last = models.DateField(_("to"))
    state = models.CharField(max_length=7, choices=State.choices, default=State.WAITING)
    total = models.PositiveIntegerField(default=0)
    done = models.PositiveIntegerField(default=0)
    result = models.JSONField(default=dict)
    asked_by = models.ForeignKey(USER, on_delete=models.SET_NULL, null=True, blank=True, related_name="+")
    asked_at = models.DateTimeField()

    class Meta:
        ordering = ["-id"]

    def __str__(self) -> str:
        return f"{self.campaign} {self.first}"

    @property
    def days(self) -> int:
        """How many days' orders were replayed."""
        return (self.last - self.first).days + 1


class OrderBelow(models.Model):
    """An order of the campaign's last rehearsal that the rules would have sold below the floor. goods: (code, pieces)
    as replayed; code: the product deepest below its floor, at what a piece."""

    rehearsal = models.ForeignKey(Rehearsal, on_delete=models.CASCADE, related_name="orders_below")
    order_no = models.CharField(max_length=64)
    goods = models.JSONField()
    paid_fen = models.BigIntegerField()
    code = models.CharField(max_length=100)
    piece_fen = models.BigIntegerField()
    floor_fen = models.BigIntegerField()

    class Meta:
        ordering = ["id"]

    def __str__(self) -> str:
        return self.order_no


class StockDecision(models.Model):
    """What was decided on a product's stock before a campaign (S062): who, when, and on which numbers (pieces)."""

    class Choice(models.TextChoices):
        ENOUGH = "enough", _("Enough")
        RESTOCK = "restock", _("Restock")
        SWAP = "swap", _("Swap the product")
        LOWER = "lower", _("Lower the target")

    item = models.ForeignKey("campaigns.CampaignItem", on_delete=models.CASCADE, related_name="decisions")
    choice = models.CharField(_("decision"), max_length=7, choices=Choice.choices)
    need = models.IntegerField()
    available = models.IntegerField()
    lift = models.DecimalField(max_digits=6, decimal_places=2)
    note = models.CharField(_("note"), max_length=300, blank=True)
    by = models.ForeignKey(USER, on_delete=models.SET_NULL, null=True, related_name="+")
    at = models.DateTimeField()
    applied_at = models.DateTimeField(null=True)  # when a lowered target went into the plan

    class Meta:
        ordering = ["-id"]

    def __str__(self) -> str:
        return f"{self.item} {self.choice}"


class Review(models.Model):
    """The manager's words and the lesson of a campaign; the figures are read from data."""

    campaign = models.OneToOneField(Campaign, on_delete=models.CASCADE, primary_key=True, related_name="review")
    words = models.TextField(_("how it went"), max_length=4000)
    lesson = models.TextField(_("lesson for the next one"), max_length=2000, blank=True)
    by = models.ForeignKey(USER, on_delete=models.SET_NULL, null=True, related_name="+")
    at = models.DateTimeField()

    def __str__(self) -> str:
        return str(self.campaign)
