"""Sending messages: an outbox of rows, each written once under its key and sent until its receiver has taken it.

`queue` writes rows in the caller's transaction; a job (`staff.tasks`) sends them after the commit. Sending claims a row
by moving its next attempt ahead, so a process that dies in between is followed by the next attempt, and two processes
never send the same row at once. A receiver can get a message twice only when the sender died between sending and
writing it down; it then carries the same name (`X-Opsplan-Delivery`, Message-ID).
"""

import datetime as dt
import secrets
from collections.abc import Callable, Iterable
from smtplib import SMTPException
from urllib.parse import urlsplit

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.mail import EmailMessage
from django.core.validators import validate_email
from django.db.models import F
from django.utils import translation
from django.utils.translation import gettext as _

from opsplan.lib import clock, outbound
from staff import robots
from staff.models import Delivery, Destination, Medium, Member, User
from staff.robots import Message
from stores.models import Store

MINUTE = dt.timedelta(minutes=1)
WAITS = (MINUTE, 5 * MINUTE, 15 * MINUTE, 60 * MINUTE, 240 * MINUTE)  # after the first attempt, the second, ...
AGAIN = {408, 425, 429}  # refusals that mean "later"
KEEP = dt.timedelta(days=90)
SECRET = "secret:"  # noqa: S105 (a message whose key starts so carries a link that opens something: forgotten once sent)


class Refused(Exception):
    """The receiver did not take it. `text`: a sentence without addresses or keys; `for_good`: no use trying again."""

    def __init__(self, text: str, for_good: bool = False) -> None:
        self.text, self.for_good = text, for_good
        super().__init__(text)


def add_destination(store: Store, name: str, kind: str, address: str, secret: str, language: str) -> Destination:
    """A new receiver. A webhook's secret is made here; a robot's is the platform's. ValidationError by field."""
    address = address.strip()
    check_address(kind, address)
    secret = secrets.token_urlsafe(32) if kind == Medium.WEBHOOK else secret.strip()
    if kind not in (Medium.WEBHOOK, Medium.DINGTALK, Medium.FEISHU):
        secret = ""
    made = Destination(
        store=store, name=name.strip(), kind=kind, address=address, secret=secret, language=language,
        created_at=clock.now(),
    )  # fmt: skip
    made.full_clean()
    made.save()
    return made


def tell(to: Destination, imports: str | None = None, campaigns: bool | None = None, on: bool | None = None) -> None:
    """What goes there beside alerts (None: as before), and whether anything does. ValidationError by field."""
    if imports is not None:
        if imports not in Destination.Imports.values:
            raise ValidationError({"imports": _("Choose one of what is offered.")})
        to.imports = imports
    to.campaigns = to.campaigns if campaigns is None else campaigns
    to.is_active = to.is_active if on is None else on
    to.save(update_fields=["imports", "campaigns", "is_active"])


def queue_test(to: Destination, by: User) -> None:
    """A message that says it is one to try; what came of it stands in the log. The caller starts the job."""

    def write() -> Message:
        who = {"store": to.store.name, "who": by}
        subject = _("%(store)s: a message to try") % who
        return Message(subject, _("%(who)s wants to see whether messages arrive here.") % who, "", {"event": "test"})

    queue(to.store, f"test:{clock.now().timestamp():.3f}", write, [to])


def check_address(kind: str, address: str) -> None:
    """ValidationError on `address` for what can never be sent to."""
    if kind == Medium.EMAIL:
        try:
            validate_email(address)
        except ValidationError:
            raise ValidationError({"address": _("This is not an e-mail address.")}) from None
        return
    try:
        outbound.checked(address, settings.MESSAGES_TO_LAN)
    except outbound.Unreachable:
        raise ValidationError({"address": _("Give the full address, beginning with https://.")}) from None


def people_of(store: Store, users: Iterable[int], duty: str = "") -> list[User]:
    """Members of the store among `users` (ids), and those who hold the duty; people switched off are left out."""
    wanted = set(users)
    members = Member.objects.filter(store=store, user__is_active=True).select_related("user")
    return [m.user for m in members if m.user_id in wanted or (duty and duty in m.duty_list)]


def queue(
    store: Store,
    key: str,
    write: Callable[[], Message],
    destinations: Iterable[Destination],
    people: Iterable[User] = (),
    *,
    at: dt.datetime | None = None,
) -> int:
    """Put a message into the outbox for each receiver, in the receiver's language; those who have it under this key
    already get nothing. People without an e-mail address are left out. at: not before. Returns how many receivers."""
    now = clock.now()
    receivers: list[tuple[str, str, Destination | None, str]] = [
        (f"{key}:d{each.pk}", each.language, each, "") for each in destinations if each.is_active
    ]
    receivers += [(f"{key}:u{user.pk}", user.language, None, user.email) for user in people if user.email]
    rows = []
    for name, language, destination, email in receivers:
        with translation.override(language):
            message = write()
        rows.append(
            Delivery(
                store=store,
                key=name,
                destination=destination,
                email=email,
                subject=message.subject[:200],
                body=message.body,
                path=message.url[:300],
                data=dict(message.data),
                created_at=now,
                next_at=at or now,
            )
        )
    Delivery.objects.bulk_create(rows, ignore_conflicts=True)
    return len(rows)


def due(limit: int = 100) -> list[int]:
    """The ids of messages whose turn has come, oldest first."""
    waiting = Delivery.objects.filter(state=Delivery.State.WAITING, next_at__lte=clock.now())
    return list(waiting.order_by("next_at", "pk").values_list("pk", flat=True)[:limit])


def send(pk: int) -> bool:
    """Try to send one message of the outbox; False when it was not its turn (sent, given up, or in other hands)."""
    now = clock.now()
    found = Delivery.objects.filter(pk=pk, state=Delivery.State.WAITING, next_at__lte=now)
    delivery = found.select_related("destination", "store").first()
    if delivery is None:
        return False
    last = delivery.attempts >= len(WAITS)
    again = now + (WAITS[-1] if last else WAITS[delivery.attempts])
    if not found.filter(attempts=delivery.attempts).update(attempts=F("attempts") + 1, next_at=again):
        return False
    mine = Delivery.objects.filter(pk=pk, state=Delivery.State.WAITING, attempts=delivery.attempts + 1)
    try:
        transmit(delivery)
    except Refused as refused:
        state = Delivery.State.FAILED if refused.for_good or last else Delivery.State.WAITING
        mine.update(state=state, error=refused.text[:300])
        return True
    secret = {"path": ""} if delivery.key.startswith(SECRET) else {}
    mine.update(state=Delivery.State.SENT, sent_at=clock.now(), error="", **secret)
    return True


def again(delivery: Delivery) -> None:
    """A message that was given up is tried once more from the start."""
    Delivery.objects.filter(pk=delivery.pk, state=Delivery.State.FAILED).update(
        state=Delivery.State.WAITING, attempts=0, next_at=clock.now(), error=""
    )


def forget_old() -> int:
    """Take away the record of what was sent, or given up, long ago."""
    old = Delivery.objects.filter(created_at__lt=clock.now() - KEEP).exclude(state=Delivery.State.WAITING)
    return old.delete()[0]


def transmit(delivery: Delivery) -> None:
    """Send it now. Refused with the sentence that belongs into the log."""
    url = f"{settings.PUBLIC_URL}{delivery.path}" if settings.PUBLIC_URL and delivery.path else ""
    message = Message(delivery.subject, delivery.body, url, delivery.data)
    name = f"{delivery.store.slug}-{delivery.pk}"
    to = delivery.destination
    if to is None and not delivery.email:
        raise Refused(_("The receiver is not there any more."), for_good=True)
    if to is not None and not to.is_active:
        raise Refused(_("The receiver was switched off."), for_good=True)
    if to is None or to.kind == Medium.EMAIL:
        send_email(delivery.email if to is None else to.address, message, name)
    else:
        send_post(to, message, name)


def send_email(address: str, message: Message, name: str) -> None:
    """Refused says why the mail server did not take it. name: what makes the Message-ID one of its own."""
    if not settings.EMAIL_IS_SET_UP:
        raise Refused(_("E-mail is not set up on this server (EMAIL_URL)."), for_good=True)
    domain = settings.DEFAULT_FROM_EMAIL.rpartition("@")[2].strip("> ") or "localhost"
    body = "\n\n".join(part for part in (message.body, message.url) if part)
    subject = " ".join(message.subject.split())
    mail = EmailMessage(subject, body, to=[address], headers={"Message-ID": f"<{name}@{domain}>"})
    try:
        mail.send()
    except SMTPException as problem:
        raise Refused(_("The mail server refused it: %s.") % type(problem).__name__) from problem
    except OSError as problem:
        raise Refused(_("The mail server cannot be reached.")) from problem


def send_post(to: Destination, message: Message, name: str) -> None:
    """To a webhook or robot. Refused says why; `for_good` where trying again would not help."""
    posted = robots.written(to.kind, to.address, to.secret, message, name, int(clock.now().timestamp()))
    try:
        answer = outbound.post(posted.url, posted.headers, posted.body, lan=settings.MESSAGES_TO_LAN)
    except outbound.Unreachable as problem:
        raise Refused(reason(problem.code), for_good=problem.code in ("bad_address", "private_address")) from problem
    said = robots.refusal(to.kind, answer.status, answer.text)
    if said:
        for_good = 300 <= answer.status < 500 and answer.status not in AGAIN
        raise Refused(_("The receiver refused it: %s.") % said, for_good)


def reason(code: str) -> str:
    return {
        "bad_address": _("The address is not one we can send to."),
        "unknown_host": _("Nobody knows this host name."),
        "private_address": _("The address lies in a private network, which this server does not send to."),
        "no_connection": _("Nothing answers at this address."),
        "timeout": _("The receiver took too long to answer."),
        "bad_certificate": _("The certificate of the receiver is not valid."),
    }.get(code, _("The answer of the receiver cannot be read."))


def shown_address(destination: Destination) -> str:
    """An address as a page may show it: e-mail in full, of everything else only the host (the rest may be a key)."""
    if destination.kind == Medium.EMAIL:
        return destination.address
    return f"{urlsplit(destination.address).hostname}/…"
