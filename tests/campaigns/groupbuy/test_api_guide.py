"""The examples of docs/api.md are sent as they stand, and are those of the OpenAPI document."""

import datetime as dt
import json
import re
from pathlib import Path
from typing import Any

import pytest
from django.test import Client

from campaigns.api import examples
from campaigns.models import GroupDeal
from opsplan.lib import clock
from staff.services import create_token
from tests.campaigns.groupbuy.deals import sku
from tests.world import World

pytestmark = pytest.mark.django_db
GUIDE = Path(__file__).parents[3] / "docs" / "api.md"


def told() -> list[tuple[str, dict[str, Any]]]:
    """Paths and bodies of the chapter on group deals."""
    chapter = GUIDE.read_text().split("## Group deals")[1].split("\n## ")[0]
    block = re.search(r"```http\n(.*?)```", chapter, re.S)
    assert block
    return [(path, json.loads(body)) for path, body in re.findall(r"POST (\S+)\n(.*?)(?:\n\n|\Z)", block[1], re.S)]


def test_a_whole_deal_goes_as_the_guide_says(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    now = {"deals": (11, 20), "transition": (11, 20), "sites": (11, 20), "sales": (12, 1), "settlement": (12, 5)}
    sku(world.store, 200, "MM-01")
    token = create_token(world.mia, "key", "write", [world.store])[1]
    api, answers = Client(headers={"authorization": f"Bearer {token}"}), []
    for path, body in told():
        month, day = now[path.rpartition("/")[2]]
        monkeypatch.setattr(clock, "now", lambda at=dt.datetime(2026, month, day, 4, tzinfo=dt.UTC): at)
        made = GroupDeal.objects.first()
        url = "/api/v1" + (path.replace("/12/", f"/{made.pk}/") if made else path)
        sent = api.post(url, body, content_type="application/json")
        assert sent.status_code < 300, sent.content.decode()
        answers.append(sent.json())
    assert (answers[2]["state"], answers[3]["remaining"], answers[4]["receivable"]) == ("approved", 96, "250.24")
    assert [x["due"] for x in answers[5]["instalments"]] == ["75.07", "100.10", "75.07"]
    guard = api.get(f"/api/v1/stores/lotus/deals/{GroupDeal.objects.get().pk}").json()["guard"]
    assert [(x["reaches"], x["lowest_allowed"], x["is_blocked"]) for x in guard] == [("68.00", "61.60", False)]


def test_the_openapi_document_has_the_same_examples() -> None:
    names = ("SITE", "DEAL", "APPROVED", "ORDERS", "FIGURES", "RECEIVED")
    assert [body for _path, body in told()] == [getattr(examples, name) for name in names]
