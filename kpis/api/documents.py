"""/api/v1/stores/<slug>/plan/documents: the month's operating plan and the outlines of a year, section by section."""

import datetime as dt
from collections.abc import Mapping
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.http import Http404
from django.utils.translation import gettext as _
from drf_spectacular.utils import OpenApiExample, OpenApiResponse
from rest_framework.request import Request
from rest_framework.response import Response

from kpis.api.base import StoreView, Unprocessable, yes_field
from kpis.api.month_plan import MONTH, month_field
from kpis.documents import document_facts, plan_documents
from kpis.documents.plan_documents import DOCUMENTS, Document, Part, Stale
from kpis.variance import against
from opsplan import shapes
from opsplan.lib.periods import Period
from staff import access
from staff.access import token_of
from staff.api.base import fields_of
from staff.api.bodies import body, day, named, operation, rows, text, whole, yes
from staff.models import User
from staff.roles import Action
from stores.snapshot import one_version

WRITTEN = shapes.thing(
    "WrittenSection",
    {
        "key": shapes.text(),
        "title": shapes.text(),
        "hint": shapes.text("What the form asks for."),
        "answers": shapes.by_key(
            shapes.thing("SectionAnswer", {"label": shapes.text(), "value": shapes.text("May be blank.")}),
            "By the names of the section's fields.",
        ),
        "text": shapes.text("What is written; may be blank."),
        "owner": shapes.or_null(shapes.text("User name of who sees to it.")),
        "due_on": shapes.or_null(shapes.day("By when.")),
        "done": shapes.yes(),
        "version": shapes.whole("It grows with every save; 0: nothing was written yet."),
        "by": shapes.or_null(shapes.text("User name of who wrote it last.")),
        "facts": shapes.many(
            shapes.thing(
                "SectionFact",
                {
                    "label": shapes.text(),
                    "value": shapes.or_null(shapes.number("In its unit: yuan, a fraction, a count …")),
                    "unit": shapes.text("May be blank."),
                    "words": shapes.text("Instead of a number: a name, a span of days."),
                    "metric": shapes.or_null(shapes.text("Key of the KPI it is.")),
                },
            ),
            "What is known.",
        ),
    },
)
ANSWER = shapes.thing(
    "PlanDocument",
    {
        "document": shapes.text("Its key."),
        "title": shapes.text(),
        "of": shapes.day("The first of the month, or of the year, that it is about."),
        "sections": shapes.many(WRITTEN),
    },
)
STALE = shapes.thing("StaleSection", {"detail": shapes.text(), "section": shapes.text("Its key."), "now": WRITTEN})
SECTIONS = body(
    "DocumentSections",
    {
        "sections": rows(
            "DocumentSection",
            {
                "key": text("Which section."),
                "version": whole("The one you saw; 409 where it is another by now."),
                "text": text("What is written.", max_length=8000),
                "answers": named("By the names of the section's fields."),
                "owner": text("Who sees to it: a log-in name, null: nobody."),
                "due_on": day("By when."),
                "done": yes("It is done."),
            },
            "What is not named of a section stays.",
        )
    },
)
EXAMPLE = {
    "sections": [
        {"key": "social", "version": 0, "answers": {"per_week": "3", "goal": "涨粉 500"}, "owner": "bob",
         "due_on": "2026-12-05", "text": "小红书两篇、微博一篇，主推面膜"},
    ]
}  # fmt: skip


def section_json(part: Part, section: Any, facts: list[document_facts.Fact]) -> dict[str, Any]:
    return {
        "key": part.key, "title": str(part.title), "hint": str(part.hint),
        "answers": {
            name: {"label": str(label), "value": str(section.fields.get(name, ""))}
            for name, label in part.answers.items()
        },
        "text": section.text, "owner": section.owner.username if section.owner else None, "due_on": section.due,
        "done": section.is_done, "version": section.version, "by": section.by.username if section.by else None,
        "facts": [
            {"label": x.label, "value": None if x.value is None else str(x.value), "unit": x.unit, "words": x.words,
             "metric": x.metric or None}
            for x in facts
        ],
    }  # fmt: skip


class DocumentsApi(StoreView):
    action, writes = Action.VIEW_DATA, Action.SET_TARGETS

    def document(self, key: str) -> Document:
        if key not in DOCUMENTS:
            raise Http404
        return DOCUMENTS[key]


class DocumentsView(DocumentsApi):
    """Which plan documents there are."""

    @operation(
        summary="The plan documents and their sections",
        responses=shapes.thing(
            "PlanDocuments",
            {
                "documents": shapes.many(
                    shapes.thing(
                        "PlanDocumentKind",
                        {
                            "key": shapes.text(),
                            "title": shapes.text(),
                            "monthly": shapes.yes("One a month; else one a year."),
                            "sections": shapes.many(shapes.text(), "Their keys."),
                        },
                    )
                )
            },
        ),
    )
    def get(self, request: Request, slug: str) -> Response:
        told = [
            {"key": x.key, "title": str(x.title), "monthly": x.monthly, "sections": [part.key for part in x.parts]}
            for x in DOCUMENTS.values()
        ]
        return Response({"documents": told})


class DocumentView(DocumentsApi):
    """One document: of a month, or of the year that the month is in."""

    @operation(
        summary="A plan document: what was written and what is known",
        description="A token made for some KPIs is told no figures of others.",
        parameters=[MONTH],
        responses={200: ANSWER},
    )
    def get(self, request: Request, slug: str, document: str) -> Response:
        return Response(self.told(request, self.document(document), month_field(request)))

    @operation(
        summary="Write sections, all or none",
        description="sections: [{key, version: the one you saw, text, answers {name: text}, owner (a log-in name, or "
        "null), due, done}]; what is not named stays. Every save is kept in the section's history.",
        parameters=[MONTH],
        request=SECTIONS,
        examples=[OpenApiExample("Social media of a month", value=EXAMPLE, request_only=True)],
        responses={
            200: ANSWER,
            409: OpenApiResponse(STALE, description="Saved by somebody else meanwhile."),
            422: OpenApiResponse(description="A field has a value we cannot use; nothing was stored."),
        },
    )
    def patch(self, request: Request, slug: str, document: str) -> Response:
        found, month = self.document(document), month_field(request)
        told = fields_of(request).get("sections")
        if not isinstance(told, list) or not told or not all(isinstance(x, dict) for x in told):
            raise Unprocessable("sections", _("Give a list of objects."))
        people = {x.username: x for x in against.people(self.store)}
        try:
            with transaction.atomic():
                for at, one in enumerate(told):
                    self.write(request, found, month, one, people, f"sections[{at}].")
        except Stale as stale:
            facts = self.facts(request, found, month)
            part = next(x for x in found.parts if x.key == stale.section.key)
            now = section_json(part, stale.section, facts.get(part.key, []))
            return Response({"detail": str(stale), "section": part.key, "now": now}, status=409)
        return Response(self.told(request, found, month))

    def write(
        self, request: Request, document: Document, month: Period, told: Mapping[str, Any], people: dict[str, User],
        where: str,
    ) -> None:  # fmt: skip
        """One section: what stands there with what is told over it."""
        there = plan_documents.sections(self.store, document, month.first)
        key, answers, version = str(told.get("key") or ""), told.get("answers", {}), told.get("version")
        if key not in there:
            raise Unprocessable(f"{where}key", _("There is no such section."), list(there))
        part = next(x for x in document.parts if x.key == key)
        if not isinstance(answers, dict) or not answers.keys() <= part.answers.keys():
            raise Unprocessable(f"{where}answers", _("There is no such field."), list(part.answers))
        if isinstance(version, bool) or not isinstance(version, int):
            raise Unprocessable(f"{where}version", _("Say which version you saw."))
        section, owner = there[key], told.get("owner")
        if owner is not None and owner not in people:
            raise Unprocessable(f"{where}owner", _("Nobody of this store has this name."), list(people))
        try:
            due = dt.date.fromisoformat(str(told["due_on"])) if told.get("due_on") else None
        except ValueError:
            raise Unprocessable(f"{where}due_on", _("Give a day as YYYY-MM-DD.")) from None
        try:
            plan_documents.save(
                self.store, document, month.first, key, token_of(request).user,
                text=str(told["text"] or "") if "text" in told else section.text,
                answers={**section.fields, **{name: str(x or "") for name, x in answers.items()}},
                owner=(people[owner] if owner else None) if "owner" in told else section.owner,
                due=due if "due_on" in told else section.due,
                is_done=yes_field(told, "done") if "done" in told else section.is_done, version=version,
            )  # fmt: skip
        except ValidationError as problem:
            raise Unprocessable(where.rstrip("."), " ".join(problem.messages)) from None

    @one_version()
    def told(self, request: Request, document: Document, month: Period) -> dict[str, Any]:
        sections = plan_documents.sections(self.store, document, month.first)
        facts = self.facts(request, document, month)
        return {
            "document": document.key, "title": str(document.title),
            "of": plan_documents.day_of(document, month.first),
            "sections": [section_json(x, sections[x.key], facts.get(x.key, [])) for x in document.parts],
        }  # fmt: skip

    def facts(self, request: Request, document: Document, month: Period) -> dict[str, list[document_facts.Fact]]:
        """What the system knows; of figures only those the token opens."""
        opened = access.metrics_for_api(request)
        known = document_facts.facts_of(self.store, document.key, month)
        if opened is None:
            return known
        return {key: [x for x in found if x.metric and x.metric in opened] for key, found in known.items()}
