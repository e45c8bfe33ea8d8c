"""Lists that grow for ever come page by page over REST: none ends without a word."""

import datetime as dt
from typing import Any

import pytest

from campaigns.models import Contact, DealFile
from opsplan.lib import clock
from products.models import Product
from staff import approvals, handover, links
from staff.models import Notice
from stores.models import GroupSite, SiteTalk
from tests.api.conftest import Caller
from tests.world import World

pytestmark = pytest.mark.django_db
NAMES = ["one", "two", "three"]  # the oldest first


def lists(world: World) -> list[tuple[str, str, str, bool]]:
    """Three rows of each: address, where the list stands in the answer, what tells its rows apart, newest first?"""
    store, mia, now = world.store, world.mia, clock.now()
    member = mia.memberships.get(store=store)
    site = GroupSite.objects.create(store=store, name="美团")
    link = links.make(store, mia, "weekly")[0]
    for number, name in enumerate(NAMES):
        made = approvals.ask(store, "range", name, mia)
        approvals.decide(store, made.pk, member, "withdraw", "", 0)
        approvals.ask(store, "range", name, mia)
        handover.write(store, mia, [], note=name)
        at = now + dt.timedelta(minutes=number)
        Notice.objects.create(store=store, user=mia, key=name, kind="handed", subject=name, at=at)
        DealFile.objects.create(store=store, name=name, created_at=at)
        day = dt.date(2026, 11, 1 + number)
        SiteTalk.objects.create(site=site, day=day, who="阿青", said=name)
        Contact.objects.create(store=store, day=day, who="阿青", said=name)
        Product.objects.create(store=store, code=name, is_checked=False)
        link.visits.create(at=at, outcome="opened", address=name)
    return [
        ("approvals", "", "title", False),
        ("approvals?state=settled", "", "title", True),
        ("handovers", "", "note", True),
        ("notices?unread=1", "", "subject", True),
        ("deals/files", "", "name", True),
        (f"deals/sites/{site.pk}", "talks", "said", True),
        ("enrolments/talks", "", "said", True),
        ("products/matching", "", "code", False),
        (f"links/{link.pk}", "visits", "address", True),
    ]


def test_what_does_not_fit_on_a_page_stands_on_the_next(world: World, caller: Caller) -> None:
    told, api = lists(world), caller(world.mia)
    Notice.objects.exclude(key__in=NAMES).delete()  # the approvals and handovers told of themselves

    def page(address: str, inside: str) -> dict[str, Any]:
        answer = api.get(address).json()
        return answer[inside] if inside else answer

    for path, inside, field, is_newest_first in told:
        first = page(f"/api/v1/stores/lotus/{path}{'&' if '?' in path else '?'}limit=2", inside)
        second = page(first["next"], inside)
        assert (first["count"], len(first["results"]), second["next"]) == (3, 2, None), path
        rows = [x[field] for x in first["results"] + second["results"]]
        assert rows == (NAMES[::-1] if is_newest_first else NAMES), path


def test_what_stands_beside_a_list_is_on_every_page_of_it(world: World, caller: Caller) -> None:
    told, api = lists(world), caller(world.mia)
    handover.write(world.store, world.mia, [("stock", "面霜只剩12瓶", None)])
    for path, key in (("handovers", "open"), ("notices", "unread")):
        pages = [api.get(f"/api/v1/stores/lotus/{path}?limit=1&offset={n}").json()[key] for n in (0, 2)]
        assert pages[0], path
        assert pages[0] == pages[1], path
    address = next(path for path, inside, *_rest in told if inside == "talks")
    assert api.get(f"/api/v1/stores/lotus/{address}?offset=9").json()["name"] == "美团"
    assert api.get("/api/v1/stores/lotus/approvals?state=settled&mine=1").json()["count"] == 0
