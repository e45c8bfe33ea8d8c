"""Evidence becomes proposals, people decide, stages and tasks follow."""

import datetime as dt
from dataclasses import replace
from decimal import Decimal

import pytest
from django.core.exceptions import ValidationError
from django.core.management import CommandError, call_command

from campaigns.models import Campaign
from kpis.models import ItemTraffic, ProductDay, StoreDay
from kpis.outward.stage_evidence import facts_of, judge_stages
from opsplan.lib.periods import DAY
from products.lifecycle import Facts
from products.models import Move, Product, Rank
from products.stages import (
    RankLine,
    decide,
    enter_ranks,
    entry_levels,
    propose_by_hand,
    propose_stage,
    ranks_of,
    set_limits,
    stage_on,
)
from staff import checklists, library
from staff.models import Task
from tests.world import World

TODAY = dt.date(2026, 11, 23)  # a Monday
STEADY = Facts(
    listed_days=40,
    weeks=(33, 30, 35, 32),
    pulled_share=Decimal("0.62"),
    natural_share=Decimal("0.45"),
    paid_share=Decimal("0.1"),
    activity_share=Decimal(0),
)


@pytest.fixture(autouse=True)
def today(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPSPLAN_TODAY", TODAY.isoformat())


@pytest.fixture
def cream(world: World) -> Product:
    return Product.objects.create(store=world.store, code="TLS-50G", title="草本调理霜")


def states(product: Product) -> list[tuple[str, str]]:
    return list(Move.objects.filter(product=product).order_by("id").values_list("target", "state"))


def test_evidence_proposes_once_and_a_person_confirms(world: World, cream: Product) -> None:
    first, second = propose_stage(cream, STEADY, TODAY), propose_stage(cream, STEADY, TODAY)
    assert first == second
    assert first.evidence["checks"][1]["key"] == "cv"
    decide(first, world.bob, confirm=True)
    cream.refresh_from_db()
    assert (cream.stage, cream.stage_since) == ("growth", TODAY)
    assert states(cream) == [("growth", "confirmed")]


def test_entering_a_stage_begins_what_is_done_once_in_it_exactly_once(world: World, cream: Product) -> None:
    checklists.install_library(world.store, "zh-hans")
    Product.objects.filter(pk=cream.pk).update(stage="growth")
    move = decide(propose_by_hand(cream, "incubation", world.bob), world.bob, confirm=True)
    made = Task.objects.filter(store=world.store, key=f"stage_incubation:{move.pk}")
    assert set(made.values_list("subject", flat=True)) == {"草本调理霜"}
    assert made.count() == 5
    with pytest.raises(ValidationError):
        decide(move, world.bob, confirm=True)
    assert made.count() == 5


def test_leaving_a_stage_takes_its_open_tasks_along_and_keeps_what_was_done(world: World, cream: Product) -> None:
    checklists.install_library(world.store, "zh-hans")
    Product.objects.filter(pk=cream.pk).update(stage="growth")
    back = decide(propose_by_hand(cream, "incubation", world.bob), world.bob, confirm=True)
    done = Task.objects.filter(key=f"stage_incubation:{back.pk}").order_by("id").first()
    Task.objects.filter(pk=done.pk).update(state="done")
    cream.refresh_from_db()
    decide(propose_by_hand(cream, "growth", world.bob), world.bob, confirm=True)
    assert list(Task.objects.filter(key__startswith="stage_incubation")) == [done]


WEEKLY, DAILY, MONTHLY = "FREQ=WEEKLY;BYDAY=MO", "FREQ=DAILY", "FREQ=MONTHLY;BYMONTHDAY=1"
PLAYBOOK = [  # 4.2: stage, who, days from entering (or publishing) it or rhythm, days it may take, a word of the task
    ("incubation", "product operations", -14, 3, "选品"),
    ("incubation", "design", -7, 5, "描述设计"),
    ("incubation", "promotion operations", 0, 1, "标题关键字"),
    ("incubation", "promotion", 0, 28, "直通车"),
    ("incubation", "service", 0, 14, "钢丝客户首批购买"),
    ("growth", "promotion", WEEKLY, 7, "关键词按转化率排名"),
    ("growth_ranks", "operations design", WEEKLY, 7, "人气搜索前十"),
    ("growth_stock", "logistics product", DAILY, 1, "30–50"),
    ("maturity", "operations design", WEEKLY, 7, "搭配套餐"),
    ("maturity", "promotion", WEEKLY, 7, "降低付费占比"),
    ("maturity", "product", MONTHLY, 28, "下一拨热销品"),
    ("decline", "product", MONTHLY, 28, "价格底线"),
]


def test_the_playbook_is_that_of_section_4_2() -> None:
    told = [
        (x.points or x.trigger.removeprefix("stage_"), " ".join(d.value for d in x.duties), x.rule or x.offset, x.span)
        for x in library.stages()
    ]
    assert told == [row[:-1] for row in PLAYBOOK]
    for entry, row in zip(library.stages(), PLAYBOOK, strict=True):
        assert row[-1] in entry.zh.title + entry.zh.how_to + "".join(entry.zh.steps)
    steps = {step for x in library.stages() for step in x.zh.steps}
    assert {
        "6 个页面模块",
        "16 个买家问题",
        "卖点：功能性、时尚性、附加值",
        "直通车地域阶梯",
        "销量够格时报名淘金币",
    } <= steps


def test_a_proposal_is_declined_with_a_reason_and_is_not_made_again_for_four_weeks(
    world: World, cream: Product
) -> None:
    move = propose_stage(cream, STEADY, TODAY)
    with pytest.raises(ValidationError):
        decide(move, world.bob, confirm=False, reason=" ")
    decide(move, world.bob, confirm=False, reason="清仓款")
    assert propose_stage(cream, STEADY, TODAY + 27 * DAY) is None
    assert propose_stage(cream, STEADY, TODAY + 28 * DAY) is not None
    assert states(cream) == [("growth", "declined"), ("growth", "open")]


def test_a_proposal_lapses_when_the_evidence_no_longer_speaks_for_it(world: World, cream: Product) -> None:
    propose_stage(cream, STEADY, TODAY)
    assert propose_stage(cream, replace(STEADY, weeks=(10, 60, 5, 55)), TODAY) is None
    assert states(cream) == [("growth", "lapsed")]


def test_what_a_person_proposed_stays_though_the_evidence_says_nothing(world: World, cream: Product) -> None:
    move = propose_by_hand(cream, "decline", world.bob)
    assert propose_stage(cream, replace(STEADY, weeks=(1, 2, 3, 4)), TODAY) == move
    with pytest.raises(ValidationError):
        propose_by_hand(cream, "incubation", world.bob)


def test_a_person_s_proposal_takes_the_place_of_another_and_is_the_same_twice(world: World, cream: Product) -> None:
    old = propose_stage(cream, STEADY, TODAY)
    with pytest.raises(ValidationError):
        propose_by_hand(cream, "winter", world.bob)
    first = propose_by_hand(cream, "decline", world.bob)
    assert propose_by_hand(cream, "decline", world.mia) == first
    assert states(cream) == [("growth", "lapsed"), ("decline", "open")]
    old.refresh_from_db()
    assert (old.decided_by, old.decided_on) == (world.bob, TODAY)
    assert (first.evidence["level"], first.evidence["weeks"]) == ("32.500000", [33, 30, 35, 32])


def test_a_style_is_judged_while_it_is_on_sale_by_the_days_since_it_was_listed(world: World, cream: Product) -> None:
    """28 days are wanted: a style listed on 26 October has had 28 on 23 November."""
    for day, status in ((26, "off"), (27, "on_sale")):
        Product.objects.update(launched_on=dt.date(2026, 10, day), status=status)
        assert propose_stage(cream, STEADY) is None
    Product.objects.update(launched_on=dt.date(2026, 10, 26))
    assert propose_stage(cream, STEADY).day == TODAY


def test_what_is_looked_back_on(world: World, cream: Product) -> None:
    """The newest four ranks of the six weeks before; units a week of the growth that was confirmed last."""
    other = Product.objects.create(store=world.store, code="X", title="x")
    for back in (-1, 0, 2, 6, 7):
        Rank.objects.create(product=cream, week=TODAY - 7 * back * DAY, search_rank=10 + back)
    Rank.objects.create(product=other, week=TODAY, search_rank=1)
    found = ranks_of(world.store, [cream.pk], TODAY)
    assert {pk: [x.search for x in ranks] for pk, ranks in found.items()} == {cream.pk: [10, 12, 16]}
    assert [x.search for x in ranks_of(world.store, [cream.pk], TODAY, 1)[cream.pk]] == [10]
    for target, state, level in (
        ("growth", "confirmed", {}),  # by hand, before there were figures
        ("growth", "confirmed", {"level": "30"}),
        ("growth", "confirmed", {"level": "40.5"}),
        ("maturity", "confirmed", {"level": "50"}),
        ("growth", "declined", {"level": "60"}),
    ):
        Move.objects.create(product=cream, target=target, state=state, evidence=level, source="", rule="", day=TODAY)
    assert entry_levels([cream.pk, other.pk]) == {cream.pk: Decimal("40.5")}


def test_ranks_are_kept_by_week_and_without_them_nothing_rises_to_maturity(world: World, cream: Product) -> None:
    Product.objects.filter(pk=cream.pk).update(stage="growth")
    assert propose_stage(cream, STEADY, TODAY) is None
    cream.refresh_from_db()
    assert cream.evidence.missing == ["ranks"]
    for day, search, category in ((TODAY + 2 * DAY, 5, 5), (TODAY, 4, 5), (TODAY - 4 * DAY, 5, 5)):
        enter_ranks(world.store, day, [RankLine(cream.pk, search, category)], world.bob)
    weeks = list(Rank.objects.order_by("week").values_list("week", "search_rank"))
    assert weeks == [(TODAY - 7 * DAY, 5), (TODAY, 4)]
    assert propose_stage(cream, STEADY, TODAY + 2 * DAY).rule == "leading"


@pytest.mark.parametrize("search", [0, -1, 1_000_000])
def test_a_rank_is_a_whole_number_from_one_on(world: World, cream: Product, search: int) -> None:
    with pytest.raises(ValidationError):
        enter_ranks(world.store, TODAY, [RankLine(cream.pk, search, None)], world.bob)


def test_a_rank_of_another_stores_product_is_refused(world: World) -> None:
    theirs = Product.objects.create(store=world.other, code="X", title="x")
    with pytest.raises(ValidationError):
        enter_ranks(world.store, TODAY, [RankLine(theirs.pk, 1, 1)], world.bob)


def test_ranks_are_counted_as_they_change_and_taken_away(world: World, cream: Product) -> None:
    changed = [
        enter_ranks(world.store, day, [RankLine(cream.pk, search, None)], world.bob)
        for day, search in (
            (TODAY, 3),
            (TODAY + 6 * DAY, 3),
            (TODAY, 4),
            (TODAY - DAY, 9),
            (TODAY, None),
            (TODAY, None),
        )
    ]
    assert changed == [1, 0, 1, 1, 1, 0]
    assert [(x.week, x.search_rank) for x in Rank.objects.all()] == [(TODAY - 7 * DAY, 9)]


def test_a_product_stands_once_in_a_list_of_ranks(world: World, cream: Product) -> None:
    with pytest.raises(ValidationError):
        enter_ranks(world.store, TODAY, [RankLine(cream.pk, 1, 1), RankLine(cream.pk, 2, 2)], world.bob)
    assert not Rank.objects.exists()


def test_falling_back_is_measured_at_the_level_of_entry(world: World, cream: Product) -> None:
    decide(propose_stage(cream, STEADY, TODAY), world.bob, confirm=True)  # 32.5 a week
    assert propose_stage(cream, replace(STEADY, weeks=(33, 30, 17, 16)), TODAY) is None
    assert propose_stage(cream, replace(STEADY, weeks=(33, 30, 16, 16)), TODAY).target == "incubation"


def test_a_store_keeps_only_the_thresholds_that_differ(world: World, cream: Product) -> None:
    set_limits(world.store, {"steady_units": "200", "fade": "0.50"})
    assert world.store.product_rules.stages == {"steady_units": "200"}
    assert propose_stage(cream, STEADY, TODAY) is None
    with pytest.raises(ValidationError):
        set_limits(world.store, {"fade": "half"})


def sold(world: World, product: Product, weekly: list[int], *, search: int = 60, told: int = 28) -> None:
    """Units of each week before TODAY, all on its first day, and 100 visitors a week, `search` of them by search."""
    for back in range(told):
        StoreDay.objects.create(
            store=world.store, day=TODAY - (back + 1) * DAY, covered="items orders", unlined_cnt=0, paid_uv=10
        )
    for week, units in enumerate(reversed(weekly), start=1):
        day = TODAY - 7 * week * DAY
        rows = {"store": world.store, "day": day}
        ProductDay.objects.create(
            **rows, product_id_ref=product.pk, pay_item_cnt=units, pay_amt=units * 100, pay_order_cnt=units
        )
        ItemTraffic.objects.create(**rows, item_id="1", product_id_ref=product.pk, uv=100, search_uv=search)


def test_facts_are_counted_by_whole_weeks_up_to_yesterday(world: World, cream: Product) -> None:
    sold(world, cream, [33, 30, 35, 32])
    Campaign.objects.create(store=world.store, name="秒杀", first_day=TODAY - 7 * DAY, last_day=TODAY - 7 * DAY)
    facts = facts_of(world.store, TODAY)[cream.pk]
    assert facts.weeks[-4:] == (33, 30, 35, 32)
    assert facts.shop[-5:] == (None, 33, 30, 35, 32)
    assert (facts.listed_days, facts.pulled_share) == (28, Decimal("0.6"))
    assert facts.activity_share == Decimal(32) / 130
    assert facts.paid_uv == (70, 70, 70, 70)


def test_the_figures_of_four_weeks_propose_growth(world: World, cream: Product) -> None:
    sold(world, cream, [33, 30, 35, 32])
    assert judge_stages(world.store) == 1
    assert states(cream) == [("growth", "open")]


def test_a_week_with_a_day_nobody_told_of_is_not_known(world: World, cream: Product) -> None:
    sold(world, cream, [33, 30, 35, 32])
    StoreDay.objects.get(day=TODAY - 10 * DAY).delete()
    assert facts_of(world.store, TODAY)[cream.pk].weeks[-4:] == (33, 30, None, 32)
    assert judge_stages(world.store) == 0


def test_evidence_costs_the_same_few_statements_for_many_products(
    world: World, cream: Product, django_assert_num_queries: object
) -> None:
    Product.objects.bulk_create(Product(store=world.store, code=f"P{i}", title=f"款{i}") for i in range(30))
    with django_assert_num_queries(7):
        facts_of(world.store, TODAY)


def test_days_are_replayed_and_nothing_is_kept(world: World, cream: Product, capsys: pytest.CaptureFixture) -> None:
    sold(world, cream, [33, 30, 35, 32], told=60)
    call_command("replay_days", "lotus", days=10, confirm="bob")
    assert "2026-11-23 TLS-50G" in capsys.readouterr().out
    assert states(cream) == []
    call_command("replay_days", "lotus", days=10, confirm="bob", keep=True)
    cream.refresh_from_db()
    assert (cream.stage, stage_on(cream, TODAY - DAY), stage_on(cream, TODAY)) == ("growth", "incubation", "growth")


@pytest.mark.parametrize("wrong", [["--product", "TLS-50G", "--product", "no-such"], ["--days", "0"]])
def test_what_cannot_be_replayed_is_wrong_usage(world: World, cream: Product, wrong: list[str]) -> None:
    with pytest.raises(CommandError) as refused:
        call_command("replay_days", "lotus", *wrong)
    assert refused.value.returncode == 2


def test_a_rank_is_entered_from_the_command_line(world: World, cream: Product) -> None:
    call_command("enter_rank", "lotus", "TLS-50G", search=5, category=4, day=dt.date(2026, 11, 20), by="bob")
    assert list(Rank.objects.values_list("week", "search_rank", "category_rank", "by__username")) == [
        (dt.date(2026, 11, 16), 5, 4, "bob")
    ]
