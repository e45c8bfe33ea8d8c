import pytest
from django.test import Client, override_settings
from django.urls import reverse
from django.utils import translation

from kpis.models import rollups
from products.models import Product
from staff.models import Member, User
from staff.services import create_token, find_token
from tests.world import PASSWORD, World


def log_in(client: Client, name: str, password: str = PASSWORD) -> object:
    return client.post(reverse("login"), {"username": name, "password": password})


def test_the_right_password_leads_home(world: World, client: Client) -> None:
    assert log_in(client, "alice").headers["Location"] == "/"


def test_a_wrong_password_is_told_without_saying_which_part(world: World, client: Client) -> None:
    known, unknown = log_in(client, "alice", "wrong"), log_in(client, "nobody", "wrong")
    assert known.context["form"].non_field_errors() == unknown.context["form"].non_field_errors()


def test_five_wrong_passwords_close_the_door_for_the_right_one_too(world: World, client: Client) -> None:
    for _i in range(5):
        last = log_in(client, "alice", "wrong")
    assert last.status_code == 429
    assert last.context["locked_minutes"] == 15
    assert log_in(client, "alice").status_code == 429
    assert "_auth_user_id" not in client.session


def test_behind_the_proxy_somebody_elsewhere_locks_nobody_out(world: World, client: Client) -> None:
    there, here = {"x-forwarded-for": "203.0.113.9"}, {"x-forwarded-for": "198.51.100.7"}
    typed = {"username": "alice", "password": PASSWORD}
    with override_settings(HTTPS=True):
        for _i in range(5):
            client.post(reverse("login"), typed | {"password": "wrong"}, headers=there)
        assert client.post(reverse("login"), typed, headers=there).status_code == 429
        assert client.post(reverse("login"), typed, headers=here).status_code == 302


def test_a_locked_name_does_not_lock_another(world: World, client: Client) -> None:
    for _i in range(5):
        log_in(client, "alice", "wrong")
    assert log_in(client, "bob").status_code == 302


@pytest.mark.parametrize(("language", "word"), [("zh-hans", "zh-hans"), ("en", "en")])
def test_pages_speak_the_persons_language_whatever_the_browser_says(
    world: World, client: Client, language: str, word: str
) -> None:
    User.objects.filter(pk=world.alice.pk).update(language=language)
    client.force_login(world.alice)
    page = client.get(reverse("profile"), headers={"accept-language": "fr"})
    assert f'<html lang="{word}"' in page.content.decode()


def test_the_language_is_switched_before_log_in(db: None, client: Client) -> None:
    client.post(reverse("set_language"), {"language": "en", "next": "/login/"})
    assert '<html lang="en"' in client.get(reverse("login")).content.decode()


def test_the_user_menu_changes_one_setting_and_comes_back(world: World, client: Client) -> None:
    client.force_login(world.alice)
    answer = client.post(reverse("preferences"), {"theme": "dark", "next": "/stores/?q=x"})
    world.alice.refresh_from_db()
    assert answer.headers["Location"] == "/stores/?q=x"
    assert (world.alice.theme, world.alice.language) == ("dark", "zh-hans")


def test_the_theme_stands_in_the_page_from_the_first_byte(world: World, client: Client) -> None:
    client.force_login(world.alice)
    assert "data-theme" not in client.get(reverse("profile")).content.decode()
    User.objects.filter(pk=world.alice.pk).update(theme="dark", red_is_up=True)
    page = client.get(reverse("profile")).content.decode()
    assert 'data-theme="dark"' in page
    assert "data-red-up" in page


def test_a_setting_that_is_none_is_refused(world: World, client: Client) -> None:
    client.force_login(world.alice)
    assert client.post(reverse("preferences"), {"theme": "neon"}).status_code == 400


def test_nobody_is_sent_to_another_site(world: World, client: Client) -> None:
    client.force_login(world.alice)
    answer = client.post(reverse("preferences"), {"theme": "dark", "next": "https://evil.example/"})
    assert answer.headers["Location"] == "/"


def test_home_leads_to_the_store_looked_at_last(world: World, client: Client) -> None:
    Member.objects.create(store=world.other, user=world.alice, level="viewer")
    client.force_login(world.alice)
    client.get(reverse("products", args=["other"]))
    assert client.get("/").headers["Location"] == reverse("today", args=["other"])
    client.get(reverse("products", args=["lotus"]))
    assert client.get("/").headers["Location"] == reverse("today", args=["lotus"])


def test_who_works_by_the_list_comes_home_to_it(world: World, client: Client) -> None:
    client.force_login(world.bob)
    place, found = Member.objects.filter(user=world.bob, store=world.store), {}
    for level, duties in (
        ("member", ["service"]),
        ("member", ["service", "operations"]),
        ("member", []),
        ("manager", ["service"]),
    ):
        place.update(level=level, duties=duties)
        found[level, *duties] = client.get("/").headers["Location"].split("/")[3]
        cut_back = client.get("/s/lotus/").headers["Location"]
        assert cut_back.split("/")[3] == found[level, *duties]
    assert found == {
        ("member", "service"): "tasks",
        ("member", "service", "operations"): "today",
        ("member",): "today",
        ("manager", "service"): "today",
    }


def test_without_a_store_one_is_told_what_to_do(db: None, client: Client) -> None:
    client.force_login(User.objects.create_user("new"))
    page = client.get("/", follow=True).content.decode()
    assert "add_member my-shop new --level owner" in page


def test_the_list_holds_only_ones_own_stores(world: World, client: Client) -> None:
    client.force_login(world.alice)
    page = client.get(reverse("stores"))
    assert [x.store for x in page.context["found"]] == [world.store]


def test_the_profile_is_saved_and_a_bad_password_stays_beside_its_field(world: World, client: Client) -> None:
    client.force_login(world.bob)
    client.post(reverse("profile"), {"display_name": "李晓", "language": "en", "theme": "light"})
    world.bob.refresh_from_db()
    assert (world.bob.display_name, world.bob.language, world.bob.theme) == ("李晓", "en", "light")
    wrong = {"old_password": "no", "new_password1": "a-good-long-one", "new_password2": "a-good-long-one"}
    assert list(client.post(reverse("password"), wrong).context["password_form"].errors) == ["old_password"]


def test_a_changed_password_keeps_one_logged_in(world: World, client: Client) -> None:
    client.force_login(world.bob)
    new = {"old_password": PASSWORD, "new_password1": "a-good-long-one", "new_password2": "a-good-long-one"}
    client.post(reverse("password"), new)
    assert client.get(reverse("profile")).status_code == 200
    world.bob.refresh_from_db()
    assert world.bob.check_password("a-good-long-one")


def test_a_form_without_its_csrf_token_is_refused(world: World) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(world.alice)
    assert client.post(reverse("preferences"), {"theme": "dark"}).status_code == 403


def test_search_finds_only_what_one_may_see(world: World, client: Client) -> None:
    def labels(user: User) -> list[str]:
        client.force_login(user)
        page = client.get(reverse("search"), {"q": "家", "store": "lotus"})
        return [hit.label for _name, hits in page.context["groups"] for hit in hits]

    with translation.override("en"):
        assert "别家店" in labels(world.charlie)
        assert "别家店" not in labels(world.alice)


def test_a_stranger_and_a_junior_get_pages_in_their_own_words(world: World, client: Client) -> None:
    User.objects.update(language="en")
    client.force_login(world.charlie)
    assert "There is no such page" in client.get(reverse("members", args=["lotus"])).content.decode()
    client.force_login(world.carl)
    assert "access level in this store is too low" in client.get(reverse("members", args=["lotus"])).content.decode()


def test_a_broken_page_says_so_without_asking_the_database(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("staff.views.doors.LoginForm.__init__", lambda *args, **kwargs: 1 / 0)
    client.raise_request_exception = False
    with translation.override("en"):
        answer = client.get(reverse("login"), headers={"accept-language": "en"})
    assert answer.status_code == 500
    assert "<h1>" in answer.content.decode()


def test_the_admin_site_shows_people_stores_and_keys(world: World, client: Client) -> None:
    User.objects.filter(pk=world.alice.pk).update(is_superuser=True, is_staff=True)
    create_token(world.bob, "report", "read", [world.store])
    client.force_login(world.alice)
    for name in ("staff_user", "staff_apitoken", "stores_store", "stores_channel"):
        page = client.get(reverse(f"admin:{name}_changelist"))
        assert page.status_code == 200
        first = page.context["cl"].result_list[0]
        assert client.get(reverse(f"admin:{name}_change", args=[first.pk])).status_code == 200


def test_a_channel_renamed_in_the_admin_site_makes_kept_answers_old(world: World, client: Client) -> None:
    User.objects.filter(pk=world.alice.pk).update(is_superuser=True, is_staff=True)
    client.force_login(world.alice)
    channel, before = world.store.channels.get(key="search"), rollups.version_of(world.store.pk)
    typed = {"name": "Search", "position": 1, "aliases-TOTAL_FORMS": 0, "aliases-INITIAL_FORMS": 0}
    assert client.post(reverse("admin:stores_channel_change", args=[channel.pk]), typed).status_code == 302
    assert rollups.version_of(world.store.pk) > before


def test_switching_an_account_off_in_the_admin_site_stops_its_keys_at_once(world: World, client: Client) -> None:
    User.objects.filter(pk=world.alice.pk).update(is_superuser=True, is_staff=True)
    plaintext = create_token(world.bob, "report", "read", [world.store])[1]
    assert find_token(plaintext)
    client.force_login(world.alice)
    address = reverse("admin:staff_user_change", args=[world.bob.pk])
    form = client.get(address).context["adminform"].form
    typed = {name: form[name].value() for name in ("username", "language", "theme")} | {"date_joined_0": "2026-01-01"}
    typed |= {"date_joined_1": "00:00:00", "memberships-TOTAL_FORMS": 0, "memberships-INITIAL_FORMS": 0}
    assert client.post(address, typed).status_code == 302
    assert find_token(plaintext) is None


def test_the_admin_site_changes_nothing_that_figures_hang_on(world: World, client: Client) -> None:
    User.objects.filter(pk=world.alice.pk).update(is_superuser=True, is_staff=True)
    product = Product.objects.create(store=world.store, code="M1", title="")
    client.force_login(world.alice)
    address = reverse("admin:products_product_change", args=[product.pk])
    assert client.get(address).status_code == 200
    assert client.post(address, {"code": "M2"}).status_code == 403


def test_a_store_opened_without_a_short_name_gets_one(world: World, client: Client) -> None:
    User.objects.filter(pk=world.alice.pk).update(is_superuser=True)
    client.force_login(world.alice)
    form = {"slug": "", "platform": "taobao", "currency": "CNY", "timezone": "Asia/Shanghai"}
    answers = [client.post(reverse("store_new"), form | {"name": name}) for name in ("青禾", "茶 Cha", "青禾")]
    made = [answer.headers["Location"] for answer in answers]
    assert made == [f"/s/{slug}/today/" for slug in ("taobao", "cha", "taobao-2")]


def test_an_account_that_was_used_is_switched_off_and_never_deleted(client: Client, world: World) -> None:
    User.objects.filter(pk=world.alice.pk).update(is_staff=True, is_superuser=True)
    unused = User.objects.create_user("typo")
    client.force_login(world.alice)
    for user, status in ((world.bob, 403), (unused, 302)):
        assert client.post(reverse("admin:staff_user_delete", args=[user.pk]), {"post": "yes"}).status_code == status
    chosen = {"action": "delete_selected", "_selected_action": [world.bob.pk], "post": "yes"}
    client.post(reverse("admin:staff_user_changelist"), chosen)
    assert set(User.objects.filter(username__in=["bob", "typo"])) == {world.bob}
