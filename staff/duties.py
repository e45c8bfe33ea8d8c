"""Duties of a store: what each is responsible for, how many people are wanted and there, who covers for nobody.

What the eight that ship are responsible for is data in both languages (`library/duties.tsv`), from the founding papers.
"""

import csv
from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from opsplan.fitting import fitting
from staff.models import DutyLoad, DutyPlan, Member, StoreDuty, User
from staff.roles import OWN, Duty, Level
from staff.words import DUTIES
from stores.models import Store

FILE = Path(__file__).parent / "library" / "duties.tsv"
MOST = 200  # people wanted


@dataclass(frozen=True)
class Line:
    """One thing a duty is responsible for, and the requirement it comes from."""

    zh: str
    en: str
    source: str


@dataclass(frozen=True)
class DutyCard:
    """A duty of a store. people: active members who hold it. wanted: None = nobody has said. cover: the key of the
    duty that does its work while nobody holds it, "" = none; stand_ins: who that is now."""

    key: str
    name: str
    lines: list[str]
    people: list[User]
    wanted: int | None
    cover: str
    stand_ins: list[User] = field(default_factory=list)

    @property
    def is_own(self) -> bool:
        return self.key.startswith(OWN)

    @property
    def missing(self) -> int:
        return max(0, (self.wanted or 0) - len(self.people))

    @property
    def is_open(self) -> bool:
        """Nobody holds it."""
        return not self.people


@cache
def shipped() -> dict[str, list[Line]]:
    """Duty -> what it is responsible for."""
    found: dict[str, list[Line]] = {x.value: [] for x in Duty}
    with FILE.open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file, delimiter="\t"):
            found[row["duty"]].append(Line(row["zh"], row["en"], row["source"]))
    return found


def name_of(key: str) -> str:
    return str(DUTIES.get(key) or key.removeprefix(OWN))


def own_keys(store: Store) -> list[str]:
    return list(StoreDuty.objects.filter(store=store).values_list("key", flat=True))


def duty_choices(store: Store) -> list[tuple[str, str]]:
    """Every duty of the store with its name: the eight, then its own."""
    return [(str(key), name_of(key)) for key in [*Duty, *own_keys(store)]]


def cards(store: Store) -> list[DutyCard]:
    """The store's duties in order, with who holds them."""
    plans = {x.duty: x for x in DutyPlan.objects.filter(store=store)}
    own = {x.key: x for x in StoreDuty.objects.filter(store=store)}
    members = list(working(store))
    holders = {key: [m.user for m in members if key in m.duties] for key in [*map(str, Duty), *own]}
    chinese, found = (get_language() or "zh").startswith("zh"), []
    for key, people in holders.items():
        plan = plans.get(key)
        if key in own:
            lines = [x.strip() for x in own[key].says.splitlines() if x.strip()]
        else:
            lines = [x.zh if chinese else x.en for x in shipped()[key]]
        cover = plan.cover if plan else ""
        stand_ins = holders.get(cover, []) if not people else []
        found.append(DutyCard(key, name_of(key), lines, people, plan.headcount if plan else None, cover, stand_ins))
    return found


def card(store: Store, key: str) -> DutyCard | None:
    return next((x for x in cards(store) if x.key == key), None)


def working(store: Store) -> Iterable[Member]:
    """Those who can be given work: active members, clients and viewers left out."""
    members = Member.objects.filter(store=store, user__is_active=True).exclude(level__in=[Level.VIEWER, Level.CLIENT])
    return members.select_related("user").order_by("pk")


def covers(store: Store) -> dict[str, str]:
    """Duty nobody holds -> the duty whose holders do its work (as the store has said)."""
    held = {key for member in working(store) for key in member.duties}
    plans = DutyPlan.objects.filter(store=store).exclude(cover="")
    return {x.duty: x.cover for x in plans if x.duty not in held and x.cover in held}


def set_plan(store: Store, key: str, headcount: int | None, cover: str = "") -> None:
    """How many people are wanted (None = nobody says), and who covers. ValidationError by field."""
    known = {key for key, _name in duty_choices(store)}
    if key not in known or (cover and (cover not in known or cover == key)):
        raise ValidationError({"cover": _("Choose another duty of this store.")})
    if headcount is not None and not 0 <= headcount <= MOST:
        raise ValidationError({"headcount": _("Give a number from 0 to 200.")})
    if headcount is None and not cover:
        DutyPlan.objects.filter(store=store, duty=key).delete()
        return
    DutyPlan.objects.update_or_create(store=store, duty=key, defaults={"headcount": headcount or 0, "cover": cover})


def add_duty(store: Store, name: str, says: str = "") -> StoreDuty:
    """A duty of the store's own. ValidationError: no name, or there is one of that name."""
    name = " ".join(name.split())
    if not name or len(name) > 30 or "/" in name:
        raise ValidationError({"name": _("Give a name of 1 to 30 characters without a slash.")})
    if name in {text for _key, text in duty_choices(store)}:
        raise ValidationError({"name": _("There is a duty of this name.")})
    return StoreDuty.objects.create(store=store, key=f"{OWN}{name}", name=name, says=fitting("says", says, 2000))


def describe(store: Store, key: str, says: str) -> None:
    """Say what a duty of the store's own is responsible for, a line each."""
    StoreDuty.objects.filter(store=store, key=key).update(says=fitting("says", says, 2000))


@transaction.atomic
def drop_duty(store: Store, key: str) -> None:
    """Take a duty of the store's own away, from its holders too. ValidationError while somebody holds it."""
    if any(key in member.duties for member in Member.objects.filter(store=store)):
        raise ValidationError(_("Somebody holds this duty: take it from them first."))
    StoreDuty.objects.filter(store=store, key=key).delete()
    DutyPlan.objects.filter(store=store, duty=key).delete()
    DutyLoad.objects.filter(store=store, duty=key).delete()
    DutyPlan.objects.filter(store=store, cover=key).update(cover="")
