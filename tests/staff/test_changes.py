import csv
import datetime as dt
import io

import pytest
from auditlog.context import set_extra_data
from auditlog.models import LogEntry
from django.apps import apps
from django.contrib.contenttypes.models import ContentType
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import translation
from django.utils.functional import Promise
from rest_framework.test import APIRequestFactory

from campaigns.models import Settlement
from kpis.ingest.runner import claim
from kpis.models import DayWeights, Upload
from opsplan.lib import clock
from products.models import Cost, Product
from staff import services
from staff.audit import WATCHED
from staff.authentication import BearerAuthentication
from staff.changelog import told
from staff.models import Member, TaskTemplate, TemplateVersion
from staff.queries import changes, kinds
from staff.words import FIELDS, LEVELS
from stores.models import Channel
from tests.world import World


def test_a_change_on_a_page_tells_who_before_and_after(world: World, client: Client) -> None:
    client.force_login(world.alice)
    bob = Member.objects.get(store=world.store, user=world.bob)
    client.post(reverse("member_edit", args=["lotus", bob.pk]), {"level": "manager"})
    page = client.get(reverse("audit", args=["lotus"]), {"kind": "staff.member"})
    change = page.context["changes"][0]
    assert (change.who, change.action, change.which) == ("alice", "update", "bob @ 莲花护肤旗舰店")
    assert [(old, new) for _name, old, new in change.fields] == [(str(LEVELS["member"]), str(LEVELS["manager"]))]


def test_a_log_holds_only_its_own_store(world: World) -> None:
    Channel.objects.get(store=world.other, key="search").delete()
    Channel.objects.filter(store=world.store, key="search").first().delete()
    assert [x.action for x in told(changes(world.store, kind="stores.channel"))].count("delete") == 1
    assert [x.action for x in told(changes(world.other, kind="stores.channel"))].count("delete") == 1


def test_a_cost_belongs_to_the_store_of_its_product(world: World) -> None:
    product = Product.objects.create(store=world.store, code="A1", title="面霜")
    cost = Cost.objects.create(product=product, from_day="2026-01-01", cost_fen=1000)
    cost.cost_fen = 1250
    cost.save()
    newest = told(changes(world.store, kind="products.cost"))[0]
    assert [(old, new) for _name, old, new in newest.fields] == [("¥10.00", "¥12.50")]
    assert not changes(world.other, kind="products.cost").exists()


def test_a_new_token_is_in_the_log_of_each_of_its_stores_without_its_digest(world: World) -> None:
    Member.objects.create(store=world.other, user=world.bob, level="viewer")
    token, _plaintext = services.create_token(world.bob, "report", "write", [world.store, world.other])
    services.revoke(token)
    for store in (world.store, world.other):
        told_of = told(changes(store, kind="staff.apitoken"))
        assert [x.action for x in told_of] == ["update", "create"]
        assert token.digest not in str(told_of)


def test_what_a_program_changes_is_told_under_its_owners_name(world: World) -> None:
    _token, plaintext = services.create_token(world.mia, "loader", "write", [world.store])
    with set_extra_data({"actor": None}):
        BearerAuthentication().authenticate(APIRequestFactory().get("/", HTTP_AUTHORIZATION=f"Bearer {plaintext}"))
        Product.objects.create(store=world.store, code="A1", title="面霜")
    assert told(changes(world.store, kind="products.product"))[0].who == "mia"


def test_the_log_is_narrowed_by_person_and_day(world: World, client: Client) -> None:
    client.force_login(world.alice)
    bob = Member.objects.get(store=world.store, user=world.bob)
    client.post(reverse("member_edit", args=["lotus", bob.pk]), {"level": "viewer"})

    def found(**query: object) -> int:
        return len(client.get(reverse("audit", args=["lotus"]), query).context["changes"])

    assert found(person=world.alice.pk) == 1
    assert found(person=world.mia.pk) == 0
    assert found(to="2020-01-01") == 0


def test_the_log_goes_to_a_file(world: World, client: Client) -> None:
    client.force_login(world.mia)
    answer = client.get(reverse("audit", args=["lotus"]), {"format": "csv", "kind": "staff.member"})
    rows = list(csv.reader(io.StringIO(answer.content.decode("utf-8-sig"))))
    assert len(rows[0]) == 7
    assert "alice @ 莲花护肤旗舰店" in {row[3] for row in rows}


def test_the_whole_log_goes_to_a_file(world: World, client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    client.force_login(world.mia)
    with CaptureQueriesContext(connection) as asked:
        every = client.get(reverse("audit", args=["lotus"]), {"format": "csv"}).content
    log = [x["sql"] for x in asked if 'FROM "auditlog_logentry"' in x["sql"]]
    assert [" LIMIT " in x for x in log] == [False]  # no file is cut without a word
    monkeypatch.setattr("staff.views.changes.PIECE", 2)
    assert client.get(reverse("audit", args=["lotus"]), {"format": "csv"}).content == every
    assert len(every.splitlines()) > 4


def test_every_watched_thing_has_a_name() -> None:
    assert all(name for _key, name in kinds())


@pytest.mark.parametrize("label", list(WATCHED))
def test_every_watched_field_has_words_of_its_own(label: str) -> None:
    model = apps.get_model(label)
    names = {x: model._meta.get_field(x).verbose_name for x in WATCHED[label].fields}
    assert not [x for x, name in names.items() if not isinstance(name, Promise) and x not in FIELDS]


def test_values_are_told_as_people_say_them(world: World) -> None:
    LogEntry.objects.create(
        content_type=ContentType.objects.get_for_model(Settlement),
        object_pk="1",
        object_repr="七夕团",
        action=LogEntry.Action.UPDATE,
        changes={"profit_fen": ["None", "1175760"], "signed_at": ["None", "2026-11-22 13:59:19.475916"]},
        additional_data={"stores": {str(world.store.pk): 1}, "by": None},
    )
    told_fields = told(changes(world.store, kind="campaigns.settlement"))[0].fields
    assert {new for _name, _old, new in told_fields} == {"¥11,757.60", "2026-11-22 13:59"}


def test_what_became_of_an_import_is_in_the_log_under_its_persons_name(world: World) -> None:
    upload = Upload.objects.create(
        store=world.store, by=world.bob, name="orders.csv", sha256="0" * 64, created_at=clock.now()
    )
    claim(upload, ["waiting"], "checking").write(state="rejected")
    newest = told(changes(world.store, kind="kpis.upload"))[0]
    assert (newest.who, newest.which) == ("bob", "orders.csv")
    assert [(str(old), str(new)) for _name, old, new in newest.fields] == [
        (str(Upload.State.CHECKING.label), str(Upload.State.REJECTED.label))
    ]


@pytest.mark.parametrize(("language", "sunday", "special"), [
    ("en", "Sat 1, Sun 3.4", "Double 11 5, 店庆 2, Statutory day off 0.8"),
    ("zh-hans", "周六 1、周日 3.4", "双11 5、店庆 2、法定节假日 0.8"),
])  # fmt: skip
def test_what_days_bear_is_told_in_words(world: World, language: str, sunday: str, special: str) -> None:
    row = DayWeights(store=world.store, since=dt.date(2026, 11, 1), week=["1"] * 6 + ["3.4"], updated_at=clock.now())
    row.special = {"statutory": "0.8", "event:double_11": "5", "event:店庆": "2"}
    row.save()
    with translation.override(language):
        [change] = told(changes(world.store, kind="kpis.dayweights"))
        after = {new for _name, _old, new in change.fields}
    assert [x for x in after if x.endswith(sunday)]
    assert special in after


def test_what_a_template_goes_through_is_told_in_words(world: World) -> None:
    template = TaskTemplate.objects.create(store=world.store, created_at=clock.now())
    TemplateVersion.objects.create(
        template=template, number=99, title="看数据", points="growth", since=dt.date(2026, 11, 1)
    )
    with translation.override("en"):
        fields = told(changes(world.store, kind="staff.templateversion"))[0].fields
    assert ("goes through", "—", "products in growth") in fields


AFTER = {"duties": '["service"]'}  # the one field that is logged as a list


@pytest.mark.parametrize("label", list(WATCHED))
def test_each_watched_thing_is_told_with_its_name_and_the_names_of_its_fields(world: World, label: str) -> None:
    watched, model = WATCHED[label], apps.get_model(label)
    fields: dict[str, object] = {x: ["None", AFTER.get(x, "1")] for x in watched.fields if x not in watched.many}
    many = {x: {"type": "m2m", "operation": "add", "objects": ["面霜"]} for x in watched.many}
    LogEntry.objects.create(
        content_type=ContentType.objects.get_for_model(model),
        object_pk="1",
        object_repr="这个",
        action=LogEntry.Action.UPDATE,
        changes=fields | many,
        additional_data={"stores": {str(world.store.pk): 1}, "by": None},
    )
    change = told(changes(world.store, kind=label.lower()))[0]
    assert change.kind
    assert len(change.fields) == len(watched.fields)
    assert not [name for name, _old, _new in change.fields if not name]
    assert all(model._meta.get_field(name) for name in watched.fields)


def test_the_page_offers_every_kind_and_shows_one(world: World, client: Client) -> None:
    client.force_login(world.alice)
    chosen, *others = (label.lower() for label in WATCHED)
    page = client.get(reverse("audit", args=["lotus"]), {"kind": chosen}).content.decode()
    assert f'<option value="{chosen}" selected>' in page
    assert [label for label in others if f'<option value="{label}" >' not in page] == []
