"""Telling what came of a file: the person who sent it when nobody may be looking, and programs and group chats that
want to know (`Destination.imports`). Each once: `Upload.told_at` is set in the transaction that writes the messages."""

import datetime as dt
from functools import partial

from django.db import transaction
from django.urls import reverse
from django.utils.translation import gettext as _

from kpis.ingest.pipeline import FINISHED, as_json, problem_text
from kpis.models import Upload
from opsplan.lib import clock
from staff import delivery, notices
from staff.models import Destination, Member, Notice, User
from staff.robots import Message
from staff.roles import Level

State = Upload.State
WRONG = (State.REJECTED, State.UNKNOWN, State.FAILED)
LATE = dt.timedelta(days=1)  # what ended longer ago than that is no news
SAID = 3  # problems in a message


def is_wrong(upload: Upload) -> bool:
    """Something of the file did not come in."""
    return upload.state in WRONG or bool(upload.rejected)


def tell_all() -> int:
    """Tell of every file that has come to an end and of which nobody was told yet; how many."""
    ended = Upload.objects.filter(told_at=None, state__in=FINISHED, finished_at__gte=clock.now() - LATE)
    return sum(tell(pk) for pk in ended.order_by("pk").values_list("pk", flat=True))


def tell(pk: int) -> bool:
    """Tell of one file; False when it is still at work or was told of before."""
    with transaction.atomic():
        found = Upload.objects.filter(pk=pk, told_at=None, state__in=FINISHED)
        if not found.update(told_at=clock.now()):
            return False
        upload = Upload.objects.select_related("store", "by").get(pk=pk)
        if upload.dry_run or upload.state in (State.CANCELLED, State.UNDONE):
            return True
        wishes = [Destination.Imports.ALL] + ([Destination.Imports.PROBLEMS] if is_wrong(upload) else [])
        listening = Destination.objects.filter(store=upload.store, is_active=True, imports__in=wishes)
        write = partial(message, upload)
        key = f"import:{pk}:{upload.state}"  # a file that was refused may have been read again, and loaded
        delivery.queue(upload.store, key, write, listening)
        notices.tell(upload.store, concerned(upload), Notice.Kind.IMPORT, key, write)
    return True


def concerned(upload: Upload) -> list[User]:
    """Whom a result concerns that nobody has seen on the screen: the sender of a file that loads by itself (REST) and
    has something wrong, the managers for one out of the folder, anybody whose file failed by our own fault."""
    if not (is_wrong(upload) if upload.auto_load else upload.state == State.FAILED):
        return []
    if upload.by is not None:
        return [upload.by]
    managers = Member.objects.filter(store=upload.store, level__in=[Level.OWNER, Level.MANAGER], user__is_active=True)
    return [member.user for member in managers.select_related("user")]


def message(upload: Upload) -> Message:
    """The result in a line, the first problems, and all of it as data (`event`: import)."""
    subject = _("%(store)s: %(file)s: %(state)s") % {
        "store": upload.store.name,
        "file": upload.name,
        "state": upload.get_state_display(),
    }
    counts = {name: getattr(upload, name) for name in ("rows", "new", "changed", "rejected")}
    lines = []
    if upload.rows and upload.state == State.REJECTED:
        lines.append(_("%(rows)s rows, %(rejected)s with something wrong: nothing was loaded.") % counts)
    elif upload.rows:
        lines.append(_("%(rows)s rows: %(new)s new, %(changed)s changed, %(rejected)s left out.") % counts)
    if upload.state == State.FAILED:
        lines.append(_("It failed by a fault of ours; nothing of it was loaded. Send it again."))
    for problem in upload.problems.filter(level="error")[:SAID]:
        place = _("line %s: ") % problem.line if problem.line else ""
        lines.append(f"{place}{problem.column} {problem_text(problem)}".strip())
    told = {key: value for key, value in as_json(upload).items() if key != "problems"}
    data = {"event": "import", "store": upload.store.slug, "import": upload.pk, "state": upload.state, **told}
    return Message(subject, "\n".join(lines), reverse("upload", args=[upload.store.slug, upload.pk]), data)
