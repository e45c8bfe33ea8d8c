"""A plan document's workbook read back: each field as exported, as in the file, as it stands; stored as one step."""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import IO, Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from kpis.documents.document_sheets import CONTENT, KEPT, LAYOUT, TICK
from kpis.documents.plan_documents import LONGEST, LONGEST_ANSWER, Document, day_of, fields_of, save, sections, state
from kpis.models import PlanSection, PlanSectionChange
from kpis.workbooks.book import MARK
from kpis.workbooks.sheet_files import BadFile, Grid, load_sheets, says
from staff.models import User
from stores.models import Store

REST = ("text", "owner", "due", "done")


class Clash(Exception):
    """Somebody saved otherwise meanwhile."""

    def __init__(self) -> None:
        super().__init__(_("Somebody saved this section meanwhile."))


@dataclass(frozen=True)
class Sheet:
    """A file as read. base, found: fields (`<section>.<field>`) as exported, and as they stand in it with their row."""

    store: str
    document: str
    of: str
    base: Mapping[str, str]
    found: Mapping[str, tuple[int, object]]


@dataclass(frozen=True)
class Moved:
    """A field the file changed. kind: change, conflict (saved otherwise meanwhile, by `by`) or refused (`error`)."""

    kind: str
    key: str
    label: str
    address: str
    was: str
    file: str
    now: str
    by: str = ""
    error: str = ""

    @property
    def item(self) -> dict[str, str]:
        """As `merge` takes it."""
        return {"key": self.key, "value": self.file, "was": self.now}


def read(upload: IO[bytes]) -> Sheet:
    """BadFile when it is no workbook of a plan document."""
    grids = load_sheets(upload)
    mark, page = grids.pop(MARK, None), next((x for x in grids.values() if says(x, 0, 0) == LAYOUT), None)
    if mark is None or page is None or says(mark, 0, 0) != LAYOUT:
        raise BadFile(
            _("This workbook was not exported from a plan document here. Export it, fill it in and import that.")
        )
    base = {key: says(mark, n, 1) for n in range(KEPT, len(mark)) if (key := says(mark, n, 0))}
    return Sheet(says(mark, 1, 0), says(mark, 2, 0), says(mark, 3, 0), base, found_in(page))


def found_in(page: Grid) -> dict[str, tuple[int, object]]:
    rows = ((n, says(page, n, 0), row[CONTENT] if len(row) > CONTENT else None) for n, row in enumerate(page) if n)
    return {key: (n + 1, value) for n, key, value in rows if key}


def compare(store: Store, document: Document, month: dt.date, sheet: Sheet, people: Sequence[User]) -> list[Moved]:
    """What the file would change. BadFile when it belongs to another store, document or month."""
    if (sheet.store, sheet.document, sheet.of) != (store.slug, document.key, day_of(document, month).isoformat()):
        raise BadFile(_("This workbook is another document, of another time or of another store."))
    written, out = sections(store, document, month), []
    for part in document.parts:
        section = written[part.key]
        for name, (label, now) in fields_of(part, section).items():
            key = f"{part.key}.{name}"
            if key not in sheet.base or key not in sheet.found:
                continue
            (row, value), was = sheet.found[key], sheet.base[key]
            title, address = f"{part.title} · {label}", f"D{row}"
            try:
                file = as_kept(name, value, people)
            except ValueError as error:
                out.append(Moved("refused", key, title, address, was, str(value)[:80], now, error=str(error)))
                continue
            if file not in (was, now):
                kind, by = ("change", "") if now == was else ("conflict", str(section.by or ""))
                out.append(Moved(kind, key, title, address, was, file, now, by))
    return out


def as_kept(name: str, value: object, people: Sequence[User]) -> str:
    """A field as `fields_of` tells it. ValueError says what is wrong."""
    if isinstance(value, dt.datetime):
        value = value.date().isoformat()
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    text = "" if value is None or isinstance(value, tuple) else str(value).replace("\r\n", "\n").strip()
    if name == "done":
        return "yes" if text == TICK else ""
    if name == "owner" and text and text not in {str(user) for user in people}:
        raise ValueError(_("This person does not work in the store."))
    if name == "due" and text:
        try:
            return dt.date.fromisoformat(text.replace("/", "-")).isoformat()
        except ValueError:
            raise ValueError(_("Write the day as 2026-11-30.")) from None
    if name == "per_week" and text and not text.isdecimal():
        raise ValueError(_("How often a week is a whole number."))
    if len(text) > (LONGEST if name == "text" else LONGEST_ANSWER):
        raise ValueError(_("This is too long."))
    return text


def merge(
    store: Store,
    document: Document,
    month: dt.date,
    wanted: Sequence[Mapping[str, Any]],
    by: User,
    people: Sequence[User],
) -> int:
    """Store these fields (`Moved.item`) as one step; how many. Clash or ValidationError: nothing was stored."""
    with transaction.atomic():
        Store.objects.select_for_update().get(pk=store.pk)
        written, changed = sections(store, document, month), list[PlanSection]()
        for part in document.parts:
            mine = [x for x in wanted if str(x.get("key")).partition(".")[0] == part.key]
            fields = {name: value for name, (_label, value) in fields_of(part, written[part.key]).items()}
            for x in mine:
                name = str(x.get("key")).partition(".")[2]
                if name not in fields:
                    raise ValidationError(_("There is no such section."))
                if fields[name] != x.get("was"):
                    raise Clash
                fields[name] = str(x.get("value") or "")
            if mine:
                changed.append(kept(store, document, month, written[part.key], fields, by, people))
        bind(changed)
    return len(wanted)


def kept(
    store: Store,
    document: Document,
    month: dt.date,
    section: PlanSection,
    fields: Mapping[str, str],
    by: User,
    people: Sequence[User],
) -> PlanSection:
    """Save a section with fields as `fields_of` tells them; an owner who has left stays if nobody else was chosen."""
    chosen = next((user for user in people if str(user) == fields["owner"]), None)
    return save(
        store, document, month, section.key, by,
        text=fields["text"], answers={k: v for k, v in fields.items() if k not in REST},
        owner=section.owner if str(section.owner or "") == fields["owner"] else chosen,
        due=dt.date.fromisoformat(fields["due"]) if fields["due"] else None,
        is_done=bool(fields["done"]), version=section.version,
    )  # fmt: skip


def bind(changed: Sequence[PlanSection]) -> None:
    """Make their newest changes one step: of one instant."""
    steps = [step for section in changed if section.pk and (step := section.changes.first())]
    if steps:
        PlanSectionChange.objects.filter(pk__in=[step.pk for step in steps]).update(at=steps[0].at)


def last_step(store: Store, document: Document, month: dt.date, by: User) -> list[PlanSectionChange]:
    """This person's newest step on the document; []."""
    mine = PlanSectionChange.objects.filter(
        section__store=store, section__document=document.key, section__of=day_of(document, month), by=by
    )
    newest = mine.first()
    return list(mine.filter(at=newest.at).select_related("section__owner")) if newest else []


def undo(store: Store, document: Document, month: dt.date, by: User, people: Sequence[User]) -> int:
    """Take back this person's newest step, itself a step; how many sections. Clash when others built on it."""
    with transaction.atomic():
        Store.objects.select_for_update().get(pk=store.pk)
        changed = []
        for step in last_step(store, document, month, by):
            section, old = step.section, step.old
            if state(section) != step.new:
                raise Clash
            fields = old["fields"] | {"text": old["text"], "owner": old["owner"], "due": old["due"]}
            fields["done"] = "yes" if old["done"] else ""
            changed.append(kept(store, document, month, section, fields, by, people))
        bind(changed)
    return len(changed)
