"""客户: the classes of a store's customers, who is in them, and what people know of one. No name is shown or kept."""

import datetime as dt
from collections.abc import Iterator, Sequence
from decimal import Decimal
from itertools import count
from typing import Any, overload

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.core.paginator import Paginator
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from kpis.crm import customer_lists, customer_marks, customer_tasks, customers
from kpis.crm.customer_forms import YES, CutsForm, MarkForm, NamesForm
from kpis.crm.customer_lists import Consent, Customer, Wanted
from kpis.crm.customers import Segments
from kpis.segments import CLASSES, NUMBERS, TO_DO
from kpis.writing import money
from opsplan.lib import clock
from opsplan.lib.periods import DAY
from opsplan.lib.sheets import Cell
from opsplan.lib.text import sentences
from staff.access import StoreRequest, for_store
from staff.roles import Action
from stores.downloads import file_response
from stores.models import Store
from stores.snapshot import one_version

PAGE, PIECE = 50, 100_000  # customers on a page; read at a time for a file
TIERS: dict[str, Promise] = {"core": gettext_lazy("Core customers"), "ordinary": gettext_lazy("Ordinary customers")}
AGO = (30, 90, 365)
UP_TO = gettext_lazy("Score 5 up to %(five)s days, 4 up to %(four)s, 3 up to %(three)s, 2 up to %(two)s.")
FROM = gettext_lazy("Score 5 from %(five)s, 4 from %(four)s, 3 from %(three)s, 2 from %(two)s.")
CONSENTS: dict[str, Promise | str] = {
    "agreed": Consent.AGREED.label,
    "refused": Consent.REFUSED.label,
    "-": Consent.UNKNOWN.label,
}


def evening(request: StoreRequest) -> dt.date:
    """The day of the URL (?day=), yesterday unless told; today and later count as yesterday."""
    yesterday = clock.today(request.store.timezone) - DAY
    try:
        return min(dt.date.fromisoformat(request.GET.get("day", "")), yesterday)
    except ValueError:
        return yesterday


def frame(request: StoreRequest, tab: str, day: dt.date) -> dict[str, Any]:
    yesterday = clock.today(request.store.timezone) - DAY
    return {
        "tab": tab,
        "day": day,
        "yesterday": yesterday,
        "kept_day": "" if day == yesterday else f"?day={day}",
        "may_mark": request.member.may(Action.ENTER_DATA),
        "may_cut": request.member.may(Action.SET_TARGETS),
    }


@for_store(Action.VIEW_DATA)
@require_GET
@one_version()
def segments(request: StoreRequest) -> HttpResponse:
    """?day= the evening looked at, ?ago= how many days before it the movement begins."""
    day = evening(request)
    found = customers.segments(request.store, day)
    if request.GET.get("format"):
        return segments_file(request, found)
    ago = next((each for each in AGO if request.GET.get("ago") == str(each)), AGO[0])
    context = frame(request, "segments", day) | {
        "found": found,
        "rows": [(each, *CLASSES[each.number], TO_DO[each.number]) for each in found.parts if each.number is not None],
        "moves": movement(customers.moves(request.store, day - ago * DAY, day)) if found.whole.people else None,
        "ago": ago,
        "choices": [(str(each), ngettext("%(days)s day", "%(days)s days", each) % {"days": each}) for each in AGO],
        "before": day - ago * DAY,
        "year": customers.year_to(day),
    }
    return render(request, "kpis/customers.html", context)


def movement(told: dict[tuple[int | None, int | None], int]) -> dict[str, Any]:
    """The movements as a table: classes then down, classes now across; None is the last of each."""
    order = [*CLASSES, None]
    rows = []
    for was in order:
        cells = [(told.get((was, now), 0), was == now) for now in order if (was, now) != (None, None)]
        if any(number for number, _stays in cells):
            rows.append((label_of(was, _("not a customer")), cells, sum(number for number, _stays in cells)))
    stayed = sum(number for (was, now), number in told.items() if was == now)
    return {"heads": [label_of(each, _("no longer")) for each in order], "rows": rows, "stayed": stayed}


def label_of(number: int | None, nothing: str = "") -> str:
    return nothing if number is None else str(CLASSES[number][1])


def segments_file(request: StoreRequest, found: Segments) -> HttpResponse:
    header = [
        _("Class"), _("Customers"), _("Share of customers"), _("Core customers"), _("Orders"), _("Paid less refunds"),
        _("Share of the money"), _("Each paid"),
    ]  # fmt: skip
    rows: list[list[Cell]] = [
        [
            label_of(each.number, _("Together")), each.people, each.share, each.core, each.orders, each.net,
            each.net_share, each.net_each,
        ]
        for each in (*found.parts, found.whole)
    ]  # fmt: skip
    return file_response(request.GET["format"], f"{request.store.slug}-segments-{found.day}", header, rows)


def wanted_of(request: StoreRequest) -> Wanted:
    asked = request.GET
    return Wanted(
        NUMBERS.get(asked.get("class", "")),
        asked.get("tier", "") if asked.get("tier") in TIERS else "",
        asked.get("consent", "") if asked.get("consent") in CONSENTS else "",
        asked.get("sort", "-net") if asked.get("sort", "").removeprefix("-") in customer_lists.SORTS else "-net",
    )


class Rows(Sequence[Customer]):
    """A page of customers at a time, as Django's paginator asks for them."""

    def __init__(self, store: Store, day: dt.date, wanted: Wanted) -> None:
        self.asked = store, day, wanted
        self.number = customer_lists.customer_count(store, day, wanted)

    def __len__(self) -> int:
        return self.number

    @overload
    def __getitem__(self, place: int) -> Customer: ...
    @overload
    def __getitem__(self, place: slice) -> list[Customer]: ...
    def __getitem__(self, place: int | slice) -> Customer | list[Customer]:
        if isinstance(place, int):
            return self[place : place + 1][0]
        return customer_lists.customers(*self.asked, place.start, place.stop - place.start)


@for_store(Action.VIEW_DATA)
@require_GET
@one_version()
def customer_list(request: StoreRequest) -> HttpResponse:
    """?class= &tier= &consent= narrow, ?sort= orders (last, orders, net), ?format= gives the list as a file."""
    day, wanted = evening(request), wanted_of(request)
    if request.GET.get("format"):
        return list_file(request, day, wanted)
    page = Paginator(Rows(request.store, day, wanted), PAGE).get_page(request.GET.get("page"))
    may_task = request.member.may(Action.MANAGE_TASKS)
    context = frame(request, "list", day) | {
        "page": page,
        "may_task": may_task,
        "works": customer_tasks.works(request.store) if may_task else [],
        "reachable": customer_lists.customer_count(request.store, day, customer_tasks.reachable(wanted))
        if may_task
        else 0,
        "rows": [(each, label_of(each.number)) for each in page],
        "wanted": wanted,
        "class": request.GET["class"] if request.GET.get("class") in NUMBERS else "",
        "classes": [(key, label) for key, label in CLASSES.values()],
        "tiers": TIERS.items(),
        "consents": CONSENTS.items(),
        "sort": wanted.sort,
    }
    return render(request, "kpis/customer_list.html", context)


@for_store(Action.MANAGE_TASKS)
@require_POST
def customer_task(request: StoreRequest) -> HttpResponse:
    """A task about the customers of the list: the query of the list, and template= what is to be done."""
    day, wanted = evening(request), wanted_of(request)
    try:
        made = customer_tasks.make(request.store, day, wanted, request.POST.get("template", ""))
    except ValidationError as problem:
        messages.error(request, " ".join(problem.messages))
    else:
        messages.success(request, _("The task was made.") if made else _("This task is there already."))
    return redirect(f"{reverse('customer_list', args=[request.store.slug])}?{request.GET.urlencode()}")


def list_file(request: StoreRequest, day: dt.date, wanted: Wanted) -> HttpResponse:
    header = [
        _("Latest order"), _("Last paid"), _("Days ago"), _("Orders"), _("Paid less refunds"), "R", "F", "M",
        _("Class"), _("Core customer"), _("Messages"),
    ]  # fmt: skip
    rows: Iterator[list[Cell]] = (
        [
            each.latest, each.last_day, each.days, each.orders, each.net, *each.scores, label_of(each.number),
            core_words(each), str(Consent(each.consent).label),
        ]
        for each in everybody(request.store, day, wanted)
    )  # fmt: skip
    return file_response(request.GET["format"], f"{request.store.slug}-customers-{day}", header, rows)


def everybody(store: Store, day: dt.date, wanted: Wanted) -> Iterator[Customer]:
    """All of the list, piece by piece (the page reads one state of the data)."""
    for first in count(0, PIECE):
        found = customer_lists.customers(store, day, wanted, first, PIECE)
        yield from found
        if len(found) < PIECE:
            return


def core_words(each: Customer) -> str:
    if not each.is_core:
        return ""
    return _("by hand") if each.by_hand else _("by the rule")


def the_customer(request: StoreRequest, buyer: str, day: dt.date) -> tuple[int, Customer | None]:
    """Key and figures; Http404 for somebody who never bought here."""
    try:
        key = int(buyer, 16)
    except ValueError:
        raise Http404 from None
    if key >= 2**63:
        raise Http404
    found = customer_lists.by_keys(request.store, day, [key]).get(key)
    if found is None and not customer_lists.is_known(request.store, key):
        raise Http404
    return key, found


@for_store(Action.VIEW_DATA)
@require_GET
@one_version()
def customer(request: StoreRequest, buyer: str) -> HttpResponse:
    day = evening(request)
    key, found = the_customer(request, buyer, day)
    marked = customer_lists.marked(request.store, key)
    context = frame(request, "list", day) | {
        "buyer": buyer,
        "short": f"{key:016x}"[:8],
        "found": found,
        "label": label_of(found.number) if found else "",
        "todo": TO_DO[found.number] if found else "",
        "why": why(request.store, day, found) if found else [],
        "orders": customer_lists.orders_of(request.store, key, day),
        "marked": marked,
        "form": MarkForm(initial={"is_core": marked.is_core, "consent": marked.consent} if marked else None),
    }
    return render(request, "kpis/customer.html", context)


def why(store: Store, day: dt.date, found: Customer) -> list[tuple[str, int, str]]:
    """(letter, score, why) of the three scores: the number that was cut and the cuts."""
    cuts, average = customers.rules_of(store).cuts, customers.average_order(store, day)
    days = ngettext("Paid %(n)s day ago.", "Paid %(n)s days ago.", found.days) % {"n": found.days}
    orders = ngettext("%(n)s paid order in 365 days.", "%(n)s paid orders in 365 days.", found.orders)
    limits = {"five": cuts.recency[0], "four": cuts.recency[1], "three": cuts.recency[2], "two": cuts.recency[3]}
    times = {"two": cuts.frequency[0], "three": cuts.frequency[1], "four": cuts.frequency[2], "five": cuts.frequency[3]}
    return [
        ("R", found.scores[0], sentences(days, UP_TO % limits)),
        ("F", found.scores[1], sentences(orders % {"n": found.orders}, FROM % times)),
        ("M", found.scores[2], money_why(found, cuts.multiples, average)),
    ]


def money_why(found: Customer, multiples: tuple[Decimal, ...], average: Decimal | None) -> str:
    if not multiples:
        return _("Paid less refunds in 365 days, set against all customers: each fifth of them one score.")
    if not average:
        return _("There is no average order to set it against.")
    told = {"times": f"{found.net / average:.1f}", "average": money(average)}
    first = _("%(times)s times the average order of %(average)s.") % told
    names = dict(zip(("two", "three", "four", "five"), (f"{each:f}" for each in multiples), strict=True))
    return sentences(first, FROM % names)


@for_store(Action.ENTER_DATA)
@require_POST
def customer_mark(request: StoreRequest, buyer: str) -> HttpResponse:
    key, _found = the_customer(request, buyer, evening(request))
    form = MarkForm(request.POST)
    if form.is_valid():
        told = form.cleaned_data
        customer_marks.mark(request.store, [key], request.user, is_core=told["is_core"], consent=told["consent"])
        messages.success(request, _("Saved."))
    else:
        messages.error(request, _("This is not there any more."))
    return redirect("customer", request.store.slug, buyer)


@for_store(Action.VIEW_DATA)
@require_POST
def customer_find(request: StoreRequest) -> HttpResponse:
    """By order number or name, which come by POST so that no name stands in an address or a log."""
    text = request.POST.get("q", "").strip()
    key = customer_marks.key_for(request.store, text) if text else None
    if key is None:
        messages.error(request, _("No paid or open order of the store has this number or this buyer."))
        return redirect("customers", request.store.slug)
    return redirect("customer", request.store.slug, f"{key:016x}")


@for_store(Action.ENTER_DATA)
@require_http_methods(["GET", "HEAD", "POST"])
def customer_names(request: StoreRequest) -> HttpResponse:
    """Names pasted from the platform: each one's class, and at wish a mark on all of them."""
    day = evening(request)
    form = NamesForm(request.POST or None, initial={"consent": "-"})
    context = frame(request, "names", day) | {"form": form}
    if request.method == "POST" and form.is_valid():
        try:
            context |= looked_up(request, day, form.cleaned_data)
        except ValidationError as problem:
            form.add_error("names", problem)
    status = 422 if request.method == "POST" and form.errors else 200
    return render(request, "kpis/customer_names.html", context, status=status)


def looked_up(request: StoreRequest, day: dt.date, typed: dict[str, str]) -> dict[str, Any]:
    keys = customer_marks.keys_of(request.store, customer_marks.names_in(typed["names"]))
    known = customer_lists.known(request.store, [key for key in keys.values() if key is not None])
    consent = None if typed["consent"] == "-" else typed["consent"]
    core = None if not typed["core"] else typed["core"] == YES
    marked = customer_marks.mark(request.store, known, request.user, is_core=core, consent=consent)
    if marked:
        text = ngettext("%(n)s customer was marked.", "%(n)s customers were marked.", marked)
        messages.success(request, text % {"n": marked})
    found = customer_lists.by_keys(request.store, day, sorted(known))
    rows = []
    for name, key in keys.items():
        one = found.get(key) if key is not None else None
        rows.append((name, key is None, key in known, one, label_of(one.number) if one else ""))
    return {"rows": rows, "count": len(rows), "known_count": len(known)}


@for_store(Action.SET_TARGETS)
@require_http_methods(["GET", "HEAD", "POST"])
def customer_cuts(request: StoreRequest) -> HttpResponse:
    rules = customers.rules_of(request.store)
    names = ("recency", "frequency", "money", "multiples", "high")
    form = CutsForm(request.POST or None, initial={name: getattr(rules, name) for name in names})
    if request.method == "POST" and form.is_valid():
        try:
            customer_marks.set_rules(request.store, form.cleaned_data)
        except ValidationError as problem:
            form.add_error(None, problem)
        else:
            messages.success(request, _("Saved. All customers are judged by these cuts, on days gone by, too."))
            return redirect("customers", request.store.slug)
    context = frame(request, "cuts", evening(request)) | {"form": form}
    return render(request, "kpis/customer_cuts.html", context, status=422 if form.errors else 200)
