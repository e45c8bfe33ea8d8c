"""Ways in: invitations to a store, and links with which somebody who forgot the password sets a new one.

Of an invitation only the SHA-256 of its secret is kept. A reset link is Django's: signed, good for a day, and used up
by the new password (or by a log-in).
"""

import secrets
from collections.abc import Sequence
from functools import partial

from django.conf import settings
from django.contrib.auth.tokens import default_token_generator
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import transaction
from django.db.models import Q
from django.urls import reverse
from django.utils.encoding import force_bytes
from django.utils.http import urlsafe_base64_encode
from django.utils.timezone import localtime
from django.utils.translation import gettext as _

from opsplan.fitting import fitting
from opsplan.lib import clock
from opsplan.lib.periods import DAY
from staff import audit, delivery
from staff.models import Invitation, Member, User
from staff.robots import Message
from staff.roles import Level
from staff.services import add_member, checked_duties, checked_level, digest_of
from stores.models import Store

DAYS = 7
AGAIN = 10  # minutes until a forgotten password is mailed about once more


def can_mail() -> bool:
    """Whether links can be sent: by a mail server, and with an address of ours that no request can choose."""
    return bool(settings.EMAIL_IS_SET_UP and settings.PUBLIC_URL)


@transaction.atomic
def invite(
    store: Store, by: User, level: str, duties: Sequence[str] = (), *, email: str = "", note: str = "", days: int = DAYS
) -> tuple[Invitation, str]:
    """An invitation and the path of its link, which is shown now and never again; mailed where that can be done.

    ValidationError: unknown level or duty, an e-mail address that is none, days outside 1 to 30.
    """
    email = email.strip()
    if email:
        try:
            validate_email(email)
        except ValidationError:
            raise ValidationError({"email": _("This is not an e-mail address.")}) from None
    if not 1 <= days <= 30:
        raise ValidationError({"days": _("Choose from 1 to 30 days.")})
    plaintext, now = secrets.token_urlsafe(32), clock.now()
    made = Invitation.objects.create(
        store=store,
        digest=digest_of(plaintext),
        email=email,
        note=fitting("note", note, 60),
        level=checked_level(level),
        duties=checked_duties(duties, store),
        by=by,
        created_at=now,
        expires_at=now + days * DAY,
    )
    path = reverse("join", args=[plaintext])
    if email and can_mail():
        stranger = User(pk=0, email=email, language=by.language)
        delivery.queue(
            store, f"{delivery.SECRET}invitation:{made.pk}", lambda: invitation_words(made, path), (), [stranger]
        )
    return made, path


def invitation_words(made: Invitation, path: str) -> Message:
    subject = _("%(person)s invites you to %(store)s") % {"person": made.by, "store": made.store}
    body = _("Open the link to join the team. It is good once, until %(day)s.")
    return Message(subject, body % {"day": localtime(made.expires_at).date()}, path, {})


def find(plaintext: str) -> Invitation | None:
    """The invitation with this secret, if it still opens something: not used, revoked or expired."""
    found = Invitation.objects.select_related("store", "by").filter(digest=digest_of(plaintext))
    return found.filter(used_at=None, revoked_at=None, expires_at__gt=clock.now(), store__closed_at=None).first()


@transaction.atomic
def accept(invitation: Invitation, user: User) -> Member:
    """`user` joins as the invitation says. ValidationError: somebody was faster, or the person is a member already."""
    now = clock.now()
    taken = Invitation.objects.filter(pk=invitation.pk, used_at=None, revoked_at=None, expires_at__gt=now)
    if not taken.update(used_at=now, used_by=user):
        raise ValidationError(_("This invitation was used or taken back."))
    member = add_member(invitation.store, user, invitation.level, known_duties(invitation))
    audit.record(invitation, used_at=("", f"{now:%Y-%m-%d %H:%M}"), used_by=("", user.pk))
    return member


def known_duties(invitation: Invitation) -> list[str]:
    """Its duties; one that the store has given up since is left out."""
    try:
        return checked_duties(invitation.duties, invitation.store)
    except ValidationError:
        return []


def revoke(invitation: Invitation) -> None:
    """The link opens nothing from now on."""
    if invitation.revoked_at is None and invitation.used_at is None:
        invitation.revoked_at = clock.now()
        invitation.save(update_fields=["revoked_at"])


def open_invitations(store: Store) -> list[Invitation]:
    """Those that still open the store, newest first."""
    living = Invitation.objects.filter(store=store, used_at=None, revoked_at=None, expires_at__gt=clock.now())
    return list(living.select_related("by"))


def may_help(helper: Member, user: User) -> bool:
    """Whether `helper` may let `user` in again (a new password, no second factor): an administrator anybody, an owner
    somebody all of whose stores are the owner's too, so that nobody gets into a store through a colleague."""
    if helper.user.is_superuser:
        return True
    if user.is_superuser or helper.level != Level.OWNER:
        return False
    owned = set(Member.objects.filter(user=helper.user, level=Level.OWNER).values_list("store_id", flat=True))
    return {x.store_id for x in Member.objects.filter(user=user)} <= owned


def reset_path(user: User) -> str:
    """Where the person sets a new password: good for a day and once."""
    uid = urlsafe_base64_encode(force_bytes(user.pk))
    return reverse("password_reset_confirm", args=[uid, default_token_generator.make_token(user)])


def mail_reset(text: str) -> None:
    """Mail a reset link to whoever has this user name or e-mail address; nothing tells whether there was somebody."""
    found = User.objects.filter(is_active=True).filter(Q(username=text) | Q(email__iexact=text)).exclude(email="")
    slot = int(clock.now().timestamp()) // (AGAIN * 60)
    for user in found[:3]:
        member = Member.objects.filter(user=user).select_related("store").order_by("pk").first()
        if member and can_mail():
            path = reset_path(user)
            delivery.queue(
                member.store,
                f"{delivery.SECRET}reset:{user.pk}:{slot}",
                partial(reset_words, path),
                (),
                [user],
            )


def reset_words(path: str) -> Message:
    body = _("Open the link to set a new password. If you did not ask for it, do nothing: the old one stays in force.")
    return Message(_("Set a new password"), body, path, {})
