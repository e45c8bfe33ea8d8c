"""What the figures of ads allow to say, the page that says it, and the tasks that follow."""

import datetime as dt
from decimal import Decimal as D

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import translation
from time_machine import travel

from campaigns import ad_rules
from campaigns.ad_rules import Counts, Spent
from campaigns.models import AdRules, Campaign
from kpis import queries
from kpis.models import AdSpend
from opsplan.lib.periods import Period
from staff.models import Task
from tests.kpis.facts import count, spend
from tests.staff.tasks import template
from tests.world import World

DAY = dt.date(2026, 11, 10)


def near(value: D, wanted: str) -> bool:
    return abs(value - D(wanted)) < D("0.0005")


@pytest.mark.parametrize(
    ("hits", "trials", "low", "high"),
    [(1, 3, "0.0615", "0.7923"), (0, 10, "0", "0.2775"), (60, 1000, "0.0469", "0.0765")],
)
def test_a_rate_has_wilsons_range(hits: int, trials: int, low: str, high: str) -> None:
    found = ad_rules.wilson(hits, trials)  # as in the table of Newcombe (1998), method 3
    assert found is not None
    assert near(found.low, low)
    assert near(found.high, high)


@pytest.mark.parametrize(
    ("count", "low", "high"), [(1, "0.025", "5.572"), (10, "4.795", "18.390"), (100, "81.4", "121.6")]
)
def test_a_count_has_about_the_exact_range_of_poisson(count: int, low: str, high: str) -> None:
    found = ad_rules.poisson(count)
    assert abs(found.low - D(low)) < D("0.15")
    assert abs(found.high - D(high)) < D("0.15")


def test_no_order_may_be_up_to_nearly_four_by_chance() -> None:
    found = ad_rules.poisson(0)
    assert found.low == 0
    assert near(found.high, "3.6681")  # (1 - 1/9 + 1.96/3) cubed


def test_three_clicks_prove_nothing() -> None:
    lucky = ad_rules.judged(Counts(D(6), 800, 3, 1, D(99)), D(2), None)
    assert lucky.roi == D("16.5")
    assert (lucky.verdict, lucky.is_open) == ("keep", True)


@pytest.mark.parametrize(
    ("counts", "verdict"),
    [
        (Counts(D(1000), 90000, 900, 90, D(9000)), "raise"),  # 9 back, 7.2 at the least
        (Counts(D(1000), 90000, 900, 10, D(1000)), "cut"),  # 1 back, 1.84 at the most
        (Counts(D(1000), 90000, 900, 0, None), "cut"),  # no order: at most 3.67 x 100 on 1000
        (Counts(D(1000), 90000, 900, 20, D(2000)), "keep"),
        (Counts(D(1000), 90000, 900, None, None), "keep"),
    ],
)
def test_a_keyword_is_raised_kept_or_cut(counts: Counts, verdict: str) -> None:
    assert ad_rules.judged(counts, D(2), D(100)).verdict == verdict


def test_what_is_not_told_is_not_judged() -> None:
    told = ad_rules.judged(Counts(D(1000), 90000, 900, 90, D(9000)), None, None)  # nobody knows what pays
    assert (told.verdict, told.is_open, told.conversion_range) == ("keep", True, ad_rules.wilson(90, 900))
    assert ad_rules.judged(Counts(D(1000), 90000, 900, 90, D(9000)), D(2), None).is_open is False
    no_clicks = ad_rules.judged(Counts(D(100), None, None, 5, D(500)), None, None)
    assert (no_clicks.conversion_range, no_clicks.cpc, no_clicks.roi) == (None, None, 5)
    assert ad_rules.roi_range(Counts(D(0), 10, 5, 3, D(300)), D(100)) is None
    some = [Counts(D(1), None, 3), Counts(D(2), 5, None)]
    assert ad_rules.total(some) == Counts(D(3), 5, 3, None, None)


def test_a_picture_that_is_clicked_but_not_bought_is_told() -> None:
    whole = Counts(D(5000), 100000, 4000, 200, D(20000))
    assert ad_rules.promises_too_much(Counts(D(500), 10000, 600, 6, D(600)), whole)
    for one in (
        Counts(D(500), 10000, 600, 30, D(3000)),  # bought as often
        Counts(D(500), 10000, 400, 2, D(200)),  # clicked as often
        Counts(D(5), 100, 8, 0, None),  # too few to tell
        Counts(D(500), 10000, 600, None, None),  # nobody told what was bought,
        Counts(D(500), None, 600, 6, D(600)),  # or how often it was shown
        Counts(D(500), 100, 600, 6, D(600)),  # clicked more often than shown: no rates at all
        Counts(D(500), 10000, 600, 700, D(600)),
    ):
        assert not ad_rules.promises_too_much(one, whole), one
    for silent in (Counts(D(5000), None, 4000, 200), Counts(D(5000), 100000, None, 200)):
        assert not ad_rules.promises_too_much(Counts(D(500), 10000, 600, 6, D(600)), silent), silent


def spent(plan: str, region: str, cost: int, clicks: int, orders: int) -> Spent:
    return Spent(plan, region, Counts(D(cost), clicks * 20, clicks, orders, D(orders * 100)))


def test_the_ladder_of_regions_goes_up_only_when_it_pays() -> None:
    main, other = spent("主推", "江苏", 1000, 800, 90), spent("其他", "四川", 500, 400, 12)
    first = ad_rules.ladder([main], {"江苏"}, D(2))
    assert (first.step, [code for code, _text, _values in first.said]) == (1, ["other"])
    poor = ad_rules.ladder([spent("主推", "江苏", 1000, 800, 9)], {"江苏"}, D(2))
    assert [code for code, _text, _values in poor.said] == ["wait"]
    second = ad_rules.ladder([main, other], {"江苏"}, D(2))
    assert (second.step, [code for code, _text, _values in second.said]) == (2, ["other_bid", "wait"])  # 1.25 each
    rich = spent("其他", "四川", 500, 1000, 60)  # at least 45 orders of 100 for 500, a click for 0.5
    silent = Spent("主推", "江苏", Counts(D(1000), None, None, 90, D(9000)))
    dear, cheap = ([spent("全国", region, 300, clicks, 3) for region in ("江苏", "四川")] for clicks in (200, 600))
    for rows, least, step, said in (
        ([], D(2), 0, []),
        (cheap, D(2), 0, ["spread"]),
        ([silent], D(2), 1, ["other"]),
        ([spent("主推", "江苏", 1000, 800, 0)], D(2), 1, ["wait"]),
        ([main], None, 1, ["wait"]),
        ([main, rich], D(2), 2, ["wide"]),
        ([rich, *cheap], D(2), 2, ["wide"]),  # without main ones there is no click to compare with
        ([main, *dear], D(2), 3, ["wide_bid"]),
        ([main, rich, *cheap], D(2), 3, []),
    ):
        found = ad_rules.ladder(rows, {"江苏"}, least)
        assert (found.step, [code for code, _text, _values in found.said]) == (step, said), rows
        assert "%" not in "".join(text % values for _code, text, values in found.said)


def test_a_plan_is_for_where_four_fifths_of_its_money_go() -> None:
    kinds = {
        here: ad_rules.kind_of([spent("a", "江苏", here, 1, 1), spent("a", "四川", 100 - here, 1, 1)], ["江苏"])
        for here in (100, 80, 79, 21, 20, 0)
    }
    assert kinds == {100: "main", 80: "main", 79: "wide", 21: "wide", 20: "other", 0: "other"}


@pytest.mark.parametrize(
    ("orders", "wanted"),
    [
        ({"四川": 30, "江苏": 50, "北京": 20}, ["江苏"]),
        ({"四川": 35, "江苏": 40, "北京": 25}, ["江苏", "四川"]),
        ({"b": 10, "a": 10, "c": 10}, ["a", "b"]),
        ({"四川": 3, "江苏": None}, ["四川"]),
        ({"四川": 0, "江苏": None}, []),
    ],
)
def test_one_begins_with_the_regions_that_have_half_of_the_orders(orders: dict[str, int | None], wanted) -> None:
    rows = [Spent("a", region, Counts(D(1), orders=count)) for region, count in orders.items()]
    assert ad_rules.suggested(rows) == wanted
    assert ad_rules.suggested(rows * 2) == wanted


@pytest.fixture
def mia(client: Client, world: World) -> Client:
    world.mia.language = "en"
    world.mia.save(update_fields=["language"])
    client.force_login(world.mia)
    return client


def ad(world: World, grain: str, subject: str, cost: int, clicks: int, orders: int) -> None:
    AdSpend.objects.create(
        store=world.store, day=DAY, channel_key="zhitongche", grain=grain, subject=subject, cost_fen=cost * 100,
        impressions=clicks * 20, clicks=clicks, orders=orders, sales_fen=orders * 10000,
    )  # fmt: skip


def test_the_page_shows_keywords_and_makes_tasks_of_them(mia: Client, world: World) -> None:
    template(world.store, world.alice, rule="", trigger="ads", duties=["promotion"])
    AdRules.objects.create(store=world.store, least_roi=2)
    ad(world, "keyword", "面膜/补水面膜", 100, 200, 30)
    ad(world, "keyword", "面膜/面膜 便宜", 300, 190, 0)
    ad(world, "region", "主推/江苏 南京", 100, 90, 10)
    days = {"from": "2026-11-01", "to": "2026-11-11"}
    with travel(dt.datetime(2026, 11, 12, 4, tzinfo=dt.UTC), tick=False), translation.override("en"):
        page = mia.get(reverse("ads", args=["lotus"]), days | {"period": "custom"}).content.decode()
        assert "raise|补水面膜" in page
        by = mia.get(reverse("ads", args=["lotus"]), days | {"sort": "conversion"}).context["keywords"]
        assert [line.name for line, _one in by] == ["面膜 便宜", "补水面膜"]
        assert "cut|面膜 便宜" in page
        file = mia.get(reverse("ads", args=["lotus"]), days | {"verdict": "cut", "format": "csv"})
        [_head, row] = file.content.decode("utf-8-sig").splitlines()
        assert (row.split(",")[0], row.split(",")[-1]) == ("面膜 便宜", "Cut")
        assert "Step 1 of 3" in page
        assert "listed=regions" in page
        ad(world, "region", "主推/浙江 杭州", 300, 190, 2)
        by = mia.get(reverse("ads", args=["lotus"]), days | {"by": "-conversion", "sort": "-cost"})
        assert [name for name, *_rest in by.context["regions"]] == ["江苏", "浙江"]  # the dearest first: the other way
        assert "?from=2026-11-01&amp;to=2026-11-11&amp;sort=-cost&amp;by=conversion" in by.content.decode()
        file = mia.get(reverse("ads", args=["lotus"]), days | {"listed": "regions", "format": "csv", "by": "cost"})
        [_head, row, _dearer] = file.content.decode("utf-8-sig").splitlines()
        assert row.split(",")[:6] == ["江苏", "yes", "100.00", "90", "1.111111", "0.111111"]
        typed = {"what": "tasks", "deed": ["raise|补水面膜", "cut|面膜 便宜"], **days}
        for _again in range(2):
            mia.post(reverse("ads_do", args=["lotus"]), typed)
    assert sorted(Task.objects.values_list("subject", flat=True)) == [
        "Cut or stop: 面膜 便宜",
        "Raise the bid: 补水面膜",
    ]


def test_a_commission_is_no_ad_nobody_clicked(mia: Client, world: World) -> None:
    """10 % and 11 % of the clicks bought. With 100 commissions, which tell no clicks, 35.5 % would have."""
    for subject, shown, orders in (("P1", 4000, 20), ("P2", 10000, 22)):
        ad(world, "subject", subject, 100, 200, orders)
        AdSpend.objects.filter(subject=subject).update(impressions=shown)
    ad(world, "subject", "4032000000011583172", 1, 1, 100)
    AdSpend.objects.filter(orders=100).update(channel_key="taobaoke", impressions=None, clicks=None)
    with travel(dt.datetime(2026, 11, 12, 4, tzinfo=dt.UTC), tick=False):
        told = mia.get(reverse("ads", args=["lotus"])).context
    assert (told["subject_count"], told["pictures"]) == (2, [])


def test_the_channels_come_to_the_promotion_cost(mia: Client, world: World) -> None:
    """Also where one is not marked as paid, or is none of the store's."""
    for channel, cost in (("zhitongche", 300), ("search", 200), ("strange", 100)):
        spend(world.store, DAY, channel, str(cost))
    count(world.store)
    with travel(dt.datetime(2026, 11, 12, 4, tzinfo=dt.UTC), tick=False):
        channels = mia.get(reverse("ads", args=["lotus"])).context["channels"]
        whole = queries.figures(world.store, ["promo_cost"], Period(DAY, DAY))["promo_cost"].value
    told = {row.key: row.values["promo_cost"].value for row in channels}
    assert (told, whole) == ({"zhitongche": 300, "search": 200, "strange": 100}, 600)


def test_more_keywords_than_are_shown_are_told(mia: Client, world: World) -> None:
    for n in range(62):
        ad(world, "keyword", f"面膜/词{n}", 1, 1, 0)
    with travel(dt.datetime(2026, 11, 12, 4, tzinfo=dt.UTC), tick=False):
        page = mia.get(reverse("ads", args=["lotus"]))
    assert (len(page.context["keywords"]), "and 2 more" in page.content.decode()) == (60, True)


def test_rules_are_kept_and_a_budget_stands_against_what_was_spent(mia: Client, world: World) -> None:
    made = Campaign.objects.create(store=world.store, name="双11", first_day=DAY, last_day=DAY)
    made.budgets.create(channel=world.store.channels.get(key="zhitongche"), amount_fen=50000)
    with travel(dt.datetime(2026, 11, 12, 4, tzinfo=dt.UTC), tick=False):
        mia.post(reverse("ads_do", args=["lotus"]), {"what": "rules", "region": ["江苏", "浙江"], "least": "2.5"})
        page = mia.get(reverse("ads", args=["lotus"])).content.decode()
    assert AdRules.objects.get().regions == ["江苏", "浙江"]
    assert "¥500.00" in page


def test_a_budget_is_over_by_the_days_whose_spend_is_known(mia: Client, world: World) -> None:
    """1,000 for four days. Two of three days are known: 500 are theirs, 551 is a tenth more, 550 is not."""
    assert [ad_rules.is_over(D(spent), D(1000), 2, 4) for spent in ("550", "550.01")] == [False, True]
    assert ad_rules.is_over(None, D(1000), 0, 4) is False
    made = Campaign.objects.create(store=world.store, name="双11", first_day=DAY, last_day=DAY + dt.timedelta(days=3))
    made.budgets.create(channel=world.store.channels.get(key="zhitongche"), amount_fen=100000)
    for n in (0, 2):
        spend(world.store, DAY + dt.timedelta(days=n), "zhitongche", "300")
    count(world.store)
    with travel(dt.datetime(2026, 11, 13, 4, tzinfo=dt.UTC), tick=False):
        [row] = mia.get(reverse("ads", args=["lotus"])).context["budgets"][0]["rows"]
    assert (row["spend"].value, row["spend"].marks, row["is_over"]) == (600, ("partial 2/3",), True)


def test_lines_of_keywords_are_added_up_over_the_days(world: World) -> None:
    ad(world, "keyword", "面膜／主推/补水/保湿", 100, 200, 30)
    (line,) = queries.ad_lines(world.store, Period(DAY, DAY), "keyword")
    assert (line.plan, line.name, line.cost, line.orders) == ("面膜／主推", "补水/保湿", D("100.00"), 30)
    with pytest.raises(ValueError, match="nonsense"):
        queries.ad_lines(world.store, Period(DAY, DAY), "nonsense")


@pytest.mark.parametrize(("hits", "trials"), [(0, 0), (-1, 5), (6, 5)])
def test_what_is_no_rate_has_no_range(hits: int, trials: int) -> None:
    assert ad_rules.wilson(hits, trials) is None
