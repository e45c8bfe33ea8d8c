"""A closed period against what is known now: which figures differ, by how much, and what came in since then."""

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from auditlog.models import LogEntry
from django.db.models import Count, Q, QuerySet, Sum

from kpis import queries
from kpis.answers import Figure
from kpis.listings import platform
from kpis.listings.scope import Scope
from kpis.measures import ENTRY_MEASURES, MEASURES
from kpis.models import (
    ChannelTraffic,
    ClosedPeriod,
    Entry,
    ItemTraffic,
    Order,
    OrderLine,
    Refund,
    RefundStatus,
    ShopTraffic,
    Upload,
)
from kpis.reporting.closing import as_reported, closing_of, figure_of, reported_days
from opsplan.lib.money import yuan
from opsplan.lib.periods import Period
from stores.models import Store
from stores.snapshot import one_version

LOGGED = {"products.cost": "cost", "campaigns.campaign": "campaign", "kpis.entry": "entry_removed"}
MAIN = ("pay_amt", "refund_amt", "net_amt", "pay_order_cnt", "pay_buyers", "uv", "pay_cvr", "promo_cost")
SOURCES = {  # cause -> the sources of measures it bears on
    "orders": ("orders", "lines", "refunds"),
    "lines": ("lines",),
    "refunds": ("refunds", "orders"),
    "refunds_later": ("orders", "refunds"),
    "traffic": ("traffic",),
    "flow": ("flow",),
    "items": ("items",),
    "ads": ("ads",),
    "fees": ("entry",),
    "entry": ("entry",),
    "entry_removed": ("entry",),
    "cost": ("lines",),
    "campaign": ("orders",),
    "undone": ("orders", "lines", "refunds", "traffic", "flow", "items", "ads", "entry"),
    "declared": ("orders", "lines", "refunds", "traffic", "flow", "items", "ads"),
}
MOVED = {  # the only measures it bears on
    "cost": {"cost_amt", "cost_missing_qty"},
    "campaign": {"act_amt"},
    "fees": {"platform_fee"},
    "refunds_later": {"cohort_refund_amt", "valid_order_cnt", "return_order_cnt"},
}


@dataclass(frozen=True)
class Cause:
    """Rows of one kind that came, or were changed, after the closing and touch its days.

    kind: a key of SOURCES. name: the file, the measure typed, or the thing changed. amount: yuan (visitors for
    traffic), refunds negative; None where an amount says nothing.
    """

    kind: str
    name: str
    rows: int
    amount: Decimal | None
    unit: str
    at: dt.datetime | None
    who: str = ""
    upload_id: int | None = None


@dataclass(frozen=True)
class Difference:
    """A figure as reported and as it is known now."""

    reported: Figure
    now: Figure

    @property
    def key(self) -> str:
        return self.now.key

    @property
    def change(self) -> Decimal | None:
        """Now minus reported; None where one of them has no value."""
        if self.now.value is None or self.reported.value is None:
            return None
        return self.now.value - self.reported.value

    @property
    def differs(self) -> bool:
        return self.now.value != self.reported.value

    @property
    def inputs(self) -> list[tuple[str, Decimal | None, Decimal | None]]:
        """The inputs of the formula that differ: (name, reported, now)."""
        then = self.reported.inputs
        both = ((key, then.get(key), value) for key, value in self.now.inputs.items())
        return [each for each in both if each[1] != each[2]]

    @property
    def sources(self) -> set[str]:
        return {MEASURES[key].source for key, _then, _now in self.inputs if key in MEASURES}


@dataclass(frozen=True)
class Reconciliation:
    """All figures of a closed period, those of its days that differ, and what came in since."""

    closed: ClosedPeriod
    figures: list[Difference]
    days: dict[dt.date, list[Difference]]
    causes: list[Cause]

    @property
    def different(self) -> list[Difference]:
        return [each for each in self.figures if each.differs]

    def why(self, each: Difference) -> list[Cause]:
        return why(each, self.causes)


@one_version()
def reconciliation(closed: ClosedPeriod, keys: Sequence[str] = (), day_keys: Sequence[str] = ()) -> Reconciliation:
    """The closed period against now: all its KPIs (or `keys`); of its days only `day_keys`, where they differ."""
    period = Period(closed.first, closed.last)
    keys = list(keys) or queries.keys()
    then = kept_figures(closed, keys, period)
    now = queries.figures(closed.store, keys, period, compare=())
    days = {}
    kept = reported_days(closed) if day_keys else {}
    for row in queries.breakdown(closed.store, day_keys, period, "day") if day_keys else ():
        day = dt.date.fromisoformat(row.key)
        told = kept.get(day, {})
        one = Period(day, day)
        each = [Difference(figure_of(key, told.get(key), one), row.values[key]) for key in day_keys]
        if any(difference.differs for difference in each):
            days[day] = each
    return Reconciliation(closed, [Difference(then[key], now[key]) for key in keys], days, causes(closed))


def kept_figures(closed: ClosedPeriod, keys: Sequence[str], period: Period) -> Mapping[str, Figure]:
    rows = closed.snapshots.filter(grain="store", day=None)
    kept: dict[str, Any] = rows.values_list("figures", flat=True).first() or {}
    return {key: figure_of(key, kept.get(key), period) for key in keys}


def difference(store: Store, now: Figure) -> tuple[ClosedPeriod, Difference] | None:
    """The closing that reported the figure's period (or day), and the two figures; None where none did."""
    closed = closing_of(store, now.period)
    then = as_reported(store, [now.key], now.period) if closed else None
    return (closed, Difference(then[now.key], now)) if closed and then else None


def why(each: Difference, found: Iterable[Cause]) -> list[Cause]:
    """The causes that bear on the inputs of a figure that differ."""
    return [cause for cause in found if bears_on(cause, each)]


def bears_on(cause: Cause, each: Difference) -> bool:
    """Whether rows of the cause can have moved the figure: an entry moves what it is typed for and, of one channel,
    the sums over all channels; a cost moves the cost of goods, a campaign the campaign sales, a refund on another day
    what is told by the day of payment, and what had been estimated on that day."""
    typed = ENTRY_MEASURES.get(cause.name) if cause.kind == "entry" else None
    moved = {typed.key} if typed and not typed.channel else MOVED.get(cause.kind)
    if moved and cause.kind == "refunds_later" and "estimated" in each.reported.marks:
        moved = moved | {"refund_amt"}
    if moved:
        return any(key in moved for key, _then, _now in each.inputs)
    return bool(each.sources & ({*SOURCES[cause.kind]} | ({typed.source} if typed else set())))


def causes(closed: ClosedPeriod) -> list[Cause]:
    """Everything that came in after the closing and touches its days, by file, newest first; then entries and costs."""
    store, span = closed.store, (closed.first, closed.last)
    found = [*from_files(store, span, closed.closed_at), *typed(store, span, closed.closed_at)]
    found += undone(store, span, closed.closed_at)
    found += declared(store, span, closed.closed_at)
    found.sort(key=lambda cause: cause.at or closed.closed_at, reverse=True)
    return [*found, *logged(closed)]


def from_files(store: Store, span: tuple[dt.date, dt.date], since: dt.datetime) -> Iterable[Cause]:
    late = Upload.objects.filter(store=store, state=Upload.State.LOADED, finished_at__gt=since)
    files = {upload.pk: upload for upload in late.select_related("by")}
    if not files:
        return
    mine = Q(store=store, upload_id__in=files)
    paid = Order.objects.filter(store=store, pay_day__range=span).values("order_no")
    settled = Refund.objects.filter(mine, status=RefundStatus.SUCCEEDED)
    later = settled.filter(order_no__in=paid).exclude(settled_day__range=span)
    orders = Order.objects.filter(mine & (Q(pay_day__range=span) | Q(order_day__range=span)))
    scope = Scope(store, Period(*span))
    ads, fees = (rows(scope).filter(upload_id__in=files) for rows in (platform.ads, platform.fees))
    sets: list[tuple[str, QuerySet[Any], str, int, str]] = [
        ("orders", orders, "pay_fen", 1, "money"),
        ("lines", OrderLine.objects.filter(mine, order_no__in=paid), "", 1, ""),
        ("refunds", settled.filter(settled_day__range=span), "amount_fen", -1, "money"),
        ("refunds_later", later, "amount_fen", -1, "money"),
        ("traffic", ShopTraffic.objects.filter(mine, day__range=span), "uv", 1, "count"),
        ("flow", ChannelTraffic.objects.filter(mine, day__range=span), "", 1, ""),
        ("items", ItemTraffic.objects.filter(mine, day__range=span), "", 1, ""),
        ("ads", ads, "cost_fen", 1, "money"),
        ("fees", fees, "amount_fen", 1, "money"),
    ]  # fmt: skip
    for kind, rows, field, sign, unit in sets:
        grouped = rows.order_by().values("upload_id").annotate(n=Count("pk"), **({"sum": Sum(field)} if field else {}))
        for row in grouped:
            upload = files[row["upload_id"]]
            whole = row.get("sum")
            amount = None if whole is None else sign * (yuan(whole) if unit == "money" else Decimal(whole))
            who = str(upload.by) if upload.by else ""
            yield Cause(kind, upload.shown, row["n"], amount, unit, upload.finished_at, who, upload.pk)


def undone(store: Store, span: tuple[dt.date, dt.date], since: dt.datetime) -> Iterable[Cause]:
    """Files taken back since, of whose days some lie in the span; what they told is no longer known row by row."""
    back = Upload.objects.filter(
        store=store, state=Upload.State.UNDONE, undone_at__gt=since, first_day__lte=span[1], last_day__gte=span[0]
    )
    for upload in back.select_related("undone_by"):
        yield Cause(
            "undone", upload.shown, upload.rows, None, "", upload.undone_at, str(upload.undone_by or ""), upload.pk
        )


def declared(store: Store, span: tuple[dt.date, dt.date], since: dt.datetime) -> Iterable[Cause]:
    """Days of the span of which somebody has said since that nothing happened."""
    said = Upload.objects.filter(
        store=store, source=Upload.DECLARED, state=Upload.State.LOADED, finished_at__gt=since,
        first_day__lte=span[1], last_day__gte=span[0],
    )  # fmt: skip
    for upload in said.select_related("by"):
        yield Cause("declared", upload.shown, 0, None, "", upload.finished_at, str(upload.by or ""), upload.pk)


def typed(store: Store, span: tuple[dt.date, dt.date], since: dt.datetime) -> Iterable[Cause]:
    """Hand entries of the days, made or changed since, by what was typed."""
    entries = Entry.objects.filter(store=store, day__range=span, updated_at__gt=since).select_related("by")
    by_measure: dict[str, list[Entry]] = {}
    for entry in entries.order_by("measure", "updated_at"):
        by_measure.setdefault(entry.measure, []).append(entry)
    for measure, group in by_measure.items():
        last = group[-1]
        unit = MEASURES[measure].unit if measure in MEASURES else "count"
        adds = unit in ("money", "count")
        amount = sum((entry.value for entry in group), Decimal(0)) if adds else None
        yield Cause("entry", measure, len(group), amount, unit, last.updated_at, str(last.by or ""))


def logged(closed: ClosedPeriod) -> Iterable[Cause]:
    """Costs and campaigns changed since, and entries taken away, as the change log knows; days are not told apart."""
    entries = LogEntry.objects.filter(pk__gt=closed.log_mark, additional_data__stores__has_key=str(closed.store_id))
    apps = {tuple(label.split(".")): kind for label, kind in LOGGED.items()}
    wanted = Q()
    for (app, model), kind in apps.items():
        one = Q(content_type__app_label=app, content_type__model=model)
        wanted |= one & Q(action=LogEntry.Action.DELETE) if kind == "entry_removed" else one
    rows = entries.filter(wanted).order_by().values("content_type__app_label", "content_type__model")
    for row in rows.annotate(n=Count("pk")):
        kind = apps[row["content_type__app_label"], row["content_type__model"]]
        yield Cause(kind, "", row["n"], None, "", None)


@dataclass(frozen=True)
class Changed:
    """A closed period and how many of its main figures are not as they were reported."""

    closed: ClosedPeriod
    number: int


def changed_since(store: Store, period: Period) -> Changed | None:
    """Whether the period was closed, and what of its main figures has changed; None (one statement) if it was not."""
    closed = closing_of(store, period)
    if closed is None or (closed.first, closed.last) != (period.first, period.last):
        return None
    then = kept_figures(closed, MAIN, period)
    now = queries.figures(store, MAIN, period, compare=())
    return Changed(closed, sum(Difference(then[key], now[key]).differs for key in MAIN))
