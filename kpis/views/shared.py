"""What a link shows to people without an account. Here nobody is logged in: the secret in the address is the gate."""

import datetime as dt
from typing import Any
from zoneinfo import ZoneInfo

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from kpis import queries
from kpis.reporting import reports
from kpis.sharing import shared as opening
from kpis.views import report_words, statements
from kpis.views.report_book import report_book
from kpis.views.words import read_as
from opsplan.lib import clock
from opsplan.lib.periods import DAY
from opsplan.lib.sheets import TYPES
from opsplan.throttle import Throttle
from staff import links, sessions
from staff.links import Outcome
from staff.models import ShareLink
from staff.roles import Level
from stores import currency, platform
from stores.downloads import attachment

HOURS = 12  # a password once given is good for


class Visits(Throttle):
    """So many looks from one address, whatever links they try."""

    rate = "60/min"


@require_http_methods(["GET", "HEAD", "POST"])
def shared(request: HttpRequest, token: str) -> HttpResponse:
    """The report the link opens, as a client reads it; ?format=xlsx: as a workbook. POST: its password."""
    if not Visits().let_in(f"link:{sessions.address_of(request)}")[0]:
        return door(request, 429, is_busy=True)
    link = links.find(token)
    if link is None:
        return door(request, 404)
    if link.password and not is_unlocked(request, link):
        return unlock(request, link)
    if request.method == "POST":
        return redirect(request.path)
    is_bill = link.opens == ShareLink.Opens.STATEMENT
    signed: Any = opening.statement(link) if is_bill else opening.opened(link)
    is_file = request.GET.get("format") == "xlsx"
    if request.method == "GET":
        outcome = Outcome.NOTHING if signed is None else Outcome.FILE if is_file else Outcome.OPENED
        links.note_visit(link, request, outcome)
    if signed is None:
        return nothing(request, link, is_file=is_file)
    store = link.store
    with (
        timezone.override(ZoneInfo(store.timezone)),
        currency.override(store.currency),
        platform.override(store.platform),
    ):
        if is_bill:
            return secretly(bill(request, link, signed, is_file=is_file))
        told = reports.told(signed.report, signed)
        body = opening.shown(report_words.body(told, Level.CLIENT, store.slug), link)
        if is_file:
            name = f"{store.slug}-{signed.report.kind}-{signed.report.first}.xlsx"
            return secretly(attachment(report_book(told, body, store), TYPES["xlsx"], name))
        context = {
            **body,
            "store": store,
            "whose": store.name,
            "report": signed.report,
            "title": reports.title(signed.report),
            "period": told.period,
            "as_of": dt.datetime.fromisoformat(told.content["as_of"]),
            "signed": signed,
            "link": link,
            "meanings": meanings(body),
        }
        return secretly(render(request, "kpis/shared.html", context))


def nothing(request: HttpRequest, link: ShareLink, *, is_file: bool) -> HttpResponse:
    """What the link opens is not in force; where nothing was signed yet, when the first report is expected."""
    week = opening.first_week(link)
    if week is None or is_file:
        return door(request, 404, link=link, is_nothing=True)
    is_over = week.last < clock.today(link.store.timezone)
    return door(request, 200, link=link, week=week, is_over=is_over, expected=week.last + DAY)


def bill(request: HttpRequest, link: ShareLink, found: Any, *, is_file: bool) -> HttpResponse:
    """A statement as its client reads it."""
    with currency.override(found.contract.currency):
        if is_file:
            return statements.as_file(found)
        context = {**statements.body(found), "whose": found.contract.brand, "link": link}
        return render(request, "kpis/shared_statement.html", context)


def meanings(body: dict[str, Any]) -> list[tuple[str, str]]:
    """What each figure shown means: as it was defined when the report was signed."""
    known = {info.key: info for info in queries.catalogue()}
    rows = [row for group in body["groups"] for row in group["rows"]]
    found = [(row["label"], known[read_as(row["figure"])].formula_words) for row in rows]
    return [pair for pair in found if pair[1]]


def cookie(link: ShareLink) -> str:
    return f"link-{link.pk}"


def is_unlocked(request: HttpRequest, link: ShareLink) -> bool:
    """A password given is remembered by a signed cookie of this address alone, until the password is another."""
    told = request.get_signed_cookie(cookie(link), None, salt=link.password, max_age=HOURS * 3600)
    return told == str(link.pk)


def unlock(request: HttpRequest, link: ShareLink) -> HttpResponse:
    if links.is_paused(link):
        return door(request, 429, is_busy=True)
    if request.method != "POST":
        return door(request, 200, link=link, asks=True)
    if not links.opens_with(link, request.POST.get("password", "")[:60]):
        links.note_visit(link, request, Outcome.REFUSED)
        return door(request, 422, link=link, asks=True, error=_("The password is wrong."))
    response = secretly(redirect(request.path))
    response.set_signed_cookie(
        cookie(link), str(link.pk), salt=link.password, max_age=HOURS * 3600, path=request.path,
        secure=request.is_secure(), httponly=True, samesite="Lax",
    )  # fmt: skip
    return response


def door(request: HttpRequest, status: int, **told: Any) -> HttpResponse:
    return secretly(render(request, "kpis/shared_door.html", told, status=status))


def secretly(response: HttpResponse) -> HttpResponse:
    """An answer under a secret address: kept by no cache, told to no other site, found by no search engine."""
    response["Cache-Control"], response["Referrer-Policy"] = "no-store", "same-origin"
    response["X-Robots-Tag"] = "noindex, nofollow, noarchive"
    return response
