"""A program comes with a key and goes past everything that only people need."""

from auditlog.models import LogEntry
from django.test import Client

from staff.models import User
from tests.api.conftest import Caller
from tests.world import World


def test_a_session_opens_nothing_and_is_not_even_looked_at(world: World, client: Client) -> None:
    client.force_login(world.alice)
    answer = client.get("/api/v1/stores")
    assert answer.status_code == 401
    assert "Cookie" not in answer.get("Vary", "")


def test_what_is_told_to_a_program_is_as_well_guarded_as_a_page(world: World, caller: Caller) -> None:
    headers = caller(world.alice).get("/api/v1/stores").headers
    page = Client().get("/login/").headers
    for name in ("X-Content-Type-Options", "X-Frame-Options", "Referrer-Policy", "Content-Language"):
        assert headers[name] == page[name]
    assert "default-src" in headers["Content-Security-Policy"]


def test_the_change_log_names_who_a_program_works_for(world: World, caller: Caller) -> None:
    def wrote(who: User) -> str:
        answer = caller(who, "write").post("/api/v1/stores/lotus/links", {"what": "weekly"}, "application/json")
        assert answer.status_code == 201, answer.content
        return LogEntry.objects.latest("pk").actor.username

    assert [wrote(world.alice), wrote(world.mia)] == ["alice", "mia"]


def test_whoever_may_not_is_told_whether_the_key_or_its_owner_may_not(world: World, caller: Caller) -> None:
    def said(who: User, scope: str) -> str:
        body = {"do": "dismiss", "reason": "x"}
        answer = caller(who, scope).post(
            "/api/v1/stores/lotus/alerts/1", body, "application/json", headers={"Accept-Language": "en"}
        )
        assert answer.status_code == 403
        return str(answer.json()["detail"])

    assert "write" in said(world.alice, "read")
    assert "access level" in said(world.vera, "write")


def test_a_form_nobody_writes_is_refused_with_those_there_are(world: World, caller: Caller) -> None:
    answer = caller(world.alice).get("/api/v1/stores", {"format": "csv"})
    assert (answer.status_code, answer.json()["errors"][0]["valid"]) == (422, ["json"])
