"""The pages 今日 and 看板, the drawer and the rows, as people with different levels see them."""

import csv
import io
import json
import re
from datetime import date
from decimal import Decimal as D
from html import unescape
from itertools import product

import pytest
from django.template.loader import render_to_string
from django.utils import translation
from openpyxl import load_workbook

from kpis.answers import Pace
from kpis.models.rollups import bump
from kpis.views import today
from kpis.views.decision_words import Line
from kpis.views.words import pace_words
from opsplan.lib.periods import month_of
from products.models import SKU, Product, StockItem, StockPace
from staff import approvals

pytestmark = pytest.mark.usefixtures("day_after")
DAYS = "period=custom&from=2026-11-10&to=2026-11-12"
PAGES = ("today/", "dashboard/", "dashboard/week/", "dashboard/products/", "dashboard/traffic/", "explain/pay_amt")


def seen(client, user, path, **headers):
    client.force_login(user)
    return client.get(f"/s/lotus/{path}", headers=headers)


def text_of(response):
    return re.sub(r"\s+", " ", response.content.decode())


@pytest.mark.parametrize("path", PAGES)
def test_a_client_sees_figures_and_a_stranger_sees_nothing(client, world, shop, path):
    page = seen(client, world.carl, path)
    assert page.status_code == 200
    assert not re.search(r"<[^>]+\sstyle=", page.content.decode())  # the content policy would stop it
    assert seen(client, world.charlie, path).status_code == 404


def test_rows_are_for_those_who_may_see_data(client, world, shop):
    path = f"rows?of=orders_paid&sum=pay_fen&{DAYS}"
    assert seen(client, world.carl, path).status_code == 403
    assert seen(client, world.vera, path).status_code == 200
    assert seen(client, world.charlie, path).status_code == 404


@pytest.mark.parametrize("path", PAGES[:5])
def test_an_empty_store_says_what_belongs_there_and_what_to_do(client, world, path):
    page = text_of(seen(client, world.bob, path))
    assert 'class="empty"' in page
    assert "/s/lotus/data/" in page


def test_who_may_not_import_is_not_asked_to(client, world):
    page = text_of(seen(client, world.vera, "dashboard/"))
    assert "No figures yet" in page
    assert "Import a file" not in page
    assert "plan/month/" not in page.partition('class="empty"')[2]
    page = text_of(seen(client, world.mia, "today/"))
    assert 'href="/s/lotus/plan/month/"' in page.partition('class="empty"')[2]


def test_the_cards_show_the_figures_and_lead_to_their_explanation(client, world, shop):
    page = text_of(seen(client, world.vera, f"dashboard/?{DAYS}"))
    assert "¥390.00" in page
    assert 'href="/s/lotus/explain/pay_amt?period=custom&amp;from=2026-11-10&amp;to=2026-11-12' in page


def test_without_a_target_those_who_may_are_asked_to_set_one(client, world, shop):
    """erpnext#7274: asked for at the first look, and typed where the link leads."""
    page = text_of(seen(client, world.mia, "today/"))
    assert ("Set this month" in page, 'href="/s/lotus/plan/month/"' in page) == (True, True)
    page = text_of(seen(client, world.mia, "plan/against/?month=2026-11"))
    assert 'href="/s/lotus/plan/month/?month=2026-11"' in page
    assert "Set this month" not in text_of(seen(client, world.vera, "today/"))


def test_on_the_first_of_a_month_nobody_is_asked_for_the_target_of_the_last(client, world, shop, monkeypatch):
    monkeypatch.setenv("OPSPLAN_TODAY", "2026-12-01")
    page = text_of(seen(client, world.mia, "today/"))
    assert ("The month is over; it had no target." in page, "Set this month" in page) == (True, False)
    assert "2026-12 has no sales target yet" in page


@pytest.mark.parametrize(("days_left", "heads"), [(1, True), (0, False)])
def test_a_month_that_is_over_is_not_heading_anywhere(days_left, heads):
    with translation.override("en"):
        month, money, part = month_of(date(2026, 11, 1)), D(30000), D(1)
        pace = Pace(month, "real_amt", money, money, 30 - days_left, days_left, part, money, part, D(0), money, None)
        page = render_to_string("kpis/_pace.html", {"pace": pace_words(pace, "")})
    assert ("heading for" in page) == heads


def test_today_names_what_waits_and_where_to_act(client, world, shop):
    page = text_of(seen(client, world.bob, "today/"))
    assert "Shop traffic: 11-11 not imported" in page
    assert 'href="/s/lotus/data/"' in page


def test_who_only_reads_is_told_what_is_with_the_team_and_not_what_to_decide(client, world, shop, monkeypatch):
    client.force_login(world.vera)
    page = client.get("/s/lotus/today/")
    assert (page.context["acts"], page.context["badges"]["today"]) == (False, 0)
    assert page.context["lines"]
    bidden = Line("x", "warn", "x", "", "/", "Decide")
    monkeypatch.setattr(today, "decision_line", lambda each, request: bidden)
    assert {x.action for x in client.get("/s/lotus/today/").context["lines"]} == {"See what is behind it"}
    assert not client.get("/s/lotus/today/count").content.strip()


def test_the_menu_tells_how_many_decisions_wait_and_files_are_dropped_beside_the_page(client, world, shop):
    count = seen(client, world.bob, "today/count").content.decode()
    lines = client.get("/s/lotus/today/").context["lines"]
    assert f">{len(lines)}<" in count
    assert {(x.drawer, x.part) for x in lines if x.url.endswith("/data/")} == {(True, "import")}


def test_a_plan_that_waits_for_a_yes_stands_first_on_the_today_of_whoever_may_give_it(client, world, shop):
    made = approvals.ask(world.store, "plan", "Plan of 2027", world.mia, about="plan:7")
    lines = seen(client, world.alice, "today/").context["lines"]
    assert (lines[0].text, lines[0].url) == ("Plan of 2027", f"/s/lotus/approvals/{made.pk}/")
    assert "Plan of 2027" not in text_of(seen(client, world.mia, "today/"))


def test_htmx_gets_the_explanation_alone_and_a_browser_a_page(client, world, shop):
    part = text_of(seen(client, world.vera, f"explain/pay_cvr?{DAYS}", **{"HX-Request": "true"}))
    page = text_of(seen(client, world.vera, f"explain/pay_cvr?{DAYS}"))
    assert "<html" not in part
    assert "<html" in page
    for answer in (part, page):
        assert "Payment conversion rate" in answer
        assert "2 rows" in answer


def test_the_explanation_writes_the_formula_with_its_numbers(client, world, shop):
    part = text_of(seen(client, world.vera, f"explain/pay_cvr?{DAYS}"))
    formula = re.sub(r"<[^>]+>", " ", part[part.index('class="formula"') :][:1200])
    assert re.search(r"Buyers\s+Visitors\s+=\s+1\s+180\s+=\s+0\.56%", formula)


def test_a_client_reads_the_explanation_without_links_to_rows(client, world, shop):
    assert "/rows?" not in text_of(seen(client, world.carl, f"explain/pay_amt?{DAYS}"))


@pytest.mark.parametrize(
    "path", ["explain/nonsense", "explain/uv?of=channel:nowhere", "explain/real_amt?of=product:CREAM"]
)
def test_what_is_not_there_is_not_found(client, world, shop, path):
    assert seen(client, world.vera, path).status_code == 404


@pytest.mark.parametrize(
    "path",
    [
        "rows",
        "rows?of=nonsense",
        "rows?of=orders_paid&sum=buyer_key",
        "rows?of=lines&product=x",
        "rows?of=lines&skip=x",
    ],
)
def test_rows_that_cannot_be_asked_for_are_not_found(client, world, shop, path):
    assert seen(client, world.vera, path).status_code == 404


def test_a_channel_and_a_product_are_explained(client, world, shop):
    assert "直通车" in text_of(seen(client, world.vera, f"explain/uv?{DAYS}&of=channel:zhitongche"))
    assert "草本调理霜" in text_of(seen(client, world.vera, f"explain/pay_amt?{DAYS}&of=product:CREAM"))


@pytest.mark.parametrize(
    "key", ["be_roi", "cpm", "uv_need_month", "items_on_sale", "dsr_desc", "cac_payback", "lm_same", "new_buyers"]
)
def test_figures_of_every_shape_are_explained(client, world, shop, key):
    assert seen(client, world.vera, f"explain/{key}?{DAYS}").status_code == 200


def test_the_rows_say_their_total(client, world, shop):
    page = text_of(seen(client, world.vera, f"rows?of=orders_paid&sum=pay_fen&{DAYS}"))
    assert "4 rows" in page
    assert "¥390.00" in page


def test_skipped_days_are_left_out_of_the_rows(client, world, shop):
    page = text_of(seen(client, world.vera, f"rows?of=orders_paid&{DAYS}&skip=2026-11-11"))
    assert "2 rows" in page
    assert "without 11-11" in page


def test_rows_come_as_csv_with_numbers_and_without_the_buyer(client, world, shop):
    answer = seen(client, world.vera, f"rows?of=orders_paid&{DAYS}&format=csv")
    lines = list(csv.DictReader(io.StringIO(answer.content.decode("utf-8-sig"))))
    assert [line["Paid amount"] for line in lines] == ["100.00", "50.00", "200.00", "40.00"]
    assert not [name for name in lines[0] if "buyer" in name.lower()]


def test_days_come_as_csv_with_what_has_to_be_said(client, world, shop):
    answer = seen(client, world.vera, f"explain/pay_cvr/days?{DAYS}&format=csv")
    lines = list(csv.DictReader(io.StringIO(answer.content.decode("utf-8-sig"))))
    assert [line["Payment conversion rate"] for line in lines] == ["0.010000", "", "0.000000"]
    assert "11-11" in lines[1]["Remarks"]


def test_every_table_is_to_be_had_as_a_file(client, world, shop):
    client.force_login(world.vera)
    for table, kind in product(("cards", "daily", "channels", "ads", "products", "week"), ("csv", "xlsx")):
        answer = client.get(f"/s/lotus/dashboard/export/{table}?{DAYS}&format={kind}")
        assert answer.status_code == 200, (table, kind)
        assert answer["Content-Disposition"].endswith(f"lotus-{table}.{kind}")


def test_numbers_stay_numbers_in_xlsx(client, world, shop):
    answer = seen(client, world.vera, f"dashboard/export/cards?{DAYS}&format=xlsx")
    rows = {row[0]: row[1] for row in load_workbook(io.BytesIO(answer.content)).active.iter_rows(values_only=True)}
    assert rows["Paid amount"] == 390
    assert rows["Visitors"] == 180


def test_a_title_that_looks_like_a_formula_stays_text(client, world, shop):
    cream = shop.products.get(code="CREAM")
    cream.title = "=HYPERLINK(1)"
    cream.save(update_fields=["title"])
    answer = seen(client, world.vera, f"dashboard/export/products?{DAYS}&format=csv")
    assert "'=HYPERLINK(1)" in answer.content.decode("utf-8-sig")


def test_an_unknown_table_is_not_found(client, world, shop):
    assert seen(client, world.vera, "dashboard/export/secrets").status_code == 404


def test_the_chart_reads_what_the_page_carries(client, world, shop):
    page = seen(client, world.vera, f"dashboard/rest/?{DAYS}").content.decode()
    menu = re.findall(r'data-picture="trend-data".*?format=(\w+)".*?format=(\w+)".*?</details>', page, re.S)
    assert menu == [("csv", "xlsx")]
    island = re.search(r'<script id="trend-data" type="application/json">(.*?)</script>', page, re.S)
    figure = json.loads(island.group(1))
    bars = dict(zip(figure["data"][0]["x"], figure["data"][0]["y"], strict=True))
    assert (bars["2026-11-10"], bars["2026-11-11"], bars["2026-11-12"]) == (150.0, 240.0, 0.0)


def parts_in(answer):
    return re.findall(r'<div class="part part-\w+" id="part-(\w+)"', answer.content.decode())


def test_the_board_answers_with_its_first_parts_and_the_others_follow(client, world, shop):
    page = seen(client, world.vera, f"dashboard/?{DAYS}")
    version = re.search(r'"X-Data-Version": "(\d+)"', page.content.decode()).group(1)
    others = seen(client, world.vera, f"dashboard/rest/?{DAYS}", **{"X-Data-Version": version})
    whole = seen(client, world.vera, f"dashboard/?{DAYS}&whole=1")
    last = re.search(r'id="part-buyers"[^>]* hx-get="([^"]*only=buyers)"', others.content.decode()).group(1)
    buyers = client.get(unescape(last), headers={"X-Data-Version": version})
    assert (parts_in(page), parts_in(buyers)) == (["pace", "cards", "tree"], ["buyers"])
    assert sorted(parts_in(page) + parts_in(others) + parts_in(buyers)) == sorted(parts_in(whole))
    assert len(parts_in(whole)) == 9
    assert 'id="buyers-h"' in buyers.content.decode()


def test_no_board_shows_two_states_of_the_data(client, world, shop):
    page = seen(client, world.vera, f"dashboard/?{DAYS}").content.decode()
    version = re.search(r'"X-Data-Version": "(\d+)"', page).group(1)
    bump(shop)
    others = seen(client, world.vera, f"dashboard/rest/?{DAYS}", **{"X-Data-Version": version})
    assert len(parts_in(others)) == 8
    last = seen(client, world.vera, f"dashboard/rest/?{DAYS}&only=buyers", **{"X-Data-Version": version})
    assert len(parts_in(last)) == 9


def test_the_product_table_tells_stage_role_and_cover_to_those_who_see_products(client, world, shop):
    first = Product.objects.get(
        store=shop,
        code=seen(client, world.vera, f"dashboard/products/?{DAYS}").context["products"]["rows"][0]["member"],
    )
    StockPace.objects.update_or_create(product=first, defaults={"units_7": None, "units_28": 56, "days_28": 28})
    unit = SKU.objects.create(store=shop, product=first, code="A-1")
    StockItem.objects.create(sku=unit, store=shop, on_hand=11)
    row = seen(client, world.vera, f"dashboard/products/?{DAYS}").context["products"]["rows"][0]
    assert (row["goods"].role, row["goods"].cover) == ("", 5)  # two a day
    [head, told, *_rest] = filed(client, world.vera)
    assert head[2:5] == ["Stage", "Role", "Days of cover"]
    assert (told[0], told[2:5]) == (first.code, ["Incubation", "", "5"])
    page = seen(client, world.carl, f"dashboard/products/?{DAYS}")
    assert page.context["products"]["rows"][0]["goods"] is None
    assert "Cover</th>" not in page.content.decode()
    [head, *_rest] = filed(client, world.carl)
    assert "Days of cover" not in head


def filed(client, user):
    answer = seen(client, user, f"dashboard/export/products?{DAYS}&format=csv")
    found = list(csv.reader(io.StringIO(answer.content.decode("utf-8-sig"))))
    assert len({len(row) for row in found}) == 1
    return found


def test_the_chart_library_comes_after_the_numbers_from_ourselves(client, world, shop):
    answer = seen(client, world.vera, "dashboard/?whole=1")
    assert "<script src=" not in answer.content.decode().split('data-plotly="')[0]
    assert "unsafe-eval" not in answer["Content-Security-Policy"]
    assert "unsafe-inline" not in answer["Content-Security-Policy"]


@pytest.mark.parametrize(
    ("path", "first", "again"),
    [("today/", 53, 53), ("dashboard/", 52, 14), ("dashboard/products/", 24, 14), ("explain/pay_amt", 20, 20)],
)
def test_a_page_asks_the_database_no_more_than_this(
    client, world, shop, path, first, again, django_assert_max_num_queries
):
    client.force_login(world.vera)
    client.get("/s/lotus/data/")
    with django_assert_max_num_queries(first):
        client.get(f"/s/lotus/{path}")
    with django_assert_max_num_queries(again):
        client.get(f"/s/lotus/{path}")


def test_the_dashboard_weighs_little(client, world, shop):
    assert len(seen(client, world.vera, f"dashboard/?{DAYS}").content) < 90_000
