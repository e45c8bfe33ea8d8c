"""The campaigns of a store for programs: which there are, what one plans."""

import datetime as dt

from time_machine import travel

from campaigns import guarding
from campaigns.models import Campaign
from tests.api.conftest import Caller
from tests.campaigns.shop import FIRST, campaign, coupon, ladder, product
from tests.world import World

END = dt.datetime(2026, 12, 13, 16, tzinfo=dt.UTC)


@travel(dt.datetime(2026, 11, 20, 4, tzinfo=dt.UTC), tick=False)
def test_programs_find_a_campaign_and_read_what_it_plans(world: World, caller: Caller) -> None:
    made = campaign(world.store, (product(world.store, "mask", 8900, 2000), 6900))
    ladder(made, (12900, 1500))
    coupon(made, 9900, 1000)
    guarding.run(made)
    Campaign.objects.filter(pk=made.pk).update(event="double12", price_event="coins")
    made.items.update(quantity=50, limit=2)
    made.phases.create(kind="peak", starts_at=dt.datetime(2026, 12, 9, 16, tzinfo=dt.UTC), ends_at=END)
    product(world.store, "soap", 5900)
    Campaign.objects.create(store=world.store, name="开年", first_day="2026-01-05", last_day="2026-01-06")
    Campaign.objects.create(store=world.other, name="别家", first_day=FIRST, last_day=FIRST)
    ask = caller(world.vera)
    told = ask.get("/api/v1/stores/lotus/campaigns?when=coming").json()
    (row,) = told["results"]
    assert (told["count"], row["id"], row["products"], row["blocked"]) == (1, made.pk, 1, 1)
    assert (row["when"], row["first"], row["decide_by"]) == ("coming", "2026-12-10", "2026-12-03")
    assert (row["event"], row["price_rules"]) == ("double12", "coins")
    assert [x["name"] for x in ask.get("/api/v1/stores/lotus/campaigns?limit=1").json()["results"]] == ["双12"]
    assert ask.get("/api/v1/stores/lotus/campaigns?when=later").json()["errors"][0]["field"] == "when"
    assert ask.get("/api/v1/stores/lotus/campaigns?year=26").status_code == 422
    found = ask.get(f"/api/v1/stores/lotus/campaigns/{made.pk}").json()
    (mask,) = found["products"]
    # (69 x 2 - 15 - 10) / 2 = 56.50 of 89, below 70 % of 89
    assert (mask["code"], mask["list"], mask["price"], mask["deepest"]) == ("mask", "89.00", "69.00", "56.50")
    assert (mask["of_list"], mask["lowest_allowed"], mask["verdict"]) == ("0.634831", "62.30", "blocked")
    assert (mask["units"], mask["limit"]) == (50, 2)
    (phase,) = found["phases"]
    assert (phase["start"], phase["end"]) == ("2026-12-09T16:00:00Z", "2026-12-13T16:00:00Z")
    assert (phase["phase"], phase["share"]) == ("peak", None)
    assert [x["kind"] for x in found["offers"]] == ["timed", "reduction", "coupon"]
