import datetime as dt

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import Http404
from django.test import Client
from django.urls import reverse
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.test import APIRequestFactory
from rest_framework.views import APIView

from staff import access, services
from staff.models import ApiToken, Member, User
from staff.roles import Action
from tests.world import World


class Probe(APIView):
    """Says who came in and to which store."""

    def get(self, request: Request) -> Response:
        return Response({"user": request.user.username, "stores": [x.slug for x in access.stores_for_api(request)]})


def call(plaintext: str | None) -> Response:
    extra = {"HTTP_AUTHORIZATION": f"Bearer {plaintext}"} if plaintext else {}
    return Probe.as_view()(APIRequestFactory().get("/", **extra))


def request_with(token: ApiToken, method: str = "get") -> Request:
    request = Request(getattr(APIRequestFactory(), method)("/"))
    request.user, request.auth = token.user, token
    return request


def test_a_token_opens_as_its_owner_and_only_its_stores(world: World) -> None:
    Member.objects.create(store=world.other, user=world.bob, level="viewer")
    _token, plaintext = services.create_token(world.bob, "report", "read", [world.store])
    assert call(plaintext).data == {"user": "bob", "stores": ["lotus"]}


def test_no_token_and_a_wrong_one_get_401_that_names_the_scheme(db: None) -> None:
    for answer in (call(None), call("ops_wrong")):
        assert answer.status_code == 401
        assert answer["WWW-Authenticate"].startswith("Bearer")


def test_the_key_itself_is_not_kept(world: World) -> None:
    token, plaintext = services.create_token(world.bob, "report", "read", [world.store])
    kept = [str(getattr(token, field.attname)) for field in ApiToken._meta.concrete_fields]
    assert plaintext.startswith("ops_")
    assert plaintext not in kept
    assert len(token.digest) == 64


def test_a_revoked_token_is_refused_at_once_although_it_was_just_used(world: World) -> None:
    token, plaintext = services.create_token(world.bob, "report", "read", [world.store])
    assert call(plaintext).status_code == 200
    services.revoke(token)
    assert call(plaintext).status_code == 401


def test_a_person_switched_off_is_refused_as_soon_as_the_keys_are_forgotten(world: World) -> None:
    _token, plaintext = services.create_token(world.bob, "report", "read", [world.store])
    assert call(plaintext).status_code == 200
    User.objects.filter(pk=world.bob.pk).update(is_active=False)
    services.forget_tokens(world.bob)
    assert call(plaintext).status_code == 401


def test_the_last_use_is_written_down(world: World) -> None:
    token, plaintext = services.create_token(world.bob, "report", "read", [world.store])
    call(plaintext)
    token.refresh_from_db()
    assert token.last_used_at is not None
    assert dt.datetime.now(dt.UTC) - token.last_used_at < dt.timedelta(minutes=5)


def test_a_known_token_costs_no_query(world: World, django_assert_num_queries: object) -> None:
    _token, plaintext = services.create_token(world.bob, "report", "read", [world.store])
    services.find_token(plaintext)
    with django_assert_num_queries(0):
        assert services.find_token(plaintext).user == world.bob


def test_a_token_does_not_reach_a_store_it_does_not_name(world: World) -> None:
    Member.objects.create(store=world.other, user=world.bob, level="owner")
    token, _plaintext = services.create_token(world.bob, "report", "write", [world.store])
    with pytest.raises(Http404):
        access.check_api(request_with(token), "other", Action.VIEW_KPIS)


def test_a_token_of_a_removed_member_reaches_nothing(world: World) -> None:
    token, _plaintext = services.create_token(world.bob, "report", "read", [world.store])
    services.remove_member(Member.objects.get(store=world.store, user=world.bob))
    with pytest.raises(Http404):
        access.check_api(request_with(token), "lotus", Action.VIEW_KPIS)
    assert not access.stores_for_api(request_with(token)).exists()


def test_a_read_token_changes_nothing(world: World) -> None:
    token, _plaintext = services.create_token(world.alice, "report", "read", [world.store])
    assert access.check_api(request_with(token), "lotus", Action.IMPORT_DATA).user == world.alice
    with pytest.raises(PermissionDenied):
        access.check_api(request_with(token, "post"), "lotus", Action.IMPORT_DATA)


def test_a_write_token_opens_no_more_than_its_owners_level(world: World) -> None:
    token, _plaintext = services.create_token(world.vera, "report", "write", [world.store])
    with pytest.raises(PermissionDenied):
        access.check_api(request_with(token, "post"), "lotus", Action.IMPORT_DATA)


def test_no_token_for_a_store_of_strangers(world: World) -> None:
    with pytest.raises(ValidationError) as refused:
        services.create_token(world.bob, "report", "read", [world.other])
    assert list(refused.value.message_dict) == ["stores"]


def test_the_page_shows_a_new_key_once(world: World, client: Client) -> None:
    client.force_login(world.bob)
    form = {"name": "nightly", "scope": "read", "stores": [world.store.pk]}
    answer = client.post(reverse("tokens"), form)
    shown = answer.context["plaintext"]
    assert services.find_token(shown).name == "nightly"
    assert shown in answer.content.decode()
    assert answer["Cache-Control"] == "no-store"
    assert shown not in client.get(reverse("tokens")).content.decode()


def test_the_page_refuses_a_key_for_another_store(world: World, client: Client) -> None:
    client.force_login(world.bob)
    answer = client.post(reverse("tokens"), {"name": "x", "scope": "read", "stores": [world.other.pk]})
    assert answer.status_code == 422
    assert not ApiToken.objects.exists()


def test_revoking_asks_for_the_name(world: World, client: Client) -> None:
    token, plaintext = services.create_token(world.bob, "report", "read", [world.store])
    client.force_login(world.bob)
    client.post(reverse("token_revoke", args=[token.pk]), {"name": "wrong"})
    assert services.find_token(plaintext)
    client.post(reverse("token_revoke", args=[token.pk]), {"name": "report"})
    assert services.find_token(plaintext) is None


def test_nobody_revokes_somebody_elses_key(world: World, client: Client) -> None:
    token, plaintext = services.create_token(world.bob, "report", "read", [world.store])
    client.force_login(world.alice)
    assert client.post(reverse("token_revoke", args=[token.pk]), {"name": "report"}).status_code == 404
    assert services.find_token(plaintext)
