"""How people come in: invitations to a store, links that open one thing of it, the sessions they are logged in with."""

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


class ShareLink(models.Model):
    """A link that opens one thing of a store to people without an account. Only the SHA-256 of its secret is kept.

    opens: what kind of thing, target: which one (None: the newest of its kind). parts, figures: what of it is shown,
    [] = all. password: hashed as those of people are, "" = none.
    """

    class Opens(models.TextChoices):
        REPORT = "report", _("signed report")
        WEEKLY = "weekly", _("newest signed weekly report")
        STATEMENT = "statement", _("issued statement")

    store = models.ForeignKey(Store, on_delete=models.CASCADE, related_name="share_links")
    digest = models.CharField(max_length=64, unique=True)
    opens = models.CharField(_("opens"), max_length=10, choices=Opens.choices)
    target = models.BigIntegerField(null=True, blank=True)
    note = models.CharField(_("for whom"), max_length=60, blank=True)
    parts = models.JSONField(_("parts"), default=list, blank=True)
    figures = models.JSONField(_("figures"), default=list, blank=True)
    password = models.CharField(max_length=128, blank=True)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+", db_index=False
    )
    created_at = models.DateTimeField()
    expires_at = models.DateTimeField(_("good until"))
    revoked_at = models.DateTimeField(_("revoked"), null=True, blank=True)

    class Meta:
        ordering = ["-id"]

    def __str__(self) -> str:
        return self.note or f"#{self.pk}"


class LinkVisit(models.Model):
    """Somebody opened a link, or tried to. address: shortened, so that it tells a place and no person."""

    class Outcome(models.TextChoices):
        OPENED = "opened", _("opened")
        FILE = "file", _("took the workbook")
        REFUSED = "refused", _("wrong password")
        NOTHING = "nothing", _("nothing was in force")

    link = models.ForeignKey(ShareLink, on_delete=models.CASCADE, related_name="visits", db_index=False)
    at = models.DateTimeField()
    outcome = models.CharField(max_length=8, choices=Outcome.choices)
    address = models.CharField(max_length=45, blank=True)
    agent = models.CharField(max_length=300, blank=True)

    class Meta:
        ordering = ["-at", "-id"]
        indexes = [models.Index(fields=["link", "at"], name="visits_of_a_link")]

    def __str__(self) -> str:
        return f"{self.link_id} {self.at:%Y-%m-%d %H:%M}"


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
