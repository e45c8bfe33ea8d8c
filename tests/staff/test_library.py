"""The shipped checklists: complete, right, and on the right days for the right people."""

import datetime as dt
from collections import Counter

import pytest
from django.test import Client
from django.urls import reverse

from opsplan.lib.calendar import SHIPPED
from opsplan.lib.periods import Period
from staff import checklists, library, recurrence, task_places
from staff.library.elsewhere import reworded
from staff.models import Evidence, Task, TaskTemplate
from staff.recurrence import parse
from staff.task_queries import my_day
from tests.staff.tasks import at, give
from tests.world import World

LISTS = {"operations": 22, "service": 16, "design": 9, "promotion": 13, "logistics": 11, "finance": 8, "product": 7, "marketing": 6}  # fmt: skip  # noqa: E501


def test_the_ninety_two_are_there() -> None:
    assert Counter(x.key.split(".")[0] for x in library.templates()) == LISTS
    assert sum(LISTS.values()) == 92


TAOBAOS = {"zh": "直通车 旺旺 淘 钻展 聚划算 宝贝 橱窗", "en": "Zhitongche Taobao Guangguang showcase"}


@pytest.mark.parametrize("language", TAOBAOS)
def test_a_shop_elsewhere_is_not_given_the_tools_of_taobao(language: str) -> None:
    for entry in library.everything():
        words, here = entry.words(language), reworded(entry.words(language), "jd", language)
        text = " ".join((here.title, here.how_to, *here.steps))
        if entry.off != "history":
            assert [word for word in TAOBAOS[language].split() if word in text] == [], entry.key
        assert (len(here.steps), reworded(words, "tmall", language)) == (len(words.steps), words)


def test_every_template_is_complete_in_both_languages() -> None:
    for entry in library.everything():
        assert entry.zh.title, entry.key
        assert entry.en.title, entry.key
        assert len(entry.zh.steps) == len(entry.en.steps), entry.key
        assert bool(entry.zh.how_to) == bool(entry.en.how_to), entry.key
        assert bool(entry.rule) != bool(entry.trigger), entry.key
        assert str(parse(entry.rule)) == entry.rule if entry.rule else entry.trigger
        assert entry.evidence in Evidence.values
    assert len({x.key for x in library.everything()}) == len(library.everything())


def test_the_processes_have_their_steps() -> None:
    steps = {x.key: len(x.zh.steps) for x in library.more() if x.zh.steps and not x.key.startswith("newshop.")}
    assert steps == {
        "process.groupbuy": 10, "process.agency": 10, "process.brand": 6, "process.campaign": 9, "process.page": 6,
        "process.papers": 5, "process.launch": 6, "process.jd": 5, "process.onboard": 7, "process.cycle": 8,
        "process.flow": 7, "process.store": 8, "process.service": 6, "approval.position": 7, "approval.single": 7,
        "approval.market": 9, "approval.range": 6, "approval.points": 6,
    }  # fmt: skip


def test_recurring_work_leads_to_the_page_where_it_is_done() -> None:
    recurring = {x.key for x in library.templates() if x.rule}
    assert set(task_places.PLACES) <= recurring
    pages = [name.split() for name, _query in task_places.PLACES.values()]
    assert all(reverse(name, args=["lotus", *parts]) for name, *parts in pages)
    away = {"operations.7", "promotion.3"}  # done in the platform's back office
    shop_floor = {"service", "design", "logistics", "finance"}  # parcels, chats, pictures, the bank
    assert {x for x in recurring - set(task_places.PLACES) if x.split(".")[0] not in shop_floor} <= away
    assert task_places.place_of("") is None


def test_the_day_of_a_person_links_only_what_the_person_may_open(staffed: World, client: Client) -> None:
    with at("2026-11-23 09:00"):  # a Monday
        checklists.install_library(staffed.store, "zh-hans")
        client.force_login(staffed.mia)
        page = client.get(reverse("myday", args=["lotus"])).content.decode()
        assert "/s/lotus/dashboard/analysis/?period=last_week" in page
        client.force_login(staffed.bob)
        page = client.get(reverse("myday", args=["lotus"])).content.decode()
        assert "/s/lotus/handover/" in page


@pytest.fixture
def staffed(world: World) -> World:
    """Everybody is there: operations (Mia), the desk (Bob), product (Vera made a member), the owner for the rest."""
    give(world.store, world.mia, "operations", level="manager")
    give(world.store, world.bob, "service")
    give(world.store, world.vera, "product", "logistics")
    give(world.store, world.alice, "marketing", level="owner")
    return world


TEN = [  # S026-S035, as the seed's table has them
    ("09:00", "查看店铺销售数据，总结前一天销售情况", "mia"),
    ("09:30", "更新产品库存，检查商品上下架情况", "vera"),
    ("10:00", "分析竞争对手的活动和促销策略，制定活动方案", "mia alice"),
    ("11:00", "制定当日的推广计划，包括广告投放、社交媒体更新等", "mia alice"),
    ("12:00", "午饭休息", "mia bob vera alice"),
    ("13:00", "跟进店铺客户咨询，回答问题或解决问题", "mia bob"),
    ("14:30", "跟进店铺评价，处理差评或投诉", "mia bob"),
    ("15:30", "跟进订单发货情况，确保订单及时发货", "mia vera"),
    ("16:30", "制定下一天的运营策略，优化店铺布局和页面设计", "mia"),
    ("17:30", "汇报当天工作情况，整理数据报表", "mia"),
]
SEED = {f"S0{number}" for number in range(27, 36)}


def test_at_nine_the_ten_rows_of_the_seed_day_stand_in_order_for_the_right_people(staffed: World) -> None:
    with at("2026-11-22 09:00"):
        checklists.install_library(staffed.store, "zh-hans")
        days = {
            name: my_day(give_again(staffed, name), dt.date(2026, 11, 22)) for name in ("mia", "bob", "vera", "alice")
        }
    seed = {x.key for x in library.everything() if SEED & set(x.sources)}
    told: dict[tuple[str, str], list[str]] = {}
    for name, day in days.items():
        seen = [x for x in (*day.now, *day.next) if x.task.template.source in seed]
        slots = [x.task.starts for x in seen]
        assert slots == sorted(slots), name
        for line in seen:
            told.setdefault((f"{line.task.starts:%H:%M}", line.version.title), []).append(name)
    assert sorted((*row, " ".join(names)) for row, names in told.items()) == TEN


def give_again(world: World, name: str) -> object:
    return world.store.members.select_related("store", "user").get(user__username=name)


def test_the_week_s_work_falls_on_its_weekdays(staffed: World) -> None:
    with at("2026-11-16 08:00"):  # a Monday
        checklists.install_library(staffed.store, "zh-hans")
    week = Task.objects.filter(store=staffed.store, day__range=("2026-11-16", "2026-11-22"))
    found = {(f"{x.day:%a}", x.template.source) for x in week if x.template.source in WEEKLY}
    assert found == {(day, source) for source, days in WEEKLY.items() for day in days.split()}


WEEKLY = {  # S036
    "operations.9": "Mon", "operations.10": "Tue", "operations.11": "Wed", "operations.12": "Thu",
    "operations.13": "Fri", "operations.14": "Sat Sun",
}  # fmt: skip

# S037 in 2026 by the notice of the year: from the first (else next) working day, from the 14th, the last three days
MONTHLY = {
    "operations.16": "01-04 02-02 03-02 04-01 05-06 06-01 07-01 08-03 09-01 10-08 11-02 12-01",
    "operations.17": "01-14 02-14 03-16 04-14 05-14 06-15 07-14 08-14 09-14 10-14 11-16 12-14",
    "operations.18": "01-29 02-26 03-27 04-28 05-29 06-26 07-29 08-28 09-28 10-29 11-27 12-29",
}


@pytest.mark.parametrize("key", list(MONTHLY))
def test_the_month_s_work_stands_at_its_start_middle_and_end_all_year(key: str) -> None:
    entry = next(x for x in library.templates() if x.key == key)
    year = Period(dt.date(2026, 1, 1), dt.date(2026, 12, 31))
    found = recurrence.occurrences(parse(entry.rule), dt.date(2025, 1, 1), year, SHIPPED, entry.span)
    days = [f"{x.day:%m-%d}" for x in found if x.day.year == 2026]
    assert " ".join(days) == MONTHLY[key]
    assert {(x.due - x.day).days for x in found} == {2}


def test_installing_twice_changes_nothing(world: World) -> None:
    with at("2026-11-22 09:00"):
        assert checklists.install_library(world.store, "en") == 146
        assert checklists.install_library(world.store, "zh-hans") == 0
    there = TaskTemplate.objects.filter(store=world.store)
    assert there.count() == 146
    assert there.get(source="day.lunch").published.title == "Lunch break"


def test_what_another_row_covers_and_what_the_platforms_closed_is_delivered_switched_off(world: World) -> None:
    with at("2026-11-22 09:00"):
        checklists.install_library(world.store, "en")
    off = set(TaskTemplate.objects.filter(store=world.store, is_active=False).values_list("source", flat=True))
    assert {"service.5", "promotion.3", "marketing.1", "product.7"} <= off
    assert not off & {*MONTHLY, *WEEKLY}
    assert not Task.objects.filter(template__source__in=off).exists()
