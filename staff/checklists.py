"""Templates are written, published, switched on and off, and the library that ships is installed."""

import datetime as dt
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from opsplan.lib import clock
from opsplan.lib.periods import DAY
from staff import library
from staff.library import Entry, Words
from staff.library.elsewhere import reworded
from staff.models import TaskTemplate, TemplateVersion, User
from staff.recurrence import BadRule
from staff.spawning import follow, spawn
from stores.models import Store

COPIED = (
    "title", "how_to", "steps", "duties", "person_id", "turns", "for_each", "rule", "points", "since", "trigger",
    "offset", "offset_working", "starts", "ends", "span", "evidence", "metric", "metric_ago", "is_break",
)  # fmt: skip


def install_library(store: Store, language: str) -> int:
    """Give the store the templates that ship, in one language; those it has already stay as they are. Returns how many
    are new. Their tasks are made from today on."""
    today, now = clock.today(store.timezone), clock.now()
    with transaction.atomic():
        Store.objects.select_for_update().get(pk=store.pk)
        known = set(TaskTemplate.objects.filter(store=store).exclude(source="").values_list("source", flat=True))
        new = [x for x in library.everything() if x.key not in known]
        for entry in new:
            made = TaskTemplate.objects.create(store=store, source=entry.key, is_active=entry.is_on, created_at=now)
            words = reworded(entry.words(language), store.platform, language)
            version = version_of(entry, words, today)
            version.template, version.published_at = made, now
            version.save()
            made.published = version
            made.save(update_fields=["published"])
        spawn(store)
    return len(new)


def version_of(entry: Entry, words: Words, since: dt.date) -> TemplateVersion:
    """The first version of a template that ships, unsaved, in force from `since`."""
    return TemplateVersion(
        number=1,
        title=words.title,
        how_to=words.how_to,
        steps=list(words.steps),
        duties=[x.value for x in entry.duties],
        rule=entry.rule,
        points=entry.points,
        since=since - (entry.span - 1) * DAY if entry.points else since,  # what runs today begins today
        trigger=entry.trigger,
        offset=entry.offset,
        starts=entry.starts,
        ends=entry.ends,
        span=entry.span,
        evidence=entry.evidence,
        metric=entry.metric,
        metric_ago=entry.metric_ago,
        is_break=entry.is_break,
    )


def draft_of(template: TaskTemplate) -> TemplateVersion | None:
    """The version that is being written, if there is one."""
    return TemplateVersion.objects.filter(template=template, published_at=None).order_by("-number").first()


def write(template: TaskTemplate | None, store: Store | None, by: User, fields: dict[str, Any]) -> TemplateVersion:
    """Keep what was typed as the template's draft; None makes a new template, `store` None one for all stores.
    `fields`: those of COPIED. ValidationError by field."""
    with transaction.atomic():
        if template is None:
            template = TaskTemplate.objects.create(store=store, is_active=True, created_at=clock.now())
        else:
            TaskTemplate.objects.select_for_update().get(pk=template.pk)
        last = TemplateVersion.objects.filter(template=template).order_by("-number").first()
        if last is not None and last.published_at is None:
            draft = last
        else:
            draft = TemplateVersion(template=template, number=last.number + 1 if last else 1)
            for name in COPIED:
                if last is not None:
                    setattr(draft, name, getattr(last, name))
        for name in COPIED:
            if name in fields:
                setattr(draft, name, fields[name])
        draft.by = by
        check(draft)
        draft.save()
    return draft


def check(draft: TemplateVersion) -> None:
    """ValidationError by field for what cannot work."""
    if not draft.title.strip():
        raise ValidationError({"title": _("Give it a title.")})
    if not draft.rule and not draft.trigger:
        raise ValidationError({"rule": _("Say when it is to be done.")})
    try:
        draft.recurrence  # noqa: B018 (reading it checks it)
    except BadRule:
        raise ValidationError({"rule": _("This rule cannot be read.")}) from None
    if draft.points and not draft.rule:
        raise ValidationError({"points": _("Only work that comes again goes through products.")})
    if not draft.duties and not draft.person_id and not draft.turns:
        raise ValidationError({"duties": _("Say who does it: a duty, a person, or several who take turns.")})
    if draft.ends is not None and draft.starts is None:
        raise ValidationError({"ends": _("A time slot needs its beginning, too.")})
    if not 1 <= draft.span <= 60:
        raise ValidationError({"span": _("One to sixty days.")})


def publish(draft: TemplateVersion) -> None:
    """From now on the template says this. Open tasks of today and later follow; what was done stays what it was."""
    with transaction.atomic():
        template = TaskTemplate.objects.select_for_update().get(pk=draft.template_id)
        draft.published_at = clock.now()
        draft.save(update_fields=["published_at"])
        template.published = draft
        template.save(update_fields=["published"])
        for store in stores_of(template):
            follow(template, store)


def discard(draft: TemplateVersion) -> None:
    """Throw a draft away; with a template that was never published, the template too."""
    template = draft.template
    if draft.published_at is None:
        draft.delete()
        if not template.versions.exists():
            template.delete()


def switch(template: TaskTemplate, store: Store, on: bool) -> None:
    """Use a template in the store or do without it; one for all stores goes on elsewhere."""
    with transaction.atomic():
        if template.store_id is None:
            (template.off_in.remove if on else template.off_in.add)(store)
        else:
            template.is_active = on
            template.save(update_fields=["is_active"])
        follow(template, store)


def stores_of(template: TaskTemplate) -> list[Store]:
    """Where the template is used."""
    if template.store is not None:
        return [template.store]
    return list(Store.objects.in_use().exclude(pk__in=template.off_in.values("pk")).order_by("pk"))
