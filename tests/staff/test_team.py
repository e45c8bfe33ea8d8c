import pytest
from django.core.exceptions import ValidationError
from django.test import Client
from django.urls import reverse

from staff.models import Member, User
from stores.models import Store
from tests.world import World

NEW = {"new-username": "dora", "new-display_name": "朵拉", "new-level": "viewer", "new-duties": ["design"]}


def test_an_owner_adds_somebody_who_has_an_account(world: World, client: Client) -> None:
    client.force_login(world.alice)
    form = {"add-username": "charlie", "add-level": "viewer", "add-duties": ["service", "design"]}
    client.post(reverse("member_add", args=["lotus"]), form)
    member = Member.objects.get(store=world.store, user=world.charlie)
    assert (member.level, member.duties) == ("viewer", ["service", "design"])


def test_an_unknown_name_is_told_beside_its_field_and_kept(world: World, client: Client) -> None:
    client.force_login(world.alice)
    answer = client.post(reverse("member_add", args=["lotus"]), {"add-username": "nobody", "add-level": "viewer"})
    assert answer.status_code == 422
    assert list(answer.context["add_form"].errors) == ["username"]
    assert 'value="nobody"' in answer.content.decode()


def test_somebody_who_is_in_already_is_told_so(world: World, client: Client) -> None:
    client.force_login(world.alice)
    answer = client.post(reverse("member_add", args=["lotus"]), {"add-username": "bob", "add-level": "viewer"})
    assert answer.status_code == 422
    assert Member.objects.get(store=world.store, user=world.bob).level == "member"


def test_a_new_account_can_log_in_with_the_password_shown(world: World, client: Client) -> None:
    client.force_login(world.alice)
    password = client.post(reverse("member_new", args=["lotus"]), NEW).context["password"]
    assert Client().login(username="dora", password=password, request=client.request().wsgi_request)
    assert Member.objects.get(user__username="dora").duties == ["design"]


def test_a_taken_name_makes_no_account_and_no_member(world: World, client: Client) -> None:
    client.force_login(world.alice)
    answer = client.post(reverse("member_new", args=["lotus"]), NEW | {"new-username": "charlie"})
    assert list(answer.context["new_form"].errors) == ["username"]
    assert Member.objects.filter(store=world.store).count() == 5


def test_a_removed_member_is_out_and_comes_back_with_undo(world: World, client: Client) -> None:
    client.force_login(world.alice)
    Member.objects.filter(store=world.store, user=world.bob).update(duties=["service"])
    bob = Member.objects.get(store=world.store, user=world.bob)
    page = client.post(reverse("member_remove", args=["lotus", bob.pk]), follow=True)
    assert not Member.objects.filter(store=world.store, user=world.bob).exists()
    gone = page.context["removed"]
    undo = {"add-username": gone["username"], "add-level": gone["level"], "add-duties": gone["duties"]}
    client.post(reverse("member_add", args=["lotus"]), undo)
    assert Member.objects.get(store=world.store, user=world.bob).duties == ["service"]


def test_the_page_says_why_the_last_owner_stays(world: World, client: Client) -> None:
    client.force_login(world.alice)
    alice = Member.objects.get(store=world.store, user=world.alice)
    answer = client.post(reverse("member_remove", args=["lotus", alice.pk]))
    assert answer.status_code == 422
    assert answer.context["refused"]
    assert Member.objects.filter(pk=alice.pk).exists()


def test_a_member_of_another_store_cannot_be_touched_from_here(world: World, client: Client) -> None:
    client.force_login(world.alice)
    stranger = Member.objects.get(user=world.charlie)
    assert client.post(reverse("member_remove", args=["lotus", stranger.pk])).status_code == 404
    assert client.post(reverse("member_edit", args=["lotus", stranger.pk]), {"level": "viewer"}).status_code == 404


def test_bob_sees_the_team_without_the_forms(world: World, client: Client) -> None:
    client.force_login(world.bob)
    page = client.get(reverse("members", args=["lotus"])).content.decode()
    assert "alice" in page
    assert reverse("member_add", args=["lotus"]) not in page


def test_an_administrator_opens_a_store_and_owns_it(world: World, client: Client) -> None:
    User.objects.filter(pk=world.bob.pk).update(is_superuser=True)
    client.force_login(world.bob)
    form = {"name": "新店", "slug": "fresh", "platform": "jd", "currency": "CNY", "timezone": "Asia/Shanghai"}
    client.post(reverse("store_new"), form)
    assert Member.objects.get(store__slug="fresh").user == world.bob


def test_nobody_opens_a_store_on_a_platform_they_did_not_choose(world: World, client: Client) -> None:
    User.objects.filter(pk=world.bob.pk).update(is_superuser=True)
    client.force_login(world.bob)
    assert client.get(reverse("store_new")).context["form"]["platform"].value() is None
    form = {"name": "新店", "slug": "fresh", "platform": "", "currency": "CNY", "timezone": "Asia/Shanghai"}
    assert list(client.post(reverse("store_new"), form).context["form"].errors) == ["platform"]


def test_a_store_that_cannot_be_opened_says_which_field(world: World, client: Client) -> None:
    User.objects.filter(pk=world.bob.pk).update(is_superuser=True)
    client.force_login(world.bob)
    form = {"name": "新店", "slug": "lotus", "platform": "jd", "currency": "CNY", "timezone": "Mars/Base"}
    answer = client.post(reverse("store_new"), form)
    assert answer.status_code == 422
    assert list(answer.context["form"].errors) == ["timezone"]


@pytest.mark.parametrize("code", ["人民币", "12A", "US"])
def test_a_currency_is_three_letters_of_the_alphabet(world: World, client: Client, code: str) -> None:
    User.objects.filter(pk=world.bob.pk).update(is_superuser=True)
    client.force_login(world.bob)
    form = {"name": "新店", "slug": "fresh", "platform": "jd", "currency": code, "timezone": "Asia/Shanghai"}
    answer = client.post(reverse("store_new"), form)
    assert list(answer.context["form"].errors) == ["currency"]
    with pytest.raises(ValidationError):
        Store(name="x", slug="x", platform="jd", currency=code).full_clean()


def test_the_page_costs_the_same_for_a_large_team(
    world: World, client: Client, django_assert_num_queries: object
) -> None:
    """Session, person, gate, stores to switch to, team."""
    client.force_login(world.alice)
    client.get(reverse("members", args=["lotus"]))
    for number in range(20):
        Member.objects.create(store=world.store, user=User.objects.create_user(f"u{number}"), level="viewer")
    with django_assert_num_queries(7):
        client.get(reverse("members", args=["lotus"]))
