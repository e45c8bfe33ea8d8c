"""Every figure of the catalogue is proved by the rows its explanation lists: nothing here asks the day rows."""

import datetime as dt
from decimal import Decimal as D

import pytest
from django.http import QueryDict

from campaigns.models import Campaign
from kpis import queries
from kpis.display import boards
from kpis.figures.grains import can_split
from kpis.measures import MEASURES, Adds
from kpis.metrics import CONTEXT, METRICS
from kpis.models import Coverage, Order, Refund
from kpis.sums.rollups import rebuild
from kpis.why import evidence
from kpis.why.evidence import LISTINGS, Scope
from kpis.why.explain import days_of, explanation
from opsplan.lib.periods import Period, month_of
from products.models import Product
from tests.kpis.rich_shop import make_rich_shop
from tests.kpis.small_shop import SPAN, order

CALENDAR = {"days", "period_days", "closed_days", "left_days", "month_left_days"}
NOVEMBER = month_of(SPAN.first)


pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _today(monkeypatch):
    monkeypatch.setenv("OPSPLAN_TODAY", "2026-11-13")


@pytest.fixture(scope="module")
def shop(lasting_world):
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("OPSPLAN_TODAY", "2026-11-13")
        return make_rich_shop(lasting_world.store)


def rows_of(shop, listing):
    """The rows a link lists, as dicts."""
    asked = QueryDict(listing)
    period = Period(dt.date.fromisoformat(asked["from"]), dt.date.fromisoformat(asked["to"]))
    product = int(asked["product"]) if "product" in asked else None
    skipped, channel = days_of(asked.get("skip", "")), asked.get("channel", "")
    scope = Scope(shop, period, skipped, channel, product, asked.get("measure", ""), asked.get("group", ""))
    names = [name for name, _kind in LISTINGS[asked["of"]].columns]
    return asked, [dict(zip(names, row, strict=True)) for row in evidence.each(asked["of"], scope)]


def summed(shop, line):
    """The sum of a line's listed rows, added up one by one, in yuan or as it is; else how many there are."""
    asked, rows = rows_of(shop, line.listing)
    field = asked.get("sum")
    if not field:
        return D(len(rows))
    whole = sum((D(row[field] or 0) for row in rows), D(0))
    return whole / 100 if field.endswith("_fen") else whole


def different(shop, lines):
    """How many different buyers, products or orders the listed rows are about."""
    found = set()
    for line in lines:
        listing, measure = line.code.split(":")
        for row in rows_of(shop, line.listing)[1]:
            if measure == "pay_buyers" or (listing.startswith("orders_") and measure != "pay_order_cnt"):
                found.add(buyer(shop, row))
            else:
                found.add(row["order_no" if measure == "pay_order_cnt" else "code"])
    return D(len(found - {None}))


def buyer(shop, row):
    return Order.objects.get(store=shop, order_no=row["order_no"]).buyer_key


def unproved(shop, figure, **narrowed):
    """The inputs of the figure that its listed rows do not make."""
    told = explanation(shop, figure, **narrowed)
    wrong = {}
    for key, value in figure.inputs.items():
        lines = [line for line in told.counted if line.code.split(":")[-1] == key and line.listing]
        found = context_value(shop, key, lines) if key in CONTEXT else measure_value(shop, key, lines, narrowed)
        if found is None or abs(found - value) > D("0.005"):
            wrong[key] = (value, found, [line.code for line in lines])
    return wrong


def measure_value(shop, key, lines, narrowed):
    per_product = ("product" in narrowed or "group" in narrowed) and key in ("pay_order_cnt", "pay_buyers")
    if not narrowed.get("channel") and (MEASURES[key].adds is Adds.DISTINCT or per_product):
        return different(shop, lines)
    return sum((summed(shop, line) for line in lines), D(0))


def context_value(shop, key, lines):
    kind = CONTEXT[key].kind
    if kind in CALENDAR:
        return None
    if kind == "day_numbers" or not any(line.code.startswith(("figure:", "targets:", "people:")) for line in lines):
        return sum((-summed(shop, x) if x.code.startswith("less") else summed(shop, x) for x in lines), D(0))
    if len(lines) != 1:
        return None
    (line,) = lines
    head = line.code.split(":")[0]
    if head == "targets":
        found = summed(shop, line)
        return found / len(rows_of(shop, line.listing)[1]) if METRICS[CONTEXT[key].of].target == "level" else found
    if head == "people":
        return D(len({buyer(shop, row) for row in rows_of(shop, line.listing)[1]}))
    metric, _mark, query = line.listing.partition("?")
    asked = QueryDict(query)
    span = Period(dt.date.fromisoformat(asked["from"]), dt.date.fromisoformat(asked["to"]))
    figure = queries.figures(shop, [metric], span, compare=())[metric]
    return figure.value if not left(shop, figure) else None


def left(shop, figure, **narrowed):
    """What is unproved but for what only the calendar tells."""
    found = unproved(shop, figure, **narrowed)
    calendar = {key for key in found if key in CONTEXT and CONTEXT[key].kind in CALENDAR}
    return {key: value for key, value in found.items() if key not in calendar}


def test_the_listed_rows_of_every_kpi_are_its_inputs(shop):
    wrong, year_ago = {}, [dt.date(2025, 11, n) for n in (10, 12)]
    Coverage.objects.bulk_create(Coverage(store=shop, kind="orders", day=day) for day in year_ago)
    rebuild(shop, year_ago)
    keys = [key for key, metric in METRICS.items() if not metric.platforms or "taobao" in metric.platforms]
    spans = [queries.figures(shop, keys, span, compare=()) for span in (SPAN, NOVEMBER)]
    for key in keys:
        figure = next((each[key] for each in spans if each[key].value is not None), None)  # some want a month under way
        assert figure is not None, (key, spans[0][key].inputs, spans[0][key].missing)
        if lacking := left(shop, figure):
            wrong[key] = lacking
    assert wrong == {}


@pytest.mark.parametrize(("by", "narrow"), [("channel", "channel"), ("product", "product")])
def test_the_rows_of_a_channel_or_product_are_its_figures(shop, by, narrow):
    order(shop, "U", SPAN.last, 700, buyer=3)  # without items: nobody's
    rebuild(shop, [SPAN.last])
    wrong, ids = {}, dict(Product.objects.filter(store=shop).values_list("code", "pk"))
    keys = [key for key, m in METRICS.items() if can_split(m, by) and (not m.platforms or "taobao" in m.platforms)]
    for row in queries.breakdown(shop, keys, SPAN, by):
        member = row.key if by == "channel" else ids.get(row.key, 0)
        for key, figure in row.values.items():
            if figure.value is not None and (found := left(shop, figure, **{narrow: member})):
                wrong[key, row.key] = found
    assert wrong == {}


def test_a_settled_case_without_a_date_is_proved_by_its_order_and_its_lines(shop):
    """Of 100.00 paid on the 10th 7.01 went back, nobody knows when: 4.20 of it of the cream, 60 of 100 yuan."""
    Refund.objects.create(store=shop, refund_no="R9", order_no="A", status=30, amount_fen=701, qty=1, code="CREAM")
    rebuild(shop, [SPAN.first])
    first = Period(SPAN.first, SPAN.first)
    figure = queries.figures(shop, ["refund_amt"], first, compare=())["refund_amt"]
    assert (figure.value, figure.marks, left(shop, figure)) == (D("7.01"), ("estimated",), {})
    ids = dict(Product.objects.filter(store=shop).values_list("code", "pk"))
    rows = queries.breakdown(shop, ["refund_amt"], first, "product")
    assert {row.key: row.values["refund_amt"].value for row in rows} == {"CREAM": D("4.20"), "MASK": D("2.81")}
    assert [left(shop, row.values["refund_amt"], product=ids[row.key]) for row in rows] == [{}, {}]


def test_a_day_of_a_period_is_proved_like_any_other_span(shop):
    for day in SPAN:
        for key in ("pay_amt", "uv", "pay_cvr", "refund_amt", "promo_cost", "gross", "new_buyers", "act_amt"):
            figure = queries.figures(shop, [key], Period(day, day), compare=())[key]
            assert left(shop, figure) == {}, (day, key)


def test_a_change_over_a_hole_lists_the_days_that_are_compared(shop):
    """10 to 12 November against 7 to 9, of which the 9th has no orders: the 12th stays out as well."""
    hole = dt.date(2026, 11, 9)
    Coverage.objects.filter(store=shop, kind="orders", day=hole).delete()
    Order.objects.filter(store=shop, order_day=hole).delete()
    order(shop, "W", SPAN.last, 90000, buyer=3)
    rebuild(shop, [hole, SPAN.last])
    found = queries.figures(shop, ["mom", "real_amt"], SPAN, compare=("previous",))
    told, card = found["mom"], found["real_amt"].compare["previous"]
    assert (told.value, told.inputs["previous_real_amt"]) == (card.delta, card.value)
    assert (card.marks, told.marks) == (("matched 2/3",), ("partial 2/3",))
    assert left(shop, told) == {}


def test_the_same_days_of_last_month_list_that_months_rows(shop):
    figure = queries.figures(shop, ["lm_same"], SPAN, compare=())["lm_same"]  # 10 to 12 October: two orders
    told = explanation(shop, figure)
    assert figure.value == D(2)
    assert [row["order_no"] for row in rows_of(shop, told.counted[0].listing)[1]] == ["X4", "X5"]


def test_a_target_names_who_set_it_and_when(shop):
    figure = queries.figures(shop, ["goal_rate"], SPAN, compare=())["goal_rate"]
    planned = [source for source in explanation(shop, figure).sources if source.kind == "target"]
    assert [(source.name, source.first_day) for source in planned] == [("real_amt", NOVEMBER.first)]


def test_money_typed_for_a_channel_counts_only_where_no_file_tells_it(shop):
    figure = queries.figures(shop, ["promo_cost_zhitongche"], SPAN, compare=())["promo_cost_zhitongche"]
    told = explanation(shop, figure)  # 15.00 + 7.00 from the ad files, whose coverage makes the 12th a zero
    assert figure.value == D("22.00")
    assert [(line.code.split(":")[0], line.amount) for line in told.counted] == [("ads", D("22.00"))]


@pytest.mark.parametrize("group", ["stage:growth", "role:none", "campaign"])
def test_the_rows_of_a_stage_a_role_and_a_campaign_are_their_figures(shop, group):
    """The campaign has the cream on the 10th and 11th; both products have no role; the mask grows."""
    Product.objects.filter(store=shop, code="MASK").update(stage="growth")
    by, _colon, member = group.partition(":")
    member = member or str(Campaign.objects.get(store=shop, name="面霜周").pk)
    keys = [key for key, metric in METRICS.items() if can_split(metric, "product") and not metric.platforms]
    [total] = queries.table(queries.Question((shop,), tuple(keys), SPAN, filters={by: (member,)})).totals
    figures = [each for each in total.values.values() if each.value is not None]
    _figure, _name, narrowed = boards.figure_of(shop, "pay_amt", SPAN, (), (by, member))
    wrong = {each.key: found for each in figures if (found := left(shop, each, **narrowed))}
    assert (wrong, len(figures) > 10) == ({}, True)
