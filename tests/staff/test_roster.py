import datetime as dt

import pytest
import time_machine
from django.core.exceptions import ValidationError
from django.test import Client
from django.urls import reverse

from staff import handover, roster, shift_requests, shifts
from staff.models import Member, Notice, Shift, ShiftRequest, TaskFeed, Turn
from staff.services import create_token, digest_of
from stores.models import Store
from tests.world import World

MONDAY = dt.date(2026, 3, 30)
DAY = dt.timedelta(days=1)


@pytest.fixture
def shop(world: World):
    """Monday 30 March 2026, 08:00 in China; an early, a late and a night shift."""
    Member.objects.filter(user=world.bob).update(duties=["service"])
    Member.objects.filter(user=world.mia).update(duties=["service", "design"])
    with time_machine.travel("2026-03-30T00:00:00Z", tick=False):
        yield world


def shift(store: Store, name: str = "早班", starts: str = "09:00", ends: str = "17:30") -> Shift:
    return roster.add_shift(store, name, dt.time.fromisoformat(starts), dt.time.fromisoformat(ends))


@pytest.mark.parametrize(
    ("day", "hours"),
    [("2026-03-07", 7), ("2026-03-08", 8), ("2026-10-31", 9)],
)
def test_a_night_over_a_clock_change_in_new_york_is_as_long_as_the_wall_clock_says(day: str, hours: int) -> None:
    first, last = shifts.span(dt.date.fromisoformat(day), dt.time(22), dt.time(6), "America/New_York")
    assert (last - first).total_seconds() == hours * 3600


def test_somebody_with_two_duties_fills_one_place() -> None:
    both, one = frozenset({"service", "design"}), frozenset({"service"})
    assert shifts.filled({"service": 1, "design": 1}, [both]) == {"service": 1, "design": 0}
    assert shifts.filled({"service": 1, "design": 1}, [both, one]) == {"service": 1, "design": 1}


def test_four_days_on_two_off_goes_on_over_the_end_of_a_month(shop: World) -> None:
    early = shift(shop.store)
    roster.add_rotation(shop.store, shop.bob.pk, shifts.pattern(early.pk, 4, 2), MONDAY, ahead=11)
    days = [x.day for x in Turn.objects.order_by("day")]
    assert days == [dt.date(2026, 3, 30), dt.date(2026, 3, 31), *(dt.date(2026, 4, x) for x in (1, 2, 5, 6, 7, 8))]


def test_a_rotation_put_in_twice_makes_nothing_new_and_leaves_what_was_changed(shop: World) -> None:
    early = shift(shop.store)
    roster.add_rotation(shop.store, shop.bob.pk, [early.pk], MONDAY, ahead=3)
    roster.unassign(shop.store, Turn.objects.get(day=MONDAY + DAY).pk)
    assert roster.apply(shop.store, MONDAY + 3 * DAY) == 0
    assert roster.apply(shop.store, MONDAY + 5 * DAY) == 2
    assert [x.day.day for x in Turn.objects.order_by("day")] == [30, 1, 2, 3, 4]


def test_an_ended_rotation_takes_its_coming_turns_back_and_no_others(shop: World) -> None:
    early = shift(shop.store)
    made = roster.add_rotation(shop.store, shop.bob.pk, [early.pk], MONDAY, ahead=3)
    roster.assign(shop.store, shop.mia.pk, early.pk, MONDAY + DAY)
    roster.end_rotation(shop.store, made.pk)
    assert {(x.user.username, x.day) for x in Turn.objects.all()} == {("bob", MONDAY), ("mia", MONDAY + DAY)}
    assert roster.apply(shop.store, MONDAY + 9 * DAY) == 0


def test_nobody_works_two_shifts_at_once_even_over_midnight(shop: World) -> None:
    night, early = shift(shop.store, "夜班", "22:00", "09:30"), shift(shop.store)
    roster.assign(shop.store, shop.bob.pk, night.pk, MONDAY)
    with pytest.raises(ValidationError):
        roster.assign(shop.store, shop.bob.pk, early.pk, MONDAY + DAY)
    roster.assign(shop.store, shop.bob.pk, early.pk, MONDAY)


def test_who_is_on_shift_follows_the_published_roster_and_the_night_before(shop: World) -> None:
    night = shift(shop.store, "夜班", "22:00", "06:00")
    roster.assign(shop.store, shop.bob.pk, night.pk, MONDAY)
    at = dt.datetime.fromisoformat("2026-03-31T05:59:00+08:00")
    assert roster.on_shift(shop.store, at) == []
    roster.publish(shop.store, MONDAY, shop.mia)
    assert roster.on_shift(shop.store, at) == [shop.bob]
    assert roster.on_shift(shop.store, at + dt.timedelta(minutes=1)) == []


def test_what_is_needed_is_held_against_who_is_there(shop: World) -> None:
    early = shift(shop.store)
    roster.set_needs(early, {"service": 2, "design": 1})
    for user in (shop.bob, shop.mia):
        roster.assign(shop.store, user.pk, early.pk, MONDAY)
    found = {x.duty: x.days for x in roster.week(shop.store, MONDAY).covers}
    assert found["service"][0][0] + found["design"][0][0] == 2
    assert (found["service"][1], found["design"][1]) == ((0, 2), (0, 1))


def test_approved_leave_frees_the_days_and_keeps_them_free(shop: World) -> None:
    early = shift(shop.store)
    roster.add_rotation(shop.store, shop.bob.pk, [early.pk], MONDAY, ahead=2)
    asked = shift_requests.ask_leave(shop.store, shop.bob, MONDAY + DAY, MONDAY + 3 * DAY)
    assert Turn.objects.count() == 3
    shift_requests.decide(shop.store, asked.pk, shop.mia, True)
    roster.apply(shop.store, MONDAY + 4 * DAY)
    assert [x.day for x in Turn.objects.order_by("day")] == [MONDAY, MONDAY + 4 * DAY]
    with pytest.raises(ValidationError):
        roster.assign(shop.store, shop.bob.pk, early.pk, MONDAY + 2 * DAY)


def test_a_swap_needs_the_colleague_and_the_manager(shop: World) -> None:
    early, late = shift(shop.store), shift(shop.store, "晚班", "17:30", "22:30")
    mine = roster.assign(shop.store, shop.bob.pk, early.pk, MONDAY)
    theirs = roster.assign(shop.store, shop.mia.pk, late.pk, MONDAY)
    asked = shift_requests.ask_swap(shop.store, shop.bob, mine.pk, shop.mia.pk, theirs.pk)
    with pytest.raises(ValidationError):
        shift_requests.decide(shop.store, asked.pk, shop.alice, True)
    assert not shift_requests.agree(shop.store, asked.pk, shop.bob)
    assert shift_requests.agree(shop.store, asked.pk, shop.mia)
    shift_requests.decide(shop.store, asked.pk, shop.alice, True)
    assert {(x.user.username, x.shift.name) for x in Turn.objects.all()} == {("mia", "早班"), ("bob", "晚班")}


def test_what_cannot_be_asked_for_is_refused(shop: World) -> None:
    early = shift(shop.store)
    mine, theirs, past = (
        roster.assign(shop.store, user.pk, early.pk, day)
        for user, day in ((shop.bob, MONDAY), (shop.mia, MONDAY + DAY), (shop.bob, MONDAY - DAY))
    )
    for first, last in ((MONDAY - DAY, MONDAY), (MONDAY + DAY, MONDAY), (MONDAY, MONDAY + 61 * DAY)):
        with pytest.raises(ValidationError):
            shift_requests.ask_leave(shop.store, shop.bob, first, last)
    shift_requests.ask_leave(shop.store, shop.bob, MONDAY, MONDAY + 60 * DAY)
    bob, mia, alice = shop.bob.pk, shop.mia.pk, shop.alice.pk
    for turn, colleague, other in (
        (theirs.pk, mia, None), (past.pk, mia, None), (mine.pk, bob, None), (mine.pk, shop.charlie.pk, None),
        (mine.pk, alice, theirs.pk),
    ):  # fmt: skip
        with pytest.raises(ValidationError):
            shift_requests.ask_swap(shop.store, shop.bob, turn, colleague, other)
    for name, starts, ends in ((" ", 9, 17), ("早班", 9, 17), ("晚班", 9, 9)):
        with pytest.raises(ValidationError):
            roster.add_shift(shop.store, name, dt.time(starts), dt.time(ends))
    assert ShiftRequest.objects.count() == 1


def test_a_request_is_taken_back_by_the_two_it_is_about_until_it_is_decided(shop: World) -> None:
    turn = roster.assign(shop.store, shop.bob.pk, shift(shop.store).pk, MONDAY)
    swap = shift_requests.ask_swap(shop.store, shop.bob, turn.pk, shop.mia.pk)
    assert not shift_requests.withdraw(shop.store, swap.pk, shop.alice)
    assert not shift_requests.withdraw(shop.other, swap.pk, shop.bob)
    assert [shift_requests.withdraw(shop.store, swap.pk, user) for user in (shop.mia, shop.bob)] == [True, False]
    leave = shift_requests.ask_leave(shop.store, shop.bob, MONDAY, MONDAY)
    shift_requests.decide(shop.store, leave.pk, shop.mia, True)
    assert not shift_requests.withdraw(shop.store, leave.pk, shop.bob)


@pytest.mark.parametrize("name", ["中班", "早班"])
def test_a_swap_that_does_not_fit_any_more_changes_nothing(shop: World, name: str) -> None:
    early, midday = shift(shop.store), shift(shop.store, "中班", "12:00", "20:00")
    mine = roster.assign(shop.store, shop.bob.pk, early.pk, MONDAY)
    asked = shift_requests.ask_swap(shop.store, shop.bob, mine.pk, shop.mia.pk)
    shift_requests.agree(shop.store, asked.pk, shop.mia)
    roster.assign(shop.store, shop.mia.pk, (early if name == "早班" else midday).pk, MONDAY)
    with pytest.raises(ValidationError):
        shift_requests.decide(shop.store, asked.pk, shop.alice, True)
    assert ShiftRequest.objects.get().state == "agreed"
    assert Turn.objects.get(pk=mine.pk).user == shop.bob
    shift_requests.withdraw(shop.store, asked.pk, shop.bob)
    with pytest.raises(ValidationError):  # nor is it asked for anew: she works then
        shift_requests.ask_swap(shop.store, shop.bob, mine.pk, shop.mia.pk)


def test_a_person_or_shift_of_another_store_cannot_be_rostered(shop: World) -> None:
    with pytest.raises(ValidationError):
        roster.assign(shop.store, shop.charlie.pk, shift(shop.store).pk, MONDAY)
    with pytest.raises(ValidationError):
        roster.assign(shop.store, shop.bob.pk, shift(shop.other, "别家").pk, MONDAY)


def test_a_pattern_is_of_this_store_s_shifts_and_people_and_not_endless(shop: World) -> None:
    early, theirs = shift(shop.store), shift(shop.other, "别家")
    for cycle in ([theirs.pk], [early.pk, theirs.pk], [None], [], [early.pk] * 63):
        with pytest.raises(ValidationError):
            roster.add_rotation(shop.store, shop.bob.pk, cycle, MONDAY)
    with pytest.raises(ValidationError):
        roster.add_rotation(shop.store, shop.charlie.pk, [early.pk], MONDAY)
    roster.add_rotation(shop.store, shop.bob.pk, [early.pk] * 62, MONDAY, ahead=0)
    for people in (-1, 100):
        with pytest.raises(ValidationError):
            roster.set_needs(early, {"service": people})
    roster.set_needs(early, {"service": 99, "design": 0})
    assert [x.days[0] for x in roster.week(shop.store, MONDAY).covers] == [(1, 99)]


def test_the_next_turns_are_those_that_have_not_begun(shop: World) -> None:
    early, late = shift(shop.store), shift(shop.store, "晚班", "17:30", "22:30")
    for user, which in ((shop.bob, early), (shop.mia, late)):
        roster.assign(shop.store, user.pk, which.pk, MONDAY)
    roster.publish(shop.store, MONDAY, shop.alice)
    nine = dt.datetime.fromisoformat("2026-03-30T09:00:00+08:00")
    begun = [[x.user for x in roster.next_turns(shop.store, at)] for at in (nine - dt.timedelta(minutes=1), nine)]
    assert (begun, roster.on_shift(shop.store, nine)) == ([[shop.bob], [shop.mia]], [shop.bob])


def test_who_asked_hears_the_answer_and_open_requests_stand_first(shop: World) -> None:
    first = shift_requests.ask_leave(shop.store, shop.bob, MONDAY, MONDAY)
    shift_requests.decide(shop.store, first.pk, shop.mia, False)
    assert [(x.user, x.kind) for x in Notice.objects.order_by("pk")][2:] == [(shop.bob, "roster")]
    assert {x.user for x in Notice.objects.order_by("pk")[:2]} == {shop.alice, shop.mia}  # who plans was asked
    open_ = shift_requests.ask_leave(shop.store, shop.bob, MONDAY + DAY, MONDAY + DAY)
    theirs = shift_requests.ask_leave(shop.other, shop.charlie, MONDAY, MONDAY)
    waiting, decided = shift_requests.requests_of(shop.store)
    assert ([*waiting], [*decided], [*shift_requests.requests_of(shop.other)[0]]) == ([open_], [first], [theirs])


def test_the_next_shift_is_asked_to_acknowledge_and_says_who_and_when(shop: World) -> None:
    late = shift(shop.store, "晚班", "17:30", "22:30")
    roster.assign(shop.store, shop.bob.pk, late.pk, MONDAY)
    roster.publish(shop.store, MONDAY, shop.alice)
    due = dt.datetime.fromisoformat("2026-03-30T20:00:00+08:00")
    made = handover.write(shop.store, shop.mia, [("callback", "回电王女士", due), ("stock", "面霜只剩12瓶", None)])
    assert handover.notes(shop.store, handover.handovers(shop.store))[0].waits_for == [shop.bob]
    assert handover.acknowledge(shop.store, made.pk, shop.bob)
    assert not handover.acknowledge(shop.store, made.pk, shop.bob)
    note = handover.notes(shop.store, handover.handovers(shop.store))[0]
    assert [(x.user, x.at) for x in note.seen] == [(shop.bob, made.at)]
    assert note.waits_for == []


def test_nobody_acknowledges_their_own_note_or_another_store_s(shop: World) -> None:
    made = handover.write(shop.store, shop.bob, [], "无待处理")
    assert not handover.acknowledge(shop.store, made.pk, shop.bob)
    assert not handover.acknowledge(shop.other, made.pk, shop.charlie)


def test_a_matter_stays_open_over_shifts_until_somebody_has_done_it(shop: World) -> None:
    handover.write(shop.store, shop.mia, [("case", "查件 SF123", None)])
    handover.write(shop.store, shop.bob, [], "无新增")
    (line,) = handover.open_lines(shop.store)
    assert handover.finish(shop.store, line.pk, shop.bob)
    assert not handover.finish(shop.store, line.pk, shop.mia)
    assert handover.open_lines(shop.store) == []


def test_a_manager_puts_somebody_on_a_day_and_takes_them_off(shop: World, client: Client) -> None:
    early, url = shift(shop.store), reverse("roster_set", args=["lotus"])
    client.force_login(shop.mia)
    put = {"do": "put", "person": shop.bob.pk, "shift": early.pk, "day": "2026-03-31", "week": "2026-03-30"}
    for _twice in range(2):
        assert client.post(url, put, headers={"X-Requested-With": "fetch"}).status_code == 200
    turn = Turn.objects.get()
    client.post(url, {"do": "move", "turn": turn.pk, "person": shop.mia.pk, "day": "2026-04-01", "week": "2026-03-30"})
    turn = Turn.objects.get()
    assert (turn.user, turn.day) == (shop.mia, dt.date(2026, 4, 1))
    client.post(url, {"do": "take", "turn": turn.pk, "week": "2026-03-30"})
    assert not Turn.objects.exists()


def test_a_move_that_does_not_fit_leaves_the_turn_where_it_was(shop: World, client: Client) -> None:
    early = shift(shop.store)
    turn = roster.assign(shop.store, shop.bob.pk, early.pk, MONDAY)
    client.force_login(shop.mia)
    move = {"do": "move", "turn": turn.pk, "person": shop.charlie.pk, "day": "2026-03-31", "week": "2026-03-30"}
    assert client.post(reverse("roster_set", args=["lotus"]), move).status_code == 422
    assert Turn.objects.get().user == shop.bob


def test_only_planners_see_a_week_before_it_is_published(shop: World, client: Client) -> None:
    roster.assign(shop.store, shop.bob.pk, shift(shop.store).pk, MONDAY)
    client.force_login(shop.bob)
    assert "早班" not in client.get(reverse("roster", args=["lotus"])).content.decode()
    client.force_login(shop.mia)
    assert "早班" in client.get(reverse("roster", args=["lotus"])).content.decode()
    client.post(reverse("roster_publish", args=["lotus"]), {"week": "2026-03-30"})
    client.force_login(shop.bob)
    assert "早班" in client.get(reverse("my_shifts", args=["lotus"])).content.decode()


def test_the_roster_page_costs_the_same_for_a_large_team(
    shop: World, client: Client, django_assert_max_num_queries: object
) -> None:
    early = shift(shop.store)
    for number in range(12):
        user = type(shop.bob).objects.create_user(f"u{number}")
        Member.objects.create(store=shop.store, user=user, level="member")
        roster.assign(shop.store, user.pk, early.pk, MONDAY)
    client.force_login(shop.mia)
    client.get(reverse("roster", args=["lotus"]))
    with django_assert_max_num_queries(12):
        client.get(reverse("roster", args=["lotus"]))


def test_shifts_and_patterns_are_set_up_on_a_page(shop: World, client: Client) -> None:
    client.force_login(shop.mia)
    url = reverse("roster_change", args=["lotus"])
    client.post(url, {"do": "shift", "name": "早班", "starts": "09:00", "ends": "17:30"})
    early = Shift.objects.get()
    client.post(url, {"do": "needs", "shift": early.pk, "need-service": "2"})
    pattern = {"do": "rotation", "person": shop.bob.pk, "shift": early.pk, "work": 1, "off": 6, "since": "2026-03-30"}
    client.post(url, pattern)
    assert (early.needs.get().people, Turn.objects.count()) == (2, 5)
    page = client.get(reverse("roster_setup", args=["lotus"])).content.decode()
    assert "早班" in page
    assert client.post(url, {"do": "shift", "name": "x", "starts": "9", "ends": "25:00"}).status_code == 422


def test_what_was_typed_stays_where_leave_or_a_swap_is_refused(shop: World, client: Client) -> None:
    client.force_login(shop.bob)
    turn = roster.assign(shop.store, shop.bob.pk, shift(shop.store).pk, MONDAY + DAY)
    roster.publish(shop.store, MONDAY, shop.mia)
    url = reverse("shift_request", args=["lotus"])
    leave = client.post(url, {"do": "leave", "first": "2026-04-02", "last": "2026-04-01", "reason": "看病"})
    assert leave.status_code == 422
    for kept in ('value="2026-04-02"', 'value="2026-04-01"', 'value="看病"'):
        assert kept in leave.content.decode()
    swap = client.post(url, {"do": "swap", "turn": turn.pk, "person": shop.mia.pk, "other": "999999"})
    assert (swap.status_code, swap.content.decode().count(" selected")) == (422, 2)
    asked = client.post(url, {"do": "leave", "first": "2026-04-02"}, follow=True)
    assert len(asked.context["messages"]) == 1  # the list it stands in may be far down the page


def test_a_shift_that_has_begun_is_no_more_swapped(shop: World, client: Client) -> None:
    client.force_login(shop.bob)
    begun, coming = shift(shop.store, "早班", "07:00", "15:00"), shift(shop.store, "晚班", "15:00", "23:00")
    mine, later = (roster.assign(shop.store, shop.bob.pk, x.pk, MONDAY) for x in (begun, coming))
    theirs = roster.assign(shop.store, shop.mia.pk, begun.pk, MONDAY)
    roster.publish(shop.store, MONDAY, shop.mia)
    page = client.get(reverse("my_shifts", args=["lotus"])).content.decode()
    assert [f'<option value="{x.pk}"' in page for x in (mine, later, theirs)] == [False, True, False]
    for own, other in ((mine, None), (later, theirs.pk)):
        with pytest.raises(ValidationError, match="已开始"):
            shift_requests.ask_swap(shop.store, shop.bob, own.pk, shop.mia.pk, other)


def test_leave_is_asked_for_and_approved_on_the_page(shop: World, client: Client) -> None:
    client.force_login(shop.bob)
    client.post(reverse("shift_request", args=["lotus"]), {"do": "leave", "first": "2026-04-01", "reason": "看病"})
    asked = ShiftRequest.objects.get()
    assert client.post(reverse("shift_decide", args=["lotus", asked.pk]), {"yes": "1"}).status_code == 403
    client.force_login(shop.mia)
    client.post(reverse("shift_decide", args=["lotus", asked.pk]), {"yes": "1"})
    asked.refresh_from_db()
    assert (asked.state, asked.by) == ("approved", shop.mia)


def test_a_note_is_written_and_acknowledged_on_the_page(shop: World, client: Client) -> None:
    client.force_login(shop.mia)
    typed = {"case": ["查件", ""], "callback": ["回电", ""], "callback-due": ["2026-03-30T20:00", ""], "stock": [""]}
    client.post(reverse("handover_new", args=["lotus"]), typed)
    note = handover.notes(shop.store, handover.handovers(shop.store))[0]
    due = dt.datetime(2026, 3, 30, 12, tzinfo=dt.UTC)
    assert [(x.kind, x.text, x.due) for x in note.lines] == [("case", "查件", None), ("callback", "回电", due)]
    client.force_login(shop.bob)
    url, button = reverse("handovers", args=["lotus"]), 'value="seen"'
    assert button in client.get(url).content.decode()
    client.post(reverse("handover_do", args=["lotus"]), {"do": "seen", "pk": note.handover.pk})
    page = client.get(url).content.decode()
    assert "bob" in page
    assert button not in page


def test_one_s_day_tells_the_shift_and_the_handover_that_waits(shop: World, client: Client) -> None:
    roster.assign(shop.store, shop.bob.pk, shift(shop.store, "晚班", "17:30", "22:30").pk, MONDAY)
    handover.write(shop.store, shop.mia, [("case", "补发面霜", None)])
    assert handover.unread(shop.store, shop.mia) is None
    url = reverse("myday", args=["lotus"])
    client.force_login(shop.bob)
    page = client.get(url).content.decode()
    assert "补发面霜" in page  # no roster is published: it waits for everybody
    assert "晚班" not in page
    roster.publish(shop.store, MONDAY, shop.mia)
    assert "晚班 17:30–22:30" in client.get(url).content.decode()
    assert handover.unread(shop.store, shop.alice) is None  # by the roster it waits for bob
    note = handover.unread(shop.store, shop.bob)
    assert note is not None
    read = {"do": "seen", "pk": note.handover.pk, "from": "day"}
    assert client.post(reverse("handover_do", args=["lotus"]), read).headers["Location"] == url
    assert "补发面霜" not in client.get(url).content.decode()


def test_one_s_shifts_stand_in_a_calendar_as_published(shop: World, client: Client) -> None:
    night = shift(shop.store, "夜班", "22:00", "06:00")
    for user in (shop.bob, shop.mia):
        roster.assign(shop.store, user.pk, night.pk, MONDAY)
    TaskFeed.objects.create(store=shop.store, user=shop.bob, digest=digest_of("s"), created_at="2026-03-01T00:00Z")
    url = reverse("shift_feed", args=["s"])
    assert "BEGIN:VEVENT" not in client.get(url).content.decode()
    roster.publish(shop.store, MONDAY, shop.mia)
    text = client.get(url).content.decode()
    assert text.count("BEGIN:VEVENT") == 1
    assert "DTSTART:20260330T140000Z\r\nDTEND:20260330T220000Z" in text


def test_rest_tells_the_published_roster_and_one_s_own_part(shop: World) -> None:
    early = shift(shop.store)
    for user in (shop.bob, shop.mia):
        roster.assign(shop.store, user.pk, early.pk, MONDAY)
    roster.publish(shop.store, MONDAY, shop.mia)
    key = create_token(shop.bob, "k", "read", [shop.store])[1]
    program = Client(headers={"authorization": f"Bearer {key}"})
    every, mine = (program.get(reverse(x, args=["lotus"])).json()["turns"] for x in ("api_roster", "api_my_shifts"))
    assert {x["user"] for x in every} == {"bob", "mia"}
    assert [(x["user"], x["starts_at"]) for x in mine] == [("bob", "2026-03-30T01:00:00Z")]
    assert program.get(reverse("api_roster", args=["lotus"]) + "?from=2026-03-30&to=2026-01-01").status_code == 422


def test_a_handover_is_written_acknowledged_and_finished_over_rest(shop: World) -> None:
    keys = {x: create_token(getattr(shop, x), "key", "write", [shop.store])[1] for x in ("mia", "bob")}
    mia, bob = (Client(headers={"authorization": f"Bearer {keys[x]}"}) for x in ("mia", "bob"))
    url = "/api/v1/stores/lotus/handovers"
    assert mia.post(url, {"lines": [{"kind": "x", "text": "?"}]}, "application/json").status_code == 422
    callback = {"kind": "callback", "text": "李女士", "due_at": "2026-03-30T20:00:00+08:00"}
    made = mia.post(url, {"lines": [callback], "note": "晚班"}, "application/json").json()
    line = made["lines"][0]["id"]
    assert bob.get(url).json()["open"][0]["text"] == "李女士"
    seen = bob.post(f"{url}/{made['id']}", {"do": "seen"}, "application/json").json()
    assert [x["by"] for x in seen["seen"]] == ["bob"]
    done = bob.post(f"{url}/{made['id']}", {"do": "done", "line": line}, "application/json").json()
    assert done["lines"][0]["done_by"] == "bob"
    assert bob.get(url).json()["open"] == []
    assert bob.post(f"{url}/{made['id']}", {"do": "done", "line": line + 1}, "application/json").status_code == 422


def test_what_is_asked_twice_is_asked_once_and_whoever_is_asked_hears_of_it(shop: World) -> None:
    shift_requests.ask_leave(shop.store, shop.bob, MONDAY, MONDAY + 2 * DAY)
    with pytest.raises(ValidationError, match="2026-03-30"):
        shift_requests.ask_leave(shop.store, shop.bob, MONDAY + 2 * DAY, MONDAY + 3 * DAY)
    turn = roster.assign(shop.store, shop.bob.pk, shift(shop.store).pk, MONDAY + 5 * DAY)
    asked = shift_requests.ask_swap(shop.store, shop.bob, turn.pk, shop.mia.pk)
    with pytest.raises(ValidationError):
        shift_requests.ask_swap(shop.store, shop.bob, turn.pk, shop.alice.pk)
    assert Notice.objects.filter(user=shop.mia, key=f"shift:{asked.pk}:asked").exists()
    shift_requests.agree(shop.store, asked.pk, shop.mia)
    told = Notice.objects.filter(key=f"shift:{asked.pk}:waits")
    assert {x.user for x in told} == {shop.alice, shop.mia}


def test_no_shift_goes_to_a_colleague_who_has_left(shop: World) -> None:
    turn = roster.assign(shop.store, shop.bob.pk, shift(shop.store).pk, MONDAY + DAY)
    asked = shift_requests.ask_swap(shop.store, shop.bob, turn.pk, shop.mia.pk)
    shift_requests.agree(shop.store, asked.pk, shop.mia)
    Member.objects.filter(store=shop.store, user=shop.mia).delete()
    with pytest.raises(ValidationError, match="mia"):
        shift_requests.decide(shop.store, asked.pk, shop.alice, True)
    assert Turn.objects.get().user == shop.bob


def test_leave_that_is_taken_back_can_be_rostered_again(shop: World, client: Client) -> None:
    leave = shift_requests.ask_leave(shop.store, shop.bob, MONDAY, MONDAY + DAY)
    shift_requests.decide(shop.store, leave.pk, shop.mia, True)
    client.force_login(shop.mia)
    address = reverse("shift_decide", args=[shop.store.slug, leave.pk])
    assert client.post(address, {"yes": "back"}).status_code == 302
    assert client.post(address, {"yes": "back"}).status_code == 422  # a stale page
    roster.assign(shop.store, shop.bob.pk, shift(shop.store).pk, MONDAY)
    assert Notice.objects.filter(user=shop.bob, key=f"shift:{leave.pk}:back").exists()


def test_a_shift_is_corrected_until_it_was_worked(shop: World) -> None:
    early, late = shift(shop.store), shift(shop.store, "晚班", "17:30", "22:30")
    roster.assign(shop.store, shop.bob.pk, early.pk, MONDAY + DAY)
    roster.change_shift(early, "早班", dt.time(8), dt.time(16))
    assert Shift.objects.get(pk=early.pk).hours == (dt.time(8), dt.time(16))
    roster.assign(shop.store, shop.bob.pk, early.pk, MONDAY)
    for name, starts in (("早班", dt.time(9)), ("晚班", dt.time(8))):
        with pytest.raises(ValidationError):
            roster.change_shift(early, name, starts, dt.time(16))
    assert roster.change_shift(early, "白班", dt.time(8), dt.time(16)).name == "白班"
    assert late.name == "晚班"


def test_whoever_s_published_week_is_changed_hears_of_it(shop: World, client: Client) -> None:
    early = shift(shop.store)
    roster.publish(shop.store, MONDAY, shop.mia)
    client.force_login(shop.mia)
    put = {"do": "put", "person": shop.bob.pk, "shift": early.pk, "week": MONDAY}
    for day in (MONDAY + DAY, MONDAY + 2 * DAY, MONDAY + 8 * DAY):  # the last one in a week nobody knows yet
        assert client.post(reverse("roster_set", args=[shop.store.slug]), put | {"day": day}).status_code == 302
    assert [x.user for x in Notice.objects.filter(kind="roster")] == [shop.bob]
