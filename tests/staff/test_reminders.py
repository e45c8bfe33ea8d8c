"""People are told once: of what is due, of what concerns them, at the hours they chose, whatever runs twice or late."""

import datetime as dt

import pytest
from django.core import mail
from django.core.management import call_command
from django.test import Client
from django.urls import reverse
from django.utils import translation

from kpis.models import Target
from staff import approvals, delivery, handover, notices, reminders, roster, tasks, ticking
from staff.models import Delivery, Destination, Member, Notice, Reminders, Task, User
from staff.robots import Message
from staff.services import create_token
from staff.ticking import Deed, act
from tests.kpis.facts import count, cover, order
from tests.staff.tasks import SUNDAY, at, give, template, tick
from tests.world import World


@pytest.fixture
def shop(world: World) -> World:
    """Bob serves. English, so that sentences can be read here."""
    give(world.store, world.bob, "service")
    User.objects.update(language="en", email="x@example.com")
    for user in (world.alice, world.mia, world.bob, world.vera):
        user.refresh_from_db()
    with translation.override("en"):
        yield world


def slot(world: World, starts: int = 9, ends: int = 10, **fields: object) -> Task:
    with at("2026-11-22 08:00"):
        made = template(world.store, world.alice, starts=dt.time(starts), ends=dt.time(ends), **fields)
    return made.tasks.get(day=SUNDAY)


def told(world: World, user: User) -> list[str]:
    return [x.subject for x in Notice.objects.filter(store=world.store, user=user).order_by("pk")]


def wish(world: World, user: User, **fields: object) -> Reminders:
    return Reminders.objects.create(store=world.store, user=user, **fields)


def runs(world: World, *moments: str) -> list[int]:
    found = []
    for moment in moments:
        with at(f"2026-11-22 {moment}"):
            found.append(reminders.remind(world.store))
    return found


def test_a_slot_that_ends_soon_is_called_to_mind_once(shop: World) -> None:
    slot(shop)
    assert runs(shop, "09:40", "09:45", "09:50", "10:05") == [0, 1, 0, 0]
    assert told(shop, shop.bob) == ["15 minutes left: 回访"]
    assert told(shop, shop.mia) == []


def test_a_beat_that_comes_late_says_so_and_one_that_comes_much_later_says_nothing(shop: World) -> None:
    slot(shop)
    assert runs(shop, "10:20") == [1]
    assert told(shop, shop.bob) == ["Overdue: 回访"]
    slot(shop, 11, 12, title="发帖")
    assert runs(shop, "14:30") == [0]


def test_what_is_done_or_has_no_slot_is_not_called_to_mind(shop: World) -> None:
    task = slot(shop)
    with at("2026-11-22 08:00"):
        template(shop.store, shop.alice, title="发帖")
    with at("2026-11-22 09:10"):
        tick(task, give(shop.store, shop.bob, "service"))
    assert runs(shop, "09:50") == [0]


def test_a_task_that_was_moved_is_called_to_mind_at_its_new_time(shop: World) -> None:
    task = slot(shop)
    assert runs(shop, "09:50") == [1]
    Task.objects.filter(pk=task.pk).update(due_at=task.due_at + dt.timedelta(hours=2), ends=dt.time(12))
    assert runs(shop, "10:10", "11:50") == [0, 1]


def test_nobody_is_reminded_who_does_not_want_it(shop: World) -> None:
    slot(shop)
    wish(shop, shop.bob, lead=0)
    assert runs(shop, "09:50") == [0]


def test_only_who_is_on_the_shift_is_reminded(shop: World) -> None:
    give(shop.store, shop.vera, "service")
    slot(shop)
    early = roster.add_shift(shop.store, "早班", dt.time(9), dt.time(17))
    late = roster.add_shift(shop.store, "晚班", dt.time(17), dt.time(22))
    roster.assign(shop.store, shop.vera.pk, early.pk, SUNDAY)
    roster.assign(shop.store, shop.bob.pk, late.pk, SUNDAY)
    with at("2026-11-22 07:00"):
        roster.publish(shop.store, SUNDAY, shop.alice)
    assert runs(shop, "09:50") == [1]
    assert told(shop, shop.vera)[-1] == "10 minutes left: 回访"


def test_whoever_wants_it_gets_a_mail_once(shop: World) -> None:
    slot(shop)
    wish(shop, shop.bob, is_pushed=True)
    runs(shop, "09:50", "09:55")
    assert [x.email for x in Delivery.objects.all()] == ["x@example.com"]


def test_a_robot_is_told_whom_it_is_for(shop: World) -> None:
    slot(shop)
    to = Destination.objects.create(
        store=shop.store, name="群", kind="wecom", address="https://x.example/k", created_at="2026-01-01T00:00Z",
        language="en",
    )  # fmt: skip
    wish(shop, shop.bob, is_pushed=True, destination=to)
    runs(shop, "09:50")
    assert [(x.destination, x.subject) for x in Delivery.objects.all()] == [(to, "bob: 10 minutes left: 回访")]


QUIET = [  # quiet from, until, now (store's clock) -> sent from
    ("22:00", "08:00", "23:30", "23 08:00"),
    ("22:00", "08:00", "06:15", "22 08:00"),
    ("22:00", "08:00", "08:00", "22 08:00"),
    ("22:00", "08:00", "21:59", "22 21:59"),
    ("12:00", "13:30", "12:30", "22 13:30"),
    ("12:00", "13:30", "13:30", "22 13:30"),
]


@pytest.mark.parametrize(("first", "last", "now", "sent"), QUIET)
def test_quiet_hours_hold_a_message_back(first: str, last: str, now: str, sent: str) -> None:
    wished = Reminders(quiet_from=dt.time.fromisoformat(first), quiet_until=dt.time.fromisoformat(last))
    moment = dt.datetime.fromisoformat(f"2026-11-22T{now}:00+08:00")
    expected = dt.datetime.fromisoformat(f"2026-11-{sent.replace(' ', 'T')}:00+08:00")
    assert notices.quiet_until(wished, moment, "Asia/Shanghai") == expected


def test_what_comes_in_quiet_hours_is_in_the_app_at_once_and_goes_out_afterwards(shop: World) -> None:
    slot(shop, 12, 13)
    wish(shop, shop.bob, is_pushed=True, quiet_from=dt.time(12), quiet_until=dt.time(14))
    runs(shop, "12:50")
    assert told(shop, shop.bob) == ["10 minutes left: 回访"]
    with at("2026-11-22 13:59"):
        assert delivery.due() == []
    with at("2026-11-22 14:00"):
        assert len(delivery.due()) == 1


def test_the_digest_comes_once_a_day_and_also_late(shop: World) -> None:
    slot(shop)
    wish(shop, shop.bob, has_digest=True, digest_at=dt.time(8, 30))
    assert runs(shop, "08:29", "08:45", "08:50", "12:00") == [0, 1, 0, 0]
    sent = Delivery.objects.get()
    assert sent.subject == "莲花护肤旗舰店: 1 task today"
    assert "9:00–10:00 回访" in sent.body
    with at("2026-11-23 19:00"):
        assert reminders.remind(shop.store) == 1
    assert "Missed yesterday · 1\n· 回访" in Delivery.objects.first().body


def test_the_digest_counts_all_that_was_not_read_and_no_break(shop: World) -> None:
    slot(shop, 12, 13, is_break=True)
    for n in range(17):
        notices.tell(shop.store, [shop.bob], "handed", f"x{n}", lambda: Message("x", "", "/"))
    wish(shop, shop.bob, has_digest=True, digest_at=dt.time(8, 30))
    with at("2026-11-23 09:00"):
        reminders.remind(shop.store)
    said = Delivery.objects.get().body
    assert ["Not read yet · 17\n" in said, "and 2 more" in said, "Missed" in said] == [True, True, False]
    assert notices.unread(shop.store, shop.bob) == 17


def test_a_digest_with_nothing_to_say_is_not_sent(shop: World) -> None:
    wish(shop, shop.bob, has_digest=True, digest_at=dt.time(8, 30))
    assert runs(shop, "09:00") == [0]
    assert not Delivery.objects.exists()


def test_the_digest_of_a_monday_tells_how_the_month_stands(shop: World) -> None:
    """30,000 for November; 22 days are known and brought 3,000: 22,000 were due, 27,000 are left for 8 days."""
    aim = {"metric": "real_amt", "month": dt.date(2026, 11, 1), "value": 30000}
    Target.objects.create(store=shop.store, updated_at="2026-11-01T00:00Z", **aim)
    with at("2026-11-23 08:00"):
        order(shop.store, dt.date(2026, 11, 20), "3000")
        cover(shop.store, "orders", dt.date(2026, 11, 1), dt.date(2026, 11, 22))
        count(shop.store)
    wish(shop, shop.bob, has_digest=True, digest_at=dt.time(8, 30))
    for day in ("2026-11-22", "2026-11-23"):  # on the Sunday there is nothing to say
        with at(f"{day} 09:00"):
            tasks.remind(shop.store.pk)
    assert Delivery.objects.get().body.splitlines() == [
        "2026-11: target ¥30,000.00",
        "Due by now: ¥22,000.00 (73.33%)",
        "Reached: ¥3,000.00 (10.00%)",
        "Behind by ¥19,000.00",
        "8 days left, needs ¥3,375.00 a day",
    ]


def test_a_manager_reads_what_the_team_missed(shop: World) -> None:
    slot(shop)
    wish(shop, shop.mia, has_digest=True, digest_at=dt.time(8, 30))
    with at("2026-11-23 09:00"):
        reminders.remind(shop.store)
    assert "Missed by the team yesterday · 1\n· 回访" in Delivery.objects.get().body


def test_a_mention_is_told_once_and_not_to_oneself(shop: World) -> None:
    task = slot(shop)
    with at("2026-11-22 09:00"):
        ticking.comment(task, give(shop.store, shop.bob, "service"), "@mia @bob 请看")
    assert told(shop, shop.mia) == ["bob mentioned you: 回访"]
    assert told(shop, shop.bob) == []


def test_what_somebody_is_given_they_hear_of(shop: World) -> None:
    task = slot(shop)
    mia = Member.objects.select_related("store", "user").get(user=shop.mia)
    with at("2026-11-22 09:00"):
        act(task.pk, mia, Deed("hand", "h1", person=shop.bob.pk))
        act(task.pk, mia, Deed("hand", "h1", person=shop.bob.pk))
    assert told(shop, shop.bob) == ["mia gave you: 回访"]


def test_an_approval_tells_who_is_next_and_at_the_end_who_asked(shop: World) -> None:
    found = approvals.ask(shop.store, "campaign", "双12", shop.bob)
    assert told(shop, shop.mia) == ["To approve or do: 双12 · The director decides"]
    mia = Member.objects.select_related("store", "user").get(user=shop.mia)
    approvals.decide(shop.store, found.pk, mia, "yes")
    assert told(shop, shop.bob) == ["双12: Approved by mia"]


def test_the_next_shift_hears_of_a_handover(shop: World) -> None:
    late = roster.add_shift(shop.store, "晚班", dt.time(17), dt.time(22))
    give(shop.store, shop.mia, "service", level="manager")
    with at("2026-11-22 12:00"):
        roster.assign(shop.store, shop.mia.pk, late.pk, SUNDAY)
        roster.publish(shop.store, SUNDAY, shop.alice)
        handover.write(shop.store, shop.bob, [("case", "破损补发", None)])
    assert told(shop, shop.mia) == [
        "The roster of the week of 2026-11-16 is there", "bob handed over: please acknowledge",
    ]  # fmt: skip


def test_who_left_the_team_hears_nothing(shop: World) -> None:
    found = approvals.ask(shop.store, "campaign", "双12", shop.bob)
    Member.objects.filter(user=shop.bob).delete()
    mia = Member.objects.select_related("store", "user").get(user=shop.mia)
    approvals.decide(shop.store, found.pk, mia, "yes")
    assert told(shop, shop.bob) == []


def test_the_job_reminds_and_the_outbox_sends(shop: World, settings: object) -> None:
    settings.EMAIL_IS_SET_UP = True
    slot(shop)
    wish(shop, shop.bob, is_pushed=True)
    with at("2026-11-22 09:50"):
        tasks.remind(shop.store.pk)
        delivery.send(delivery.due()[0])
    assert [x.subject for x in mail.outbox] == ["10 minutes left: 回访"]


def test_the_command_does_what_beat_does(shop: World, capsys: pytest.CaptureFixture[str]) -> None:
    slot(shop)
    with at("2026-11-22 09:50"):
        call_command("remind", "lotus")
    assert capsys.readouterr().out == "lotus 1\n"


def logged_in(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def test_the_page_shows_what_is_new_and_reading_opens_it(shop: World) -> None:
    task = slot(shop)
    runs(shop, "09:50")
    bob = logged_in(shop.bob)
    assert "10 minutes left" in bob.get(reverse("notices", args=["lotus"])).content.decode()
    assert "1 notice not read" in bob.get(reverse("notice_count", args=["lotus"])).content.decode()
    pk = Notice.objects.get().pk
    said = bob.post(reverse("notices_read", args=["lotus"]), {"pk": pk})
    assert said.headers["Location"] == reverse("task", args=["lotus", task.pk])
    assert bob.get(reverse("notice_count", args=["lotus"])).content.strip() == b""


def test_every_notice_the_bell_counts_can_be_read(shop: World) -> None:
    for n in range(102):
        notices.tell(shop.store, [shop.bob], "handed", f"x{n}", lambda: Message("x", "", "/"))
    bob = logged_in(shop.bob)
    pages = [bob.get(reverse("notices", args=["lotus"]), {"page": n}).context for n in (1, 2)]
    assert [(len(x["notices"]), x["unread"]) for x in pages] == [(100, 102), (2, 102)]
    assert notices.unread(shop.store, shop.bob) == 102


def test_somebody_else_s_notice_is_neither_read_nor_opened(shop: World) -> None:
    slot(shop)
    runs(shop, "09:50")
    said = logged_in(shop.mia).post(reverse("notices_read", args=["lotus"]), {"pk": Notice.objects.get().pk})
    assert said.headers["Location"] == reverse("notices", args=["lotus"])
    assert Notice.objects.get().read_at is None


def test_settings_are_kept_and_what_cannot_work_is_said(shop: World) -> None:
    bob, url = logged_in(shop.bob), reverse("reminders", args=["lotus"])
    User.objects.filter(pk=shop.bob.pk).update(email="")
    bad = {"lead": "15", "is_pushed": "on", "has_digest": "on", "quiet_from": "22:00"}
    assert set(bob.post(url, bad).context["form"].errors) == {"digest_at", "quiet_until", "destination"}
    good = {"lead": "30", "quiet_from": "22:00", "quiet_until": "08:00"}
    assert bob.post(url, good).status_code == 302
    assert Reminders.objects.get().lead == 30


def test_a_destination_of_another_store_cannot_be_chosen(shop: World) -> None:
    other = Destination.objects.create(
        store=shop.other, name="x", kind="wecom", address="https://x.example", created_at="2026-01-01T00:00Z"
    )
    said = logged_in(shop.bob).post(reverse("reminders", args=["lotus"]), {"lead": "15", "destination": other.pk})
    assert said.status_code == 422


def test_rest_tells_and_marks_as_read(shop: World) -> None:
    slot(shop)
    runs(shop, "09:50")
    key = create_token(shop.bob, "key", "write", [shop.store])[1]
    client = Client(headers={"authorization": f"Bearer {key}"})
    assert client.get("/api/v1/stores/lotus/notices").json()["unread"] == 1
    assert client.post("/api/v1/stores/lotus/notices", {"read": "x"}, "application/json").status_code == 422
    assert client.post("/api/v1/stores/lotus/notices", {}, "application/json").json() == {"read": 1, "unread": 0}
