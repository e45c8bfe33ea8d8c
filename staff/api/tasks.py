"""Tasks over REST: one's day, ticking off with evidence, and how the work came out."""

from decimal import Decimal
from typing import IO, Any

from django.core.exceptions import PermissionDenied, ValidationError
from django.http import FileResponse, Http404
from django.utils.translation import gettext as _
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, OpenApiResponse, inline_serializer
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from opsplan import shapes
from opsplan.formats import WithFile
from opsplan.lib import cells
from staff import photos, spawning, task_queries, ticking
from staff.access import metrics_for_api
from staff.api import bodies
from staff.api.base import DAYS, MemberView, Unprocessable, instant_field
from staff.api.bodies import operation
from staff.models import Evidence, State, Task, TaskEvent
from staff.presence import presence_for
from staff.task_queries import Line
from staff.ticking import Deed
from staff.views import checked

EVIDENCE = [x for x in Evidence.values if x]
DEEDS = ("tick", "untick", "skip", "reason", "note", "step")
FIELDS = {
    "id": shapes.whole(),
    "title": shapes.text(),
    "subject": shapes.text("What triggered it, in words; may be empty."),
    "about": shapes.or_null(
        shapes.text("The page of that, the name of its address and the number there: campaign 12.")
    ),
    "template": shapes.whole("The template's id."),
    "version": shapes.whole("The number of the template's version it was made of."),
    "day": shapes.day("The first on which it may be done."),
    "due_on": shapes.day("The last one."),
    "starts": shapes.or_null(shapes.hour("When it begins.")),
    "ends": shapes.or_null(shapes.hour("When it is due.")),
    "due_at": shapes.instant("On time until then."),
    "closes_at": shapes.instant("Missed from then on."),
    "state": shapes.one_of(State.values),
    "is_break": shapes.yes("It stands in the list of the day and is not ticked."),
    "is_mine": shapes.yes("Asked of you."),
    "is_overdue": shapes.yes("Open after due_at."),
    "is_late": shapes.yes("Done after due_at."),
    "assignee": shapes.or_null(shapes.text("User name; null: whoever has one of the duties.")),
    "duties": shapes.many(shapes.text("Key of a duty.")),
    "evidence": shapes.or_null(shapes.one_of(EVIDENCE, "What has to be handed in; null: nothing.")),
    "metric": shapes.or_null(shapes.text("The KPI the number is held against.")),
    "number": shapes.or_null(shapes.number("What was handed in, in the KPI's unit: yuan, 0.05; exact.")),
    "figure": shapes.or_null(shapes.number("What the KPI said then, in the same unit.")),
    "text": shapes.text("What was handed in, in words; may be empty."),
    "link": shapes.text("The address that was handed in; may be empty."),
    "has_photo": shapes.yes("A photo was handed in."),
    "steps": shapes.many(shapes.text(), "What it takes, step by step, where there are no points."),
    "points": shapes.many(
        shapes.thing(
            "TaskPoint",
            {
                "title": shapes.text(),
                "about": shapes.text("Its page, like product 12."),
                "done": shapes.yes(),
                "gone": shapes.yes("It is not among them any more."),
            },
        ),
        "What it goes through one by one.",
    ),
    "steps_done": shapes.many(
        shapes.whole(), "Places that are done, from 0: in points if there are any, else in steps."
    ),
    "reason": shapes.text("Why it was skipped or missed; may be empty."),
    "done_at": shapes.or_null(shapes.instant()),
    "done_by": shapes.or_null(shapes.text("User name.")),
}
TASK = shapes.thing("Task", FIELDS)
TASK_DONE = shapes.thing(
    "TaskAfterDeed",
    FIELDS | {"warning": shapes.text("A sentence where the number contradicts the figure, else empty.")},
)
TASKS = shapes.thing("TaskDay", {"day": shapes.day(), "tasks": shapes.many(TASK, "In the order of the day.")})
STATISTICS = shapes.thing(
    "TaskStatistics",
    {
        "from": shapes.day(),
        "to": shapes.day(),
        "by": shapes.one_of(task_queries.GROUPS),
        "rows": shapes.many(
            shapes.thing(
                "TaskTally",
                {
                    "key": shapes.or_null(
                        shapes.text(
                            "A user's id (null: nobody), the key of a duty, a template's id, or a store's slug."
                        )
                    ),
                    "name": shapes.text("Of the person, the template or the store; of a duty empty."),
                    "on_time": shapes.whole("Tasks done in time; the other counts are of tasks, too."),
                    "late": shapes.whole(),
                    "missed": shapes.whole(),
                    "skipped": shapes.whole(),
                    "open": shapes.whole("Still to be done."),
                },
            ),
            "The most missed first.",
        ),
    },
)


def task_json(line: Line, opened: frozenset[str] | None = None) -> dict[str, Any]:
    """A task as REST tells it; `number` and `figure` in the KPI's unit (yuan, a fraction). opened: the KPIs whose
    numbers may be told; None = all."""
    task, version = line.task, line.version
    is_told = not version.metric or opened is None or version.metric in opened
    return {
        "id": task.pk,
        "title": version.title,
        "subject": task.subject,
        "about": task.about or None,
        "template": task.template_id,
        "version": version.number,
        "day": task.day,
        "due_on": task.due,
        "starts": task.starts,
        "ends": task.ends,
        "due_at": task.due_at,
        "closes_at": task.closes_at,
        "state": line.state,
        "is_break": version.is_break,
        "is_mine": line.is_mine,
        "is_overdue": line.is_overdue,
        "is_late": line.is_late,
        "assignee": task.assignee.username if task.assignee else None,
        "duties": version.duties,
        "evidence": version.evidence or None,
        "metric": version.metric or None,
        "number": number_of(task.number) if is_told else None,
        "figure": number_of(task.figure) if is_told else None,
        "text": task.text,
        "link": task.link,
        "has_photo": bool(task.photo),
        "steps": version.steps,
        "points": [
            {"title": x.title, "about": x.about, "done": x.is_done, "gone": x.is_gone} for x in task.steps if x.about
        ],
        "steps_done": task.steps_done,
        "reason": task.reason,
        "done_at": task.done_at,
        "done_by": task.done_by.username if task.done_by else None,
    }


def number_of(value: Decimal | None) -> str | None:
    return None if value is None else f"{value.normalize():f}"


class TasksView(MemberView):
    """The work of a day."""

    @operation(
        summary="Tasks of a day, in its order",
        parameters=[
            OpenApiParameter("day", OpenApiTypes.DATE, description="A local day; today unless told."),
            OpenApiParameter("mine", bool, description="1: only what is yours, or what you did."),
        ],
        responses=TASKS,
    )
    def get(self, request: Request, slug: str) -> Response:
        day = self.day(request, "day")
        spawning.ensure(self.store, day)
        found = task_queries.day_lines(self.member, day)
        if self.yes(request, "mine"):
            found = [x for x in found if x.is_own]
        return Response({"day": day, "tasks": [task_json(x, metrics_for_api(request)) for x in found]})


class OfTask(MemberView):
    """An endpoint of one task."""

    def found(self, pk: int) -> Task:
        task = task_queries.of_store(self.store).filter(pk=pk).first()
        if task is None:
            raise Http404
        return task


class TaskPhotoView(WithFile, OfTask):
    """The photo that was handed in with a task."""

    @operation(
        summary="The photo that was handed in with a task, itself",
        responses={(200, kind): OpenApiTypes.BINARY for kind in photos.KINDS.values()},
    )
    def get(self, request: Request, slug: str, pk: int) -> FileResponse:
        return photos.shown(self.found(pk).photo)


class TaskView(OfTask):
    """One task, and what is done with it."""

    def answer(self, pk: int, **more: Any) -> Response:
        line, opened = task_queries.lines(self.member, [self.found(pk)])[0], metrics_for_api(self.request)
        return Response(task_json(line, opened) | more)

    @operation(summary="One task", responses=TASK)
    def get(self, request: Request, slug: str, pk: int) -> Response:
        return self.answer(pk)

    @operation(
        summary="Do something with a task",
        description="As a form, a tick or a note may bring a `photo` (JPEG, PNG, WebP; at most 8 MB).",
        parameters=[
            OpenApiParameter(
                "Idempotency-Key", str, OpenApiParameter.HEADER, description="The same key again changes nothing."
            )
        ],
        request=inline_serializer(
            "TaskDeed",
            {
                "do": bodies.one_of(DEEDS, "What is done.", required=True),
                "number": serializers.DecimalField(20, 6, required=False, help_text="In the KPI's unit: yuan, 0.05."),
                "text": bodies.text("What is handed in, in words.", max_length=1000),
                "link": bodies.text("An address that is handed in.", max_length=500),
                "reason": serializers.CharField(required=False, help_text="For skip, and for reason (why missed)."),
                "step": serializers.IntegerField(
                    required=False,
                    help_text="For step: its place, from 0, in `points` if there are any, else in `steps`.",
                ),
                "on": serializers.BooleanField(required=False, help_text="For step: done, or not any more."),
                "at": bodies.instant("When it was done, if not now: an instant with its offset."),
                "photo": serializers.FileField(required=False, help_text="As a form, with a tick or a note."),
            },
        ),
        responses={
            200: TASK_DONE,
            422: OpenApiResponse(description="A field has a value we cannot use."),
        },
    )
    def post(self, request: Request, slug: str, pk: int) -> Response:
        task = self.found(pk)
        fields: dict[str, Any] = request.data if isinstance(request.data, dict) else {}
        if fields.get("do") not in DEEDS:
            raise Unprocessable("do", _("Unknown deed."), DEEDS)
        key = request.headers.get("Idempotency-Key", "").strip()
        if not 0 < len(key) <= 64:
            raise Unprocessable("Idempotency-Key", _("Send a key of your own, at most 64 characters, in this header."))
        number, photo = number_field(fields), request.FILES.get("photo")
        at = instant_field(fields, "at")
        deed = Deed(
            what=fields["do"],
            key=key,
            at=at,
            number=number,
            figure=checked.figure_for(self.store, task) if number is not None else None,
            text=str(fields["text"] or "") if "text" in fields else None,
            link=str(fields["link"] or "") if "link" in fields else None,
            photo=self.kept(task, key, photo) if photo and fields["do"] in ("tick", "note") else "",
            reason=str(fields.get("reason") or ""),
            step=fields["step"] if isinstance(fields.get("step"), int) else 0,
            on=fields.get("on", True) is True,
        )
        try:
            done = ticking.act(pk, self.member, deed)
        except ValidationError as problem:
            field = next(iter(problem.message_dict)) if hasattr(problem, "error_dict") else "do"
            raise Unprocessable(field, " ".join(problem.messages)) from problem
        return self.answer(pk, warning=checked.warning(done) if number is not None else "")

    def kept(self, task: Task, key: str, file: IO[bytes]) -> str:
        """The photo's name in our keeping; "" for a deed we know already, or may not do."""
        there = presence_for(self.member, [task])
        if not ticking.may_do(task, self.member, there):
            raise PermissionDenied
        if TaskEvent.objects.filter(task=task, key=key).exists():
            return ""
        try:
            return photos.keep(self.store.pk, file)
        except ValidationError as problem:
            raise Unprocessable("photo", " ".join(problem.messages)) from problem


def number_field(fields: dict[str, Any]) -> Decimal | None:
    if fields.get("number") in (None, ""):
        return None
    try:
        return cells.number(fields["number"])
    except cells.Unreadable as problem:
        raise Unprocessable("number", _(str(problem))) from None


class TaskStatisticsView(MemberView):
    """On time, late, missed."""

    @operation(
        summary="How the work of some days came out",
        parameters=[
            *DAYS,
            OpenApiParameter("by", str, enum=list(task_queries.GROUPS), description="Person unless told."),
        ],
        responses=STATISTICS,
    )
    def get(self, request: Request, slug: str) -> Response:
        days = self.days(request)
        by = self.one_of(request, "by", task_queries.GROUPS) or "person"
        found = task_queries.statistics([self.store], days, by)
        rows = [
            {
                "key": x.key or None,
                "name": x.name,
                "on_time": x.on_time,
                "late": x.late,
                "missed": x.missed,
                "skipped": x.skipped,
                "open": x.open,
            }
            for x in found
        ]
        return Response({"from": days.first, "to": days.last, "by": by, "rows": rows})
