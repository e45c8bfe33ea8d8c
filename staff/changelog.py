"""The change log told as people say it: fields by name, choices by label, linked things by title."""

import datetime as dt
import json
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from decimal import Decimal

from auditlog.models import LogEntry
from django.core.exceptions import FieldDoesNotExist
from django.db.models import DateTimeField, Field, JSONField, Model, TimeField
from django.utils.dateparse import parse_datetime
from django.utils.functional import Promise
from django.utils.timezone import localtime
from django.utils.translation import gettext as _

from opsplan.lib.almanac import FEASTS
from opsplan.lib.text import WEEKDAYS
from staff.duties import name_of
from staff.models import User
from staff.task_words import ROUNDS
from staff.words import DAY_KINDS, FIELDS, KINDS, LEVELS
from stores import currency

NOTHING = "—"
ACTIONS = {LogEntry.Action.CREATE: "create", LogEntry.Action.DELETE: "delete"}
Titles = dict[tuple[type[Model], str], str]


@dataclass(frozen=True)
class Change:
    """A line of the change log; `fields` are (name, before, after)."""

    at: dt.datetime
    who: str
    action: str  # create, update, delete
    kind: str
    which: str
    fields: list[tuple[str, str, str]]


def told(entries: Iterable[LogEntry]) -> list[Change]:
    """Entries as lines; what they link to is looked up once per model."""
    entries = list(entries)
    titles = linked_titles(entries)
    return [
        Change(
            at=entry.timestamp,
            who=actor_name(entry, titles),
            action=ACTIONS.get(entry.action, "update"),
            kind=str(KINDS.get(f"{entry.content_type.app_label}.{entry.content_type.model}", "")),
            which=entry.object_repr,
            fields=[x for x in (line(entry, *pair, titles) for pair in pairs(entry)) if x[1] != x[2]],
        )
        for entry in entries
    ]


def pairs(entry: LogEntry) -> Iterator[tuple[str, str, str]]:
    """(field, before, after) in the order of the model's fields (databases keep what was logged in orders of their
    own); what joined a list has no before, what left it no after."""
    model = entry.content_type.model_class()
    places = {field.name: place for place, field in enumerate(model._meta.get_fields())} if model else {}
    for name, change in sorted((entry.changes_dict or {}).items(), key=lambda x: (places.get(x[0], len(places)), x[0])):
        if isinstance(change, dict):
            listed = _(", ").join(change["objects"])
            yield (name, "", listed) if change["operation"] == "add" else (name, listed, "")
        else:
            old, new = change
            yield name, str(old), str(new)


def field_of(entry: LogEntry, name: str) -> "Field[object, object] | None":
    model = entry.content_type.model_class()
    try:
        found = model._meta.get_field(name) if model else None
    except FieldDoesNotExist:
        return None
    return found if isinstance(found, Field) else None


def linked_titles(entries: Iterable[LogEntry]) -> Titles:
    """What the entries point to: (model, id as text) -> title."""
    wanted: dict[type[Model], set[str]] = defaultdict(set)
    for entry in entries:
        by = (entry.additional_data or {}).get("by")
        if by:
            wanted[User].add(str(by))
        for name, *values in pairs(entry):
            field = field_of(entry, name)
            if field and field.many_to_one and isinstance(field.related_model, type):
                wanted[field.related_model] |= {x for x in values if x.isdecimal()}
    return {
        (model, str(pk)): str(found)
        for model, keys in wanted.items()
        for pk, found in model._default_manager.in_bulk([int(x) for x in keys]).items()
    }


def actor_name(entry: LogEntry, titles: Titles) -> str:
    """Who did it; what ran without anybody logged in (a command, a task) is told as such."""
    by = (entry.additional_data or {}).get("by")
    return str(entry.actor or titles.get((User, str(by))) or _("command line"))


def line(entry: LogEntry, name: str, old: str, new: str, titles: Titles) -> tuple[str, str, str]:
    field = field_of(entry, name)
    label: str | Promise = field.verbose_name if field else name
    if not isinstance(label, Promise):  # Django's own name for it, which nobody translates
        label = FIELDS.get(name, label)
    return bare(str(label)), spoken(field, old, titles), spoken(field, new, titles)


def bare(label: str) -> str:
    """Without the unit it is stored in: `spoken` tells amounts in yuan and rates in percent."""
    return label.partition(" (")[0].partition("（")[0] if label.endswith((")", "）")) else label


def spoken(field: "Field[object, object] | None", text: str, titles: Titles) -> str:
    """A logged value as people say it."""
    if text in ("", "None", "[]"):
        return NOTHING
    if text in ("True", "False"):
        return _("yes") if text == "True" else _("no")
    if field is None:
        return text
    if field.many_to_one and isinstance(field.related_model, type):
        return titles.get((field.related_model, text), f"#{text}")
    if field.name == "level":
        return str(LEVELS.get(text, text))
    if field.name == "duties":
        return _(", ").join(name_of(x) for x in json.loads(text))
    if field.name in ("duty", "cover"):
        return name_of(text)
    if field.name == "points":
        return str(ROUNDS.get(text, text))
    if isinstance(field, JSONField):
        try:
            return listed(field.name, json.loads(text))
        except ValueError:
            return text
    return at_hand(field, text) or str(dict(field.flatchoices).get(text, text))


def listed(name: str, value: object) -> str:
    """A list or a table of values in a line; of the weights of days by their names."""
    if isinstance(value, dict):
        pairs = [(day_name(str(key)), each) for key, each in value.items()]
    elif name == "week" and isinstance(value, list) and len(value) == len(WEEKDAYS):
        pairs = [(_(day), each) for day, each in zip(WEEKDAYS, value, strict=True)]
    elif isinstance(value, list):
        return _(", ").join(listed("", each) for each in value) or NOTHING
    else:
        return str(value)
    return _(", ").join(f"{key} {listed('', each)}" for key, each in pairs) or NOTHING


def day_name(key: str) -> str:
    """What a day of its own is called; a store's own event has its name for a key, any other key stands for itself."""
    feasts = {feast.key: _(feast.name) for feast in FEASTS}
    return str(DAY_KINDS.get(key) or feasts.get(key.removeprefix("event:"), key.removeprefix("event:")))


def at_hand(field: "Field[object, object]", text: str) -> str:
    """Instants on the store's clock, hours without seconds, fen as yuan, ten-thousandths as percent; else ""."""
    if isinstance(field, DateTimeField):
        at = parse_datetime(text)
        return f"{localtime(at.replace(tzinfo=at.tzinfo or dt.UTC)):%Y-%m-%d %H:%M}" if at else ""
    if isinstance(field, TimeField):
        return text[:5]
    if not text.lstrip("-").isdigit() or not field.name.endswith(("_fen", "_bp")):
        return ""
    number = Decimal(text) / 100
    return f"{currency.symbol()}{number:,.2f}" if field.name.endswith("_fen") else f"{number.normalize():f}%"
