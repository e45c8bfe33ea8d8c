"""Who works when, who does what, and what one shift tells the next."""

import datetime as dt

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from staff.words import DUTIES
from stores.models import Store


class StoreDuty(models.Model):
    """A duty of a store's own, beside the eight that ship. Its key is "own:" and the name, so the name stays."""

    store = models.ForeignKey(Store, on_delete=models.CASCADE, related_name="own_duties")
    key = models.CharField(max_length=40)
    name = models.CharField(_("name"), max_length=30)
    says = models.TextField(_("responsible for"), max_length=2000, blank=True)  # a line each

    class Meta:
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(fields=["store", "key"], name="own_duty_key_once"),
        ]

    def __str__(self) -> str:
        return self.name


class DutyPlan(models.Model):
    """How many people a store wants for a duty, and the duty whose holders do its work while nobody has it."""

    store = models.ForeignKey(Store, on_delete=models.CASCADE, related_name="duty_plans")
    duty = models.CharField(max_length=40)
    headcount = models.PositiveSmallIntegerField(_("people wanted"), default=0)
    cover = models.CharField(_("covered by"), max_length=40, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["store", "duty"], name="duty_plan_once")]

    def __str__(self) -> str:
        return f"{DUTIES.get(self.duty, self.duty)} {self.headcount}"


class DutyLoad(models.Model):
    """What one person of a duty sees to in a day, as the store has said; else `headcount.USUAL` is assumed.

    basis: what the work is counted in; least: people wanted however little there is to do.
    """

    class Basis(models.TextChoices):
        NONE = "", _("a fixed number")
        ORDERS = "orders", _("paid orders")
        ENQUIRIES = "enquiries", _("pre-sale enquirers")

    store = models.ForeignKey(Store, on_delete=models.CASCADE, related_name="+")
    duty = models.CharField(max_length=40)
    basis = models.CharField(_("counted in"), max_length=9, choices=Basis.choices, blank=True)
    per_day = models.PositiveIntegerField(_("a person a day"), default=0)
    days_a_week = models.PositiveSmallIntegerField(_("days a person works in a week"), default=6)
    least = models.PositiveSmallIntegerField(_("at least"), default=0)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["store", "duty"], name="duty_load_once")]

    def __str__(self) -> str:
        return f"{DUTIES.get(self.duty, self.duty)} {self.per_day}"


class Shift(models.Model):
    """A shift of a store, by its wall clock. One that does not end later than it starts ends on the next day."""

    store = models.ForeignKey(Store, on_delete=models.CASCADE, related_name="shifts")
    name = models.CharField(_("name"), max_length=20)
    starts = models.TimeField(_("from"))
    ends = models.TimeField(_("until"))
    is_active = models.BooleanField(_("in use"), default=True)

    class Meta:
        ordering = ["starts", "ends", "id"]
        constraints = [models.UniqueConstraint(fields=["store", "name"], name="shift_name_once")]

    def __str__(self) -> str:
        return self.name

    @property
    def hours(self) -> tuple[dt.time, dt.time]:
        return self.starts, self.ends


class ShiftNeed(models.Model):
    """How many people with a duty a shift needs, every day."""

    shift = models.ForeignKey(Shift, on_delete=models.CASCADE, related_name="needs")
    duty = models.CharField(max_length=40)
    people = models.PositiveSmallIntegerField(_("people needed"))

    class Meta:
        constraints = [models.UniqueConstraint(fields=["shift", "duty"], name="shift_need_once")]

    def __str__(self) -> str:
        return f"{DUTIES.get(self.duty, self.duty)} {self.people}"


class Rotation(models.Model):
    """A pattern that repeats: `cycle` is a list of shift ids and nulls (free days), its first place is the day `since`.

    through: the last day it was put into the roster for; what was changed there by hand afterwards stays changed.
    """

    store = models.ForeignKey(Store, on_delete=models.CASCADE, related_name="rotations")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    cycle = models.JSONField(default=list)
    since = models.DateField(_("from"))
    until = models.DateField(_("until"), null=True, blank=True)
    through = models.DateField(null=True, blank=True)

    class Meta:
        ordering = ["id"]

    def __str__(self) -> str:
        return f"{self.user_id} {self.since}"


class Turn(models.Model):
    """Somebody works a shift on a local day (the day it starts)."""

    store = models.ForeignKey(Store, on_delete=models.CASCADE, related_name="turns", db_index=False)
    shift = models.ForeignKey(Shift, on_delete=models.CASCADE, related_name="turns", db_index=False)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="turns")
    day = models.DateField()
    rotation = models.ForeignKey(Rotation, on_delete=models.SET_NULL, null=True, blank=True, related_name="turns")

    class Meta:
        ordering = ["day", "shift__starts", "id"]
        constraints = [models.UniqueConstraint(fields=["shift", "day", "user"], name="turn_once")]
        indexes = [models.Index(fields=["store", "day"], name="turn_day")]

    def __str__(self) -> str:
        return f"{self.day} {self.shift_id} {self.user_id}"


class RosterWeek(models.Model):
    """A week of the roster (its Monday) that was made known: before, only those who plan see it."""

    store = models.ForeignKey(Store, on_delete=models.CASCADE, related_name="roster_weeks")
    monday = models.DateField()
    published_at = models.DateTimeField()
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+", db_index=False
    )

    class Meta:
        constraints = [models.UniqueConstraint(fields=["store", "monday"], name="roster_week_once")]

    def __str__(self) -> str:
        return f"{self.monday}"


class ShiftRequest(models.Model):
    """Somebody asks for leave from `first` to `last`, or to give `turn` to a colleague (for `other` or nothing)."""

    class Kind(models.TextChoices):
        LEAVE = "leave", _("Leave")
        SWAP = "swap", _("Swap")

    class State(models.TextChoices):
        ASKED = "asked", _("Asked")  # of a swap: the colleague has not said yes yet
        AGREED = "agreed", _("Waits for approval")
        APPROVED = "approved", _("Approved")
        REFUSED = "refused", _("Refused")
        WITHDRAWN = "withdrawn", _("Withdrawn")

    store = models.ForeignKey(Store, on_delete=models.CASCADE, related_name="shift_requests")
    kind = models.CharField(max_length=5, choices=Kind.choices)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    first = models.DateField(_("from"))
    last = models.DateField(_("until"))
    turn = models.ForeignKey(Turn, on_delete=models.SET_NULL, null=True, related_name="+", db_index=False)
    other = models.ForeignKey(Turn, on_delete=models.SET_NULL, null=True, related_name="+", db_index=False)
    colleague = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+", db_index=False
    )
    told = models.CharField(max_length=160, blank=True)  # the turns in words: they stay readable when those are gone
    reason = models.CharField(_("reason"), max_length=200, blank=True)
    state = models.CharField(max_length=9, choices=State.choices, default=State.ASKED)
    asked_at = models.DateTimeField()
    decided_at = models.DateTimeField(null=True)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+", db_index=False
    )

    class Meta:
        ordering = ["-id"]
        indexes = [models.Index(fields=["store", "state"], name="shift_request_state")]

    def __str__(self) -> str:
        return f"{self.kind} {self.first}"


class Handover(models.Model):
    """What somebody leaves to the next shift. `shift` and `day`: the turn they come from, if they had one."""

    store = models.ForeignKey(Store, on_delete=models.CASCADE, related_name="handovers")
    day = models.DateField()
    shift = models.ForeignKey(Shift, on_delete=models.SET_NULL, null=True, blank=True, related_name="+")
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+")
    note = models.CharField(_("note"), max_length=1000, blank=True)
    at = models.DateTimeField()

    class Meta:
        ordering = ["-at", "-id"]
        indexes = [models.Index(fields=["store", "-at"], name="handover_at")]

    def __str__(self) -> str:
        return f"{self.day}"


class HandoverLine(models.Model):
    """One matter of a handover; it stays open over shifts until somebody says it is done."""

    class Kind(models.TextChoices):
        CASE = "case", _("Open case")
        CALLBACK = "callback", _("Promised callback")
        STOCK = "stock", _("Stock remark")

    handover = models.ForeignKey(Handover, on_delete=models.CASCADE, related_name="lines")
    kind = models.CharField(max_length=8, choices=Kind.choices)
    text = models.CharField(max_length=300)
    due = models.DateTimeField(null=True, blank=True)  # of a callback: when it was promised for
    done_at = models.DateTimeField(null=True, blank=True)
    done_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+", db_index=False
    )

    class Meta:
        ordering = ["id"]

    def __str__(self) -> str:
        return self.text[:40]


class HandoverSeen(models.Model):
    """Somebody of the next shift has read a handover."""

    handover = models.ForeignKey(Handover, on_delete=models.CASCADE, related_name="seen")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    at = models.DateTimeField()

    class Meta:
        ordering = ["at"]
        constraints = [models.UniqueConstraint(fields=["handover", "user"], name="handover_seen_once")]

    def __str__(self) -> str:
        return f"{self.user_id}"
