"""The playbook's weekly, daily and monthly lines (domain.md 4.2): one task each, through the products of the stage."""

import datetime as dt
import sys

import pytest
from django.core.exceptions import ValidationError
from django.test import Client
from django.urls import reverse

from products.models import SKU, Product
from products.stages import RankLine, decide, enter_ranks, propose_by_hand
from staff import checklists, library, spawning
from staff.api.tasks import task_json
from staff.models import Task, TaskTemplate
from staff.task_queries import concerns, lines, my_day
from staff.ticking import Deed, act
from staff.views.task_feed import entry_of
from tests.products.stockroom import fill
from tests.staff.tasks import at, edit, give, tick
from tests.world import World

MONDAY = dt.date(2026, 11, 23)


@pytest.fixture
def shop(world: World, monkeypatch: pytest.MonkeyPatch) -> World:
    """The playbook and three styles: two in growth, one being brought up."""
    monkeypatch.setattr(library, "everything", library.stages)
    Product.objects.bulk_create(
        Product(store=world.store, code=code, title=title, stage=stage)
        for code, title, stage in (("A", "霜", "growth"), ("B", "面膜", "growth"), ("C", "油", "incubation"))
    )
    with at("2026-11-23 08:00"):
        checklists.install_library(world.store, "zh-hans")
    return world


def line(source: str, day: dt.date = MONDAY) -> Task:
    return Task.objects.select_related("version").get(template__source=source, key=f"{day}")


def told(task: Task) -> list[tuple[str, bool, bool]]:
    return [(x.title, x.is_done, x.is_gone) for x in Task.objects.get(pk=task.pk).steps]


def move(world: World, code: str, stage: str) -> None:
    decide(
        propose_by_hand(Product.objects.get(store=world.store, code=code), stage, world.bob), world.bob, confirm=True
    )


def test_a_line_is_one_task_a_week_however_many_products_there_are(shop: World) -> None:
    weeks = Task.objects.filter(template__source="stage.grow.promote").order_by("day")
    assert [(f"{x.day:%m-%d}", f"{x.due:%m-%d}") for x in weeks] == [
        ("11-23", "11-29"),
        ("11-30", "12-06"),
        ("12-07", "12-13"),
    ]
    assert [x.title for x in weeks[0].steps] == ["霜", "面膜"]
    assert Task.objects.filter(template__source="stage.grow.stock").count() == spawning.AHEAD + 1
    assert not Task.objects.filter(template__source__startswith="stage.ripe").exists()  # nothing is in maturity


def test_made_again_and_again_it_stays_one_task(shop: World) -> None:
    before = list(Task.objects.order_by("pk").values_list("pk", "points"))
    for clock in ("2026-11-23 08:15", "2026-11-26 20:00"):
        with at(clock):
            spawning.spawn(shop.store)
            spawning.renew_rounds(shop.store)
    assert list(Task.objects.filter(pk__lte=before[-1][0]).order_by("pk").values_list("pk", "points")) == before
    assert Task.objects.filter(template__source="stage.grow.promote", key=f"{MONDAY}").count() == 1


def test_a_product_that_enters_is_added_and_one_that_leaves_is_struck_at_once(shop: World) -> None:
    with at("2026-11-25 10:00"):
        act(line("stage.grow.promote").pk, give(shop.store, shop.bob, "promotion"), Deed("step", "s", step=0))
        move(shop, "A", "maturity")
        move(shop, "B", "decline")
        move(shop, "C", "growth")
    assert told(line("stage.grow.promote")) == [("霜", True, True), ("面膜", False, True), ("油", False, False)]
    assert told(line("stage.grow.promote", MONDAY + dt.timedelta(7))) == [("油", False, False)]
    assert told(line("stage.ripe.bundle")) == [("霜", False, False)]
    assert told(line("stage.fade.close", dt.date(2026, 11, 1))) == [("面膜", False, False)]


@pytest.mark.parametrize(("now", "is_last"), [("2026-11-28 10:00", False), ("2026-11-29 10:00", True)])
def test_what_enters_on_the_last_day_of_a_week_waits_for_the_next(shop: World, now: str, is_last: bool) -> None:
    """On a Saturday there is a day left; on a Sunday it would be due at once."""
    with at(now):
        move(shop, "C", "growth")
        move(shop, "A", "maturity")
    this_week = [("霜", False, True), ("面膜", False, False)]
    assert told(line("stage.grow.promote")) == [*this_week, *([] if is_last else [("油", False, False)])]
    assert told(line("stage.grow.promote", MONDAY + dt.timedelta(7))) == [("面膜", False, False), ("油", False, False)]
    weeks = Task.objects.filter(template__source="stage.ripe.bundle").order_by("day").values_list("due", flat=True)
    assert weeks[0] == dt.date(2026, 12, 6) if is_last else weeks[0] == dt.date(2026, 11, 29)


def test_without_a_product_in_the_stage_there_is_no_task_and_what_was_done_stays(shop: World) -> None:
    with at("2026-11-25 10:00"):
        tick(line("stage.grow.promote"), give(shop.store, shop.bob, "promotion"))
        Product.objects.filter(store=shop.store).update(status="off")
        spawning.spawn(shop.store)
    left = Task.objects.exclude(points=[]).values_list("template__source", "state", "key")
    assert set(left) == {
        ("stage.grow.promote", "done", "2026-11-23"),
        *(("stage.grow.stock", "open", f"2026-11-{day}") for day in (23, 24)),  # over: they are missed
    }


def test_a_rank_typed_in_ticks_its_product(shop: World) -> None:
    cream = Product.objects.get(store=shop.store, code="A")
    with at("2026-11-25 10:00"):
        enter_ranks(shop.store, MONDAY, [RankLine(cream.pk, 12, None)], shop.bob)
    task = line("stage.grow.rank")
    assert told(task) == [("霜", True, False), ("面膜", False, False)]
    assert told(line("stage.grow.rank", MONDAY + dt.timedelta(7))) == [("霜", False, False), ("面膜", False, False)]
    assert task.about == "product_ranks"


def test_stock_above_its_line_ticks_its_product(shop: World) -> None:
    """30 is enough of a hero and 29 is not (T-34); of B nothing is known."""
    cream = Product.objects.get(store=shop.store, code="A")
    Product.objects.filter(pk=cream.pk).update(is_hero=True)
    small = SKU.objects.create(store=shop.store, product=cream, code="A-50")
    today, seen = line("stage.grow.stock", dt.date(2026, 11, 25)), []
    with at("2026-11-25 10:00"):
        for units in (29, 30):
            fill(shop, {small: units})
            spawning.spawn(shop.store)
            seen.append(told(today))
    assert seen == [[("霜", done, False), ("面膜", False, False)] for done in (False, True)]
    assert today.about == "stock"


def test_a_store_changes_the_rhythm_of_a_line_or_does_without_it(shop: World) -> None:
    template = TaskTemplate.objects.get(store=shop.store, source="stage.grow.stock")
    with at("2026-11-24 10:00"):
        edit(template, shop.alice, rule="FREQ=WEEKLY;BYDAY=WE")
        days = Task.objects.filter(template=template, state="open", day__gte=dt.date(2026, 11, 24)).order_by("day")
        assert [f"{x.day:%m-%d}" for x in days] == ["11-25", "12-02"]
        assert all(len(x.steps) == 2 for x in days)
        checklists.switch(template, shop.store, on=False)
        spawning.spawn(shop.store)
    assert not Task.objects.filter(template=template, day__gte=dt.date(2026, 11, 24)).exists()


def test_a_product_s_page_lists_the_tasks_it_stands_in(shop: World) -> None:
    cream = Product.objects.get(store=shop.store, code="A")
    with at("2026-11-25 10:00"):
        act(line("stage.grow.promote").pk, give(shop.store, shop.bob, "promotion"), Deed("step", "s", step=0))
        found = [(x.task.template.source, x.state) for x in concerns(shop.store, f"product {cream.pk}")]
    assert found == [("stage.grow.stock", "open"), ("stage.grow.rank", "open"), ("stage.grow.promote", "done")]


def test_the_task_and_the_day_name_the_products_and_lead_to_their_pages(shop: World, client: Client) -> None:
    cream, member = Product.objects.get(store=shop.store, code="A"), give(shop.store, shop.mia, "promotion", "design")
    client.force_login(shop.mia)
    with at("2026-11-25 10:00"):
        page = client.get(reverse("task", args=["lotus", line("stage.grow.rank").pk])).content.decode()
        day = client.get(reverse("myday", args=["lotus"])).content.decode()
        mine = my_day(member, dt.date(2026, 11, 25))
    assert reverse("product", args=["lotus", cream.pk]) in page
    assert reverse("product_ranks", args=["lotus"]) in page
    assert "霜、面膜" in day
    assert "stage.grow.promote" in [x.task.template.source for x in (*mine.now, *mine.next)]


def test_rest_and_the_calendar_name_the_products(shop: World) -> None:
    member, task = give(shop.store, shop.mia, "design"), line("stage.grow.rank")
    told = task_json(lines(member, [task])[0])
    about = f"product {Product.objects.get(store=shop.store, code='A').pk}"
    assert told["points"][0] == {"title": "霜", "about": about, "done": False, "gone": False}
    assert "· 霜\n· 面膜" in entry_of(shop.store, task, "open").note


def test_killed_on_the_way_it_leaves_nothing_half_done(shop: World, monkeypatch: pytest.MonkeyPatch) -> None:
    before = set(Task.objects.values_list("pk", flat=True))
    Product.objects.filter(store=shop.store, code="C").update(stage="decline")
    with at("2026-11-25 10:00"):
        with monkeypatch.context() as patch:
            patch.setattr(spawning, "go_round", lambda _store: sys.exit())
            with pytest.raises(SystemExit):
                spawning.renew_rounds(shop.store)
        assert set(Task.objects.values_list("pk", flat=True)) == before
        spawning.renew_rounds(shop.store)
    assert told(line("stage.fade.close", dt.date(2026, 11, 1))) == [("油", False, False)]


def test_only_work_that_comes_again_goes_through_products(shop: World) -> None:
    fields = {
        "title": "逐款",
        "duties": ["product"],
        "since": MONDAY,
        "rule": "",
        "trigger": "manual",
        "points": "growth",
    }
    with pytest.raises(ValidationError) as refused:
        checklists.write(None, shop.store, shop.alice, fields)
    assert list(refused.value.message_dict) == ["points"]
