import io

import pytest
from django.core.management import CommandError, call_command

from staff import services
from staff.models import Member, User
from stores.models import Store
from tests.world import World


def run(*args: str, **options: object) -> str:
    out = io.StringIO()
    call_command(*args, stdout=out, **options)
    return out.getvalue().strip()


def test_a_store_is_opened_with_its_channels(db: None) -> None:
    run("create_store", "fresh", "--name", "新店", "--platform", "1688", "--currency", "usd")
    store = Store.objects.get(slug="fresh")
    assert (store.name, store.platform, store.currency, store.timezone) == ("新店", "1688", "USD", "Asia/Shanghai")
    assert store.channels.count() == 3


@pytest.mark.parametrize(
    "wrong",
    [
        ["--platform", "jd", "--timezone", "Mars/Base"],
        ["--platform", "jd", "--currency", "元"],
        ["--platform", "jd", "slug-is-taken"],
    ],
)
def test_a_store_that_cannot_be_opened_is_wrong_usage(world: World, wrong: list[str]) -> None:
    slug = "lotus" if "slug-is-taken" in wrong else "fresh"
    with pytest.raises(CommandError) as refused:
        run("create_store", slug, "--name", "新店", *[x for x in wrong if x != "slug-is-taken"])
    assert refused.value.returncode == 2


def test_a_password_comes_from_standard_input(db: None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO("a-good-long-one\n"))
    run("create_user", "dora", "--password-stdin", "--admin")
    dora = User.objects.get(username="dora")
    assert dora.check_password("a-good-long-one")
    assert dora.is_superuser


def test_a_person_at_a_terminal_is_asked_for_the_password_twice(db: None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stdin.isatty", lambda: True, raising=False)
    typed = iter(["a-good-long-one", "another-one", "a-good-long-one", "a-good-long-one"])
    monkeypatch.setattr("staff.management.commands.create_user.getpass", lambda _said: next(typed))
    with pytest.raises(CommandError):
        run("create_user", "dora")
    run("create_user", "dora")
    assert User.objects.get().check_password("a-good-long-one")


@pytest.mark.parametrize("typed", ["", "short\n"])
def test_no_account_without_a_good_password(db: None, monkeypatch: pytest.MonkeyPatch, typed: str) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO(typed))
    with pytest.raises(CommandError) as refused:
        run("create_user", "dora", "--password-stdin")
    assert refused.value.returncode == 2
    assert not User.objects.exists()


def test_a_member_is_added_with_duties(world: World) -> None:
    run("add_member", "lotus", "charlie", "--level", "viewer", "--duty", "service", "--duty", "design")
    assert Member.objects.get(store=world.store, user=world.charlie).duties == ["service", "design"]


@pytest.mark.parametrize(("slug", "name"), [("nowhere", "bob"), ("lotus", "nobody"), ("lotus", "bob")])
def test_a_member_who_cannot_be_added_is_wrong_usage(world: World, slug: str, name: str) -> None:
    with pytest.raises(CommandError) as refused:
        run("add_member", slug, name, "--level", "viewer")
    assert refused.value.returncode == 2


def test_a_token_is_printed_and_works(world: World) -> None:
    plaintext = run("create_token", "bob", "--store", "lotus", "--scope", "read")
    token = services.find_token(plaintext)
    assert (token.user, token.scope, [x.slug for x in token.stores.all()]) == (world.bob, "read", ["lotus"])


@pytest.mark.parametrize(
    ("name", "slug", "metric"),
    [("nobody", "lotus", "uv"), ("bob", "nowhere", "uv"), ("bob", "other", "uv"), ("bob", "lotus", "no_kpi")],
)
def test_a_token_that_cannot_be_made_is_wrong_usage(world: World, name: str, slug: str, metric: str) -> None:
    with pytest.raises(CommandError) as refused:
        run("create_token", name, "--store", slug, "--scope", "read", "--metric", metric)
    assert refused.value.returncode == 2
