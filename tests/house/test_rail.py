"""The rail says where one is, on every page of a store."""

import re

from django.test import Client
from django.urls import URLResolver, get_resolver, reverse

from staff.templatetags.frame import INSIDE, PAGES, PERSONAL, SETTINGS
from tests.world import World

BESIDE = {"notices"}  # opened from the bell at the top


def folders_of_stores() -> set[str]:
    routes = [str(x.pattern) for p in get_resolver().url_patterns if isinstance(p, URLResolver) for x in p.url_patterns]
    return {found[1] for route in routes if (found := re.match(r"s/<slug:store>/([a-z]+)", route))}


def test_every_page_of_a_store_belongs_to_an_entry_of_the_rail() -> None:
    entries = [name for name, _label, _icon in (*PAGES, *SETTINGS) if name not in PERSONAL]
    own = {reverse(name, args=["x"]).split("/")[3] for name in entries}
    assert folders_of_stores() - own == BESIDE.union(*INSIDE.values())


def test_the_register_of_enrolments_stands_under_campaigns(client: Client, world: World) -> None:
    client.force_login(world.alice)
    page = client.get(reverse("enrolments", args=["lotus"])).content.decode()
    marked = re.search(r'<a class="item" href="([^"?]+)[^>]*aria-current="page"', page)
    assert marked is not None
    assert marked[1] == reverse("campaigns", args=["lotus"])


def test_a_phone_has_today_tasks_and_board_at_the_bottom_and_handovers_belong_to_the_roster(
    client: Client, world: World
) -> None:
    client.force_login(world.bob)
    page = client.get(reverse("handovers", args=["lotus"])).content.decode()
    bottom = page.split('class="tabbar"')[1].split("<details")[0]
    names = ("today", "myday", "dashboard")
    assert re.findall(r'href="([^"?]+)', bottom) == [reverse(name, args=["lotus"]) for name in names]
    marked = re.search(r'<a class="item" href="([^"?]+)[^>]*aria-current="page"', page)
    assert marked is not None
    assert marked[1] == reverse("roster", args=["lotus"])
