"""Desk reports as files: columns by their names, people by theirs, all of it or nothing."""

import io
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path

import pytest
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import CommandError, call_command
from django.test import Client
from django.urls import reverse
from django.utils import translation

from staff import desk_files
from staff.models import DeskDay
from staff.services import create_token
from tests.staff.tasks import SUNDAY, at, give
from tests.world import World

REPORT = (
    "莲花护肤旗舰店 客服绩效\n日期,旺旺,接待人数,询单人数,询单->最终付款人数,平均响应(秒)\n"
    '2026-11-21,莲花旗舰店:Bob,100,80,40,0:00:32\n2026/11/22,小维,"1,200",-,,1分5秒\n,,,,,\n'
)


@pytest.fixture
def shop(world: World) -> Iterator[World]:
    give(world.store, world.bob, "service")
    give(world.store, world.vera, "service")
    with at("2026-11-22 18:00"), translation.override("en"):
        desk_files.name_people(world.store, {world.vera.pk: "小维, xiaowei01"})
        yield world


def rows() -> list[tuple[object, ...]]:
    found = DeskDay.objects.order_by("day", "user")
    return list(found.values_list("user__username", "received", "enquiries", "converted", "response_s", "rated"))


def test_a_report_is_taken_over_and_what_it_does_not_tell_stays(shop: World) -> None:
    DeskDay.objects.create(store=shop.store, user=shop.bob, day="2026-11-21", rated=9, at="2026-11-21T10:00Z")
    lines = desk_files.read(shop.store, io.BytesIO(REPORT.encode("gb18030")), "客服.csv")
    assert desk_files.take_over(shop.store, lines, shop.mia) == 2
    vera = ("vera", 1200, None, None, Decimal("65.0"), None)
    assert rows() == [("bob", 100, 80, 40, Decimal("32.0"), 9), vera]
    assert desk_files.take_over(shop.store, lines, shop.mia) == 0


BAD = [
    ("day,name,received\n2026-11-22,nobody,1\n", "Line 2: Nobody on the team is called “nobody”."),
    ("day,name,received\n2026-13-22,bob,1\n", "Line 2: There is no month 13. Correct the date, or export the file again."),  # noqa: E501
    ("day,name,received\n2026-11-22,bob,1\n2026-11-22,BOB,2\n", "Line 3: bob stands above with this day already."),
    ("day,name,received\n2026-11-22,bob,x\n", "Line 2: buyers received: This is not a number."),
    ("day,name,enquiries,converted\n2026-11-22,bob,1,2\n", "Line 2: enquiries that paid: This cannot be more than what it is a part of."),  # noqa: E501
    ("day,name,received\n2026-11-23,bob,1\n", "Line 2: This day is still to come."),
    ("a,b,c\n1,2,3\n", "No line of a desk report was found: it needs a header with the day, the person, and a figure."),
]  # fmt: skip


@pytest.mark.parametrize(("text", "said"), BAD)
def test_a_file_with_something_wrong_changes_nothing_and_says_what(shop: World, text: str, said: str) -> None:
    good = "2026-11-20,vera,5\n"
    with pytest.raises(ValidationError) as problem:
        desk_files.take_over(shop.store, desk_files.read(shop.store, io.BytesIO((text + good).encode()), "x.csv"), None)
    assert problem.value.messages[0] == said
    assert rows() == []


def test_a_name_in_reports_belongs_to_one_person(shop: World) -> None:
    with pytest.raises(ValidationError):
        desk_files.name_people(shop.store, {shop.bob.pk: "XiaoWei01"})
    assert desk_files.whose(desk_files.people_of(shop.store), "xiaowei01") == shop.vera


def test_the_page_takes_the_file_it_gives_to_fill_in(shop: World, client: Client) -> None:
    shop.bob.language = "en"
    shop.bob.save()
    client.force_login(shop.bob)
    empty = client.get(reverse("desk", args=["lotus"]), {"template": "csv"}).content.decode("utf-8-sig").splitlines()
    filled = f"{empty[0]}\n{SUNDAY},bob,10,4,1,20,2,2\n".encode()
    url = reverse("desk_import", args=["lotus"])
    assert client.post(url, {"file": SimpleUploadedFile("a.csv", filled)}).status_code == 302
    assert rows() == [("bob", 10, 4, 1, Decimal("20.0"), 2)]
    said = client.post(url, {"file": SimpleUploadedFile("a.csv", filled.replace(b"bob", b"rob"))})
    assert (said.status_code, "called “rob”" in said.content.decode()) == (422, True)


def test_a_file_goes_over_rest_and_by_command(shop: World, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    key = create_token(shop.bob, "key", "write", [shop.store])[1]
    client, body = Client(headers={"authorization": f"Bearer {key}"}), REPORT.encode()
    told = client.post("/api/v1/stores/lotus/desk", {"file": SimpleUploadedFile("a.csv", body)})
    assert told.json() == {"lines": 2, "changed": 2}
    (tmp_path / "a.csv").write_bytes(body)
    call_command("import_desk", "lotus", f"{tmp_path}/a.csv")
    assert capsys.readouterr().out == "lotus 2 lines, 0 changed\n"
    with pytest.raises(CommandError):
        call_command("import_desk", "lotus", f"{tmp_path}/b.csv")
