"""The product tab by stage, role and campaign: page, file and drawer."""

import csv
import io
from typing import Any

import pytest
from django.test import Client

from products.models import Product
from staff.models import User
from tests.kpis.small_shop import make_small_shop
from tests.world import World

AT, DAYS = "/s/lotus/dashboard/products/", "period=custom&from=2026-11-10&to=2026-11-12"


@pytest.fixture
def page(world: World, client: Client, monkeypatch: pytest.MonkeyPatch) -> Any:
    """The mask grows, the cream has no stage."""
    monkeypatch.setenv("OPSPLAN_TODAY", "2026-11-13")
    User.objects.update(language="en")
    make_small_shop(world.store)
    Product.objects.filter(code="MASK").update(stage="growth", role="traffic")
    client.force_login(world.vera)
    return client


def test_the_tab_tells_products_by_stage_with_the_store_under_them(page: Client) -> None:
    groups = page.get(f"{AT}?{DAYS}&by=stage").context["groups"]
    told = [(row["label"], str(row["figures"][0].value)) for row in groups["rows"]]
    # 60 of A, D | 40 of A, B, E; the refunds are of orders of one product
    assert told == [("Incubation", "260.00"), ("Growth", "130.00")]
    assert str(groups["total"][0].value) == "390.00"


def test_a_figure_of_a_role_opens_its_explanation_and_its_rows(page: Client) -> None:
    told = page.get(f"/s/lotus/explain/pay_amt?{DAYS}&of=role:traffic")
    assert (told.status_code, told.context["member_label"]) == (200, "Traffic builder")
    assert page.get(f"/s/lotus/explain/pay_amt?{DAYS}&of=role:nobody").status_code == 404
    page.force_login(User.objects.get(username="bob"))
    [line] = page.get(f"/s/lotus/explain/pay_amt?{DAYS}&of=role:traffic").context["counted"]
    assert "Traffic builder" in page.get(line["url"]).content.decode()
    assert page.get(line["url"].replace("traffic", "nobody")).status_code == 404


def test_the_file_of_the_groups_ends_with_the_store(page: Client) -> None:
    text = page.get(f"/s/lotus/dashboard/export/role?{DAYS}&format=csv").content.decode("utf-8-sig")
    rows = list(csv.reader(io.StringIO(text)))
    assert (rows[0][0], rows[-1][0], rows[-1][1]) == ("Role in the range", "Whole store", "390.00")
