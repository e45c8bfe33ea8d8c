"""Ticking off: once whoever sends it how often, in time or missed, with the evidence that is wanted."""

import datetime as dt
from decimal import Decimal
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from kpis.sums import rollups
from opsplan.lib.periods import Period
from staff import checklists, duties, photos, spawning
from staff.models import Member, Notice, Task, TaskEvent, TaskTemplate
from staff.services import create_token
from staff.task_queries import my_day, statistics, team_day, week
from staff.ticking import Deed, act, called, comment, differs, moment
from tests.kpis.facts import cover, order
from tests.pictures import JPEG
from tests.staff.tasks import SUNDAY, at, give, template, tick
from tests.world import World

NINE = {"starts": dt.time(9), "ends": dt.time(10)}


@pytest.fixture
def bob(world: World) -> Member:
    return give(world.store, world.bob, "service")


def one(world: World, **fields: Any) -> Task:
    """Today's row of a new template."""
    return Task.objects.get(template=template(world.store, world.alice, **fields), key=f"{SUNDAY}")


def again(task: Task) -> Task:
    return Task.objects.get(pk=task.pk)


def test_the_same_tick_sent_three_times_is_one(world: World, bob: Member) -> None:
    with at("2026-11-22 09:00"):
        task = one(world)
        for _try in range(3):
            tick(task, bob)
    assert again(task).state == "done"
    assert TaskEvent.objects.filter(task=task).count() == 1


def test_an_old_tick_sent_again_after_it_was_taken_back_changes_nothing(world: World, bob: Member) -> None:
    with at("2026-11-22 09:00"):
        task = one(world)
        tick(task, bob, "first")
        act(task.pk, bob, Deed("untick", "second"))
        tick(task, bob, "first")
    assert again(task).state == "open"


def test_a_deed_fits_the_state_of_a_task_of_one_s_store(world: World, bob: Member) -> None:
    charlie = Member.objects.get(store=world.other, user=world.charlie)
    with at("2026-11-22 09:00"):
        task = one(world)
        with pytest.raises(Task.DoesNotExist):
            tick(task, charlie)
        act(task.pk, bob, Deed("untick", "nothing to take back"))
        tick(task, bob)
        with pytest.raises(ValidationError):
            act(task.pk, bob, Deed("skip", "too late", reason="没空"))
        with pytest.raises(ValidationError):
            act(task.pk, bob, Deed("reason", "not missed", reason="没空"))
    assert again(task).state == "done"
    assert [x.what for x in TaskEvent.objects.filter(task=task)] == ["tick"]


def test_steps_and_hands_that_are_not_there_are_refused(world: World, bob: Member) -> None:
    mia = give(world.store, world.mia, level="manager")
    with at("2026-11-22 09:00"):
        task = one(world, steps=["一", "二"])
        for number in (-1, 2):
            with pytest.raises(ValidationError):
                act(task.pk, bob, Deed("step", f"step {number}", step=number))
        for key, number, on in (("b", 1, True), ("a", 0, True), ("c", 1, False)):
            act(task.pk, bob, Deed("step", key, step=number, on=on))
        with pytest.raises(ValidationError):
            act(task.pk, mia, Deed("hand", "charlie", person=world.charlie.pk))
        handed = [act(task.pk, mia, Deed("hand", f"to {x}", person=x)).is_handed for x in (world.bob.pk, None)]
    with at("2026-11-23 08:00"), pytest.raises(ValidationError):
        act(task.pk, bob, Deed("step", "late", step=1))
    assert (again(task).steps_done, handed) == ([0], [True, False])
    notes = TaskEvent.objects.filter(task=task).order_by("id").values_list("note", flat=True)
    assert list(notes) == ["+2", "+1", "-2", "bob", "-"]


def test_a_break_is_neither_ticked_nor_missed(world: World, bob: Member) -> None:
    with at("2026-11-22 08:00"):
        task = one(world, is_break=True, **NINE)
        with pytest.raises(PermissionDenied):
            tick(task, bob)
    with at("2026-11-23 08:00"):
        assert spawning.sweep(world.store) == 0
    assert again(task).state == "open"


def test_a_phone_s_clock_is_believed_for_two_days_back_and_not_ahead() -> None:
    now, second = dt.datetime(2026, 11, 22, 9, tzinfo=dt.UTC), dt.timedelta(seconds=1)
    two_days = now - dt.timedelta(hours=48)
    assert [moment(at, now) for at in (None, now + second, two_days, two_days - second)] == [now, now, two_days, now]


@pytest.mark.parametrize(
    ("number", "unit", "is_other"),
    [("1.005", "money", False), ("1.006", "money", True), ("0.994", "money", True), ("1.00006", "rate", True),
     ("1.00005", "rate", False), ("1.0001", "count", True), ("1", "count", False)],
)  # fmt: skip
def test_a_typed_number_contradicts_the_figure_beyond_its_last_digit(number: str, unit: str, is_other: bool) -> None:
    assert differs(Decimal(number), Decimal(1), unit) is is_other
    assert not differs(None, Decimal(1), unit)
    assert not differs(Decimal(number), None, unit)


def test_who_ticks_first_has_done_it(world: World, bob: Member) -> None:
    mia = give(world.store, world.mia, "service", level="manager")
    with at("2026-11-22 09:00"):
        task = one(world)
        tick(task, bob, "his")
        tick(task, mia, "hers")
    assert again(task).done_by == world.bob


@pytest.mark.parametrize(
    ("when", "said", "state", "late"),
    [
        ("2026-11-22 09:30", None, "done", False),
        ("2026-11-22 23:30", None, "done", True),
        ("2026-11-22 23:30", "2026-11-22T09:30:00+08:00", "done", False),  # the phone had no network
        ("2026-11-23 08:00", "2026-11-22T23:00:00+08:00", "done", True),
    ],
)
def test_on_time_is_when_it_was_done_not_when_it_was_heard(
    world: World, bob: Member, when: str, said: str | None, state: str, late: bool
) -> None:
    with at("2026-11-22 08:00"):
        task = one(world, **NINE)
    with at(when):
        spawning.sweep(world.store)
        done = tick(task, bob, at=dt.datetime.fromisoformat(said) if said else None)
    assert (done.state, done.done_at > done.due_at) == (state, late)


@pytest.mark.parametrize("said", [None, "2026-11-23T07:00:00+08:00", "2026-11-20T09:00:00+08:00"])
def test_what_was_missed_stays_missed_and_may_get_a_reason(world: World, bob: Member, said: str | None) -> None:
    with at("2026-11-22 08:00"):
        task = one(world, **NINE)
    with at("2026-11-23 08:00"):
        spawning.sweep(world.store)
        with pytest.raises(ValidationError):
            tick(task, bob, at=dt.datetime.fromisoformat(said) if said else None)
        act(task.pk, bob, Deed("reason", "r", reason="盘点"))
    assert (again(task).state, again(task).reason) == ("missed", "盘点")


def test_missed_days_do_not_pile_up(world: World, bob: Member) -> None:
    with at("2026-11-20 08:00"):
        template(world.store, world.alice)
    with at("2026-11-22 08:00"):
        spawning.spawn(world.store)
        mine = my_day(bob, SUNDAY)
    assert [x.task.key for x in (*mine.now, *mine.next, *mine.over)] == ["2026-11-22"]


def test_skipping_wants_a_reason(world: World, bob: Member) -> None:
    with at("2026-11-22 09:00"):
        task = one(world)
        with pytest.raises(ValidationError):
            act(task.pk, bob, Deed("skip", "k", reason="  "))
        assert act(task.pk, bob, Deed("skip", "k", reason="店休")).state == "skipped"


@pytest.mark.parametrize(
    ("wanted", "given"),
    [
        ("number", {"number": Decimal(12)}),
        ("text", {"text": "好"}),
        ("link", {"link": "https://example.com/p/1"}),
        ("photo", {"photo": "1/a.jpg"}),
    ],
)
def test_what_is_wanted_has_to_be_handed_in(world: World, bob: Member, wanted: str, given: dict[str, Any]) -> None:
    with at("2026-11-22 09:00"):
        task = one(world, evidence=wanted)
        with pytest.raises(ValidationError) as refused:
            tick(task, bob, "bare")
        assert list(refused.value.message_dict) == [wanted]
        assert tick(task, bob, "full", **given).state == "done"


def test_work_of_another_duty_is_not_ticked(world: World, bob: Member) -> None:
    give(world.store, world.mia, "finance", level="manager")
    with at("2026-11-22 09:00"):
        task = one(world, duties=["finance"])
        with pytest.raises(PermissionDenied):
            tick(task, bob)


def test_a_duty_that_nobody_holds_is_covered_by_operations(world: World) -> None:
    bob = give(world.store, world.bob, "operations")
    with at("2026-11-22 09:00"):
        task = one(world, duties=["promotion"])
        assert [x.task for x in my_day(bob, SUNDAY).next] == [task]
        give(world.store, world.mia, "promotion", level="manager")
        assert my_day(bob, SUNDAY).next == []


def test_work_of_several_days_counts_on_the_day_it_was_done_for_whom_it_was_and_who_did_it(
    world: World, bob: Member
) -> None:
    """From Wednesday to Sunday, for the service desk; Alice does it on Friday."""
    alice = Member.objects.get(store=world.store, user=world.alice)
    with at("2026-11-20 09:00"):
        made = template(world.store, world.alice, rule="FREQ=WEEKLY;BYDAY=WE", span=5)
        tick(Task.objects.get(template=made, day=dt.date(2026, 11, 18)), alice)
    with at("2026-11-22 09:00"):
        days = Period(dt.date(2026, 11, 16), SUNDAY)
        mine = {who: [my_day(who, day).progress.done for day in days] for who in (bob, alice)}
        team = [{x.name: x.progress.done for x in team_day(bob, day).people} for day in days]
        whole = [team_day(bob, day).progress.total for day in days]
        (row,) = week(bob, days)
        told = statistics([world.store], days, "person")
        key = create_token(world.alice, "key", "read", [world.store])[1]
        program = Client(headers={"authorization": f"Bearer {key}"})
        asked = [program.get(f"/api/v1/stores/lotus/tasks?mine=1&day={day}").json()["tasks"] for day in days]
    friday = [0, 0, 0, 0, 1, 0, 0]
    assert (mine[bob], mine[alice], whole, [len(x) for x in row.cells]) == (friday, friday, friday, friday)
    assert [(x["bob"], x["alice"]) for x in team] == [(n, n) for n in friday]
    assert ([len(x) for x in asked], [(x.name, x.on_time) for x in told]) == (friday, [("alice", 1)])


def test_what_is_handed_on_is_the_other_s_and_stays_so_when_the_template_changes(world: World, bob: Member) -> None:
    vera, mia = give(world.store, world.vera, "design"), give(world.store, world.mia, level="manager")
    with at("2026-11-22 09:00"):
        task = one(world)
        with pytest.raises(PermissionDenied):
            act(task.pk, bob, Deed("hand", "h", person=world.vera.pk))
        act(task.pk, mia, Deed("hand", "h", person=world.vera.pk))
        checklists.publish(checklists.write(task.template, world.store, world.alice, {"title": "新"}))
        assert (len(my_day(bob, SUNDAY).next), len(my_day(vera, SUNDAY).next)) == (0, 1)
        with pytest.raises(PermissionDenied):
            tick(task, bob)
        assert tick(task, vera).state == "done"


def test_a_comment_means_people_by_name(world: World, bob: Member) -> None:
    """Charlie is of another store."""
    world.mia.display_name = "Anna 李"
    world.mia.save()
    with at("2026-11-22 09:00"):
        task = one(world)
        said = comment(task, bob, "@anna 李请看，另外 @alice @charlie")
        with pytest.raises(ValidationError):
            comment(task, bob, "  ")
    assert sorted(said.mentions) == sorted([world.mia.pk, world.alice.pk])
    assert {x.user for x in Notice.objects.filter(kind="mention")} == {world.mia, world.alice}


def test_a_name_is_called_by_the_longest_that_stands_behind_the_at() -> None:
    names = {"bob", "bobby", "mia", "李晓", "李晓明"}
    assert called("@Bobby 看一下", names) == {"bobby"}
    assert called("@bob, @mia请看，@bobcat @mia2", names) == {"bob", "mia"}
    assert called("@李晓明来，@李晓2点前", names) == {"李晓明", "李晓"}
    assert called("bob 和 李晓", names) == set()


def test_my_day_stands_in_the_order_of_the_slots_with_the_current_one_first(world: World, bob: Member) -> None:
    with at("2026-11-22 08:00"):
        for title, starts, ends in (("c", None, None), ("b", 13, 14), ("a", 9, 10)):
            slot = {"starts": dt.time(starts), "ends": dt.time(ends)} if starts else {}
            template(world.store, world.alice, title=title, **slot)
    with at("2026-11-22 09:30"):
        mine = my_day(bob, SUNDAY)
    assert ([x.version.title for x in mine.now], [x.version.title for x in mine.next]) == (["a"], ["b", "c"])


def test_my_day_costs_the_same_with_months_of_tasks(world: World, bob: Member, django_assert_num_queries: Any) -> None:
    with at("2026-11-22 08:00"):
        template(world.store, world.alice)
        with django_assert_num_queries(6):
            my_day(bob, SUNDAY)
        checklists.install_library(world.store, "en")
        spawning.spawn(world.store, dt.date(2027, 2, 22))
        with django_assert_num_queries(6):
            my_day(bob, SUNDAY)


# pages


@pytest.fixture
def page(world: World, bob: Member, client: Client) -> Client:
    client.force_login(world.bob)
    return client


def do(page: Client, task: Task, **fields: Any) -> Any:
    headers = {"X-Requested-With": "fetch"}
    return page.post(f"/s/lotus/tasks/{task.pk}/do/", {"key": "k", **fields}, headers=headers)


def test_the_page_ticks_with_a_plain_form(world: World, page: Client) -> None:
    with at("2026-11-22 09:00"):
        task = one(world)
        assert "回访" in page.get("/s/lotus/tasks/").content.decode()
        answer = page.post(f"/s/lotus/tasks/{task.pk}/do/", {"do": "tick", "from": "day"})
    assert answer.headers["Location"] == "/s/lotus/tasks/"
    assert again(task).state == "done"


def test_a_photo_is_kept_once_and_shown_to_the_team_only(world: World, page: Client) -> None:
    folder = photos.place(f"{world.store.pk}")
    there = set(folder.glob("*"))  # a store of another test may have had the same number
    with at("2026-11-22 09:00"):
        task = one(world, evidence="photo")
        for _try in range(2):
            assert do(page, task, do="tick", photo=SimpleUploadedFile("p.jpg", JPEG)).status_code == 200
        assert len(set(folder.glob("*")) - there) == 1
        shown = page.get(f"/s/lotus/tasks/{task.pk}/photo/")
        assert (shown.headers["Content-Type"], b"".join(shown.streaming_content)) == ("image/jpeg", JPEG)
        photos.place(again(task).photo).unlink()
        assert page.get(f"/s/lotus/tasks/{task.pk}/photo/").status_code == 404
        assert page.get(f"/s/lotus/tasks/{task.pk}/").context["photo_is_gone"]
        page.force_login(world.charlie)
        assert page.get(f"/s/lotus/tasks/{task.pk}/photo/").status_code == 404


def test_what_is_no_photo_is_refused(world: World, page: Client) -> None:
    with at("2026-11-22 09:00"):
        task = one(world, evidence="photo")
        answer = do(page, task, do="tick", photo=SimpleUploadedFile("p.jpg", b"<svg onload=alert(1)>"))
    assert answer.status_code == 422
    assert again(task).state == "open"


def test_a_wrong_number_is_shown_at_once(world: World, page: Client) -> None:
    """Yesterday 120.50 was paid."""
    saturday = SUNDAY - dt.timedelta(days=1)
    cover(world.store, "orders", saturday)
    order(world.store, saturday, "120.50")
    rollups.rebuild(world.store, [saturday])
    with at("2026-11-22 09:00"):
        task = one(world, evidence="number", metric="pay_amt", metric_ago=1)
        answer = do(page, task, do="tick", number="100")
        assert "120.50" in answer.json()["warning"]
        assert again(task).figure == Decimal("120.5")


def test_who_ticks_what_somebody_else_has_ticked_hears_so(world: World, page: Client) -> None:
    mia = give(world.store, world.mia, "service", level="manager")
    with at("2026-11-22 09:05"):
        task = one(world)
        tick(task, mia)
    with at("2026-11-22 09:30"):
        ticked = do(page, task, do="tick", key="his").json()["warning"]
        with_words = do(page, task, do="tick", key="again", text="三人问尺码").json()["warning"]
        page.force_login(world.mia)
        own = do(page, task, do="tick", key="hers").json()["warning"]
    assert (ticked, own) == (f"{world.mia} 已在 11-22 09:05 做完了。", "")
    assert with_words == f"{ticked}你这次填的内容没有保存。"
    assert (again(task).done_by, again(task).text) == (world.mia, "")


def test_another_store_s_task_is_not_there(world: World, page: Client) -> None:
    with at("2026-11-22 09:00"):
        found = template(world.other, world.charlie)
        task = Task.objects.filter(template=found).first()
        assert do(page, task, do="tick").status_code == 404


def test_the_editor_keeps_a_draft_publishes_it_and_shows_the_next_days(world: World, client: Client) -> None:
    client.force_login(world.mia)
    typed = {
        "title": "盘点",
        "kind": "monthly",
        "month_days": "-1",
        "since": "2026-11-01",
        "span": "1",
        "duties": "logistics",
    }
    with at("2026-11-22 09:00"):
        shown = client.post("/s/lotus/tasks/templates/preview/", typed | {"shift": "previous"}).content.decode()
        assert "11-30" in shown
        client.post("/s/lotus/tasks/templates/new/", typed | {"do": "draft"})
        made = TaskTemplate.objects.get()
        assert (made.published, Task.objects.count()) == (None, 0)
        client.post(f"/s/lotus/tasks/templates/{made.pk}/", typed | {"do": "publish"})
    assert [x.key for x in Task.objects.all()] == ["2026-11-30"]


def test_the_editor_says_what_is_wrong_beside_the_field(world: World, client: Client) -> None:
    client.force_login(world.mia)
    typed = {"title": "盘点", "kind": "weekly", "since": "2026-11-01", "span": "1", "duties": "logistics"}
    answer = client.post("/s/lotus/tasks/templates/new/", typed)
    assert answer.status_code == 422
    assert list(answer.context["form"].errors) == ["weekdays"]


def test_a_process_is_started_by_hand_as_often_as_one_likes(world: World, client: Client) -> None:
    client.force_login(world.mia)
    with at("2026-11-22 09:00"):
        made = template(world.store, world.alice, rule="", trigger="manual", steps=["一", "二"], span=3)
        for about in ("拉手", "美团"):
            client.post(f"/s/lotus/tasks/templates/{made.pk}/start/", {"subject": about, "day": "2026-11-25"})
    found = Task.objects.order_by("pk").values_list("subject", "day", "due")
    assert list(found) == [(x, dt.date(2026, 11, 25), dt.date(2026, 11, 27)) for x in ("拉手", "美团")]


@pytest.fixture
def history(world: World, bob: Member) -> World:
    """Friday on time, Saturday late, Sunday missed."""
    with at("2026-11-20 08:00"):
        made = template(world.store, world.alice, since=dt.date(2026, 11, 20), **NINE)
    for day, clock in (("20", "09:30"), ("21", "20:00")):
        with at(f"2026-11-{day} {clock}"):
            tick(Task.objects.get(template=made, key=f"2026-11-{day}"), bob)
    with at("2026-11-23 08:00"):
        spawning.sweep(world.store)
    return world


@pytest.mark.parametrize(
    ("by", "expected"),
    [
        ("person", [("bob", 1, 1, 0), ("", 0, 0, 1)]),
        ("duty", [("", 1, 1, 1)]),
        ("template", [("回访", 1, 1, 1)]),
        ("store", [("莲花护肤旗舰店", 1, 1, 1)]),
    ],
)
def test_statistics_count_on_time_late_and_missed(history: World, by: str, expected: list[Any]) -> None:
    days = Period(dt.date(2026, 11, 20), SUNDAY)
    with at("2026-11-23 08:00"):
        found = statistics([history.store], days, by)
    assert [(x.name, x.on_time, x.late, x.missed) for x in found] == expected


def test_the_manager_sees_who_missed_what(history: World, bob: Member) -> None:
    with at("2026-11-23 08:00"):
        told = team_day(bob, SUNDAY)
        (row,) = week(bob, Period(dt.date(2026, 11, 16), SUNDAY))
    (share,) = [x for x in told.people if x.name == "bob"]
    assert [x.state for x in share.attention] == ["missed"]
    assert [[x.state for x in cell] for cell in row.cells] == [[]] * 4 + [["done"], ["done"], ["missed"]]


def test_the_statistics_and_the_duty_list_come_as_files(history: World, client: Client) -> None:
    client.force_login(history.mia)
    with at("2026-11-23 08:00"):
        told = client.get("/s/lotus/tasks/statistics/?by=template&from=2026-11-20&to=2026-11-22&format=csv")
        listed = client.get("/s/lotus/tasks/list/?day=2026-11-21&format=csv")
    assert "回访,1,1,1,0,0" in told.content.decode("utf-8-sig")
    assert "9:00–10:00,回访," in listed.content.decode("utf-8-sig")


# programs


@pytest.fixture
def program(world: World, bob: Member) -> Client:
    plaintext = create_token(world.bob, "key", "write", [world.store])[1]
    return Client(headers={"authorization": f"Bearer {plaintext}"})


def test_a_program_ticks_with_a_key_of_its_own(world: World, program: Client) -> None:
    with at("2026-11-22 09:00"):
        task = one(world)
        url = f"/api/v1/stores/lotus/tasks/{task.pk}"
        bare = program.post(url, {"do": "tick"}, content_type="application/json")
        assert (bare.status_code, bare.json()["errors"][0]["field"]) == (422, "Idempotency-Key")
        for _try in range(2):
            answer = program.post(
                url, {"do": "tick"}, content_type="application/json", headers={"Idempotency-Key": "a"}
            )
            assert (answer.status_code, answer.json()["state"]) == (200, "done")
    assert TaskEvent.objects.filter(task=task).count() == 1


def test_a_program_reads_its_owner_s_day(world: World, program: Client) -> None:
    with at("2026-11-22 09:00"):
        one(world, title="我的")
        one(world, title="别人的", duties=["finance"])
        told = program.get("/api/v1/stores/lotus/tasks?mine=1").json()
    assert [x["title"] for x in told["tasks"]] == ["我的"]


def test_the_calendar_feed_opens_by_its_address_until_it_is_taken_away(world: World, page: Client) -> None:
    with at("2026-11-22 08:00"):
        one(world, **NINE)
        address = page.post("/s/lotus/tasks/calendar/", {"do": "new"}).context["address"]
        path = address.split("testserver")[1]
        body = Client().get(path).content.decode()
        assert "SUMMARY:回访" in body
        assert "DTSTART:20261122T010000Z" in body
        page.post("/s/lotus/tasks/calendar/", {"do": "off"})
        assert Client().get(path).status_code == 404


def test_a_duty_of_the_store_s_own_is_chosen_in_the_editor_and_brings_its_work(world: World, client: Client) -> None:
    own = duties.add_duty(world.store, "直播")
    give(world.store, world.bob, own.key)
    client.force_login(world.mia)
    typed = {"title": "开播", "kind": "daily", "since": f"{SUNDAY}", "span": "1", "duties": own.key, "do": "publish"}
    with at("2026-11-22 09:00"):
        assert client.post(reverse("task_template_new", args=["lotus"]), typed).status_code == 302
        client.force_login(world.bob)
        assert "开播" in client.get(reverse("myday", args=["lotus"])).content.decode()
    client.force_login(world.mia)
    shown = client.get(reverse("task_templates", args=["lotus"]), {"duty": own.key}).content.decode()
    assert "开播" in shown


def test_a_task_leads_to_what_it_is_about_where_one_may_open_it(world: World, bob: Member, client: Client) -> None:
    with at("2026-11-22 09:00"):
        template(world.store, world.alice, rule="", trigger="campaign")
        spawning.spawn_tasks(world.store, "campaign", "7", subject="双12", about="campaign 7")
        spawning.spawn_tasks(world.store, "campaign", "8", subject="改密码", about="audit")
        client.force_login(world.bob)
        shown = client.get(reverse("myday", args=["lotus"])).content.decode()
        full = client.get(reverse("task", args=["lotus", Task.objects.get(subject="双12").pk])).content.decode()
    link = f'href="{reverse("campaign", args=["lotus", 7])}"'
    assert (link in shown, link in full) == (True, True)
    assert "改密码" in shown
    assert f'href="{reverse("audit", args=["lotus"])}"' not in shown
