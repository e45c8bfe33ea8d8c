"""What every page costs in statements, on record, and that it costs no more with a dozen of everything.

Pages of figures have a longer record, over periods, in tests/kpis/test_engine_pages.py.
"""

import datetime as dt
import re
from collections import Counter
from copy import copy
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.apps import apps
from django.core.cache import cache
from django.db import connection
from django.db.models import DateField, Field, Model, UniqueConstraint
from django.test import Client
from django.test.utils import CaptureQueriesContext

from campaigns.models import Campaign
from staff.models import Member, User
from stores import snapshot
from stores.models import Store
from stores.services import create_store
from tests.house.test_access import ACCESS, LOGIN, OF_STORE, address  # noqa: F401
from tests.world import World

# page -> the most statements it may take with nothing kept, log-in and gate included
MOST = {
    "ads": 31,
    "alert": 8,
    "alert_rules": 10,
    "alerts": 9,
    "approval": 11,
    "approvals": 11,
    "audit": 14,
    "calendar": 10,
    "campaign": 33,
    "campaign_calendar": 12,
    "campaign_carry": 20,
    "campaign_delete": 7,
    "campaign_edit": 16,
    "campaign_ical": 7,
    "campaign_live": 37,
    "campaign_new": 12,
    "campaign_phases": 10,
    "campaign_rehearsal": 12,
    "campaign_rehearsal_below": 12,
    "campaign_review": 76,
    "campaign_rules": 10,
    "campaign_stock": 9,
    "campaign_stores": 70,
    "campaign_work": 14,
    "campaigns": 9,
    "channel_edit": 9,
    "clients": 18,
    "closing": 24,
    "closings": 7,
    "company_paper": 6,
    "competitor": 8,
    "competitor_new": 6,
    "contract": 20,
    "contract_edit": 14,
    "contract_new": 12,
    "contracts": 14,
    "cost_paste": 6,
    "coverage": 12,
    "customer": 13,
    "customer_cuts": 5,
    "customer_list": 11,
    "customer_names": 4,
    "customers": 12,
    "dashboard": 10,
    "dashboard_analysis": 10,
    "dashboard_export": 8,
    "dashboard_products": 14,
    "dashboard_rest": 26,
    "dashboard_traffic": 20,
    "dashboard_week": 10,
    "dashboard_why": 10,
    "dashboard_workbook": 55,
    "data": 17,
    "deal": 21,
    "deal_edit": 13,
    "deal_file": 7,
    "deal_files": 8,
    "deal_live": 10,
    "deal_new": 12,
    "deal_order": 9,
    "deal_paper": 6,
    "deal_quote": 11,
    "deal_results": 16,
    "deal_settlement": 14,
    "deal_site": 14,
    "deal_site_edit": 9,
    "deal_site_new": 7,
    "deal_sites": 12,
    "deal_template": 5,
    "deals": 19,
    "definitions": 8,
    "desk": 11,
    "destinations": 8,
    "document_import": 6,
    "duties": 14,
    "duty": 14,
    "duty_sheet": 13,
    "enrolment_edit": 8,
    "enrolment_new": 7,
    "enrolments": 10,
    "entries": 10,
    "explain": 18,
    "explain_days": 10,
    "factor_new": 10,
    "glossary": 7,
    "handovers": 14,
    "history": 10,
    "import_template": 5,
    "launch": 12,
    "launches": 8,
    "link": 9,
    "links": 14,
    "member_edit": 25,  # what hangs on the person, from every app
    "members": 9,
    "milestones": 12,
    "my_shifts": 11,
    "myday": 21,
    "newcomer": 8,
    "notice_count": 6,
    "notices": 7,
    "offer_edit": 10,
    "offer_new": 8,
    "overview": 15,
    "overview_explain": 12,
    "picture": 6,
    "plan_against": 37,
    "plan_data": 9,
    "plan_document": 27,
    "plan_history": 11,
    "plan_month": 33,
    "plan_month_import": 6,
    "plan_products": 7,
    "plan_versions": 11,
    "plan_whatif": 18,
    "platform_check": 12,
    "preset_file": 6,
    "presets": 7,
    "price": 10,
    "price_rules": 9,
    "product": 28,
    "product_checklist": 8,
    "product_data": 11,
    "product_edit": 7,
    "product_file": 16,
    "product_files": 7,
    "product_focus": 9,
    "product_heroes": 19,
    "product_lines": 16,
    "product_matching": 7,
    "product_new": 6,
    "product_pairs": 14,
    "product_prices": 12,
    "product_range": 10,
    "product_ranks": 9,
    "product_stages": 13,
    "products": 14,
    "profile": 7,
    "purchase": 9,
    "purchase_new": 15,
    "purchases": 15,
    "reminders": 8,
    "roster": 12,
    "roster_month": 14,
    "roster_setup": 11,
    "report": 19,
    "reports": 11,
    "rows": 11,
    "rule": 16,
    "unshipped": 10,
    "rule_new": 10,
    "search": 6,
    "security": 10,
    "stage_limits": 7,
    "stage_move": 9,
    "stock": 13,
    "stock_clearance": 14,
    "stock_file": 8,
    "stock_import": 7,
    "stock_movements": 8,
    "stock_product": 31,
    "stock_settings": 7,
    "stock_take": 8,
    "stock_take_sheet": 8,
    "stock_takes": 10,
    "store_settings": 12,
    "stores": 8,
    "statement": 22,
    "targets": 20,
    "task": 15,
    "task_feed_settings": 7,
    "task_photo": 6,
    "task_statistics": 8,
    "task_template": 13,
    "task_template_new": 8,
    "task_templates": 10,
    "task_week": 27,
    "team_day": 19,
    "today": 7,
    "today_count": 7,
    "tokens": 9,
    "upload": 8,
    "uploads_ready": 6,
    "upload_card": 7,
    "upload_file": 6,
    "upload_problems": 6,
    "week_import": 6,
}
# what a store or a card more costs, on pages that tell of each by itself
EACH = {"overview": 4 * 2, "clients": 4, "overview_explain": 4, "data": 11}
SPARE = 1  # a piece that only shows where there is something to show
OURS = {"stores", "staff", "products", "campaigns", "kpis"}
TIMES = 11
ID = re.compile(r'<[^>]*?\sid="([^"]+)"')
FIGURES = re.compile(r'FROM "?kpis_(?:store|channel|product)day\b')

pytestmark = pytest.mark.once


def more_of_everything(world: World) -> None:
    """Eleven more of every row that can stand there more than once, more people in the store, more stores of Alice."""
    for model in apps.get_models():
        if model._meta.app_label in OURS and model is not Store and model._meta.auto_field:
            rows = list(model._base_manager.all()[:30])
            made = [another(row, n) for row in rows for n in range(1, TIMES + 1)]
            model._base_manager.bulk_create(made, ignore_conflicts=True)
    people = User.objects.exclude(memberships__store=world.store)[:TIMES]
    Member.objects.bulk_create(Member(store=world.store, user=user, level="member") for user in people)
    shops = [create_store(f"more-{n}", f"More {n}", "tmall") for n in range(4)]
    Member.objects.bulk_create(Member(store=shop, user=world.alice, level="owner") for shop in shops)


def another(row: Model, n: int) -> Model:
    made = copy(row)
    made.pk, made._state = None, copy(row._state)
    made._state.adding = True
    if isinstance(made, Campaign):
        made.joint = None  # a store has but one of those that several stores run together
    fields = once_only(type(row))
    if any(isinstance(x, DateField) for x in fields):  # what begins later ends later
        fields += [x for x in row._meta.concrete_fields if isinstance(x, DateField) and x not in fields]
    for field in fields:
        if (value := getattr(row, field.attname)) is not None:
            setattr(made, field.attname, other(value, n))
    return made


def once_only(model: type[Model]) -> "list[Field[Any, Any]]":
    """The fields that tell its rows apart, but those that lead to other tables."""
    told = {name for rule in model._meta.constraints if isinstance(rule, UniqueConstraint) for name in rule.fields}
    told |= {name for group in model._meta.unique_together for name in group}
    fields = [x for x in model._meta.concrete_fields if (x.unique or x.name in told) and not x.primary_key]
    return [x for x in fields if not x.is_relation]


def other(value: Any, n: int) -> Any:
    if isinstance(value, str):
        return f"{n:02}{value}"[:40]
    if isinstance(value, UUID):
        return uuid4()
    return value + dt.timedelta(days=n) if isinstance(value, dt.date) else value and value + n


def asked(client: Client, address: dict[str, str]) -> dict[str, int]:  # noqa: F811
    """Page -> statements, of those that show something. None of them reads figures from several states of the data, and
    none has an id twice: a label would lead to another field than its own."""
    spent, alone, twice = {}, list[str](), dict[str, list[str]]()

    def watch(execute: Any, sql: str, *rest: Any) -> Any:
        if FIGURES.search(sql) and snapshot.known.get() is None:
            alone.append(name)
        return execute(sql, *rest)

    for name in (*OF_STORE, *(x for x, rule in ACCESS.items() if rule == LOGIN)):
        cache.clear()
        with CaptureQueriesContext(connection) as told, connection.execute_wrapper(watch):
            answer = client.get(address[name])
        if answer.status_code == 200:
            spent[name] = len(told)
            ids = Counter(ID.findall(answer.content.decode(errors="ignore")) if not answer.streaming else ())
            if doubled := [x for x, n in ids.items() if n > 1]:
                twice[name] = doubled
    assert {name: n for name, n in Counter(alone).items() if name in spent and n > 1} == {}
    assert twice == {}
    return spent


def test_no_page_asks_more_of_a_database_with_more_in_it(
    world: World,
    address: dict[str, str],  # noqa: F811
    client: Client,
) -> None:
    client.force_login(world.alice)
    few = asked(client, address)
    assert set(few) == set(MOST)
    assert {name: (n, MOST[name]) for name, n in few.items() if n > MOST[name]} == {}
    more_of_everything(world)
    many = asked(client, address)
    assert {name: (few[name], n) for name, n in many.items() if n > few[name] + EACH.get(name, SPARE)} == {}
    assert set(many) == set(few)
