"""The plan documents of the founding forms: the month's sheet (S019-S023) and three outlines (S018, S024, S025).

A section has words, short answers, an owner and a day; every save is kept. What the system knows stands beside it
(`kpis.documents.document_facts`).
"""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.functional import Promise
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from kpis.models import PlanSection, PlanSectionChange
from opsplan.lib import clock
from staff.models import User
from stores.models import Store

LONGEST = 8000
LONGEST_ANSWER = 300
SHOWN = 50  # changes of a section told at once


@dataclass(frozen=True)
class Part:
    """A section. hint: what the form asks for. answers: short fields by name; those ending in `_week` are numbers."""

    key: str
    title: Promise
    hint: Promise
    answers: Mapping[str, Promise] = field(default_factory=dict)


@dataclass(frozen=True)
class Document:
    key: str
    title: Promise
    monthly: bool
    parts: tuple[Part, ...]


def points(*labels: Promise) -> dict[str, Promise]:
    """What a form asks for one by one."""
    return {f"p{n}": label for n, label in enumerate(labels, 1)}


GOAL = _("Goal")
MONTH = Document("month", _("Month's operating plan"), True, (
    Part("social", _("Social media"), _("Promoted products, reviews of users, offers; brand exposure, talk with fans."),
         {"per_week": _("Posts a week"), "content": _("Content"), "goal": GOAL}),
    Part("mail", _("Mail and messages"), _("New products, offers, picks; repeat purchases."),
         {"per_week": _("Mails a week"), "content": _("Subjects"), "goal": GOAL}),
    Part("seo", _("Search ranking"), _("Keywords, internal links, ranking."), {"content": _("Keywords"), "goal": GOAL}),
    Part("promotions", _("Promotions"), _("Discount, money off, gift; when; sales up, stock cleared."),
         {"content": _("Kinds of promotion"), "goal": GOAL}),
    Part("goods", _("Sales data"), _("What sells and what does not; what this means for stock.")),
    Part("service", _("Customer service"), _("What customers say; after-sales.")),
    Part("stock", _("Stock"), _("Stock-take; what to do with slow goods."), {"content": _("Day of the stock-take")}),
    Part("supply", _("Suppliers"), _("Progress of deliveries; what is needed next.")),
    Part("review", _("Review"), _("The month's figures, against last month and last year; feedback of customers.")),
    Part("extra", _("Also"), _("Everything else.")),
    Part("next", _("Next month's preparation"), _("What has to be ready before it begins.")),
))  # fmt: skip
OUTLINE = Document("outline", _("Operating plan"), False, (
    Part("summary", _("1 Summary"), _("Goals, strategy, expected result."),
         points(_("Goal, in numbers"), _("Strategy"), _("Expected result"))),
    Part("products", _("2 Products"), _("Demand, competition, strengths and weaknesses."),
         points(_("Demand in the market"), _("Competition"), _("Our strengths and weaknesses"))),
    Part("marketing", _("3 Marketing"), _("Prices, promotions, advertising channels, brand."),
         points(_("Prices of products"), _("Promotions planned"), _("Advertising channels"),
                _("Building the brand"))),
    Part("logistics", _("4 Logistics and supply"), _("Suppliers, stock, delivery."),
         points(_("Choice of suppliers"), _("Stock levels"), _("Delivery to customers"))),
    Part("service", _("5 Customer service"), _("After-sales, returns, feedback."),
         points(_("After-sales service"), _("Policy on returns"), _("What is done with feedback"))),
    Part("finance", _("6 Financial forecast"), _("Sales, profit, cost."),
         points(_("Sales expected"), _("Profit expected"), _("Costs expected"))),
    Part("risks", _("7 Risks"), _("Which there are, and what to do."),
         points(_("Risks seen"), _("Answers to them"))),
    Part("schedule", _("8 Schedule"), _("Dates and milestones."),
         points(_("Dates of the main tasks"), _("Milestones of the project"))),
))  # fmt: skip
WORK = Document("work", _("Work plan"), False, (
    Part("goals", _("1 Goals"), _("Four goals with number, owner, day and pass mark."),
         points(_("More visitors, more of whom buy"), _("A better experience for users"),
                _("More sales, more contented customers"), _("A stronger brand with more reach"))),
    Part("market", _("2 Market research"), _("Market, competitors, users."),
         points(_("What target customers need and prefer"), _("Competitors' strategies and shares"),
                _("Trends and changes of the trade"))),
    Part("traffic", _("3 More visitors"), _("Search, advertising, social media, partners."),
         points(_("Better ranks in search (SEO)"), _("Promotion online: search ads, social media"),
                _("Content: articles and videos"), _("Joint promotion with shops in town"))),
    Part("experience", _("4 Better experience"), _("Pages, speed, checkout, service."),
         points(_("Design of pages, finding one's way"), _("Fast pages, short ways to sign up and buy"),
                _("Service before and after the sale, quick answers"), _("Ways to pay, smooth delivery"))),
    Part("sales", _("5 More sales"), _("Promotions, bundles, members, new products."),
         points(_("Recommendations from what customers buy and prefer"),
                _("Promotions: limited offers, discounts"), _("Easy shopping: cart, points to redeem"),
                _("Better prices and choice from suppliers"))),
    Part("brand", _("6 Brand and reach"), _("Story, word of mouth, media, events."),
         points(_("The brand online and offline"), _("Promotions offline, word of mouth"),
                _("Media and opinion leaders"), _("Brand and talk on social media"))),
    Part("control", _("7 Doing and watching"), _("Key figures and targets, regular analysis, corrections."),
         points(_("The plan in detail, with its timetable"), _("People and budget shared out"),
                _("Key figures and targets, looked at regularly"), _("Corrections from feedback and figures"))),
))  # fmt: skip
CHAPTERS = Document("chapters", _("Plan in seven chapters"), False, (
    Part("goals", _("1 Goals"), _("Sales, brand, customers."),
         points(_("1.1 More sales"), _("1.2 A better known brand"), _("1.3 More contented customers"))),
    Part("market", _("2 Market"), _("Whom we sell to, against whom, what they lack."),
         points(_("2.1 Target customers"), _("2.2 Competitors"), _("2.3 Needs not yet met"))),
    Part("products", _("3 Products"), _("What makes them different, what is developed, how quality is kept."),
         points(_("3.1 Position of the products"), _("3.2 Development of products"),
                _("3.3 Quality of the products"))),
    Part("marketing", _("4 Marketing"), _("Brand, promotions, social media, learning from figures."),
         points(_("4.1 Brand promotion"), _("4.2 Promotions"), _("4.3 Social media"),
                _("4.4 Figures and improvement"))),
    Part("service", _("5 Service"), _("Enquiries, delivery, complaints and returns."),
         points(_("5.1 Before the sale"), _("5.2 Delivery"), _("5.3 After the sale"))),
    Part("budget", _("6 Budget"), _("Money for advertising, people, technology and platforms."),
         points(_("6.1 Advertising"), _("6.2 People"), _("6.3 Technology and platforms"))),
    Part("review", _("7 Review"), _("When the plan is looked at, and what changes."),
         points(_("7.1 Regular review"))),
))  # fmt: skip
DOCUMENTS = {document.key: document for document in (MONTH, OUTLINE, WORK, CHAPTERS)}


class Stale(Exception):
    """Somebody saved the section meanwhile; `section` is what stands there."""

    def __init__(self, section: PlanSection) -> None:
        self.section = section
        super().__init__(_t("Somebody saved this section meanwhile."))


def day_of(document: Document, month: dt.date) -> dt.date:
    """What a section's `of` is for the month one looks at."""
    return month.replace(day=1) if document.monthly else month.replace(month=1, day=1)


def sections(store: Store, document: Document, month: dt.date) -> dict[str, PlanSection]:
    """What was written, by part; a part nobody wrote gives an unsaved section."""
    of = day_of(document, month)
    rows = PlanSection.objects.filter(store=store, document=document.key, of=of).select_related("owner", "by")
    found = {row.key: row for row in rows}
    return {
        part.key: found.get(part.key, PlanSection(store=store, document=document.key, of=of, key=part.key))
        for part in document.parts
    }


def changes(section: PlanSection) -> tuple[list[PlanSectionChange], int]:
    """Its history, newest first, and how many older changes are not among them."""
    found = list(section.changes.select_related("by")[:SHOWN]) if section.pk else []
    return found, section.changes.count() - SHOWN if len(found) == SHOWN else 0


def state(section: PlanSection) -> dict[str, Any]:
    return {
        "text": section.text, "fields": section.fields, "owner": str(section.owner or ""),
        "due": section.due.isoformat() if section.due else "", "done": section.is_done,
    }  # fmt: skip


def fields_of(part: Part, section: PlanSection) -> dict[str, tuple[str, str]]:
    """What can be filled in: field -> its label and what stands there as text; an owner by name, a day as YYYY-MM-DD,
    done as "yes" or ""."""
    answers = {name: (str(label), str(section.fields.get(name, ""))) for name, label in part.answers.items()}
    return answers | {
        "text": (_t("Plan"), section.text.replace("\r\n", "\n")),
        "owner": (_t("Owner"), str(section.owner or "")),
        "due": (_t("Due"), section.due.isoformat() if section.due else ""),
        "done": (_t("Done"), "yes" if section.is_done else ""),
    }


def save(
    store: Store,
    document: Document,
    month: dt.date,
    key: str,
    by: User,
    *,
    text: str,
    answers: Mapping[str, str],
    owner: User | None,
    due: dt.date | None,
    is_done: bool,
    version: int,
) -> PlanSection:
    """Keep a section and what stood there before. Stale when it is no longer at `version`; ValidationError."""
    part = next((part for part in document.parts if part.key == key), None)
    if part is None:
        raise ValidationError(_t("There is no such section."))
    if len(text) > LONGEST or any(len(x) > LONGEST_ANSWER for x in answers.values()):
        raise ValidationError(_t("This is too long."))
    kept = {name: answers[name].strip() for name in part.answers if answers.get(name, "").strip()}
    if not (kept.get("per_week") or "0").isdecimal():
        raise ValidationError(_t("How often a week is a whole number."))
    with transaction.atomic():
        Store.objects.select_for_update().get(pk=store.pk)
        section = sections(store, document, month)[key]
        if section.version != version:
            raise Stale(section)
        old = state(section)
        section.text, section.fields, section.owner, section.due = text.strip(), kept, owner, due
        section.is_done, section.by, section.updated_at = is_done, by, clock.now()
        if state(section) == old:
            return section
        section.version += 1
        section.save()
        PlanSectionChange.objects.create(section=section, old=old, new=state(section), by=by, at=section.updated_at)
    return section
