"""Lists stand in one order whatever a database does with unknown values and with the keys of what it keeps as JSON."""

import datetime as dt
from dataclasses import asdict

from auditlog.models import LogEntry
from django.contrib.contenttypes.models import ContentType
from django.test import Client
from django.urls import reverse

from kpis.clients import statement_figures
from kpis.files import uploads
from kpis.files.uploads import Filter
from kpis.metrics import METRICS
from kpis.models import DayWeights, Statement, Upload
from opsplan.lib import clock
from products.models import Cost, Product
from products.queries import product_list
from staff.changelog import told
from staff.models import ApiToken, Member
from stores import fees
from stores.models import Contract
from tests.world import World

DAY = dt.date(2026, 3, 1)


def test_what_is_not_known_comes_last_either_way(world: World) -> None:
    for code, cost in (("A", None), ("B", 200), ("C", 100)):
        product = Product.objects.create(store=world.store, code=code, title=code)
        if cost is not None:
            Cost.objects.create(product=product, from_day=DAY, cost_fen=cost)
    for sort, codes in (("cost", "CBA"), ("-cost", "BCA")):
        assert "".join(x.code for x in product_list(world.store, DAY, sort=sort)) == codes
    for name, first in (("none", None), ("late", 9), ("early", 2)):
        days = {"first_day": DAY.replace(day=first), "last_day": DAY.replace(day=first)} if first else {}
        Upload.objects.create(store=world.store, name=name, state=Upload.State.LOADED, created_at=clock.now(), **days)
    for sort, names in (("day", ["early", "late", "none"]), ("-day", ["late", "early", "none"])):
        assert [x.name for x in uploads.upload_list(world.store, Filter(), sort)] == names


def test_keys_in_force_stand_before_those_taken_back(world: World, client: Client) -> None:
    for name, at in (("old", clock.now()), ("new", None)):
        ApiToken.objects.create(user=world.alice, name=name, digest=name, revoked_at=at)
    client.force_login(world.alice)
    assert [x.name for x in client.get(reverse("tokens")).context["tokens"]] == ["new", "old"]


def test_a_change_tells_its_fields_in_the_order_of_the_model(world: World) -> None:
    names = ["duties", "level"]
    kind = ContentType.objects.get_for_model(Member)
    entry = LogEntry(content_type=kind, action=1, timestamp=clock.now(), changes={x: ["", '["x"]'] for x in names})
    (change,) = told([entry])
    fields = [str(field.verbose_name) for field in Member._meta.fields if field.name in names]
    assert [name for name, _old, _new in change.fields] == fields


def test_weights_of_special_days_stand_by_the_calendar(world: World, client: Client) -> None:
    special = {"event:double_11": "6", "event:mid_year_618": "4.2"}
    DayWeights.objects.create(
        store=world.store, since=DAY, week=["1"] * 7, special=special, updated_at=clock.now(), by=world.alice
    )
    client.force_login(world.alice)
    page = client.get(reverse("plan_month", args=["lotus"]), {"month": "2026-03"}).content.decode()
    assert 0 < page.index("special:event:mid_year_618") < page.index("special:event:double_11")


def test_an_issued_statement_tells_the_figures_in_the_order_of_the_contract(world: World) -> None:
    contract = Contract(metrics=["real_amt", "cvr"])
    needs = list(METRICS["net_amt"].needs)
    kept = {"value": "1.00", "inputs": dict.fromkeys(needs[::-1], "1.00"), "marks": [], "missing": []}
    content = {
        "basis": "net_amt", "currency": "CNY", "formula": {}, "lines": [],
        "terms": {"tiers": []}, "account": asdict(fees.account(fees.Terms(), 0, 31, 31)),
        "stores": [
            {"slug": "x", "name": "X", "figures": dict.fromkeys(["cvr", "net_amt", "real_amt"], kept), "targets": {}}
        ],
    }  # fmt: skip
    (share,) = statement_figures.told(
        Statement(contract=contract, first=DAY, last=DAY.replace(day=31), content=content)
    ).shares
    assert list(share.figures) == ["net_amt", "real_amt", "cvr"]
    assert list(share.figures["net_amt"].inputs) == needs
