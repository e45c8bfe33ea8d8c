"""What a reader's rows become: the columns of their kind, as the database writes them.

Instants are written as UTC, days as the store's local days; buyers only as keyed hashes.
"""

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass
from hashlib import blake2b
from typing import Any
from zoneinfo import ZoneInfo

from django.conf import settings

from kpis.ingest.channels import ChannelNames
from kpis.ingest.kinds import Kind
from kpis.ingest.rows import (
    FeeRow,
    FigureRow,
    FlowRow,
    ItemRow,
    LineRow,
    OrderPart,
    OrderRow,
    RefundRow,
    SpendRow,
    TrafficRow,
)
from kpis.models.facts import Coverage
from opsplan.lib.columns import Memo
from stores.models import Store

Values = tuple[Any, ...]
Source = Coverage.SourceKind


class LocalTime:
    """A store's wall clock to UTC and to local days. Offsets are looked up once a day; days on which the clocks change
    are worked out moment by moment (a time that comes twice is its first coming)."""

    def __init__(self, zone: str) -> None:
        self.zone = ZoneInfo(zone)
        self._days: dict[dt.date, tuple[str, dt.timedelta | None]] = {}

    def stamp(self, moment: dt.datetime | None) -> tuple[str | None, str | None]:
        """(UTC as text, local day as text); a moment with an offset of its own is moved to the store's zone first."""
        if moment is None:
            return None, None
        if moment.tzinfo is not None:
            moment = moment.astimezone(self.zone).replace(tzinfo=None, fold=moment.astimezone(self.zone).fold)
        day = moment.date()
        known = self._days.get(day)
        if known is None:
            known = self._days[day] = (day.isoformat(), self._offset(day))
        text, offset = known
        if offset is None:
            offset = moment.replace(tzinfo=self.zone).utcoffset() or dt.timedelta()
        return str(moment - offset), text

    def utc(self, moment: dt.datetime) -> dt.datetime:
        """A naive local moment as an aware one in UTC."""
        return moment.replace(tzinfo=moment.tzinfo or self.zone).astimezone(dt.UTC)

    def _offset(self, day: dt.date) -> dt.timedelta | None:
        first = dt.datetime(day.year, day.month, day.day, tzinfo=self.zone)
        ends = {first.utcoffset(), first.replace(hour=23, minute=59, second=59).utcoffset()}
        return ends.pop() if len(ends) == 1 else None


class BuyerKeys:
    """A buyer's name to 63 bits that say nothing without the installation's salt; the keys of stores of one realm can
    be compared, those of others differ."""

    def __init__(self, store: Store) -> None:
        salt = blake2b(settings.BUYER_SALT.encode(), digest_size=32, person=b"opsplan buyer").digest()
        self._salted = blake2b((store.buyer_realm or str(store.pk)).encode(), digest_size=8, key=salt)

    def key(self, buyer: str | None) -> int | None:
        """None when the name is absent or masked (t**3, ##密文)."""
        if not buyer or "*" in buyer or buyer.startswith(("##", "$$")):
            return None
        hashed = self._salted.copy()
        hashed.update(b"\0" + buyer.encode())
        return int.from_bytes(hashed.digest(), "big") >> 1


def described(goods: tuple[str, str, str, int]) -> Values:
    """What a line without a number of its own is known by, then code, title, properties and price as columns."""
    code, title, properties, price_fen = goods
    text = f"{code}\x1f{title}\x1f{properties}\x1f{price_fen}"
    key = "#" + blake2b(text.encode(), digest_size=12).hexdigest()
    return key, code[:100], title[:200], properties[:200], price_fen


@dataclass
class Converter:
    """Rows of one file to `line` and the columns of its kind, in order."""

    store: Store

    def __post_init__(self) -> None:
        self.time = LocalTime(self.store.timezone)
        self.channels = ChannelNames(self.store)
        self._buyers = BuyerKeys(self.store)
        self._goods: Memo[Any, Values] = Memo(described)

    def of(self, kind: Kind) -> Callable[[Any], Values]:
        converters: dict[str, Callable[[Any], Values]] = {
            Source.ORDERS: self._order,
            Source.LINES: self._line,
            Source.REFUNDS: self._refund,
            Source.TRAFFIC: self._traffic,
            Source.FLOW: self._flow,
            Source.ITEMS: self._item,
            Source.ADS: self._spend,
            Source.FEES: self._fee,
            Source.FIGURES: self._figure,
        }
        return self._part if "part" in kind.staged else converters[kind.source]

    def _order(self, r: OrderRow) -> Values:
        stamp = self.time.stamp
        created, order_day = stamp(r.created_at)
        paid, pay_day = stamp(r.paid_at)
        finished = None if r.finished_at is None else stamp(r.finished_at)[0]
        return (
            *(r.line, r.order_no, r.status, created, order_day, paid, pay_day, r.total_fen, r.actual_fen, r.refund_fen),
            *(r.freight_fen, r.item_qty, self._buyers.key(r.buyer), r.province[:20], finished),
            r.subsidy_fen,
        )

    def _part(self, r: OrderPart) -> Values:
        return *self._order(r.order), r.part[:100], 0

    def _line(self, r: LineRow) -> Values:
        described = self._goods[r[3:7]]
        if r.sub_order_no:
            return r.line, r.order_no, r.sub_order_no, *described[1:], r.qty
        return r.line, r.order_no, *described, r.qty

    def _refund(self, r: RefundRow) -> Values:
        applied, applied_day = self.time.stamp(r.applied_at)
        settled, settled_day = self.time.stamp(r.settled_at)
        return (
            *(r.line, r.refund_no, r.order_no, r.code[:100], r.status, applied, settled, settled_day, r.amount_fen),
            *(r.qty, r.with_return, r.reason[:100], r.line_key[:80], applied_day),
        )

    def _traffic(self, r: TrafficRow) -> Values:
        return r

    def _flow(self, r: FlowRow) -> Values:
        flow, detail = r.flow[:100], (r.detail or "")[:100]
        return r.line, r.day, flow, detail, self.channels.of_flow(flow, detail), *r[4:]

    def _item(self, r: ItemRow) -> Values:
        return r.line, r.day, r.item_id[:60], (r.title or "")[:200], (r.code or "")[:100], *r[5:]

    def _spend(self, r: SpendRow) -> Values:
        return r.line, r.day, self.channels.of_ad(r.channel), r.grain, r.subject[:160], *r[5:]

    def _fee(self, r: FeeRow) -> Values:
        return r.line, r.fee_no[:160], r.day, r.order_no[:64], r.name[:60], r.amount_fen

    def _figure(self, r: FigureRow) -> Values:
        return r.line, r.measure, r.day, r.value
