"""What is told to people and programs, and where it goes."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from stores.models import Store


class Medium(models.TextChoices):
    """How a message travels."""

    EMAIL = "email", _("E-mail")
    WEBHOOK = "webhook", _("Webhook (signed)")
    WECOM = "wecom", _("WeCom robot")
    DINGTALK = "dingtalk", _("DingTalk robot")
    FEISHU = "feishu", _("Feishu robot")


class Destination(models.Model):
    """Where messages of a store may go: an e-mail address, a program, or a robot in a group chat.

    The address of a robot holds its key, so neither it nor the secret is shown again or logged.
    """

    class Imports(models.TextChoices):
        NONE = "", _("Nothing about imports")
        PROBLEMS = "problems", _("Imports with something wrong")
        ALL = "all", _("Every import")

    store = models.ForeignKey(Store, on_delete=models.CASCADE, related_name="destinations")
    name = models.CharField(_("name"), max_length=60)
    kind = models.CharField(_("kind"), max_length=10, choices=Medium.choices)
    address = models.CharField(_("address"), max_length=500)
    secret = models.CharField(_("secret"), max_length=200, blank=True)
    language = models.CharField(_("language"), max_length=10, default="zh-hans", choices=settings.LANGUAGES)
    imports = models.CharField(_("results of imports"), max_length=8, choices=Imports, default=Imports.NONE, blank=True)
    campaigns = models.BooleanField(_("alarms of running campaigns"), default=True)
    is_active = models.BooleanField(_("in use"), default=True)
    created_at = models.DateTimeField()

    class Meta:
        ordering = ["name"]
        constraints = [models.UniqueConstraint(fields=["store", "name"], name="destination_name_once_per_store")]

    def __str__(self) -> str:
        return self.name


class Delivery(models.Model):
    """A message on its way to one receiver, and afterwards the record of it. `key` makes sure it is written once."""

    class State(models.TextChoices):
        WAITING = "waiting", _("Waiting")
        SENT = "sent", _("Sent")
        FAILED = "failed", _("Given up")

    store = models.ForeignKey(Store, on_delete=models.CASCADE, related_name="+", db_index=False)
    key = models.CharField(max_length=120)
    destination = models.ForeignKey(Destination, on_delete=models.SET_NULL, null=True, related_name="deliveries")
    email = models.CharField(max_length=254, blank=True)  # of a person; else the destination knows where
    subject = models.CharField(max_length=200)
    body = models.TextField(blank=True)
    path = models.CharField(max_length=300, blank=True)  # the page to read on at
    data = models.JSONField(default=dict)
    state = models.CharField(max_length=7, choices=State.choices, default=State.WAITING)
    attempts = models.PositiveSmallIntegerField(default=0)
    error = models.CharField(max_length=300, blank=True)
    created_at = models.DateTimeField()
    next_at = models.DateTimeField()
    sent_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["-id"]
        constraints = [models.UniqueConstraint(fields=["store", "key"], name="delivery_once")]
        indexes = [models.Index(fields=["state", "next_at"], name="delivery_due")]

    def __str__(self) -> str:
        return self.subject
