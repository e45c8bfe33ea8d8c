"""Offers of a campaign over REST: every kind is taken as it is told, and kept as the page would have kept it."""

import datetime as dt
from typing import Any

import pytest
from time_machine import travel

from campaigns.api import examples
from campaigns.models import Campaign, CampaignOffer
from campaigns.offer_forms import OfferForm
from tests.api.conftest import Caller
from tests.campaigns.shop import campaign, product
from tests.world import World

JSON = "application/json"


@pytest.fixture(autouse=True)
def _november() -> object:
    with travel(dt.datetime(2026, 11, 20, 4, tzinfo=dt.UTC), tick=False):
        yield


@pytest.fixture
def sale(world: World) -> Campaign:
    return campaign(
        world.store, (product(world.store, "A", 20000, 2000), None), (product(world.store, "B", 30000), None)
    )


def at(of: Campaign, offer: object = "") -> str:
    return f"/api/v1/stores/lotus/campaigns/{of.pk}/offers{'/' if offer else ''}{offer}"


def wrong(answer: Any) -> tuple[int, str]:
    return answer.status_code, answer.json()["errors"][0]["field"]


KINDS: list[tuple[str, dict[str, Any], dict[str, Any]]] = [
    ("timed", {"prices": [{"code": "A", "price": "150"}]}, {"prices": {"A": 15000}, "rate_bp": None, "off_fen": None}),
    ("flash", {"off_rate": "0.2"}, {"prices": {}, "rate_bp": 8000, "off_fen": None}),
    ("reduction", {"steps": [{"from": "300", "off": 40}], "repeating": True, "cap": "120"},
     {"steps": [{"at": 30000, "off_fen": 4000}], "by_pieces": False, "repeating": True, "cap_fen": 12000}),
    ("full_rate", {"steps": [{"from": "2", "off_rate": "0.125"}], "by_units": True},
     {"steps": [{"at": 2, "rate_bp": 8750}], "by_pieces": True, "repeating": False, "cap_fen": None}),
    ("gift", {"gifts": [{"from": "199", "item": "面膜 10 ml", "cost": "2.10", "units": 2}]},
     {"steps": [{"at": 19900, "item": "面膜 10 ml", "cost_fen": 210, "pieces": 2}], "by_pieces": False}),
    ("nth", {"n": 2, "off_rate": "0.5"}, {"n": 2, "rate_bp": 5000}),
    ("add_on", {"from": "99", "item": "化妆棉", "price": "9.9", "cost": "3"},
     {"at_fen": 9900, "item": "化妆棉", "price_fen": 990, "cost_fen": 300}),
    ("n_free", {"n": 3}, {"n": 3}),
    ("free_freight", {"from": "59", "units": 2}, {"at_fen": 5900, "pieces": 2}),
    ("coupon", {"from": "99", "off": "10", "claim_from": "2026-12-01T00:00:00+08:00"},
     {"at_fen": 9900, "off_fen": 1000, "rate_bp": 10000, "cap_fen": None, "claim_from": "2026-11-30T16:00:00+00:00"}),
    ("vip", {"tiers": [{"level": 1, "off_rate": "0.05"}, {"level": 2, "off_rate": "0.08"}]},
     {"rates": {"1": 9500, "2": 9200}}),
    ("presale", {"deposit": "20", "counts": "40", "off": "0"},
     {"deposit_fen": 2000, "counts_fen": 4000, "off_fen": 0}),
    ("points", {"off_rate": "0.05"}, {"max_bp": 500}),
]  # fmt: skip


def test_terms_of_every_kind_are_kept_in_fen_and_told_as_they_are_taken(
    world: World, caller: Caller, sale: Campaign
) -> None:
    api, kept, again = caller(world.mia, "write"), {}, {}
    for kind, terms, _wanted in KINDS:
        more = {"units": 50} if kind == "flash" else {}
        answer = api.post(at(sale), {"kind": kind, "terms": terms, **more}, JSON)
        assert answer.status_code == 201, answer.json()
        made = CampaignOffer.objects.get(pk=answer.json()["id"])
        kept[kind] = {x: y for x, y in made.terms.items() if x != "claim_until"}
        told = {name: answer.json()[name] for name in ("kind", "terms", "units")}
        again[kind] = api.post(at(sale), told, JSON).status_code  # the same, as it was told: no second one
        assert OfferForm(campaign=sale, instance=made).initial["gifts"] == (
            "199.00 面膜 10 ml 2.10 2" if kind == "gift" else ""
        )
    claim = {"claim_from": kept["coupon"].pop("claim_from")}
    assert dt.datetime.fromisoformat(claim["claim_from"]) == dt.datetime(2026, 11, 30, 16, tzinfo=dt.UTC)
    wanted = {kind: {x: y for x, y in terms.items() if x != "claim_from"} for kind, _said, terms in KINDS}
    assert (kept, set(again.values()), sale.offers.count()) == (wanted, {200}, len(KINDS))
    levels = dict(sale.offers.values_list("kind", "level"))
    assert (levels["timed"], levels["coupon"], levels["nth"]) == ("item", "shop", "item")
    assert len(api.get(at(sale)).json()["offers"]) == len(KINDS)


def test_what_is_not_named_stays_and_a_blocked_price_is_told(world: World, caller: Caller, sale: Campaign) -> None:
    api = caller(world.mia, "write")
    answer = api.post(at(sale), examples.LADDER | {"products": ["A"], "platform_share": "0.25"}, JSON)
    made = answer.json()
    assert (answer.status_code, made["blocked"], made["warnings"]) == (201, [], [])
    assert (made["products"], made["excludes"], made["platform_share"]) == (["A"], ["coupon"], "0.2500")
    here = at(sale, made["id"])
    told = api.patch(here, {"ends_at": "2026-12-11T00:00:00+08:00", "limit": 3}, JSON).json()
    assert (told["ends_at"], told["limit"], told["terms"]) == ("2026-12-10T16:00:00Z", 3, made["terms"])
    told = api.patch(here, {"terms": {"steps": [{"from": "200", "off": "90"}]}}, JSON).json()
    assert (told["blocked"], len(told["warnings"]), told["limit"]) == (["A"], 1, 3)  # 200 - 75 % of 90 is below 140
    assert api.get(here).json()["text"] == "满 ¥200 减 ¥90"
    told = api.patch(here, {"products": [], "ends_at": None, "limit": None}, JSON).json()
    assert (told["products"], told["ends_at"], told["limit"]) == ([], None, None)
    assert [api.delete(here).status_code for _n in range(2)] == [204, 404]
    other = Campaign.objects.create(store=world.store, name="x", first_day="2026-12-01", last_day="2026-12-02")
    known = sale.offers.create(kind="points", terms={"max_bp": 500})
    assert api.get(at(other, known.pk)).status_code == 404


@pytest.mark.parametrize(
    ("said", "field"),
    [
        ({"kind": "reduction", "terms": {"n": 2}}, "terms.n"),
        ({"kind": "reduction", "terms": {"steps": [{"from": "300"}]}}, "terms.steps[0]"),
        ({"kind": "reduction", "terms": {"steps": [{"from": "300", "off": "5", "off_rate": "0.05"}]}},
         "terms.steps[0]"),
        ({"kind": "reduction", "terms": {"steps": [{"from": "3,0", "off": "5"}]}}, "terms.steps[0].from"),
        ({"kind": "reduction", "terms": {"steps": [{"from": "300", "off": "-5"}]}}, "terms"),
        ({"kind": "reduction", "terms": {"step": []}}, "terms.step"),
        ({"kind": "full_rate", "terms": {"steps": [{"from": "300", "off_rate": "20"}]}}, "terms.steps[0].off_rate"),
        ({"kind": "timed", "terms": {"prices": [{"code": "X", "price": "5"}]}}, "terms.prices"),
        ({"kind": "gift", "terms": {"gifts": [{"from": "300", "cost": "5"}]}}, "terms.gifts[0]"),
        ({"kind": "nth", "terms": {"n": 1, "off_rate": "0.5"}}, "terms.n"),
        ({"kind": "nth", "terms": {}}, "terms"),
        ({"kind": "points", "terms": {"off_rate": "5"}}, "terms.off_rate"),
        ({"kind": "coupon", "terms": {"off": "5", "claim_from": "2026-12-01T00:00"}}, "terms.claim_from"),
        ({"kind": "points", "products": ["A", "Z"]}, "products[1]"),
        ({"kind": "points", "starts_at": "2026-12-01T00:00"}, "starts_at"),
        ({"kind": "points", "excludes": ["sale"], "terms": {"off_rate": "0.05"}}, "excludes"),
        ({"kind": "points", "units": -1, "terms": {"off_rate": "0.05"}}, "units"),
        ({"kind": "points", "platform_share": "0.6", "influencer_share": "0.6", "terms": {"off_rate": "0.05"}},
         "platform_share"),
        ({"kind": "sale"}, "kind"),
        ({"terms": {}}, "kind"),
    ],
)  # fmt: skip
def test_offers_that_cannot_be_are_refused_by_their_place(
    world: World, caller: Caller, sale: Campaign, said: dict[str, Any], field: str
) -> None:
    assert wrong(caller(world.mia, "write").post(at(sale), said, JSON)) == (422, field)
    assert not sale.offers.exists()


def test_offers_of_what_is_over_stay(world: World, caller: Caller, sale: Campaign) -> None:
    api = caller(world.mia, "write")
    offer = sale.offers.create(kind="points", terms={"max_bp": 500})
    Campaign.objects.update(state="reviewed")
    answers = [
        api.post(at(sale), examples.LADDER, JSON),
        api.patch(at(sale, offer.pk), {"name": "x"}, JSON),
        api.delete(at(sale, offer.pk)),
        api.patch(at(sale).replace("offers", "products"), {"lines": [{"code": "A", "price": "150"}]}, JSON),
    ]
    assert [x.status_code for x in answers] == [422] * 4
    offer.refresh_from_db()
    assert (offer.name, sale.offers.count()) == ("", 1)
