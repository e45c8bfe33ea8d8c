"""Questions that no single row can answer, asked of the staging table in SQL."""

from dataclasses import dataclass

from kpis.ingest.amounts import unit_doubts
from kpis.ingest.kinds import Kind, Source
from kpis.ingest.presets import OURS
from kpis.ingest.reader import About, Reader
from kpis.ingest.readers import SOURCES, YUAN
from kpis.ingest.staging import PROBLEMS_KEPT, ROWS, TWICE, Findings, rows_of, run
from kpis.models import Coverage, Order
from opsplan.lib.problems import Problem
from products.models import Listing, Product
from stores.models import Store

SHOWN_KEY = {Source.LINES: "line_key", Source.FLOW: "detail", Source.ITEMS: "item_id", Source.ADS: "day"}


@dataclass(frozen=True)
class Columns:
    """Which columns a file has, by the field they fill."""

    reader: Reader
    about: About

    def name(self, field: str) -> str:
        """The header as it stands in the file; "" when the file has no such column."""
        for column in self.reader.columns:
            if column.field == field:
                place = self.about.header.find(column.headers)
                return self.about.header.names[place] if place >= 0 else ""
        return ""


def find_twice(kind: Kind) -> None:
    """One pass over the rows: which keys stand there more than once (in TWICE, with the first row of each)."""
    key = ", ".join(kind.key)
    run(f"DROP TABLE IF EXISTS {TWICE}")
    run(
        f"""CREATE TEMPORARY TABLE {TWICE} AS
            SELECT {key}, MIN(sid) AS sid, MIN(line) AS line FROM {ROWS} GROUP BY {key} HAVING COUNT(*) > 1"""
    )


def number_lines(kind: Kind) -> None:
    """Lines without a number of their own are known by what they say; the same said twice in an order is told apart by
    counting, smaller quantities first, so that the order of the rows in the file does not matter.

    Follows `find_twice`: where nothing stands twice, the joins end at once.
    """
    if kind.source != Source.LINES:
        return
    run(
        f"""UPDATE {ROWS} SET line_key = line_key || '.' || d.n
            FROM (SELECT r.sid AS id, ROW_NUMBER() OVER (PARTITION BY r.order_no, r.line_key ORDER BY r.qty, r.sid) AS n
                  FROM {ROWS} r JOIN {TWICE} t ON t.order_no = r.order_no AND t.line_key = r.line_key
                  WHERE r.line_key LIKE '#%%') d
            WHERE d.id = {ROWS}.sid AND d.n > 1"""
    )


def find_repeated(kind: Kind, columns: Columns, found: Findings) -> None:
    """The same number twice in one file: the first line stands, each later one is a problem and is taken out. Follows
    `number_lines`."""
    same = " AND ".join(f"f.{name} = r.{name}" for name in kind.key)
    same += " AND r.line_key NOT LIKE '#%%'" if kind.source == Source.LINES else ""
    shown = SHOWN_KEY.get(Source(kind.source), kind.key[0])
    for line, value, first_line in rows_of(
        f"SELECT r.line, r.{shown}, f.line FROM {ROWS} r JOIN {TWICE} f ON {same} WHERE r.sid > f.sid "
        f"ORDER BY r.sid LIMIT {PROBLEMS_KEPT}"
    ):
        params = {"first_line": str(first_line)}
        found.add(Problem(line, columns.name(kind.named), str(value)[:200], "repeated_id", params))
    count = run(
        f"DELETE FROM {ROWS} WHERE sid IN (SELECT r.sid FROM {ROWS} r JOIN {TWICE} f ON {same} WHERE r.sid > f.sid)"
    )
    found.rejected += count
    if count and kind.source == Source.ORDERS and columns.reader.key.startswith(OURS):
        found.add(Problem(0, "", "", "rows_are_items", {}, "notice"))
    elif count and kind.source == Source.ORDERS and columns.about.header.find(("购买数量",)) >= 0:
        found.add(Problem(0, "", "", "item_rows", {}, "notice"))


def paid_is_net(kind: Kind) -> bool | None:
    """Whether 买家实际支付金额 is what is left after refunds: the paid rows with a refund tell, the majority decides.

    None when no row can tell; then it makes no difference for any row that has a refund either way.
    """
    if kind.source != Source.ORDERS:
        return None
    [(net, gross)] = rows_of(
        f"""SELECT SUM(CASE WHEN total_fen = actual_fen + refund_fen THEN 1 ELSE 0 END),
                   SUM(CASE WHEN total_fen = actual_fen THEN 1 ELSE 0 END)
            FROM {ROWS} WHERE paid_at IS NOT NULL AND refund_fen > 0"""
    )
    return None if not net and not gross else (net or 0) > (gross or 0)


TAOBAO = ("taobao", "tmall")
MADE_FOR = {  # how a reader's key begins: the platforms whose shops have such files
    **dict.fromkeys(("taobao", "tmall", "taobaoke", "zhitongche", "wanxiangtai", "alimama", "yinlimofang"), TAOBAO),
    **{platform: (platform,) for platform in ("jd", "pdd", "douyin", "kuaishou", "youzan", "shopify", "amazon")},
    "xiaohongshu": ("xiaohongshu",),  # no store names it yet; those of other platforms have no such file
    "qianchuan": ("douyin",),
    "alibaba1688": ("1688",),
    "woocommerce": ("woocommerce",),
}
SAID = {platform for platforms in MADE_FOR.values() for platform in platforms}


def is_elsewhere(platform: str, reader_key: str) -> bool:
    """Whether a file is one that only shops of other platforms have; a store that named no such platform has any."""
    made_for = MADE_FOR.get(reader_key.partition("_")[0])
    return made_for is not None and platform in SAID and platform not in made_for


KNOWN_ENOUGH = 5  # products or orders, before a file can look out of place
LOOKED_AT = 500


def doubts(kind: Kind, store: Store, reader: Reader) -> list[Problem]:
    """What makes a person look twice at a file as a whole: it may be another shop's, in another currency, or unit.
    Nothing is kept out."""
    if reader.key in YUAN and store.currency != "CNY":
        told = {"currency": "CNY", "store": store.currency}
        return [Problem(0, "", "", "other_currency", told, "notice")]
    if is_elsewhere(store.platform, reader.key):
        return [Problem(0, "", "", "other_platform", {"source": reader.sources[0]}, "notice")]
    if kind.source in (Source.LINES, Source.ITEMS) and meets_no_product(kind, store):
        return [Problem(0, "", "", "wrong_shop", {}, "notice")]
    other = told_otherwise(store, reader) if kind.source == Source.ORDERS else ""
    if other:
        return [Problem(0, "", "", "told_otherwise", {"source": other}, "notice")]
    return unit_doubts(kind, store)


def meets_no_product(kind: Kind, store: Store) -> bool:
    """Whether the store has products and the file names none of them, by code, item id or title."""
    products, listings = Product._meta.db_table, Listing._meta.db_table
    if Product.objects.filter(store=store)[:KNOWN_ENOUGH].count() < KNOWN_ENOUGH:
        return False
    item = "item_id" if kind.source == Source.ITEMS else "code"
    names = "code, title, item_id" if kind.source == Source.ITEMS else "code, title"
    [(told, met)] = rows_of(
        f"""SELECT COUNT(*), SUM(CASE WHEN
                EXISTS (SELECT 1 FROM {products} p WHERE p.store_id = %s
                        AND (p.code = r.code OR p.code = r.{item} OR p.title = r.title))
                OR EXISTS (SELECT 1 FROM {listings} l WHERE l.store_id = %s
                           AND (l.item_id = r.{item} OR l.title = r.title)) THEN 1 ELSE 0 END)
            FROM (SELECT DISTINCT {names} FROM (SELECT {names} FROM {ROWS} LIMIT {10 * LOOKED_AT}) s LIMIT {LOOKED_AT})
                r""",
        *(store.pk, store.pk),
    )
    return bool(told >= KNOWN_ENOUGH and not met)


ERP = "wangdiantong_order"


def told_otherwise(store: Store, reader: Reader) -> str:
    """The layout that told the orders of these days, where it or the file is an ERP's (which has numbers of its own for
    the orders of a platform) and no number is in both; "" for none."""
    told = "SELECT COUNT(*), MIN(order_day), MAX(order_day) FROM"
    [(count, first, last)] = rows_of(f"{told} {ROWS}")
    if count < KNOWN_ENOUGH:
        return ""
    days = Coverage.objects.filter(store=store, kind=Source.ORDERS, day__range=(first, last), upload__isnull=False)
    sources = set(days.order_by().values_list("upload__source", flat=True).distinct()) - set(reader.sources)
    likely = sorted(sources & SOURCES.keys() if ERP in reader.sources else sources & {ERP})
    others = [source for source in likely if not source.startswith("generic_")]
    if not others:
        return ""
    orders = Order._meta.db_table
    same = "o.store_id = %s AND o.order_no = r.order_no"
    met = rows_of(f"SELECT 1 FROM {ROWS} r JOIN {orders} o ON {same} LIMIT 1", store.pk)
    return "" if list(met) else others[0]
