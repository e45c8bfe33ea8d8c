"""People, what they may do, and the keys their programs use."""

from django.conf import settings
from django.contrib.auth.models import AbstractUser
from django.db import models
from django.utils.translation import gettext_lazy as _

from staff.roles import Duty, Level
from stores.models import Store


class User(AbstractUser):
    """A person. Language, theme and colour habit are theirs, not the store's."""

    class Theme(models.TextChoices):
        SYSTEM = "system", _("Follow the system")
        LIGHT = "light", _("Light")
        DARK = "dark", _("Dark")

    display_name = models.CharField(_("display name"), max_length=60, blank=True)
    language = models.CharField(_("language"), max_length=10, default="zh-hans", choices=settings.LANGUAGES)
    theme = models.CharField(_("theme"), max_length=10, default=Theme.SYSTEM, choices=Theme.choices)
    red_is_up = models.BooleanField(_("red means up"), default=False)

    def __str__(self) -> str:
        return self.display_name or self.username


class Member(models.Model):
    """A person's place in a store: `level` says what they may see and do, `duties` what they have to do."""

    store = models.ForeignKey(Store, on_delete=models.CASCADE, related_name="members")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="memberships")
    level = models.CharField(_("access level"), max_length=10, choices=[(x.value, x.value) for x in Level])
    duties = models.JSONField(_("duties"), default=list, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["id"]
        constraints = [models.UniqueConstraint(fields=["store", "user"], name="member_once_per_store")]

    def __str__(self) -> str:
        return f"{self.user} @ {self.store}"

    @property
    def duty_list(self) -> list[Duty]:
        return [Duty(x) for x in self.duties]


class ApiToken(models.Model):
    """A personal key for programs. Only its SHA-256 is kept; the key itself is shown once."""

    class Scope(models.TextChoices):
        READ = "read", _("Read")
        WRITE = "write", _("Read and write")

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="api_tokens")
    name = models.CharField(_("name"), max_length=60)
    prefix = models.CharField(max_length=12)
    digest = models.CharField(max_length=64, unique=True)
    scope = models.CharField(_("scope"), max_length=5, choices=Scope.choices, default=Scope.READ)
    stores = models.ManyToManyField(Store, related_name="api_tokens", verbose_name=_("stores"))
    metrics = models.JSONField(_("figures"), default=list, blank=True)  # keys of KPIs; empty = all
    created_at = models.DateTimeField(auto_now_add=True)
    last_used_at = models.DateTimeField(null=True, blank=True)
    revoked_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["-id"]

    def __str__(self) -> str:
        return f"{self.name} ({self.prefix}…)"


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

    store = models.ForeignKey(Store, on_delete=models.CASCADE, related_name="destinations")
    name = models.CharField(_("name"), max_length=60)
    kind = models.CharField(_("kind"), max_length=10, choices=Medium.choices)
    address = models.CharField(_("address"), max_length=500)
    secret = models.CharField(_("secret"), max_length=200, blank=True)
    language = models.CharField(_("language"), max_length=10, default="zh-hans", choices=settings.LANGUAGES)
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
