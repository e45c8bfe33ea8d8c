from typing import Any

import pytest
import time_machine
from django.contrib.sessions.models import Session
from django.test import Client
from django.urls import reverse
from django_otp.oath import totp
from django_otp.plugins.otp_totp.models import TOTPDevice

from staff import second_factor
from staff.models import SignIn
from staff.sessions import device
from tests.world import PASSWORD, World

NOW = "2026-03-01T08:00:00Z"


def log_in(name: str, agent: str = "") -> Client:
    client = Client(headers={"user-agent": agent} if agent else None)
    client.post(reverse("login"), {"username": name, "password": PASSWORD})
    return client


def switched_on(world: World) -> tuple[TOTPDevice, list[str]]:
    made = second_factor.begin(world.bob)
    codes = second_factor.confirm(world.bob, f"{totp(made.bin_key):06d}")
    assert codes
    return TOTPDevice.objects.get(user=world.bob), codes


def test_setting_up_shows_a_picture_that_our_own_policy_allows(world: World, client: Client) -> None:
    client.force_login(world.bob)
    page = client.get(reverse("factor_new"))
    assert page.context["picture"].startswith("data:image/svg+xml")
    assert "data:" in page.headers["Content-Security-Policy"]


def test_it_is_on_after_the_first_right_code_and_gives_ten_recovery_codes(world: World, client: Client) -> None:
    client.force_login(world.bob)
    client.get(reverse("factor_new"))
    assert client.post(reverse("factor_new"), {"code": "000000"}).status_code == 422
    TOTPDevice.objects.update(throttling_failure_count=0)
    key = TOTPDevice.objects.get(user=world.bob).bin_key
    answer = client.post(reverse("factor_new"), {"code": f"{totp(key):06d}"})
    assert len(set(answer.context["codes"])) == 10
    assert "\n".join(answer.context["codes"]) in answer.content.decode()  # a line each, as they are copied
    assert second_factor.is_on(world.bob)


def test_the_password_alone_opens_nothing_then(world: World) -> None:
    switched_on(world)
    client = log_in("bob")
    assert client.get(reverse("profile")).status_code == 302
    assert client.get(reverse("today", args=["lotus"])).status_code == 302
    assert "_auth_user_id" not in client.session


def test_the_code_of_the_app_lets_in_and_is_good_once(world: World) -> None:
    with time_machine.travel(NOW, tick=False) as now:
        made, _codes = switched_on(world)
        now.shift(60)
        code = f"{totp(made.bin_key):06d}"
        first, second = log_in("bob"), log_in("bob")
        assert first.post(reverse("login_code"), {"code": f" {code[:3]} {code[3:]} "}).status_code == 302
        assert first.get(reverse("profile")).status_code == 200
        assert second.post(reverse("login_code"), {"code": code}).status_code == 422


def test_a_recovery_code_lets_in_once(world: World) -> None:
    _made, codes = switched_on(world)
    assert log_in("bob").post(reverse("login_code"), {"code": codes[0].upper()}).status_code == 302
    assert log_in("bob").post(reverse("login_code"), {"code": codes[0]}).status_code == 422
    assert second_factor.codes_left(world.bob) == 9


def test_wrong_codes_make_even_the_right_one_wait(world: World) -> None:
    with time_machine.travel(NOW, tick=False) as now:
        made, _codes = switched_on(world)
        now.shift(60)
        client = log_in("bob")
        client.post(reverse("login_code"), {"code": "000000"})
        assert client.post(reverse("login_code"), {"code": f"{totp(made.bin_key):06d}"}).status_code == 422
        now.shift(30)
        assert client.post(reverse("login_code"), {"code": f"{totp(made.bin_key):06d}"}).status_code == 302


def test_the_half_way_log_in_is_over_after_ten_minutes(world: World) -> None:
    with time_machine.travel(NOW, tick=False) as now:
        made, _codes = switched_on(world)
        client = log_in("bob")
        now.shift(601)
        assert client.post(reverse("login_code"), {"code": f"{totp(made.bin_key):06d}"}).url == reverse("login")


def test_switching_it_off_wants_the_password(world: World, client: Client) -> None:
    switched_on(world)
    client.force_login(world.bob)
    assert client.post(reverse("factor_off"), {"off-password": "wrong"}).status_code == 422
    assert second_factor.is_on(world.bob)
    client.post(reverse("factor_off"), {"off-password": PASSWORD})
    assert not second_factor.is_on(world.bob)


def test_where_owners_need_one_they_are_led_to_it_and_others_are_not(world: World, settings: Any) -> None:
    settings.SECOND_FACTOR = "owners"
    assert log_in("alice").get(reverse("members", args=["lotus"])).url == reverse("security")
    assert log_in("bob").get(reverse("members", args=["lotus"])).status_code == 200


def test_until_then_they_read_nothing_make_no_keys_and_change_nothing_anywhere(world: World, settings: Any) -> None:
    settings.SECOND_FACTOR, owner = "owners", log_in("alice")
    for name in ("home", "tokens", "clients", "overview", "search", "store_new", "profile", "admin:index"):
        assert owner.get(reverse(name)).url == reverse("security"), name
    owner.post(reverse("tokens"), {"name": "x", "scope": "write", "stores": world.store.pk})
    assert not world.alice.api_tokens.exists()
    assert owner.get(reverse("factor_new")).status_code == 200
    assert owner.post(reverse("logout")).url == reverse("login")


def test_an_app_in_use_is_not_put_aside_by_another(world: World, client: Client) -> None:
    switched_on(world)
    client.force_login(world.bob)
    assert client.get(reverse("factor_new")).url == reverse("security")
    assert client.post(reverse("factor_new"), {"code": "000000"}).url == reverse("security")
    assert not TOTPDevice.objects.filter(user=world.bob, confirmed=False).exists()


def test_an_owner_switches_off_what_a_member_lost(world: World, client: Client) -> None:
    switched_on(world)
    client.force_login(world.alice)
    pk = world.store.members.get(user=world.bob).pk
    client.post(reverse("member_factor_off", args=["lotus", pk]))
    assert log_in("bob").get(reverse("profile")).status_code == 200


def test_one_s_sessions_are_listed_and_nobody_else_s(world: World) -> None:
    desk, phone = log_in("bob", "Mozilla/5.0 (Windows NT 10.0) Chrome/140"), log_in("bob", "iPhone Safari/604")
    log_in("alice")
    places = phone.get(reverse("security")).context["places"]
    assert sorted((x.device, x.is_here) for x in places) == [("Chrome · Windows", False), ("Safari · iPhone", True)]
    assert desk.get(reverse("profile")).status_code == 200


def test_logging_out_elsewhere_ends_the_others_only(world: World) -> None:
    here, there, other = log_in("bob"), log_in("bob"), log_in("alice")
    here.post(reverse("sessions_end"))
    assert [x.get(reverse("profile")).status_code for x in (here, there, other)] == [200, 302, 200]


def test_nobody_ends_the_session_of_somebody_else(world: World) -> None:
    bob, alice = log_in("bob"), log_in("alice")
    bob.post(reverse("sessions_end"), {"pk": SignIn.objects.get(user=world.alice).pk})
    assert alice.get(reverse("profile")).status_code == 200


def test_a_changed_password_ends_the_sessions_elsewhere(world: World) -> None:
    here, there = log_in("bob"), log_in("bob")
    typed = {"old_password": PASSWORD, "new_password1": "quite-another-one", "new_password2": "quite-another-one"}
    here.post(reverse("password"), typed)
    assert [x.get(reverse("profile")).status_code for x in (here, there)] == [200, 302]
    assert [x.is_here for x in here.get(reverse("security")).context["places"]] == [True]


def test_a_session_that_is_over_is_not_listed(world: World) -> None:
    here = log_in("bob")
    log_in("bob")
    Session.objects.exclude(session_key=here.session.session_key).update(expire_date="2020-01-01T00:00:00Z")
    assert len(here.get(reverse("security")).context["places"]) == 1


@pytest.mark.parametrize(
    ("agent", "words"),
    [("Mozilla/5.0 (Macintosh; Intel Mac OS X) Safari/605", "Safari · macOS"), ("curl/8", "curl/8"), ("", "")],
)
def test_a_device_is_guessed_from_what_the_browser_says(agent: str, words: str) -> None:
    assert device(agent) == words


def test_log_ins_are_told_by_the_clock_of_the_store_looked_at_last(world: World) -> None:
    with time_machine.travel("2026-03-20T12:47:00Z", tick=False):
        page = log_in("bob").get(reverse("security")).content.decode()
    assert "2026-03-20 20:47" in page
