"""Heads that name a currency: written in that of the store being served, read whatever they name."""

from decimal import Decimal

import pytest
from django.core.exceptions import ValidationError
from django.test import Client
from django.urls import reverse
from django.utils import translation

from campaigns.forms import CampaignForm
from campaigns.groupbuy import results
from campaigns.price_rules import rules_as_written
from products.catalogue_files import HEADER, columns_of
from products.models import Cost, Product
from products.pasting import read_cost
from stores import currency
from stores.amounts import AmountField
from stores.models import Store
from tests.world import World, at


@pytest.mark.parametrize(
    ("head", "plain"),
    [
        ("成本（元）", "成本"),
        ("Unit cost (USD)", "Unit cost"),
        ("Price (¥)", "Price"),
        ("规格（cm）", "规格（cm）"),
    ],
)
def test_a_head_is_known_without_its_currency(head: str, plain: str) -> None:
    assert currency.without_unit(head) == plain


def test_every_label_that_names_yuan_can_name_another(world: World) -> None:
    with currency.override("USD"):
        assert [currency.in_currency(x) for x in ("团购价（元）", "Deal price (¥)", "Paid (yuan)")] == [
            "团购价（USD）", "Deal price (USD)", "Paid (USD)",
        ]  # fmt: skip


@pytest.mark.parametrize("language", ["en", "zh-hans"])
def test_the_product_table_of_a_dollar_store_says_so_and_is_read_again(
    world: World, client: Client, language: str
) -> None:
    Store.objects.filter(pk=world.store.pk).update(currency="USD")
    product = Product.objects.create(store=world.store, code="A1", title="x")
    Cost.objects.create(product=product, from_day="2026-01-01", cost_fen=100)
    world.mia.language = language
    world.mia.save()
    client.force_login(world.mia)
    [head, *_rows] = client.get(at("products") + "?format=csv").content.decode("utf-8-sig").splitlines()
    assert "USD" in head
    assert not {"元", "yuan"} & set(
        head.replace("(", " ").replace(")", " ").replace("（", " ").replace("）", " ").split()
    )
    with translation.override(language):
        assert len(columns_of(head.split(","))) == len(HEADER)


def test_a_file_of_results_is_read_whatever_its_money_is_named() -> None:
    with translation.override("en"):
        assert results.columns_of(["Order or voucher", "Paid (USD)", "Refunded (yuan)"]).keys() >= {"paid", "refund"}


def test_the_lines_of_a_deal_are_priced_in_the_stores_currency(world: World, client: Client) -> None:
    Store.objects.filter(pk=world.store.pk).update(currency="USD")
    world.mia.language = "en"
    world.mia.save()
    client.force_login(world.mia)
    page = client.get(reverse("deal_new", args=["lotus"])).content.decode()
    assert ("Deal price (USD)" in page, "(¥)" in page) == (True, False)


def test_a_cost_is_read_whatever_sign_it_bears() -> None:
    assert [read_cost(x) for x in ("$1,234.5", "€9", "12.50元", "¥3")] == [123450, 900, 1250, 300]


def dollars(world: World) -> Store:
    Store.objects.filter(pk=world.store.pk).update(currency="USD")
    return Store.objects.get(pk=world.store.pk)


def test_the_rules_of_a_dollar_store_name_dollars_and_no_law_of_chinas(world: World, client: Client) -> None:
    assert "市场" not in " ".join(rule.text + rule.source for rule in rules_as_written(dollars(world)))
    world.mia.language = "en"
    world.mia.save()
    client.force_login(world.mia)
    page = client.get(reverse("campaign_rules", args=["lotus"])).content.decode()
    assert ("Freight of an order (USD)" in page, "yuan" in page, "规定" in page) == (True, False, False)


@pytest.mark.parametrize(("typed", "read"), [("1,234.50", "1234.50"), ("$1,500", "1500"), ("30k", "30000"), ("", None)])
def test_amounts_in_forms_are_read_as_people_write_them(typed: str, read: str | None) -> None:
    assert AmountField(required=False, decimal_places=2).clean(typed) == (read and Decimal(read))


def test_what_is_no_amount_is_refused() -> None:
    with pytest.raises(ValidationError):
        AmountField(decimal_places=2).clean("a lot")


def test_a_store_abroad_is_offered_no_sale_of_taobaos(world: World) -> None:
    offered = {name: str(CampaignForm(store=dollars(world))[name]) for name in ("kind", "event", "price_event")}
    assert not [name for name, told in offered.items() if "juhuasuan" in told or "double_11" in told]
    assert "black_friday" in offered["event"]


def test_a_store_of_another_platform_is_offered_no_sale_of_taobaos(world: World) -> None:
    told = {}
    for platform in ("taobao", "kuaishou", "1688", "youzan", "other"):
        world.store.platform = platform
        told[platform] = "juhuasuan" in str(CampaignForm(store=world.store)["kind"])
    assert told == {"taobao": True, "kuaishou": False, "1688": False, "youzan": False, "other": True}
