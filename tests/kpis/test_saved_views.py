"""Saved views of the board: kept, found again, shared, started with."""

import re

import pytest

from kpis.display import saved
from kpis.models import SavedView

pytestmark = pytest.mark.usefixtures("day_after")
DAYS = "period=custom&from=2026-11-10&to=2026-11-12&compare=previous"


def post(client, user, path, **data):
    client.force_login(user)
    return client.post(f"/s/lotus/dashboard/{path}", data)


def seen(client, user, path=""):
    client.force_login(user)
    return client.get(f"/s/lotus/dashboard/{path}")


def make(world, user, **more):
    known = {"name": "早会", "tab": "dashboard", "query": "period=7d&cards=uv,pv", **more}
    return saved.save(world.store, user, known.pop("name"), known.pop("tab"), known.pop("query"), **known)


def test_what_is_looked_at_is_kept_and_found_again(client, world, shop):
    answer = post(client, world.bob, "views/", name="  早会 ", tab="dashboard", query="cards=pv,uv&period=7d&junk=1")
    view = SavedView.objects.get()
    assert (view.name, view.query, view.owner) == ("早会", "period=7d&cards=pv,uv", world.bob)
    assert answer.headers["Location"] == f"/s/lotus/dashboard/?period=7d&cards=pv,uv&view={view.pk}"


def test_the_number_of_a_view_becomes_the_address_it_stands_for(client, world, shop):
    view = make(world, world.bob, tab="dashboard_traffic", query="period=30d")
    answer = seen(client, world.bob, f"?view={view.pk}")
    assert answer.headers["Location"] == f"/s/lotus/dashboard/traffic/?period=30d&view={view.pk}"


def test_the_chosen_figures_stand_in_their_order(client, world, shop):
    page = seen(client, world.bob, f"?{DAYS}&cards=pv,uv,nonsense&parts=cards").content.decode()
    assert re.findall(r'class="card kpi" data-drawer href="/s/lotus/explain/(\w+)', page) == ["pv", "uv"]
    assert "part-cards" in page
    assert "part-tree" not in page


def test_what_a_form_sends_becomes_one_readable_address(client, world, shop):
    answer = seen(client, world.bob, f"?view=0&{DAYS}&cards=pv&cards=uv")
    assert answer.headers["Location"] == f"/s/lotus/dashboard/?{DAYS}&cards=pv,uv&view=0"


def test_a_view_is_its_owners_until_it_is_shared(client, world, shop):
    view = make(world, world.mia)
    assert seen(client, world.bob, f"?view={view.pk}").status_code == 404
    post(client, world.mia, f"views/{view.pk}/", do="save", name="周会", is_shared="on")
    assert seen(client, world.bob, f"?view={view.pk}").status_code == 302
    assert "周会" in seen(client, world.bob, f"?{DAYS}").content.decode()


def test_only_those_who_may_share_share(client, world, shop):
    assert post(client, world.bob, "views/", name="a", tab="dashboard", is_shared="on").status_code == 403
    view = make(world, world.bob)
    assert post(client, world.bob, f"views/{view.pk}/", do="save", name="b", is_shared="on").status_code == 403
    assert not SavedView.objects.filter(is_shared=True).exists()


def test_somebody_elses_shared_view_cannot_be_changed(client, world, shop):
    view = make(world, world.mia, is_shared=True)
    for do in ("save", "update", "delete"):
        assert post(client, world.bob, f"views/{view.pk}/", do=do, name="x").status_code == 403
    assert post(client, world.alice, f"views/{view.pk}/", do="delete").status_code == 302
    assert not SavedView.objects.exists()


def test_the_board_opens_with_the_view_a_person_starts_with(client, world, shop):
    first, second = make(world, world.bob), make(world, world.bob, name="b", query="period=30d")
    for view in (first, second):
        post(client, world.bob, f"views/{view.pk}/", do="start")
    assert seen(client, world.bob).headers["Location"] == f"/s/lotus/dashboard/?period=30d&view={second.pk}"
    kept = seen(client, world.bob, "?period=7d").headers["Location"]
    assert kept == f"/s/lotus/dashboard/?period=7d&view={second.pk}"
    assert seen(client, world.bob, "?view=0").status_code == 200
    assert seen(client, world.mia).status_code == 200


def test_changes_are_kept_only_when_asked_for(client, world, shop):
    view = make(world, world.bob)
    page = seen(client, world.bob, f"?period=30d&cards=uv&view={view.pk}").content.decode()
    assert "Keep these changes" in page
    post(client, world.bob, f"views/{view.pk}/", do="update", query="period=30d&cards=uv")
    view.refresh_from_db()
    assert view.query == "period=30d&cards=uv"


def test_a_name_is_there_once_a_person(client, world, shop):
    make(world, world.bob)
    post(client, world.bob, "views/", name="早会", tab="dashboard", query="")
    post(client, world.bob, "views/", name="  ", tab="dashboard", query="")
    assert SavedView.objects.count() == 1


@pytest.mark.parametrize("number", ["999", "abc", "99999999999999"])
def test_a_view_that_is_not_there_is_not_found(client, world, shop, number):
    assert seen(client, world.bob, f"?view={number}").status_code == 404
