import datetime as dt
from typing import Any

import pytest
import time_machine
from django.core.exceptions import ValidationError
from django.test import Client
from django.urls import reverse

from staff import first_account, invitations
from staff.models import Delivery, Invitation, Member, User
from tests.world import PASSWORD, World

JOIN = {"username": "dora", "display_name": "朵拉", "password": "a-long-enough-secret"}


def link_of(world: World, client: Client, **typed: Any) -> str:
    client.force_login(world.alice)
    form = {"invite-level": "member", "invite-duties": ["service"], "invite-days": 7, "invite-note": "朵拉"}
    answer = client.post(reverse("member_invite", args=["lotus"]), form | {f"invite-{k}": v for k, v in typed.items()})
    assert answer.status_code == 200
    return str(answer.context["link"])


def test_somebody_without_an_account_makes_one_and_joins_as_the_invitation_says(world: World, client: Client) -> None:
    link, guest = link_of(world, client), Client()
    assert "莲花护肤旗舰店" in guest.get(link).content.decode()
    guest.post(link, JOIN)
    member = Member.objects.get(store=world.store, user__username="dora")
    assert (member.level, member.duties) == ("member", ["service"])
    assert guest.get(reverse("members", args=["lotus"])).status_code == 200


def test_somebody_with_an_account_joins_with_a_click(world: World, client: Client) -> None:
    link, guest = link_of(world, client), Client()
    guest.force_login(world.charlie)
    assert guest.post(link).status_code == 302
    assert Member.objects.filter(store=world.store, user=world.charlie).exists()


def test_an_invitation_is_good_once(world: World, client: Client) -> None:
    link = link_of(world, client)
    Client().post(link, JOIN)
    again = Client().post(link, JOIN | {"username": "erik"})
    assert again.status_code == 404
    assert not User.objects.filter(username="erik").exists()


def test_of_two_who_are_in_at_the_same_time_only_one_joins(world: World) -> None:
    made, _path = invitations.invite(world.store, world.alice, "viewer")
    stale = Invitation.objects.get(pk=made.pk)
    invitations.accept(made, world.charlie)
    dora = User.objects.create_user("dora")
    with pytest.raises(ValidationError):
        invitations.accept(stale, dora)
    assert not Member.objects.filter(user=dora).exists()


def test_a_member_does_not_use_an_invitation_up(world: World, client: Client) -> None:
    link, bob = link_of(world, client), Client()
    bob.force_login(world.bob)
    assert bob.post(link).status_code == 422
    assert Invitation.objects.get().used_at is None


def test_one_that_was_taken_back_or_is_too_old_opens_nothing(world: World, client: Client) -> None:
    with time_machine.travel("2026-03-01T00:00:00Z", tick=False) as now:
        back, old = link_of(world, client), link_of(world, client, days=2)
        client.post(reverse("invitation_revoke", args=["lotus", Invitation.objects.order_by("pk").first().pk]))
        assert Client().get(back).status_code == 404
        assert Client().get(old).status_code == 200
        now.shift(dt.timedelta(days=2))
        assert Client().get(old).status_code == 404


def test_a_weak_password_makes_no_account_and_keeps_the_invitation(world: World, client: Client) -> None:
    link = link_of(world, client)
    answer = Client().post(link, JOIN | {"password": "12345678"})
    assert answer.status_code == 422
    assert list(answer.context["form"].errors) == ["password"]
    assert not User.objects.filter(username="dora").exists()
    assert Client().get(link).status_code == 200


def test_only_a_digest_of_the_secret_is_kept(world: World, client: Client) -> None:
    secret = link_of(world, client).rstrip("/").rsplit("/")[-1]
    assert secret not in str(Invitation.objects.values().get())


def test_it_is_mailed_where_mail_is_set_up_and_forgotten_once_sent(
    world: World, client: Client, settings: Any, mailoutbox: list[Any]
) -> None:
    settings.EMAIL_IS_SET_UP, settings.PUBLIC_URL = True, "https://ops.example.com"
    link_of(world, client, email="dora@example.com")
    sent = Delivery.objects.get(email="dora@example.com")
    assert "/join/" in sent.path
    invitations.delivery.send(sent.pk)
    assert "https://ops.example.com/join/" in mailoutbox[0].body
    sent.refresh_from_db()
    assert (sent.state, sent.path) == ("sent", "")


def test_an_owner_makes_a_link_to_a_new_password_which_is_good_once(world: World, client: Client) -> None:
    client.force_login(world.alice)
    bob = Member.objects.get(user=world.bob)
    link = client.post(reverse("member_reset", args=["lotus", bob.pk])).context["link"]
    guest = Client()
    form = guest.get(link, follow=True)
    guest.post(form.request["PATH_INFO"], {"new_password1": "quite-another-one", "new_password2": "quite-another-one"})
    world.bob.refresh_from_db()
    assert world.bob.check_password("quite-another-one")
    assert Client().get(link, follow=True).status_code == 404


def test_an_owner_gets_into_no_other_store_through_a_colleague(world: World, client: Client) -> None:
    bob = Member.objects.get(user=world.bob)
    Member.objects.create(store=world.other, user=world.bob, level="viewer")
    client.force_login(world.alice)
    assert client.post(reverse("member_reset", args=["lotus", bob.pk])).status_code == 403
    assert client.post(reverse("member_factor_off", args=["lotus", bob.pk])).status_code == 403


def test_an_owner_cannot_take_an_administrator_s_account(world: World, client: Client) -> None:
    User.objects.filter(pk=world.mia.pk).update(is_superuser=True)
    mia = Member.objects.get(user=world.mia)
    client.force_login(world.alice)
    assert client.post(reverse("member_reset", args=["lotus", mia.pk])).status_code == 403


def test_a_forgotten_password_is_mailed_about_once_in_ten_minutes(world: World, client: Client, settings: Any) -> None:
    settings.EMAIL_IS_SET_UP, settings.PUBLIC_URL = True, "https://ops.example.com"
    User.objects.filter(pk=world.bob.pk).update(email="bob@example.com")
    with time_machine.travel("2026-03-01T00:01:00Z", tick=False):
        answers = [client.post(reverse("password_forgot"), {"name": name}) for name in ("bob", "bob@example.com", "no")]
    assert len({answer.context["is_sent"] for answer in answers}) == 1
    assert [x.email for x in Delivery.objects.all()] == ["bob@example.com"]


def test_a_new_password_ends_every_session(world: World, client: Client) -> None:
    client.login(username="bob", password=PASSWORD, request=client.request().wsgi_request)
    link = invitations.reset_path(User.objects.get(pk=world.bob.pk))
    guest = Client()
    form = guest.get(link, follow=True)
    guest.post(form.request["PATH_INFO"], {"new_password1": "quite-another-one", "new_password2": "quite-another-one"})
    assert client.get(reverse("profile")).status_code == 302


def test_the_first_account_is_made_by_the_link_of_the_terminal_and_opens_the_first_store(
    db: None, client: Client, settings: Any, tmp_path: Any
) -> None:
    settings.OPSPLAN_HOME = tmp_path
    first_account.keep_note()
    secret = first_account.note().read_text()
    assert first_account.note().stat().st_mode & 0o777 == 0o600
    assert client.get(reverse("login")).context["is_first"]
    link = reverse("first_account", args=[secret])
    assert client.post(link, JOIN | {"password": "abc"}).status_code == 422
    assert client.post(link, JOIN).headers["Location"] == reverse("store_new")
    assert User.objects.get().is_superuser
    assert not first_account.note().exists()
    assert Client().get(link).status_code == 404


def test_the_link_for_the_first_account_is_worth_nothing_once_there_is_one(
    world: World, client: Client, settings: Any, tmp_path: Any
) -> None:
    settings.OPSPLAN_HOME = tmp_path
    first_account.note().parent.mkdir()
    first_account.note().write_text("known")
    assert client.post(reverse("first_account", args=["known"]), JOIN).status_code == 404
    assert not client.get(reverse("login")).context["is_first"]


def test_a_link_that_opens_on_this_computer_only_says_so(world: World, client: Client, settings: Any) -> None:
    client.force_login(world.alice)
    form, url = {"invite-level": "member", "invite-days": 7}, reverse("member_invite", args=["lotus"])
    said = [
        client.post(url, form, headers={"host": host}).context["is_only_here"] for host in ("127.0.0.1", "testserver")
    ]
    assert said == [True, False]
    settings.PUBLIC_URL = "https://ops.example.com"
    answer = client.post(url, form, headers={"host": "127.0.0.1"})
    assert answer.context["link"].startswith("https://ops.example.com/join/")
    assert not answer.context["is_only_here"]
