"""People, what they may do, and the keys their programs use."""

from django.conf import settings
from django.contrib.auth.models import AbstractUser
from django.db import models
from django.utils.translation import gettext_lazy as _

from staff.roles import WHEN_CLOSED, Action, Level, may
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
    desk_names = models.CharField(_("names in desk reports"), max_length=300, blank=True)  # 旺旺 accounts, by commas
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["id"]
        constraints = [models.UniqueConstraint(fields=["store", "user"], name="member_once_per_store")]

    def __str__(self) -> str:
        return f"{self.user} @ {self.store}"

    def may(self, action: Action) -> bool:
        return may(Level(self.level), action) and (action in WHEN_CLOSED or self.store.closed_at is None)

    @property
    def duty_list(self) -> list[str]:
        """Keys of `Duty`, and of the store's own."""
        return list(self.duties)


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
