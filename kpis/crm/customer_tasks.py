"""Work about a class of customers (S090, S091): a task for those whose duty it is, with who they are and how many.

Only those who agreed to messages are in it: nobody else may be written to.
"""

import datetime as dt
from dataclasses import replace
from urllib.parse import urlencode

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from kpis.crm import customer_lists
from kpis.crm.customer_lists import Consent, Wanted
from kpis.segments import CLASSES
from staff.models import TaskTemplate
from staff.services import spawn_tasks
from staff.spawning import templates_of
from stores.models import Store

TRIGGER = "customers"


def works(store: Store) -> list[TaskTemplate]:
    """What the store has templates for."""
    found = templates_of(store).filter(published__trigger=TRIGGER)
    return list(found.select_related("published").order_by("pk"))


def reachable(wanted: Wanted) -> Wanted:
    """Of those customers the ones that agreed."""
    return replace(wanted, consent=Consent.AGREED.value)


def make(store: Store, day: dt.date, wanted: Wanted, template: str) -> int:
    """The task for these customers on the evening of that day, once for each evening and work. Returns how many are
    new. ValidationError: no such work, or none of them agreed to messages."""
    chosen = next((x for x in works(store) if str(x.pk) == template), None)
    if chosen is None:
        raise ValidationError({"template": _("Choose what is to be done.")})
    asked = reachable(wanted)
    count = customer_lists.customer_count(store, day, asked)
    if not count:
        raise ValidationError(
            {"template": _("None of these customers has agreed to messages; note under “Look up names” who has.")}
        )
    people = ngettext("%(n)s customer who agreed to messages", "%(n)s customers who agreed to messages", count)
    subject = f"{name_of(asked)} · {people % {'n': count}} · {day}"
    about = "customer_list ?" + urlencode(query(asked, day))
    ref = f"{day}:{'' if asked.number is None else asked.number}:{asked.tier}"
    return spawn_tasks(store, TRIGGER, ref, subject=subject[:120], about=about, only=chosen.pk)


def name_of(wanted: Wanted) -> str:
    name = str(CLASSES[wanted.number][1]) if wanted.number is not None else _("All customers")
    tiers = {"core": _("Core customers"), "ordinary": _("Ordinary customers")}
    return f"{name} · {tiers[wanted.tier]}" if wanted.tier else name


def query(wanted: Wanted, day: dt.date) -> dict[str, str]:
    told = {"class": CLASSES[wanted.number][0] if wanted.number is not None else "", "tier": wanted.tier}
    return {key: value for key, value in (told | {"consent": wanted.consent, "day": f"{day}"}).items() if value}
