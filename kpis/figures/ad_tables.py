"""What ad systems say of keywords, regions, plans and items over a period: no rollup has it, so it is added up here."""

from dataclasses import dataclass
from decimal import Decimal

from django.db.models import Sum

from campaigns import advertising
from kpis.figures.readings import Reader
from kpis.models import AdSpend
from opsplan.lib import clock
from opsplan.lib.money import yuan
from opsplan.lib.periods import DAY, Period
from stores.models import Store


@dataclass(frozen=True)
class AdLine:
    """One keyword, region or subject of a channel. cost, sales: yuan; None = no row told it. plan: what it belongs to,
    "" where the report does not say."""

    channel: str
    plan: str
    name: str
    cost: Decimal
    impressions: int | None
    clicks: int | None
    sales: Decimal | None
    orders: int | None


def ad_lines(store: Store, period: Period, grain: str) -> list[AdLine]:
    """The lines of a grain (subject, keyword, region), the dearest first. ValueError: no such grain."""
    if grain not in AdSpend.Grain.values:
        raise ValueError(grain)
    rows = (
        AdSpend.objects.filter(store=store, day__range=(period.first, period.last), grain=grain)
        .values("channel_key", "subject")
        .annotate(cost=Sum("cost_fen"), shown=Sum("impressions"), clicked=Sum("clicks"))
        .annotate(sold=Sum("sales_fen"), ordered=Sum("orders"))
        .order_by("-cost", "channel_key", "subject")
    )
    return [
        AdLine(
            row["channel_key"],
            *named(row["subject"], grain),
            yuan(row["cost"]),
            row["shown"],
            row["clicked"],
            None if row["sold"] is None else yuan(row["sold"]),
            row["ordered"],
        )
        for row in rows
    ]


def named(subject: str, grain: str) -> tuple[str, str]:
    """(plan, name) of a subject: keywords and regions stand behind the first slash."""
    if grain in (AdSpend.Grain.KEYWORD, AdSpend.Grain.REGION):
        plan, _slash, name = subject.partition("/")
        return plan, name
    return "", subject


def least_return(store: Store) -> Decimal | None:
    """The return from which an ad pays: as set, else one over the gross margin of the last 90 days."""
    own = advertising.rules_for(store).least_roi
    if own is not None:
        return own
    last = clock.today(store.timezone) - DAY
    reader, span = Reader(store, ["be_roi"]), Period(last - 89 * DAY, last)
    return reader.value(reader.metric("be_roi", last), span)
