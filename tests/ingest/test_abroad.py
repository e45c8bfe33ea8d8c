"""Amounts that name their currency, and days that end with the year."""

import pytest

from kpis.files import uploads
from kpis.ingest import pipeline
from kpis.ingest.abroad import DAY_FIRST, DAY_SAID, MONTH_FIRST, UNKNOWN, iso_day, order_of, order_said, plain_amount
from kpis.models import Order
from opsplan.lib.columns import Fault, signed_money
from stores.services import create_store
from tests.ingest.bring import bring, rows
from tests.ingest.make import header, row, text


@pytest.mark.parametrize(
    ("cell", "store", "fen"),
    [
        ("USD 12.00", "USD", 1200),
        ("US$ 12", "USD", 1200),
        ("$1,234.50", "USD", 123450),
        ("-$12.00", "USD", -1200),
        ("$-12.00", "CAD", -1200),
        ("12.00 USD", "USD", 1200),
        ("NT$1,200", "TWD", 120000),
        ("R$ 5", "BRL", 500),
        ("1,200 RMB", "CNY", 120000),
        ("CN¥12", "CNY", 1200),
        ("12元", "HKD", 1200),  # people say 元 of other money, too
        ("eur 3.5", "", 350),
    ],
)
def test_an_amount_may_name_its_currency(cell, store, fen):
    assert signed_money(plain_amount(cell, store)) == fen


@pytest.mark.parametrize(
    ("cell", "store", "code"),
    [
        ("USD 12.00", "CNY", "other_currency"),
        ("CA$5", "USD", "other_currency"),
        ("¥5", "USD", "other_currency"),
        ("qty 12", "USD", "bad_number"),
        ("12,50", "USD", "bad_number"),
        ("ABC 12", "USD", "bad_number"),
    ],
)
def test_another_currency_or_word_is_a_fault(cell, store, code):
    with pytest.raises(Fault) as caught:
        signed_money(plain_amount(cell, store))
    assert caught.value.code == code


def test_a_number_above_twelve_says_where_the_month_stands():
    us, eu = ["11/05/2026", "11/22/2026"], ["05.11.2026", "22.11.2026"]
    assert [order_of(cells) for cells in (us, eu, us[:1], us + eu, ["2026-11-22", ""])] == [
        MONTH_FIRST,
        DAY_FIRST,
        *[UNKNOWN] * 3,
    ]
    assert iso_day("11/5/26, 2:03 PM", MONTH_FIRST) == "2026-11-5 2:03 PM"
    assert iso_day("05.11.2026 14:03", DAY_FIRST) == "2026-11-05 14:03"
    assert iso_day("2026-11-05", MONTH_FIRST) == "2026-11-05"
    for cell, order in (("11/05/2026", UNKNOWN), ("20-11-22", DAY_FIRST)):
        with pytest.raises(Fault, match="day_or_month"):
            iso_day(cell, order)


def shopify(*days):
    names = header("shopify_orders_export")
    told = {"Financial Status": "paid", "Total": "USD 12.00", "Lineitem name": "Tee", "Lineitem price": "$12.00"}
    told |= {"Lineitem quantity": "1", "Currency": "USD"}
    cells = [{"Id": str(i), "Name": f"#{i}", "Created at": day, "Paid at": day} for i, day in enumerate(days, 1)]
    return text([names, *(row(names, **told, **each) for each in cells)]).encode()


@pytest.mark.django_db
def test_a_file_saved_again_in_america_is_read_by_what_its_other_days_prove():
    shop = create_store("shop", "Shop", "shopify", currency="USD", timezone="America/New_York")
    upload = bring(shop, shopify("11/05/2026 10:00", "11/22/2026 11:30"), "orders.csv")
    assert (upload.state, upload.rejected) == ("loaded", 0)
    told = [(no, str(day), fen) for no, day, fen in rows(Order, "order_no", "pay_day", "pay_fen")]
    assert told == [("1", "2026-11-05", 1200), ("2", "2026-11-22", 1200)]
    upload = bring(shop, shopify("11/05/2026 10:00", "11/06/2026 11:30"), "others.csv")
    assert (upload.state, {p.code for p in upload.problems.all()}) == ("rejected", {"day_or_month"})


def test_what_a_person_says_of_days_counts_where_no_cell_proves_another_thing():
    us, eu, unsure = ["11/22/2026"], ["22/11/2026"], ["11/05/2026"]
    assert [order_said(unsure, said) for said in ("", "month", "day")] == [UNKNOWN, MONTH_FIRST, DAY_SAID]
    assert [order_said(cells, said) for cells, said in ((us, "day"), (eu, "month"))] == [MONTH_FIRST, DAY_FIRST]
    assert iso_day("05/11/26 14:03", order_said(["05/11/26"], "day")) == "2026-11-05 14:03"


@pytest.mark.django_db
def test_a_person_says_once_which_comes_first_and_later_files_are_read_alike():
    shop = create_store("shop", "Shop", "shopify", currency="USD", timezone="America/New_York")
    upload = bring(shop, shopify("03/04/2026 10:00"), "orders.csv")
    assert (upload.state, Order.objects.count()) == ("rejected", 0)
    assert uploads.read_again(upload, None, "day")
    pipeline.check(upload)
    assert [str(day) for [day] in rows(Order, "order_day")] == ["2026-04-03"]
    again = bring(shop, shopify("03/04/2026 10:00", "05/07/2026 10:00"), "more.csv")
    other = bring(shop, shopify("07/08/2026 10:00"), "other.csv", dates="month")  # of one file
    assert [each.state for each in (upload, again, other)] == ["loaded"] * 3
    assert [str(day) for [day] in rows(Order, "order_day")] == ["2026-07-05", "2026-07-08"]
