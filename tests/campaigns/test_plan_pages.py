"""The pages of a campaign: what people type, what they are told."""

import datetime as dt
from decimal import Decimal

import pytest
from django.core.exceptions import ValidationError
from django.core.management import CommandError, call_command
from django.test import Client
from django.urls import reverse
from django.utils import translation
from time_machine import travel

from campaigns import guarding, offer_forms
from campaigns.models import Campaign, CampaignOffer, CampaignRules, Guarded, Material, OrderBelow, Rehearsal
from campaigns.offers.kinds import ITEM_KINDS
from campaigns.tasks import rehearse
from campaigns.templatetags.offers import share_of_list
from kpis.models import Order, OrderLine, OrderStatus
from products.models import PaidPrice, PriceEvent
from staff.models import Approval, Task
from staff.services import create_token
from stores.models import Store
from tests.campaigns.shop import FIRST, campaign, coupon, ladder, product
from tests.staff.tasks import template
from tests.world import World, at

NOON = dt.datetime(2026, 11, 20, 4, tzinfo=dt.UTC)


@pytest.fixture(autouse=True)
def _november() -> object:
    with travel(NOON, tick=False), translation.override("en"):
        yield


@pytest.fixture
def mia(client: Client, world: World) -> Client:
    client.force_login(world.mia)
    client.cookies["django_language"] = "en"
    return client


def masks(world: World) -> Campaign:
    made = campaign(world.store, (product(world.store, "mask", 8900, 2000), 6900))
    ladder(made, (12900, 1500))
    coupon(made, 9900, 1000)
    guarding.run(made)
    return made


def test_the_plan_names_the_basket_that_breaks_the_floor(mia: Client, world: World) -> None:
    page = mia.get(at("campaign", masks(world).pk)).content.decode()
    assert "2 × mask" in page
    assert "¥56.50" in page  # (69 x 2 - 15 - 10) / 2


def test_conditions_that_are_not_written_down_lead_to_their_field(mia: Client, world: World) -> None:
    made = masks(world)
    Campaign.objects.filter(pk=made.pk).update(terms_shown="")
    page = mia.get(at("campaign", made.pk)).content.decode()
    assert f'href="{at("campaign_edit", made.pk)}#id_terms_shown"' in page
    assert 'id="id_terms_shown"' in mia.get(at("campaign_edit", made.pk)).content.decode()


def test_a_price_without_a_discount_is_called_so() -> None:
    assert [share_of_list(x) for x in (Decimal(1), Decimal("0.999"), None)] == ["full price", "99.9%", "—"]


def test_a_price_above_the_floor_that_breaks_another_rule_is_not_called_below_it(mia: Client, world: World) -> None:
    """The event takes 90 % of the lowest price of 30 days, 73.80; 74.00 is above the floor of 63.00, and refused."""
    cream, day = product(world.store, "cream", 9000), FIRST - dt.timedelta(days=20)
    paid = {"lowest_fen": 8200, "highest_fen": 9000, "units": 1}
    PaidPrice.objects.create(store=world.store, product=cream, day=day, **paid)
    PriceEvent.objects.create(store=world.store, key="big", name="大促", lookback_days=30, factor="0.9")
    made = campaign(world.store, (cream, 7400), price_event="big")
    guarding.run(made)
    row, page = Guarded.objects.get(), mia.get(at("campaign", made.pk)).content.decode()
    assert (row.is_blocked, row.deep_fen, row.low_fen, "破底价" in page) == (True, 7400, 6300, False)


def test_a_breach_keeps_it_from_being_checked_and_mending_it_lets_it_through(mia: Client, world: World) -> None:
    made = masks(world)
    mask = made.products.get()
    mia.post(at("campaign_step", made.pk), {"verb": "check"})
    made.refresh_from_db()
    assert made.state == "draft"
    mia.post(at("campaign_items", made.pk), {f"price-{mask.pk}": "79", f"limit-{mask.pk}": "1"})
    mia.post(at("campaign_step", made.pk), {"verb": "check"})
    mia.post(at("campaign_step", made.pk), {"verb": "ask"})
    made.refresh_from_db()
    assert made.state == "checked"
    assert Approval.objects.get().about == f"campaign:{made.pk}"


def test_an_offer_is_typed_in_yuan_and_percent(mia: Client, world: World) -> None:
    made = campaign(world.store, (product(world.store, "mask", 8900), None))
    form = {
        "kind": "reduction",
        "level": "shop",
        "audience": "all",
        "steps": "129 15\n259 40",
        "platform_percent": "70",
    }
    assert mia.post(at("offer_new", made.pk), form).status_code == 302
    offer = CampaignOffer.objects.get()
    assert [(step["at"], step["off_fen"]) for step in offer.terms["steps"]] == [(12900, 1500), (25900, 4000)]
    assert offer.platform_bp == 7000
    assert 'value="70' in mia.get(at("offer_edit", made.pk, offer.pk)).content.decode()


@pytest.mark.parametrize("kind", CampaignOffer.Kind.values)
def test_every_kind_of_offer_can_be_typed_and_is_shown_again(mia: Client, world: World, kind: str) -> None:
    made = campaign(world.store, (product(world.store, "mask", 8900), None))
    form = {
        "kind": kind, "level": "shop", "audience": "all", "steps": "129 15", "gifts": "199 sheet 2.1 2", "n": "2",
        "prices": "mask 79", "tiers": "1 4", "at": "99", "off": "10", "percent": "5", "item": "soap", "price": "1",
        "cost": "3", "deposit": "20", "counts": "40", "stock": "10",
    }  # fmt: skip
    mia.post(at("offer_new", made.pk), form)
    offer = CampaignOffer.objects.get()
    assert (offer.level == "item") == (kind in ITEM_KINDS)  # whatever the form was left at
    assert mia.get(at("campaign", made.pk)).status_code == 200
    assert mia.get(at("offer_edit", made.pk, offer.pk)).status_code == 200
    assert mia.post(at("offer_edit", made.pk, offer.pk), form).status_code == 302
    before, offer = offer.terms, CampaignOffer.objects.get()
    assert offer.terms == before


def test_a_vip_price_says_when_the_shop_has_too_few_styles_for_vip(mia: Client, world: World) -> None:
    made = campaign(world.store, (product(world.store, "mask", 8900), None))
    form = {"kind": "vip", "level": "shop", "audience": "all", "tiers": "1 4"}
    told = [str(x) for x in mia.post(at("offer_new", made.pk), form, follow=True).context["messages"]]
    assert told[1] == "设置店铺 VIP 需要在售 50 款，本店现有 1 款。"


def test_terms_that_cannot_be_read_are_refused_and_kept_on_the_page(mia: Client, world: World) -> None:
    made = campaign(world.store, (product(world.store, "mask", 8900), None))
    answer = mia.post(
        at("offer_new", made.pk), {"kind": "reduction", "level": "shop", "audience": "all", "steps": "129"}
    )
    assert answer.status_code == 422
    assert "129</textarea>" in answer.content.decode()
    assert not CampaignOffer.objects.exists()


@pytest.mark.parametrize(
    ("typed", "steps"),
    [
        ("1,299 100\n2,599 ¥240", [(129900, 10000), (259900, 24000)]),  # it had been 1 and 299
        ("１２９，１５", [(12900, 1500)]),
        ("1万 -500", [(1000000, 50000)]),
        ("199 - 20", [(19900, 2000)]),
    ],
)
def test_amounts_of_steps_are_typed_as_everywhere_else(typed: str, steps: list[tuple[int, int]]) -> None:
    found = offer_forms.ladder_terms({"steps": typed})["steps"]
    assert [(step["at"], step["off_fen"]) for step in found] == steps
    assert offer_forms.ladder_terms({"steps": "3 20％", "by_pieces": True})["steps"] == [{"at": 3, "rate_bp": 8000}]


@pytest.mark.parametrize("typed", ["129", "1,299", "1 299 100", "129 x", "129 1,5", "10 000 500"])
def test_a_line_that_says_too_little_or_too_much_is_refused(typed: str) -> None:
    with pytest.raises((ValueError, ValidationError)):
        offer_forms.ladder_terms({"steps": typed})


def test_a_price_of_a_product_nobody_knows_is_refused(mia: Client, world: World) -> None:
    made = campaign(world.store, (product(world.store, "mask", 8900), None))
    form = {"kind": "flash", "level": "item", "audience": "all", "stock": "9", "prices": "mask 79\nmsak 59"}
    answer = mia.post(at("offer_new", made.pk), form)
    assert (answer.status_code, CampaignOffer.objects.count()) == (422, 0)
    assert "msak" in str(answer.context["form"].errors["prices"])


def test_phases_are_typed_in_the_time_of_the_store(mia: Client, world: World) -> None:
    made = campaign(world.store, (product(world.store, "mask", 8900), None))
    form = {"peak-starts": "2026-12-11T20:00", "peak-ends": "2026-12-12T23:59"}
    mia.post(at("campaign_phases", made.pk), form)
    assert made.phases.get().starts_at == dt.datetime(2026, 12, 11, 12, tzinfo=dt.UTC)
    form["encore-starts"], form["encore-ends"] = "2026-12-12T10:00", "2026-12-13T10:00"
    assert mia.post(at("campaign_phases", made.pk), form).status_code == 422


def test_a_moved_campaign_takes_its_open_tasks_and_phases_along(mia: Client, world: World) -> None:
    template(world.store, world.alice, rule="", trigger="campaign", offset=-3, title="9 要点")
    form = {"name": "双12", "kind": "own", "first_day": "2026-12-10", "last_day": "2026-12-13"}
    mia.post(at("campaign_new"), form)
    made = Campaign.objects.get()
    made.phases.create(kind="peak", starts_at="2026-12-11T16:00Z", ends_at="2026-12-12T16:00Z")
    before = dict(Task.objects.values_list("pk", "day"))
    assert before
    mia.post(at("campaign_edit", made.pk), form | {"first_day": "2026-12-12", "last_day": "2026-12-15"})
    assert {pk: day - before[pk] for pk, day in Task.objects.values_list("pk", "day")} == dict.fromkeys(
        before, dt.timedelta(days=2)
    )
    assert made.phases.get().starts_at == dt.datetime(2026, 12, 13, 16, tzinfo=dt.UTC)


def test_a_copy_begins_on_the_day_like_it_with_tasks_of_its_own(mia: Client, world: World) -> None:
    template(world.store, world.alice, rule="", trigger="campaign", offset=-3, title="9 要点")
    made = campaign(world.store, (product(world.store, "mask", 8900), 7900), event="double_12")
    mia.post(at("campaign_clone", made.pk))
    copy = Campaign.objects.get(copied_from=made)
    assert copy.first_day == dt.date(2027, 12, 10)
    assert Task.objects.filter(key=f"campaign:{copy.pk}").exists()


def test_a_member_ticks_points_but_sets_no_budget(client: Client, world: World) -> None:
    client.force_login(world.bob)
    made = campaign(world.store, (product(world.store, "mask", 8900), None))
    client.post(at("campaign_work_do", made.pk), {"what": "tick_point", "point": "3", "done": "yes"})
    assert made.points.get().done_by == world.bob
    assert client.post(at("campaign_work_do", made.pk), {"what": "set_budgets"}).status_code == 403


def test_material_plan_b_goals_and_talks_are_written_down(mia: Client, world: World) -> None:
    made = campaign(world.store, (product(world.store, "mask", 8900), None))
    url = at("campaign_work_do", made.pk)
    mia.post(url, {"what": "add_material"})
    assert Material.objects.count() == 5
    one = Material.objects.first()
    assert one is not None
    mia.post(url, {"what": "set_material", "material": one.pk, "state": "done", "owner": world.bob.pk})
    mia.post(url, {"what": "set_material", "material": one.pk, "state": "done", "owner": world.charlie.pk})
    one.refresh_from_db()
    assert (one.state, one.owner) == ("done", world.bob)
    mia.post(url, {"what": "add_plan_b", "trigger": "weak", "limit": "50", "answer": "加投直通车"})
    mia.post(url, {"what": "set_goal", "metric": "real_amt", "value": "200000"})
    mia.post(url, {"what": "set_goal", "metric": "upt", "value": "2"})  # no goal of this kind of campaign
    mia.post(url, {"what": "add_contact", "day": "2026-11-20", "who": "小二", "said": "报名已收"})
    page = mia.get(at("campaign_work", made.pk)).content.decode()
    assert all(text in page for text in ("加投直通车", "¥200,000.00", "报名已收"))
    assert "老买家" not in page
    Campaign.objects.update(kind="mail")  # a tool is judged by its own KPIs, too (S091)
    mia.post(url, {"what": "set_goal", "metric": "repeat_rate", "value": "12"})
    page = mia.get(at("campaign_work", made.pk)).content.decode()
    assert all(text in page for text in ("支付老买家数", "<b>12%</b>"))


def test_the_review_waits_for_the_end_and_its_lesson_comes_back(mia: Client, world: World) -> None:
    made = campaign(world.store, (product(world.store, "mask", 8900), 7900))
    said = {"words": "卖得好", "lesson": "赠品备少了"}
    mia.post(at("campaign_review", made.pk), said)
    assert not hasattr(Campaign.objects.get(), "review")
    Campaign.objects.update(state="ended", first_day="2025-12-10", last_day="2025-12-13")
    mia.post(at("campaign_review", made.pk), said)
    assert Campaign.objects.get().state == "reviewed"
    later = Campaign.objects.create(store=world.store, name="新", first_day=FIRST, last_day=FIRST)
    assert "赠品备少了" in mia.get(at("campaign", later.pk)).content.decode()


def order(store: Store, number: str, *goods: tuple[int, int]) -> None:
    Order.objects.create(
        store=store, order_no=number, status=OrderStatus.FINISHED, created_at=NOON, paid_at=NOON,
        order_day="2026-11-10", pay_day="2026-11-10", total_fen=1, pay_fen=1,
    )  # fmt: skip
    for key, (pk, pieces) in enumerate(goods):
        OrderLine.objects.create(
            store=store, order_no=number, line_key=f"{key}", code="x", price_fen=1, qty=pieces, product_id_ref=pk
        )


def test_a_rehearsal_replays_the_paid_orders_of_the_period(mia: Client, world: World) -> None:
    made = masks(world)
    pk = made.products.get().pk
    for number, pieces in (("1", 1), ("2", 2), ("3", 2)):
        order(world.store, number, (pk, pieces))
    mia.post(at("campaign_rehearsal", made.pk), {"from": "2026-11-10", "to": "2026-11-10"})
    rehearse(Rehearsal.objects.get().pk)
    result = Rehearsal.objects.get().result
    # one mask: 69 (no threshold); two: 138 - 15 - 10 = 113, twice
    assert (result["orders"], result["paid_fen"], result["under"]) == (3, 6900 + 2 * 11300, 2)
    assert result["merchant_fen"] == 5 * 2000 + 2 * 2500
    assert result["tiers"][0]["orders"] == 2
    # costs: 5 x 20; fee 5 %: 3.45 and 5.65 twice; freight 6 and packaging 2 each
    assert result["profit_fen"] == 29500 - 10000 - (345 + 2 * 565) - 3 * 800
    shown = mia.get(at("campaign_rehearsal", made.pk))
    assert "¥295" in shown.content.decode()
    assert shown.context["result"]["worst"][0]["lines"] == [(made.products.get().title, 1)]
    assert "¥295" in mia.get(at("campaign", made.pk)).content.decode()
    below = at("campaign_rehearsal_below", made.pk)
    assert f'href="{below}">2</a>' in shown.content.decode()
    rehearse(Rehearsal.objects.create(campaign=made, first="2026-11-10", last="2026-11-10", asked_at=NOON).pk)  # anew
    page = mia.get(below)
    rows = [(row["order"].order_no, row["goods"], row["order"].piece_fen) for row in page.context["rows"]]
    title = made.products.get().title
    assert rows == [("2", [(title, 2)], 5650), ("3", [(title, 2)], 5650)]  # 113 for two; the floor is 70 % of 89
    assert page.context["page"].paginator.count == Rehearsal.objects.first().result["under"]
    assert OrderBelow.objects.count() == 2
    assert "¥62.30" in page.content.decode()
    last = Rehearsal.objects.first()
    last.result |= {"left_out": [["mask", 3]] * 21, "stands": [["gone", 1]], "part": 7}
    last.save()
    text = mia.get(at("campaign_rehearsal", made.pk)).content.decode()
    assert text.count(f"{title} <small") == 20  # and one more
    assert ("gone <small" in text, "<dd>7</dd>" in text) == (True, True)


def test_the_calculator_answers_alike_on_the_page_over_rest_and_on_the_command_line(
    mia: Client, world: World, capsys: pytest.CaptureFixture[str]
) -> None:
    made = masks(world)
    asked = {"code": "mask", "pieces": "2", "at": "2026-12-11T12:00", "campaign": made.pk}
    page = mia.get(at("price"), asked).context["told"]
    _token, secret = create_token(world.mia, "t", "read", [world.store])
    rest = mia.get(
        reverse("api_price", args=["lotus"]),
        {"line": "mask:2", "at": "2026-12-11T12:00", "campaign": made.pk},
        headers={"authorization": f"Bearer {secret}"},
    ).json()
    call_command("price", "lotus", "mask=2", "--at", "2026-12-11T12:00", "--campaign", f"{made.pk}", "--json")
    line = capsys.readouterr().out
    assert (page["payable_fen"], rest["payable"]) == (11300, "113.00")
    assert '"payable": "113.00"' in line
    assert [step["after"] for step in rest["steps"]] == ["138.00", "123.00", "113.00"]


def test_the_calculator_takes_points_and_add_ons_and_its_receipt_adds_up(
    mia: Client, world: World, capsys: pytest.CaptureFixture[str]
) -> None:
    made = masks(world)  # two masks: 138, less 15 and 10 = 113
    offer = CampaignOffer.objects.create
    offer(campaign=made, kind="points", terms={"max_bp": 5000})
    offer(campaign=made, kind="add_on", terms={"at_fen": 10000, "item": "sponge", "price_fen": 100, "cost_fen": 300})
    CampaignRules.objects.create(store=world.store, sold_freight_fen=800)
    asked = {"at": "2026-12-11T12:00", "campaign": made.pk, "points": "3.50", "addons": "1"}
    page = mia.get(at("price"), {"code": "mask", "pieces": "2", **asked}).context["told"]
    head = {"authorization": f"Bearer {create_token(world.mia, 't', 'read', [world.store])[1]}"}
    rest = mia.get(reverse("api_price", args=["lotus"]), {"line": "mask:2", **asked}, headers=head).json()
    assert page["payable_fen"] == 11300 - 350 + 100 + 800
    assert (rest["payable"], rest["add_ons"], rest["extras"][0]["price"]) == ("118.50", "1.00", "1.00")
    wrong = mia.get(reverse("api_price", args=["lotus"]), {"line": "mask:2", "points": "-5"}, headers=head)
    assert (wrong.status_code, wrong.json()["errors"][0]["field"]) == (422, "points")
    call_command("price", "lotus", "mask=2", "--at", "2026-12-11T12:00", "--campaign", f"{made.pk}", "--addons")
    amounts = [line.split()[0] for line in capsys.readouterr().out.splitlines()]
    assert amounts == ["¥178", "-¥40", "-¥15", "-¥10", "+¥1", "+¥8", "¥122"]


def test_a_dollar_store_gives_dollars_off_on_the_page_over_rest_and_on_the_command_line(
    mia: Client, world: World, capsys: pytest.CaptureFixture[str]
) -> None:
    Store.objects.filter(pk=world.store.pk).update(currency="USD")
    made = masks(world)
    asked = {"line": "mask:2", "at": "2026-12-11T12:00", "campaign": made.pk}
    head = {"authorization": f"Bearer {create_token(world.mia, 't', 'read', [world.store])[1]}"}
    told = [mia.get(at("campaign", made.pk)).content.decode()]
    told += [mia.get(reverse("api_price", args=["lotus"]), asked, headers=head).content.decode()]
    call_command("price", "lotus", "mask=2", "--at", "2026-12-11T12:00", "--campaign", f"{made.pk}")
    told += [capsys.readouterr().out]
    assert [("$15" in text, "¥" in text) for text in told] == [(True, False)] * 3


def test_a_draft_gives_nothing_to_a_buyer_of_today(mia: Client, world: World) -> None:
    masks(world)
    told = mia.get(at("price"), {"code": "mask", "pieces": "2", "at": "2026-12-11T12:00"}).context["told"]
    assert told["payable_fen"] == 17800


def test_a_product_told_of_twice_is_one_line_and_its_second_piece_at_half_price(mia: Client, world: World) -> None:
    made = masks(world)
    made.offers.all().delete()
    made.items.update(price_fen=None)
    CampaignOffer.objects.create(campaign=made, kind="nth", terms={"n": 2, "rate_bp": 5000})
    asked = {"code": ["mask", "mask"], "pieces": ["1", "1"], "at": "2026-12-11T12:00", "campaign": made.pk}
    told = mia.get(at("price"), asked).context["told"]
    assert ([x["units"] for x in told["lines"]], told["payable_fen"]) == ([2], 13350)


@pytest.mark.parametrize(
    "asked", [{"code": "nothing"}, *({"code": "mask", **x} for x in ({"pieces": "1.5"}, {"pieces": "0"}, {"at": "x"}))]
)
def test_a_question_that_cannot_be_answered_says_why(mia: Client, world: World, asked: dict[str, str]) -> None:
    masks(world)
    answer = mia.get(at("price"), asked)
    assert answer.status_code == 422
    assert answer.context["errors"]


def test_the_list_shows_where_a_price_is_below_the_floor(mia: Client, world: World) -> None:
    masks(world)
    assert "破底价" in mia.get(at("campaigns")).content.decode()
    assert Guarded.objects.get().is_blocked


@pytest.mark.parametrize("wrong", [["mask"], ["=1"], ["mask=x"], ["mask=1", "--at", "0001-01-01T00:00"]])
def test_a_basket_that_cannot_be_read_is_wrong_usage(world: World, wrong: list[str]) -> None:
    with pytest.raises(CommandError) as refused:
        call_command("price", "lotus", *wrong)
    assert refused.value.returncode == 2
