"""Templates over REST: what work comes again, writing it, publishing it, switching it off, starting a process."""

import secrets
from typing import Any

from django.core.exceptions import PermissionDenied, ValidationError
from django.db.models import Q, QuerySet
from django.http import Http404
from django.utils.translation import gettext as _
from drf_spectacular.utils import inline_serializer
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from kpis import queries
from opsplan import shapes
from opsplan.fitting import too_long
from opsplan.lib import clock
from opsplan.lib.periods import DAY, Period
from opsplan.paging import PAGING, pages
from staff import checklists, spawning
from staff.api import bodies
from staff.api.base import MemberView, Unprocessable, fields_of
from staff.api.bodies import operation
from staff.duties import duty_choices
from staff.models import Evidence, TaskTemplate, TemplateVersion
from staff.queries import team
from staff.roles import Action, Level
from staff.task_words import ROUNDS, TRIGGERS
from stores.calendars import calendar_of
from stores.models import Store

PREVIEW = 30  # days
EVIDENCE = [x for x in Evidence.values if x]
UNSET = ("rule", "points", "trigger", "evidence", "metric")  # null over REST, empty in the rows
DEEDS = ("publish", "discard", "on", "off", "start")


class VersionFields(serializers.Serializer):  # type: ignore[type-arg]
    """What a template says; a field left out stays as it is. A rule takes the place of a trigger and the other way."""

    title = serializers.CharField(max_length=200, help_text="What is to be done.")
    how_to = serializers.CharField(max_length=5000, allow_blank=True, required=False, help_text="How.")
    steps = serializers.ListField(
        child=serializers.CharField(max_length=200), max_length=60, required=False, help_text="Step by step."
    )
    duties = serializers.ListField(
        child=serializers.CharField(max_length=60), max_length=20, required=False, help_text="Keys of duties."
    )
    for_each = serializers.BooleanField(required=False, help_text="A task for each who has the duty.")
    person = serializers.CharField(max_length=150, allow_null=True, required=False, help_text="A user name.")
    turns = serializers.ListField(
        child=serializers.CharField(max_length=150), max_length=60, required=False, help_text="User names."
    )
    rule = serializers.CharField(
        max_length=120, allow_blank=True, allow_null=True, required=False, help_text="FREQ=DAILY, …"
    )
    points = serializers.ChoiceField(
        sorted(ROUNDS),
        allow_blank=True,
        allow_null=True,
        required=False,
        help_text="What work with a rule goes through.",
    )
    since = bodies.day("From when on.", allow_null=False)
    trigger = serializers.ChoiceField(
        sorted(TRIGGERS),
        allow_blank=True,
        allow_null=True,
        required=False,
        help_text="What brings the task instead of a rule.",
    )
    offset = serializers.IntegerField(
        min_value=-180, max_value=180, required=False, help_text="Days after the trigger; before it with a minus."
    )
    offset_working = serializers.BooleanField(required=False, help_text="Count working days only.")
    starts = serializers.TimeField(allow_null=True, required=False, help_text="Hour it begins, the store's time.")
    ends = serializers.TimeField(allow_null=True, required=False, help_text="Hour it is due, the store's time.")
    span = serializers.IntegerField(min_value=1, max_value=60, required=False, help_text="Days there are for it.")
    evidence = serializers.ChoiceField(
        EVIDENCE, allow_blank=True, allow_null=True, required=False, help_text="What has to be handed in."
    )
    metric = serializers.CharField(
        max_length=60, allow_blank=True, allow_null=True, required=False, help_text="The KPI a number is held against."
    )
    metric_ago = serializers.IntegerField(
        min_value=0, max_value=60, required=False, help_text="How many days before the task's its figure is of."
    )
    draft = serializers.BooleanField(required=False, help_text="true: kept, not published yet.")


VERSION = {
    "version": shapes.whole("Its number."),
    "published_at": shapes.or_null(shapes.instant("Null: a draft.")),
    "title": shapes.text(),
    "how_to": shapes.text("May be empty."),
    "steps": shapes.many(shapes.text(), "Step by step."),
    "duties": shapes.many(shapes.text("Key of a duty.")),
    "for_each": shapes.yes("A task for each who has the duty."),
    "rule": shapes.or_null(shapes.text("When it comes again, like FREQ=DAILY; null: only when triggered.")),
    "points": shapes.or_null(shapes.one_of(sorted(ROUNDS), "What work with a rule goes through; null: nothing.")),
    "since": shapes.day("From when on."),
    "trigger": shapes.or_null(
        shapes.one_of(sorted(TRIGGERS), "What brings the task instead of a rule; null: the rule.")
    ),
    "offset": shapes.whole("Days after the trigger; before it with a minus."),
    "offset_working": shapes.yes("Only working days count for offset."),
    "starts": shapes.or_null(shapes.hour("When it begins.")),
    "ends": shapes.or_null(shapes.hour("When it is due.")),
    "span": shapes.whole("Days there are for it."),
    "evidence": shapes.or_null(shapes.one_of(EVIDENCE, "What has to be handed in; null: nothing.")),
    "metric": shapes.or_null(shapes.text("The KPI a number is held against.")),
    "metric_ago": shapes.whole("How many days before the task's its figure is of."),
}
FIELDS = {
    "id": shapes.whole(),
    "source": shapes.or_null(shapes.text("Its key in the library that is shipped; null: one of your own.")),
    "for_all_stores": shapes.yes(),
    "is_active": shapes.yes("Switched on in this store."),
    **VERSION,
}
TEMPLATE = shapes.thing(
    "TaskTemplateWithDays",
    {
        **FIELDS,
        "draft": shapes.or_null(shapes.thing("TaskTemplateDraft", VERSION)),
        "next_days": shapes.many(
            shapes.thing(
                "TaskTemplateDay",
                {"day": shapes.day("The first on which it may be done."), "due_on": shapes.day("The last one.")},
            ),
            f"When its rule brings it in the next {PREVIEW} days.",
        ),
    },
    maybe={"made": shapes.whole("After start: how many tasks are new.")},
)


def version_json(version: TemplateVersion) -> dict[str, Any]:
    told = ("title", "how_to", "steps", "duties", "for_each", "rule", "points", "since", "trigger", "offset",
            "offset_working", "starts", "ends", "span", "evidence", "metric", "metric_ago")  # fmt: skip
    found = {"version": version.number, "published_at": version.published_at} | {x: getattr(version, x) for x in told}
    return found | {name: found[name] or None for name in UNSET}


def template_json(template: TaskTemplate, version: TemplateVersion, store: Store) -> dict[str, Any]:
    return {
        "id": template.pk,
        "source": template.source or None,
        "for_all_stores": template.store_id is None,
        "is_active": template.is_active and store not in template.off_in.all(),
    } | version_json(version)


class TemplatesView(MemberView):
    """What the endpoints of templates share."""

    writes = Action.MANAGE_TASKS

    def known(self) -> QuerySet[TaskTemplate]:
        mine = Q(store=self.store) | Q(store__isnull=True)
        return TaskTemplate.objects.filter(mine).select_related("published", "store").prefetch_related("off_in")

    def found(self, pk: int) -> TaskTemplate:
        template = self.known().filter(pk=pk).first()
        if template is None:
            raise Http404
        return template

    def own(self, pk: int) -> TaskTemplate:
        """One that this person may write: what is for all stores belongs to the administrator."""
        template = self.found(pk)
        if template.store_id is None and not self.member.user.is_superuser:
            raise PermissionDenied
        return template

    def written(self, template: TaskTemplate | None, request: Request) -> TaskTemplate:
        asked = VersionFields(data=fields_of(request), partial=template is not None)
        if not asked.is_valid():
            field, said = next(iter(asked.errors.items()))
            raise Unprocessable(field, str(said[0]) if isinstance(said, list) else _("This cannot be read."))
        fields = self.checked(dict(asked.validated_data), template)
        is_draft = fields.pop("draft", False)
        try:
            store = template.store if template else self.store
            version = checklists.write(template, store, self.member.user, fields)
            if not is_draft:
                checklists.publish(version)
        except ValidationError as problem:
            raise Unprocessable(next(iter(problem.message_dict)), " ".join(problem.messages)) from problem
        return version.template

    def checked(self, fields: dict[str, Any], template: TaskTemplate | None) -> dict[str, Any]:
        """The fields as `checklists.write` takes them. Unprocessable."""
        fields |= {name: "" for name in UNSET if name in fields and fields[name] is None}
        people = {x.user.username: x.user_id for x in team(self.store) if x.level not in (Level.VIEWER, Level.CLIENT)}
        duties = [key for key, _name in duty_choices(self.store)]
        for name, valid in (("duties", duties), ("turns", list(people))):
            for value in fields.get(name, []):
                if value not in valid:
                    raise Unprocessable(name, _("“%s” is not one of the valid values.") % value[:60], valid)
        if fields.get("person") and fields["person"] not in people:
            raise Unprocessable("person", _("This person is not on the team."), list(people))
        if fields.get("metric") and fields["metric"] not in queries.keys():  # noqa: SIM118
            raise Unprocessable("metric", _("“%s” is not one of the valid values.") % fields["metric"][:60])
        if "person" in fields:
            fields["person_id"] = people.get(fields.pop("person") or "")
        if "turns" in fields:
            fields["turns"] = [people[x] for x in fields["turns"]]
        if fields.get("rule"):
            fields["trigger"] = ""
        elif fields.get("trigger"):
            fields["rule"] = fields["points"] = ""
        if template is None:
            fields.setdefault("since", clock.today(self.store.timezone))
        return fields

    def answer(self, pk: int, **more: Any) -> Response:
        """A template with its draft and the days of the next month."""
        template = self.found(pk)
        draft = checklists.draft_of(template)
        version = template.published or draft
        if version is None:
            raise Http404
        today = clock.today(self.store.timezone)
        window = Period(today, today + (PREVIEW - 1) * DAY)
        days = spawning.occurrences(version, window, calendar_of(self.store))
        told = template_json(template, version, self.store)
        told["draft"] = version_json(draft) if draft else None
        told["next_days"] = [{"day": x.day, "due_on": x.due} for x in days]
        return Response(told | more)


class TaskTemplatesView(TemplatesView):
    """What work comes again."""

    @operation(
        summary="Templates of the store, as published",
        parameters=PAGING,
        responses=pages(shapes.thing("TaskTemplate", FIELDS)),
    )
    def get(self, request: Request, slug: str) -> Response:
        found = self.known().filter(published__isnull=False).order_by("pk")
        return self.page(request, found, lambda x: template_json(x, x.published, self.store))

    @operation(
        summary="Write a template, and publish it unless it is a draft",
        request=VersionFields,
        responses={201: TEMPLATE},
    )
    def post(self, request: Request, slug: str) -> Response:
        answer = self.answer(self.written(None, request).pk)
        answer.status_code = 201
        return answer


class TaskTemplateView(TemplatesView):
    """One template."""

    @operation(summary="A template, its draft, and its next 30 days", responses=TEMPLATE)
    def get(self, request: Request, slug: str, pk: int) -> Response:
        return self.answer(pk)

    @operation(
        summary="Say something else from now on; open tasks follow, done ones stay",
        request=VersionFields(partial=True),
        responses=TEMPLATE,
    )
    def patch(self, request: Request, slug: str, pk: int) -> Response:
        return self.answer(self.written(self.own(pk), request).pk)

    @operation(
        summary="Publish or discard the draft, switch on or off, or start a process",
        request=inline_serializer(
            "TemplateDeed",
            {
                "do": bodies.one_of(DEEDS, "What is done.", required=True),
                "day": bodies.day("For start: what its offsets count from; today unless told."),
                "subject": serializers.CharField(required=False, help_text="For start: what it is about."),
            },
        ),
        responses={200: TEMPLATE, 204: None},
    )
    def post(self, request: Request, slug: str, pk: int) -> Response:
        fields, template = fields_of(request), self.found(pk)
        match fields.get("do"):
            case "on" | "off" as switch:
                checklists.switch(template, self.store, switch == "on")
            case "start":
                return self.answer(pk, made=self.started(template, fields))
            case "publish" | "discard" as deed:
                return self.settled(self.own(pk), deed)
            case _other:
                raise Unprocessable("do", _("Unknown deed."), DEEDS)
        return self.answer(pk)

    def settled(self, template: TaskTemplate, deed: str) -> Response:
        draft = checklists.draft_of(template)
        if draft is None:
            raise Unprocessable("do", _("There is no draft."))
        if deed == "publish":
            checklists.publish(draft)
        else:
            checklists.discard(draft)
            if not TaskTemplate.objects.filter(pk=template.pk).exists():
                return Response(status=204)
        return self.answer(template.pk)

    def started(self, template: TaskTemplate, fields: dict[str, Any]) -> int:
        if template.published is None or template.published.trigger != "manual" or not template.is_active:
            raise Unprocessable("do", _("Only a process that is in use can be started."))
        asked = serializers.DateField(required=False, allow_null=True)
        try:
            day = asked.run_validation(fields.get("day")) or clock.today(self.store.timezone)
        except serializers.ValidationError:
            raise Unprocessable("day", _("Give a day as YYYY-MM-DD; got “%s”.") % str(fields["day"])[:40]) from None
        about = str(fields.get("subject") or "").strip()
        if len(about) > 120:
            raise Unprocessable("subject", too_long(len(about), 120))
        ref = secrets.token_hex(6)  # each start is one of its own
        return spawning.spawn_tasks(self.store, "manual", ref, day, subject=about, only=template.pk)
