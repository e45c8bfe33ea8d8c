"""Links that open one thing of a store to people without an account: made, found, taken back, and who looked.

Of a link only the SHA-256 of its secret is kept. What it opens (`opens`, `target`) is known by an app further right.
"""

import datetime as dt
import secrets
from collections.abc import Sequence

from django.contrib.auth.hashers import check_password, make_password
from django.core.exceptions import ValidationError
from django.db.models import Count, Max, Q, QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext as _

from opsplan.fitting import fitting
from opsplan.lib import clock
from opsplan.lib.network import shortened
from opsplan.lib.periods import DAY
from staff.models import LinkVisit, ShareLink, User
from staff.services import digest_of
from staff.sessions import address_of
from stores.models import Store

DAYS = 30
LONGEST = 400  # days a link may be good, and its visits are kept
# So many wrong passwords in so long a time, from wherever, and nobody is let in for a while. The second keeps four
# figures from being tried out in some days.
TRIES = ((10, dt.timedelta(minutes=15)), (50, DAY))
Outcome = LinkVisit.Outcome
SEEN = Q(visits__outcome__in=(Outcome.OPENED, Outcome.FILE))


def make(
    store: Store,
    by: User | None,
    opens: str,
    target: int | None = None,
    *,
    note: str = "",
    days: int = DAYS,
    password: str = "",
    parts: Sequence[str] = (),
    figures: Sequence[str] = (),
) -> tuple[ShareLink, str]:
    """A link and its secret, which is shown now and never again. ValidationError: days, a short password."""
    if not 1 <= days <= LONGEST:
        raise ValidationError({"days": _("Choose from 1 to %d days.") % LONGEST})
    if password and not 4 <= len(password) <= 60:
        raise ValidationError({"password": _("A password of a link has 4 to 60 characters.")})
    plaintext, now = secrets.token_urlsafe(32), clock.now()
    made = ShareLink.objects.create(
        store=store,
        digest=digest_of(plaintext),
        opens=opens,
        target=target,
        note=fitting("note", note, 60),
        parts=list(parts),
        figures=list(figures),
        password=make_password(password) if password else "",
        by=by,
        created_at=now,
        expires_at=now + days * DAY,
    )
    return made, plaintext


def find(plaintext: str) -> ShareLink | None:
    """The link with this secret, if it still opens something: not revoked or expired, its store not closed."""
    found = ShareLink.objects.select_related("store").filter(digest=digest_of(plaintext))
    return found.filter(revoked_at=None, expires_at__gt=clock.now(), store__closed_at=None).first()


def revoke(link: ShareLink) -> None:
    """The link opens nothing from now on; who looked stays on record."""
    if link.revoked_at is None:
        link.revoked_at = clock.now()
        link.save(update_fields=["revoked_at"])


def state_of(link: ShareLink) -> str:
    """open, expired or revoked"""
    if link.revoked_at is not None:
        return "revoked"
    return "open" if link.expires_at > clock.now() else "expired"


def links(store: Store) -> QuerySet[ShareLink]:
    """Newest first, each with `seen` (how often it was opened) and `last` (when it was)."""
    found = ShareLink.objects.filter(store=store).select_related("by")
    return found.annotate(seen=Count("visits", filter=SEEN), last=Max("visits__at", filter=SEEN)).order_by("-id")


# who looks


def note_visit(link: ShareLink, request: HttpRequest, outcome: str) -> None:
    now = clock.now()
    link.visits.filter(at__lt=now - LONGEST * DAY).delete()
    agent = request.META.get("HTTP_USER_AGENT", "")[:300]
    link.visits.create(at=now, outcome=outcome, address=shortened(address_of(request)), agent=agent)


def is_paused(link: ShareLink) -> bool:
    """Too many wrong passwords came lately."""
    wrong, now = link.visits.filter(outcome=Outcome.REFUSED), clock.now()
    return any(wrong.filter(at__gt=now - span).count() >= most for most, span in TRIES)


def opens_with(link: ShareLink, typed: str) -> bool:
    return check_password(typed, link.password)
