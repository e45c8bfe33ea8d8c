"""A campaign's live page, alarms and review from facts; its sisters in other stores. It is 11 December 2026."""

import datetime as dt
from decimal import Decimal as D
from zoneinfo import ZoneInfo

import pytest
from django.core.exceptions import ValidationError
from django.test import Client
from django.urls import reverse
from django.utils import translation
from time_machine import travel

from campaigns import alarms, guarding, lessons, live, rehearsed, reviewing, sisters, states, stopping
from campaigns.models import Campaign, CampaignAlarm, Guarded, Review
from campaigns.tasks import watch_running
from kpis import queries
from kpis.display import decisions
from kpis.models import Order, OrderLine, OrderStatus, Refund, RefundStatus
from kpis.outward.campaign_live import shared
from kpis.outward.campaign_review import sold_beside
from products.models import SKU, PaidPrice, Product
from products.stock_services import Balance, main_place, set_balances
from staff.models import Delivery, Destination, Member, Task
from staff.services import create_token
from stores.models import Store
from tests.campaigns.shop import FIRST, campaign, coupon, product
from tests.kpis.facts import ZONE, cover
from tests.kpis.facts import count as count_days
from tests.staff.tasks import template
from tests.world import World

NOW = dt.datetime(2026, 12, 11, 4, tzinfo=dt.UTC)  # noon in Shanghai, the second day of four
pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _december() -> object:
    with travel(NOW, tick=False), translation.override("en"):
        yield


def at(day: dt.date, hour: int = 12) -> dt.datetime:
    return dt.datetime.combine(day, dt.time(hour), ZONE)


def sell_all(sold: list[tuple[Product, dt.date, int]], hour: int = 12) -> None:
    """Orders of one piece each: the product, the day and the yuan paid for it."""
    first = Order.objects.count()
    orders, lines = [], []
    for n, (one, day, yuan) in enumerate(sold):
        told = {"store": one.store, "order_no": f"N{first + n}"}
        paid = {"created_at": at(day, hour), "paid_at": at(day, hour), "order_day": day, "pay_day": day}
        fen = 100 * yuan
        orders.append(Order(status=OrderStatus.PAID, total_fen=fen, pay_fen=fen, item_qty=1, **told, **paid))
        lines.append(OrderLine(line_key="1", code=one.code, price_fen=fen, qty=1, product_id_ref=one.pk, **told))
    Order.objects.bulk_create(orders)
    OrderLine.objects.bulk_create(lines)


def sell(of: Product, day: dt.date, yuan: int, hour: int = 12) -> str:
    """One such order; its number."""
    sell_all([(of, day, yuan)], hour)
    return Order.objects.latest("id").order_no


def ask_back(store: object, number: str, day: dt.date, yuan: int = 10, code: str = "", **more: object) -> None:
    Refund.objects.create(
        store=store, refund_no=f"R{Refund.objects.count()}", order_no=number, applied_at=at(day), code=code,
        amount_fen=100 * yuan, **{"status": RefundStatus.OPEN, **more},
    )  # fmt: skip


@pytest.fixture
def sale(world: World) -> Campaign:
    """Cream at 80 instead of 100, from 10 to 13 December, running, with a goal of 4,000 yuan."""
    made = campaign(world.store, (product(world.store, "cream", 10000), 8000), state="running")
    made.goals.create(metric="pay_amt", value=4000)
    return made


def read(of: Campaign) -> live.Live:
    return live.read(queries.live_facts(of), alarms.triggers_of(of))


def test_only_the_lines_of_its_products_count_by_the_hour_they_were_paid(world: World, sale: Campaign) -> None:
    cream, soap = sale.products.get(), product(world.store, "soap", 5000)
    sell(cream, FIRST, 80, 1)
    number = sell(cream, FIRST, 80, 1)  # beside a soap of 40, for 60 in all: cream bears 40 of them
    OrderLine.objects.create(
        store=world.store, order_no=number, line_key="2", code="soap", price_fen=4000, qty=1, product_id_ref=soap.pk
    )
    Order.objects.filter(order_no=number).update(pay_fen=6000)
    sell(soap, FIRST, 50, 2)
    sell(cream, FIRST - dt.timedelta(days=1), 80, 23)
    now = read(sale)
    assert (now.amount, now.orders, now.units) == (120, 2, 2)
    assert [(hour.amount, hour.orders) for hour in now.hours[:3]] == [(0, 0), (120, 2), (None, 0)]
    assert now.facts.known == at(FIRST, 2)
    assert [(row.title, row.sold) for row in now.facts.products] == [("cream", 2)]


def test_a_campaign_of_the_whole_store_counts_every_order(world: World) -> None:
    made = campaign(world.store, state="running")
    soap = product(world.store, "soap", 5000)
    sell(soap, FIRST, 50, 3)
    assert [(hour.amount, hour.orders) for hour in read(made).hours if hour.amount] == [(50, 1)]


def test_the_hours_before_say_how_the_goal_is_spread(world: World, sale: Campaign) -> None:
    cream = sale.products.get()
    sell_all([(cream, FIRST - dt.timedelta(days=n), 10) for n in range(1, 29)])  # four weeks that sold at noon only
    sell(cream, FIRST, 900, 13)
    now = read(sale)
    assert now.facts.shape_from == "past"
    assert now.expected == 1000  # a quarter of the goal, once noon of the first day is over
    assert now.amount == 900


@pytest.mark.parametrize(("day", "share"), [("2026-11-01", D(20) / 25), ("2026-03-08", D(20) / 15), ("2026-11-02", 1)])
def test_a_day_on_which_the_clocks_change_bears_what_a_day_bears(day: str, share: D) -> None:
    of_hour = {1: D(5), 2: D(5), 12: D(10)}  # 1 comes twice in November, 2 is left out in March
    assert shared(dt.date.fromisoformat(day), ZoneInfo("America/Los_Angeles"), of_hour) == share


def test_the_campaign_it_was_copied_from_is_the_pattern(world: World, sale: Campaign) -> None:
    cream, year = sale.products.get(), dt.timedelta(days=364)
    sale.copied_from = campaign(world.store, (cream, 8000), first_day=FIRST - year, last_day=sale.last_day - year)
    sale.save()
    sell(cream, FIRST - year, 30, 0)
    sell(cream, FIRST - year + dt.timedelta(days=3), 10, 20)
    sell(cream, FIRST, 1, 2)
    now = read(sale)
    assert (now.facts.shape_from, now.expected) == ("event", 3000)


def test_what_is_off_in_a_dollar_store_is_told_in_dollars(world: World, sale: Campaign) -> None:
    """A program of its own watches: no page has said which currency it is."""
    Store.objects.filter(pk=world.store.pk).update(currency="USD")
    sell(sale.products.get(), FIRST, 80, 23)
    watch_running()
    assert "$80" in alarms.sentence(CampaignAlarm.objects.get())


def test_what_is_off_is_told_once_and_gets_its_work_once(world: World, sale: Campaign) -> None:
    work = template(world.store, world.alice, rule="", trigger="campaign_alarm")
    sell(sale.products.get(), FIRST, 80, 23)
    for _time in range(2):
        watch_running()
    row = CampaignAlarm.objects.get()
    assert (row.kind, row.over_at) == ("weak", None)
    assert Task.objects.filter(template=work).count() == 1
    assert [each.code for each in decisions.decisions(world.store, NOW.date()) if each.code == "campaign"] == [
        "campaign"
    ]
    alarms.see(sale, row.pk, world.mia)
    assert not alarms.waiting(world.store).exists()


def test_a_campaign_that_is_over_waits_two_weeks_for_its_review(world: World, sale: Campaign) -> None:
    def asked(days: int) -> list[str]:
        day = sale.last_day + dt.timedelta(days=days)
        found = decisions.decisions(world.store, day)
        return [each.params["campaign"].name for each in found if each.code == "unreviewed"]

    assert asked(1) == []  # the clock has not ended it
    Campaign.objects.update(state="ended")
    assert [asked(days) for days in (0, 1, 14, 15)] == [[], [sale.name], [sale.name], []]
    sale.refresh_from_db()
    states.review(sale, world.mia, "Sold well.", "")
    assert asked(1) == []


def test_robots_that_want_alarms_are_told_once_in_their_language(world: World, sale: Campaign) -> None:
    robot = {"kind": "wecom", "address": "https://example.com/x", "created_at": NOW}
    for name, more in {"chat": {"language": "en"}, "deaf": {"campaigns": False}, "off": {"is_active": False}}.items():
        Destination.objects.create(store=world.store, name=name, **robot | more)
    sell(sale.products.get(), FIRST, 80, 23)
    for _time in range(2):
        watch_running()
    [told] = Delivery.objects.all()
    assert told.data["alarm"] == told.data["id"]  # which the name of the message stands over in a webhook
    assert (told.destination.name, told.data["kind"], told.path) == (
        "chat",
        "weak",
        f"/s/lotus/campaigns/{sale.pk}/live/",
    )
    assert told.subject.endswith("Sales ¥80 are 8.3% of the ¥958 expected by now")  # 23 of 96 hours of 4,000


def test_an_alarm_that_is_over_comes_back_as_the_same_row(sale: Campaign) -> None:
    off = live.Alarm("disputes", 0, {"count": 6, "usual": "1"})
    assert [alarms.hold(sale, found) for found in ([off], [], [off])] == [1, 0, 0]
    assert CampaignAlarm.objects.get().over_at is None


def test_oversold_is_what_the_ledger_says(world: World, sale: Campaign) -> None:
    cream = sale.products.get()
    sku = SKU.objects.create(store=world.store, product=cream, code="cream-1")
    set_balances(world.store, [Balance(sku, main_place(world.store), 0, due=3)], by=None)
    sell(cream, FIRST, 4000, 0)
    assert [(alarm.kind, alarm.numbers["short"]) for alarm in read(sale).alarms] == [("oversold", 3)]


def test_a_wave_of_refunds_is_seen_before_they_succeed(world: World, sale: Campaign) -> None:
    cream = sale.products.get()
    numbers = [sell(cream, FIRST, 400) for _n in range(10)]
    for number in numbers[:5]:
        ask_back(world.store, number, NOW.date(), reason="少件")
    [alarm] = read(sale).alarms
    assert (alarm.kind, alarm.numbers["refunds"], alarm.numbers["rate"]) == ("complaints", 5, "0.5")


def test_stopping_says_what_it_does_and_what_is_left_to_do(world: World, sale: Campaign) -> None:
    coupon(sale, 9900, 500, name="满99减5")
    told = stopping.effects(sale)
    assert "满99减5" in told.by_itself[0]
    assert len(told.by_hand) == 2  # the price of the cream, and the coupon
    states.stop(sale, world.mia, "超卖")
    assert queries.live_facts(sale).end == NOW


def test_what_was_stopped_is_reviewed_up_to_that_day(world: World, sale: Campaign) -> None:
    cream = sale.products.get()
    sell_all([(cream, FIRST, 100), (cream, FIRST + dt.timedelta(days=2), 700)])
    for kind in ("orders", "lines"):
        cover(world.store, kind, FIRST, FIRST + dt.timedelta(days=3))
    states.stop(sale, world.mia, "超卖")  # on the 11th, the second of four days
    count_days(world.store)
    facts = queries.review_facts(sale)
    assert (facts.span.first, facts.span.last) == (FIRST, NOW.date())
    [told] = queries.live_facts(sale).products
    assert (told.amount, queries.own_figures(sale, ("pay_amt",), ())["pay_amt"].value) == (100, 100)


def test_a_campaign_bears_the_fen_that_its_products_bear(world: World, sale: Campaign) -> None:
    """Of 1.00 for three lines of the same worth the first two bear 0.33, the last 0.34; gifts alone bear it evenly."""
    cream, soap = sale.products.get(), product(world.store, "soap", 5000)
    for price in (3300, 0):
        number = sell(cream, FIRST, 1)
        OrderLine.objects.filter(order_no=number).delete()
        for key, one in enumerate((soap, soap, cream)):
            OrderLine.objects.create(store=world.store, order_no=number, line_key=f"{key}", code=one.code,
                                     price_fen=price, qty=1, product_id_ref=one.pk)  # fmt: skip
    for kind in ("orders", "lines"):
        cover(world.store, kind, FIRST)
    count_days(world.store)
    own = queries.own_figures(sale, ("pay_amt",), ())["pay_amt"].value
    assert (read(sale).amount, own) == (D("0.68"), D("0.68"))


def weeks(world: World, sale: Campaign, *, days: int = 28) -> tuple[Product, Product]:
    """Cream and soap of one category, oil of another: 100 yuan a day each; 200, 40 and 100 while the sale lasts."""
    cream = sale.products.get()
    soap, oil = product(world.store, "soap", 5000), product(world.store, "oil", 5000)
    Product.objects.filter(pk__in=(cream.pk, soap.pk)).update(category="脸部")
    first = FIRST - dt.timedelta(days=days)
    past = [(one, first + dt.timedelta(days=n), 100) for n in range(days) for one in (cream, soap, oil)]
    sell_all([*past, (cream, FIRST, 200), (soap, FIRST, 40), (oil, FIRST, 100)])
    for kind in ("orders", "lines"):
        cover(world.store, kind, first, FIRST)
    count_days(world.store)
    return soap, oil


def test_the_review_tells_uplift_and_what_like_products_lost(world: World, sale: Campaign) -> None:
    weeks(world, sale)
    came = reviewing.read(queries.review_facts(sale))
    assert came.uplift is not None
    assert came.near is not None
    assert (came.uplift.actual, came.uplift.expected, came.uplift.pull) == (200, 100, 1)
    assert (came.near.actual, came.near.expected) == (40, 100)
    assert (came.net, came.dip) == (40, None)  # 100 more, 60 of it taken from soap; nothing after it yet


def test_days_of_other_sales_are_not_in_the_base(world: World, sale: Campaign) -> None:
    weeks(world, sale, days=21)
    other = FIRST - dt.timedelta(days=7)
    campaign(world.store, name="周年庆", state="ended", first_day=other, last_day=other)
    facts = queries.review_facts(sale)
    assert other in facts.taken
    assert dt.date(2026, 12, 12) in facts.taken  # the peak of 双12, of the calendar
    assert facts.far is not None


def test_the_refund_tail_is_by_days_since_payment(world: World, sale: Campaign) -> None:
    cream = sale.products.get()
    number = sell(cream, FIRST, 80)
    settled = {"status": RefundStatus.SUCCEEDED, "settled_at": NOW}
    ask_back(world.store, number, FIRST, 30, settled_day=NOW.date(), **settled)
    ask_back(world.store, number, FIRST, 20, settled_day=FIRST + dt.timedelta(days=9), **settled)
    ask_back(world.store, number, FIRST, 99, "soap", settled_day=NOW.date(), **settled)  # of another product
    came = reviewing.read(queries.review_facts(sale))
    assert [(age.first, age.cases, age.amount) for age in came.ages if age.cases] == [(0, 1, 30), (8, 1, 20)]
    assert (came.refunded, any(age.is_over for age in came.ages)) == (50, False)


def test_lessons_come_from_the_copy_then_the_event_then_the_type(world: World) -> None:
    def past(name: str, months: int, **more: object) -> Campaign:
        day = FIRST - dt.timedelta(days=30 * months)
        made = campaign(world.store, name=name, first_day=day, last_day=day, state="reviewed", **more)
        Review.objects.create(campaign=made, words="x", lesson=name, at=NOW)
        return made

    copied = past("copied", 12, kind="theme")
    past("event", 6, kind="theme", event="double_12")
    past("type", 1)
    past("other", 2, kind="new")
    new = campaign(world.store, event="double_12", copied_from=copied)
    assert [each.lesson for each in lessons.lessons_for(new)] == ["copied", "event", "type"]


def test_a_window_of_seven_days_that_is_still_to_come_raises_no_warning(world: World) -> None:
    cream = product(world.store, "cream", 10000)
    PaidPrice.objects.create(
        store=world.store, product=cream, day=dt.date(2026, 11, 1), lowest_fen=9000, highest_fen=9000, units=1
    )
    for first, rules in ((dt.date(2026, 12, 18), False), (dt.date(2026, 12, 17), True)):
        made = campaign(world.store, (cream, 8000), first_day=first, last_day=first)
        guarding.run(made)
        found = {finding["rule"] for finding in Guarded.objects.get(campaign=made).findings}
        assert ("seven_day" in found) is rules


def test_a_sister_has_the_products_of_its_store_and_a_guard_of_its_own(world: World, sale: Campaign) -> None:
    sale.products.add(product(world.store, "soap", 5000))
    there = product(world.other, "cream", 20000)
    coupon(sale, 9900, 500)
    found = sisters.spread(sale, world.other)
    made = found.campaign
    assert (made.state, found.missing, made.products.get(), made.offers.count()) == ("draft", ("soap",), there, 1)
    assert [(row.low_fen, row.is_blocked) for row in made.guarded.all()] == [(14000, True)]  # 80 of 200 there
    with pytest.raises(ValidationError):
        sisters.spread(sale, world.other)


def test_a_sister_is_shown_to_those_who_may_look_into_its_store(world: World, sale: Campaign) -> None:
    product(world.other, "cream", 20000)
    made = sisters.spread(sale, world.other).campaign
    assert sisters.shown(sale, world.mia) == []
    assert sisters.addable(sale, world.mia) == []
    Member.objects.create(store=world.other, user=world.mia, level="manager")
    assert sisters.shown(sale, world.mia) == [made]
    sisters.leave(made)
    assert sisters.shown(sale, world.mia) == []


def test_the_pages_show_it_and_take_what_is_said(client: Client, world: World, sale: Campaign) -> None:
    _soap, oil = weeks(world, sale, days=21)
    sell(oil, FIRST, 1, 20)  # so far orders have come in
    sale.plan_b.create(trigger="weak", limit=80, answer="加投直通车")
    watch_running()
    client.force_login(world.mia)
    client.cookies["django_language"] = "en"
    page = client.get(reverse("campaign_live", args=["lotus", sale.pk])).content.decode()
    assert page.count("加投直通车") == 2  # where it is planned, and where it is due
    assert 'value="stop"' in page
    client.post(reverse("campaign_live", args=["lotus", sale.pk]), {"alarm": CampaignAlarm.objects.get().pk})
    assert CampaignAlarm.objects.get().seen_by == world.mia
    Campaign.objects.filter(pk=sale.pk).update(state="ended")
    review = reverse("campaign_review", args=["lotus", sale.pk])
    assert 'class="range"' in client.get(review).content.decode()
    client.post(review, {"words": "不错", "lesson": "早两天备货"})
    assert "早两天备货" in client.get(reverse("campaign_new", args=["lotus"])).content.decode()


def test_on_its_first_day_a_review_waits_for_the_day_to_end(client: Client, world: World, sale: Campaign) -> None:
    client.force_login(world.mia)
    client.cookies["django_language"] = "en"
    Campaign.objects.filter(pk=sale.pk).update(first_day=NOW.date(), state="stopped")
    page = client.get(reverse("campaign_review", args=["lotus", sale.pk]))
    assert (page.context["is_first_day"], "It has not begun" in page.content.decode()) == (True, False)


def test_before_the_first_orders_are_imported_nothing_stands_there_as_nought(
    client: Client, world: World, sale: Campaign
) -> None:
    client.force_login(world.mia)
    page = client.get(reverse("campaign_live", args=["lotus", sale.pk])).content.decode()
    strip = page[page.index('class="card strip"') : page.index('id="course"')]
    assert ("¥0" in strip, "0.00%" in strip, strip.count('<span class="v">—</span>')) == (False, False, 4)
    program = Client(headers={"authorization": f"Bearer {create_token(world.mia, 'x', 'read', [world.store])[1]}"})
    told = program.get(f"/api/v1/stores/lotus/campaigns/{sale.pk}/live").json()
    assert [told[name] for name in ("known", "amount", "orders", "units", "expected")] == [None] * 5


def test_a_campaign_is_taken_to_another_store_from_its_page(client: Client, world: World, sale: Campaign) -> None:
    product(world.other, "cream", 20000)
    Member.objects.create(store=world.other, user=world.mia, level="manager")
    client.force_login(world.mia)
    page = reverse("campaign_stores", args=["lotus", sale.pk])
    client.post(page, {"store": "other"})
    made = Campaign.objects.get(store=world.other)
    assert reverse("campaign", args=["other", made.pk]) in client.get(page).content.decode()


def test_live_and_review_over_rest(world: World, sale: Campaign) -> None:
    """One cream was sold, none was set aside, five are there; the peak is all of it and has brought 200 of 4,000."""
    weeks(world, sale, days=21)
    cream = sale.products.get()
    sku = SKU.objects.create(store=world.store, product=cream, code="cream-1")
    set_balances(world.store, [Balance(sku, main_place(world.store), 5)], by=None)
    sale.items.update(quantity=0)
    sale.phases.create(kind="peak", starts_at=at(FIRST, 0), ends_at=at(sale.last_day + dt.timedelta(days=1), 0))
    Order.objects.filter(pay_day=FIRST).update(buyer_key=1)
    client = Client(headers={"authorization": f"Bearer {create_token(world.mia, 'x', 'read', [world.store])[1]}"})
    told = client.get(f"/api/v1/stores/lotus/campaigns/{sale.pk}/live").json()
    assert (told["amount"], told["total"], told["known"]) == ("200.00", "4000.00", "2026-12-10T04:00:00Z")
    assert len(told["hours"]) == 96
    assert [(x["phase"], x["share"], x["amount"]) for x in told["phases"]] == [("peak", None, "200.00")]
    assert [(x["sold"], x["units"], x["free"], x["left"]) for x in told["products"]] == [(1, 0, 5, -1)]
    assert [(x["kind"], x["product"], x["seen"]) for x in told["alarms"]] == [("beyond", cream.code, False)]
    told = client.get(f"/api/v1/stores/lotus/campaigns/{sale.pk}/review").json()
    assert (told["uplift"]["actual"], told["uplift"]["more"]) == ("200.00", "100.00")
    assert D(told["net"]) == 40
    assert told["buyers"] == [{"class": None, "people": 1, "orders": 1, "paid": "200.00"}]
    assert client.get("/api/v1/stores/lotus/campaigns/999/live").status_code == 404


def test_the_last_rehearsal_stands_beside_what_came(client: Client, world: World, sale: Campaign) -> None:
    """Rehearsed: two days with 4 orders, 300 paid of 400. Came on the one day known: creams for 60 and (freight 6) 80,
    and one for 60 beside an unknown thing of 20, of 80 for both; the thing alone is left out."""
    cream, thing = sale.products.get(), Product.objects.create(store=world.store, code="thing", title="thing")
    sell_all([(cream, FIRST, 60), (cream, FIRST, 86), (cream, FIRST, 60), (thing, FIRST, 20)])
    orders = list(Order.objects.order_by("order_no"))
    Order.objects.filter(pk=orders[1].pk).update(freight_fen=600)
    Order.objects.filter(pk=orders[2].pk).update(pay_fen=8000)
    both = {"code": "thing", "product_id_ref": thing.pk, "price_fen": 2000, "qty": 1}
    OrderLine.objects.create(store=world.store, order_no=orders[2].order_no, line_key="2", **both)
    for kind in ("orders", "lines"):
        cover(world.store, kind, FIRST)
    count_days(world.store)
    result = {"orders": 4, "paid_fen": 30000, "list_fen": 40000, "merchant_fen": 10000}
    days = {"first": FIRST - dt.timedelta(days=9), "last": FIRST - dt.timedelta(days=8), "asked_at": NOW}
    sale.rehearsals.create(**days, state="done", result=result)
    sale.rehearsals.create(**days, state="failed")
    key = create_token(world.mia, "x", "read", [world.store])[1]
    where = f"/api/v1/stores/lotus/campaigns/{sale.pk}/review"
    told = client.get(where, headers={"authorization": f"Bearer {key}"}).json()["rehearsal"]
    assert told["days"] == {"said": 2, "came": 1}
    assert told["figures"] == {
        "orders": {"said": "4", "came": "3", "change": "0.500000"},  # 2 a day, 3 a day
        "paid": {"said": "300.00", "came": "206.00", "change": "0.373333"},
        "borne": {"said": "100.00", "came": "100.00", "change": "1.000000"},  # 300 by the list less 206 less freight
        "paid_each": {"said": "75.00", "came": "68.67", "change": "-0.084444"},
        "borne_share": {"said": "0.250000", "came": "0.333333", "change": "0.083333"},
    }
    client.force_login(world.mia)
    page = client.get(reverse("campaign_review", args=["lotus", sale.pk])).content.decode()
    part = page[page.index('id="rehearsed"') :]
    assert [x for x in ("¥206.00", "+37.33%", "+8.33pt") if x not in part] == []
    sale.products.add(thing)
    sale.items.create(product=thing, price_fen=2000)  # stands for its list price, here as in a rehearsal
    came = sold_beside(sale)
    assert (came.orders, came.paid_fen, came.list_fen, came.borne_fen) == (4, 24600, 34000, 10000)


def test_nothing_has_come_of_days_that_are_not_known(world: World, sale: Campaign) -> None:
    came = sold_beside(sale)
    assert (came.days, [x.came for x in rehearsed.lines(rehearsed.Sums(1, 1, 1, 1, 1), came)]) == (0, [None] * 5)


def test_a_campaign_that_has_not_begun_has_no_sales_to_show(client: Client, world: World, sale: Campaign) -> None:
    Campaign.objects.filter(pk=sale.pk).update(first_day=dt.date(2026, 12, 20), last_day=dt.date(2026, 12, 22))
    client.force_login(world.mia)
    shown = client.get(reverse("campaign_stores", args=["lotus", sale.pk]))
    assert (shown.status_code, shown.context["rows"][0]["live"]) == (200, None)
