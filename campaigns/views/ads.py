"""Ads: budgets against what was spent, keywords, regions and pictures, and what is to be done about them."""

from collections.abc import Callable
from decimal import Decimal
from typing import Any, TypeVar

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_GET, require_POST

from campaigns import ad_rules, advertising
from campaigns.ad_rules import Counts, Judged, Range, Spent
from campaigns.advertising import CHANGE, Deed
from campaigns.rules import FAMILY
from campaigns.typing_in import amount_of
from campaigns.views.base import may_edit, telling
from kpis import queries as figures
from opsplan.lib import clock
from opsplan.lib.periods import DAY, Period, month_of
from opsplan.lib.sheets import Cell
from staff.access import StoreRequest, for_store
from staff.roles import Action
from stores import currency
from stores.downloads import file_response
from stores.models import Channel, Store
from stores.snapshot import one_version
from stores.spans import span_from

CHANNEL_KEYS = ("promo_cost", "promo_amt", "roi")
Keyword = tuple[figures.AdLine, Judged]
T = TypeVar("T")
SHOWN = 60  # keywords at once, the dearest first
VERDICTS = {
    ad_rules.RAISE: gettext_lazy("Raise"),
    ad_rules.KEEP: gettext_lazy("Keep"),
    ad_rules.CUT: gettext_lazy("Cut"),
}


def number(value: Decimal | int | None) -> Decimal:
    return Decimal(-1) if value is None else Decimal(value)


# Keywords: conversion and return by the low end of their range, so that luck does not lead (S124).
SORTS: dict[str, Callable[[Keyword], Decimal]] = {
    "cost": lambda pair: pair[0].cost,
    "clicks": lambda pair: number(pair[0].clicks),
    "cpc": lambda pair: number(pair[1].cpc),
    "conversion": lambda pair: number(pair[1].conversion_range and pair[1].conversion_range.low),
    "roi": lambda pair: number(pair[1].roi_range and pair[1].roi_range.low),
}


Region = tuple[str, bool, Judged]
REGION_SORTS: dict[str, Callable[[Region], Decimal]] = {
    "main": lambda told: Decimal(told[1]),
    "cost": lambda told: told[2].counts.cost,
    "cpc": lambda told: number(told[2].cpc),
    "conversion": lambda told: number(told[2].conversion_range and told[2].conversion_range.low),
    "roi": lambda told: number(told[2].roi_range and told[2].roi_range.low),
}


def ordered(lines: list[T], sort: str, sorts: dict[str, Callable[[T], Decimal]]) -> list[T]:
    found = sorts.get(sort.removeprefix("-"), sorts["cost"])
    return sorted(lines, key=found, reverse=sort[:1] == "-" or sort not in sorts)


def counts_of(line: figures.AdLine) -> Counts:
    return Counts(line.cost, line.impressions, line.clicks, line.orders, line.sales)


def judged_lines(lines: list[figures.AdLine], least: Decimal | None) -> list[Keyword]:
    whole = ad_rules.total(counts_of(line) for line in lines)
    value = ad_rules.ratio(whole.sales, whole.orders)
    return [(line, ad_rules.judged(counts_of(line), least, value)) for line in lines]


def known_days(figure: figures.Figure | None) -> int:
    """How many days of its period a figure speaks of."""
    return len(figure.period) - len({day for each in figure.missing for day in each.days}) if figure else 0


def budget_rows(store: Store, period: Period) -> list[dict[str, Any]]:
    """Campaign by campaign what each channel may cost and what it has cost on the days gone by."""
    today, names = clock.today(store.timezone), dict(Channel.objects.filter(store=store).values_list("key", "name"))
    found = []
    for campaign, amounts in advertising.budgeted(store, period):
        last = min(campaign.held_to(store.timezone), today - DAY)
        gone = Period(campaign.first_day, last) if campaign.first_day <= last else None
        told_rows = figures.breakdown(store, CHANNEL_KEYS, gone, "channel") if gone else []
        spent = {row.key: row.values for row in told_rows}
        share = Decimal(len(gone)) / campaign.days if gone else Decimal(0)
        rows = []
        for key, amount in amounts.items():
            values = spent.get(key, {})
            spend = values["promo_cost"] if values else None
            cost = spend.value if spend else None
            rows.append(
                {
                    "name": names.get(key, key),
                    "budget": amount,
                    "share": ad_rules.ratio(cost, amount),
                    "spend": spend,
                    "is_over": ad_rules.is_over(cost, amount, known_days(spend), campaign.days),
                    "sales": values["promo_amt"] if values else None,
                    "roi": values["roi"] if values else None,
                }
            )
        found.append({"campaign": campaign, "rows": rows, "share": share})
    return found


@for_store(Action.VIEW_PRODUCTS)
@require_GET
@one_version()
def ads(request: StoreRequest) -> HttpResponse:
    """?verdict= shows only keywords of one verdict, ?sort= (-conversion, -roi, -cost, ...) orders them, ?by= the
    regions; a file is of the keywords, with ?listed=regions of the regions."""
    store, today = request.store, clock.today(request.store.timezone)
    span = span_from(request.GET, today, "30d")
    rules, least = advertising.rules_for(store), figures.least_return(store)
    keywords = judged_lines(figures.ad_lines(store, span.period, "keyword"), least)
    regions = [line for line in figures.ad_lines(store, span.period, "region") if line.name]
    spent = [Spent(line.plan, line.name.split(" ")[0], counts_of(line)) for line in regions]
    main = rules.regions or ad_rules.suggested(spent)
    told = figures.ad_lines(store, span.period, "subject")
    subjects = [line for line in told if line.clicks is not None]  # a commission is of an order, not of an ad
    whole = ad_rules.total(counts_of(line) for line in subjects)
    pictures = [
        (line, ad_rules.judged(counts_of(line), least, None))
        for line in subjects
        if ad_rules.promises_too_much(counts_of(line), whole)
    ]
    verdict, sort = request.GET.get("verdict", ""), request.GET.get("sort", "-cost")
    chosen = ordered([(a, b) for a, b in keywords if verdict in ("", b.verdict)], sort, SORTS)
    by, named = request.GET.get("by", "-cost"), region_rows(spent, main, least)
    by_region = ordered(named, by, REGION_SORTS)
    if request.GET.get("format"):
        is_regions = request.GET.get("listed") == "regions"
        return regions_file(request, by_region) if is_regions else keywords_file(request, chosen)
    channels = figures.breakdown(store, CHANNEL_KEYS, span.period, "channel")
    ladder = ad_rules.ladder(spent, set(main), least) if spent else None
    context = {
        "span": span,
        "least": least,
        "is_own_least": rules.least_roi is not None,
        "channels": [row for row in channels if row.tags.get("paid") == "yes" or row.values["promo_cost"].value],
        "month": month_of(today),
        "spending": figures.budget(store, month_of(today)),
        "budgets": budget_rows(store, span.period),
        "keywords": chosen[:SHOWN],
        "left_off": max(len(chosen) - SHOWN, 0),
        "sort": sort,
        "keyword_count": len(keywords),
        "has_zhitongche": store.platform in FAMILY,
        "tally": [(key, label, sum(one.verdict == key for _line, one in keywords)) for key, label in VERDICTS.items()],
        "verdict": verdict,
        "regions": by_region,
        "by": by,
        "main": main,
        "is_chosen": bool(rules.regions),
        "ladder": ladder,
        "said": said(ladder) if ladder else [],
        "pictures": pictures,
        "subject_count": len(subjects),
        "may_edit": may_edit(request),
    }
    return render(request, "campaigns/ads.html", context)


def keywords_file(request: StoreRequest, keywords: list[Keyword]) -> HttpResponse:
    """The keywords that are shown, all of them, with the ends of their ranges."""
    heads = [_("Keyword"), _("Ad plan"), *measure_heads(), _("What to do")]
    rows = [[line.name, line.plan, *measures(one), str(VERDICTS[one.verdict])] for line, one in keywords]
    return file_response(request.GET["format"], f"{request.store.slug}-keywords", heads, rows)


def regions_file(request: StoreRequest, regions: list[Region]) -> HttpResponse:
    heads = [_("Region"), _("Main region"), *measure_heads()]
    rows = [[name, _("yes") if is_main else _("no"), *measures(one)] for name, is_main, one in regions]
    return file_response(request.GET["format"], f"{request.store.slug}-regions", heads, rows)


def measure_heads() -> list[str]:
    return [
        _("Spent"), _("Clicks"), _("Per click"), _("Conversion"), _("Conversion, low end"), _("Conversion, high end"),
        "ROI", _("ROI, low end"), _("ROI, high end"),
    ]  # fmt: skip


def measures(one: Judged) -> list[Cell]:
    """What may be said of a keyword or a region, with the ends of the ranges."""
    told = one.cpc, one.conversion, *ends(one.conversion_range), one.roi, *ends(one.roi_range)
    return [one.counts.cost, one.counts.clicks, *told]


def ends(found: Range | None) -> tuple[Decimal | None, Decimal | None]:
    return (found.low, found.high) if found else (None, None)


def region_rows(spent: list[Spent], main: list[str], least: Decimal | None) -> list[Region]:
    """(region, whether it is a main one, what may be said)."""
    found: dict[str, list[Counts]] = {}
    for row in spent:
        found.setdefault(row.region, []).append(row.counts)
    sums = {region: ad_rules.total(some) for region, some in found.items()}
    whole = ad_rules.total(sums.values())
    value = ad_rules.ratio(whole.sales, whole.orders)
    return [(region, region in main, ad_rules.judged(counts, least, value)) for region, counts in sums.items()]


def said(ladder: ad_rules.Ladder) -> list[str]:
    return [
        _(text) % {key: f"{currency.symbol()}{value:.2f}" for key, value in values.items()}
        for _code, text, values in ladder.said
    ]


@for_store(Action.SET_TARGETS)
@require_POST
def ads_do(request: StoreRequest) -> HttpResponse:
    """what=rules: main regions and least return; what=tasks: a task for each chosen line (deed=verb|name)."""
    span = span_from(request.POST, clock.today(request.store.timezone), "30d")
    with telling(request):
        if request.POST.get("what") == "rules":
            advertising.set_rules(
                request.store, request.POST.getlist("region"), amount_of(request.POST.get("least", ""))
            )
            messages.success(request, _("Saved."))
        else:
            made = advertising.make_tasks(request.store, deeds_of(request.POST.getlist("deed")), span.period)
            text = ngettext("%(count)s task was made.", "%(count)s tasks were made.", made)
            none = _("No new task: they are there already, or no template is started by ads (install the library).")
            messages.success(request, text % {"count": made} if made else none)
    return redirect(f"{reverse('ads', args=[request.store.slug])}?{span.query()}")


def deeds_of(typed: list[str]) -> list[Deed]:
    """ValidationError: something nobody can do."""
    found = []
    for text in typed:
        verb, _bar, name = text.partition("|")
        if verb not in (ad_rules.RAISE, ad_rules.CUT, CHANGE) or not name:
            raise ValidationError(_("This is not there any more."))
        found.append(Deed(verb, name))
    return found
