"""How people come in: invitations to a store, and the sessions they are logged in with."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from staff.roles import Level
from stores.models import Store


class Invitation(models.Model):
    """A link into a store that is good for one person and some days. Only the SHA-256 of its secret is kept."""

    store = models.ForeignKey(Store, on_delete=models.CASCADE, related_name="invitations")
    digest = models.CharField(max_length=64, unique=True)
    email = models.EmailField(_("e-mail"), blank=True)
    note = models.CharField(_("for whom"), max_length=60, blank=True)
    level = models.CharField(_("access level"), max_length=10, choices=[(x.value, x.value) for x in Level])
    duties = models.JSONField(_("duties"), default=list, blank=True)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+", db_index=False
    )
    created_at = models.DateTimeField()
    expires_at = models.DateTimeField(_("good until"))
    used_at = models.DateTimeField(_("used"), null=True, blank=True)
    used_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+", db_index=False
    )
    revoked_at = models.DateTimeField(_("revoked"), null=True, blank=True)

    class Meta:
        ordering = ["-id"]

    def __str__(self) -> str:
        return self.note or self.email or f"#{self.pk}"


class SignIn(models.Model):
    """A session somebody is logged in with: where from, since when, last seen. Not in backups, as sessions are not."""

    session_key = models.CharField(max_length=40, unique=True)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="sign_ins")
    agent = models.CharField(max_length=300, blank=True)
    address = models.CharField(max_length=45, blank=True)
    since = models.DateTimeField()
    seen_at = models.DateTimeField()

    class Meta:
        ordering = ["-seen_at"]

    def __str__(self) -> str:
        return f"{self.user_id} {self.since:%Y-%m-%d}"
