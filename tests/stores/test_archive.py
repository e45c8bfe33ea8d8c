"""Backup and restore, on the database of this run and from and to a SQLite of another process."""

import datetime as dt
import os
import stat
import subprocess
import sys
import zipfile
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import connection

from kpis.days.day_cells import set_weights
from kpis.models import DataVersion, Order, Target, Upload
from kpis.models.rollups import bump, kept, version
from kpis.sums import crowds
from kpis.year import plan_parts, plans
from kpis.year.plan_cells import Change, set_cells
from opsplan.lib.claims import claim
from products.models import Product
from staff.models import User
from stores import archive
from stores.models import Store
from stores.services import create_store
from stores.snapshot import one_version
from tests.world import make_world

pytestmark = pytest.mark.django_db(transaction=True)

ROOT = Path(__file__).resolve().parents[2]
PAID = dt.datetime(2026, 2, 28, 16, 30, 0, 123456, tzinfo=dt.UTC)


@pytest.fixture(autouse=True)
def home(settings: Any, tmp_path: Path) -> Path:
    """A home of its own: uploads are swapped by restoring. The command speaks English here."""
    settings.LANGUAGE_CODE = "en"
    settings.OPSPLAN_HOME, settings.MEDIA_ROOT = tmp_path, tmp_path / "uploads"
    (tmp_path / "tmp").mkdir()
    (tmp_path / "uploads").mkdir()
    return tmp_path


@pytest.fixture
def store(home: Path) -> Store:
    """A shop with something of every kind of value, and a kept upload."""
    world = make_world()
    upload = Upload.objects.create(
        store=world.store, name='订单 "二月".csv', sha256="0" * 64, notes={"净": [1, None, "\\N"]}, created_at=PAID
    )
    day = dt.date(2026, 3, 1)
    amounts = {"total_fen": 12345678901, "pay_fen": None, "province": "浙江\n省", "paid_at": PAID, "pay_day": day}
    Order.objects.create(
        store=world.store, order_no="100", status=20, created_at=PAID, order_day=day, upload=upload, **amounts
    )
    Order.objects.create(
        store=world.store, order_no="101", status=20, created_at=PAID, order_day=day, total_fen=1, buyer_key=-(2**63)
    )
    crowds.note(world.store, [day])
    Target.objects.create(
        store=world.store, metric="cvr", month=day, value=Decimal("0.071400"), by=world.mia, updated_at=PAID
    )
    plan = plans.start(world.store, 2026, world.mia)
    hero = Product.objects.create(store=world.store, code="T-1", title="调理霜")
    plan_parts.add_group(plan, world.mia, title="面霜", codes=[hero.code])
    set_cells(plan, [Change("heroes", 3, text="调理霜"), Change("uv", 3, Decimal(1200))], world.mia)
    set_weights(world.store, day, [Decimal(1)] * 7, {"statutory": Decimal("1.5")}, world.mia)
    (home / "uploads" / "1").mkdir()
    (home / "photos" / "1").mkdir(parents=True)
    (home / "photos" / "1" / "tick.jpg").write_bytes(b"jpg")
    (home / "uploads" / "1" / "二月.csv").write_bytes("订单".encode("gb18030"))
    return world.store


def everything() -> dict[str, list[tuple[Any, ...]]]:
    """Every row of a backup but the data versions, which a restore makes new."""
    names = [x for x in archive.tables() if x not in archive.LEFT_OUT | {"kpis_dataversion"}]
    return {x: list(archive.tables()[x]._base_manager.order_by("pk").values_list()) for x in names}


def manage(home: Path, *words: str) -> subprocess.CompletedProcess[str]:
    """A command of another process, with a SQLite of its own."""
    env = {key: value for key, value in os.environ.items() if key != "DATABASE_URL"} | {"OPSPLAN_HOME": str(home)}
    command = [sys.executable, "manage.py", *words]
    return subprocess.run(command, cwd=ROOT, env=env, capture_output=True, text=True, check=False)


def test_what_was_backed_up_comes_back_row_by_row(store: Store, home: Path) -> None:
    before, file = everything(), home / "backup.zip"
    call_command("backup", str(file))
    Order.objects.all().delete()
    User.objects.create_user("later")
    (home / "uploads" / "later").write_text("x")
    (home / "photos" / "1" / "tick.jpg").unlink()
    call_command("restore", str(file), "--replace")
    assert everything() == before
    assert [x.name for x in (home / "uploads").rglob("*")] == ["1", "二月.csv"]
    assert (home / "uploads" / "1" / "二月.csv").read_bytes().decode("gb18030") == "订单"
    assert (home / "photos" / "1" / "tick.jpg").read_bytes() == b"jpg"


def test_new_rows_after_restoring_get_new_numbers(store: Store, home: Path) -> None:
    call_command("backup", str(home / "b.zip"))
    call_command("restore", str(home / "b.zip"), "--replace")
    assert User.objects.create_user("new").pk > max(User.objects.exclude(username="new").values_list("pk", flat=True))


def test_figures_kept_from_before_are_not_told_after_restoring(store: Store, home: Path) -> None:
    """One change after the backup, another after the restore: counted on, both would have the same version."""
    call_command("backup", str(home / "b.zip"))
    Store.objects.update(name="Given up")
    bump(store)
    assert told(store) == "Given up"
    call_command("restore", str(home / "b.zip"), "--replace")
    Store.objects.update(name="New")
    bump(store)
    assert told(store) == "New"


def test_a_store_after_restoring_gets_no_number_of_a_younger_one(store: Store, home: Path) -> None:
    call_command("backup", str(home / "b.zip"))
    younger = create_store("younger", "Younger", "tmall").pk
    call_command("restore", str(home / "b.zip"), "--replace")
    assert create_store("new", "New", "tmall").pk > younger


@pytest.mark.once
def test_versions_seen_where_the_archive_lived_before_are_not_given_again(
    store: Store, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """ETags of REST clients outlive a machine: another day's restore, into a new database, stands above them."""
    monkeypatch.setenv("OPSPLAN_TODAY", "2026-11-20")
    call_command("backup", str(home / "b.zip"))
    call_command("restore", str(home / "b.zip"), "--replace")
    first = version(store)
    DataVersion.objects.all().delete()
    monkeypatch.setenv("OPSPLAN_TODAY", "2026-11-22")
    call_command("restore", str(home / "b.zip"), "--replace")
    assert version(store) > first + 1000


def told(store: Store) -> str:
    """As a process that keeps what it has read tells the shop."""
    with one_version():
        return kept("name", store.pk, lambda: Store.objects.get(pk=store.pk).name)


def test_a_backup_of_this_database_goes_into_a_sqlite_and_back(store: Store, home: Path) -> None:
    before = everything()
    call_command("backup", str(home / "here.zip"))
    away = home / "away"
    done = manage(away, "restore", str(home / "here.zip"))
    assert done.returncode == 0, done.stderr
    assert manage(away, "backup", str(home / "there.zip")).returncode == 0
    call_command("restore", str(home / "there.zip"), "--replace")
    assert everything() == before


@pytest.mark.once
def test_it_does_not_touch_data_without_being_told_to(store: Store, home: Path) -> None:
    call_command("backup", str(home / "b.zip"))
    with pytest.raises(CommandError, match="--replace"):
        call_command("restore", str(home / "b.zip"))


def tampered(source: Path, member: str, change: Callable[[bytes], bytes]) -> Path:
    target = source.with_name("tampered.zip")
    with zipfile.ZipFile(source) as good, zipfile.ZipFile(target, "w") as bad:
        for name in good.namelist():
            bad.writestr(name, change(good.read(name)) if name == member else good.read(name))
    return target


@pytest.mark.once
def test_a_changed_archive_is_refused_before_anything_is_touched(store: Store, home: Path) -> None:
    call_command("backup", str(home / "b.zip"))
    before = everything()
    bad = tampered(home / "b.zip", "tables/kpis_order.jsonl", lambda x: x.replace(b"12345678901", b"99995678901"))
    with pytest.raises(CommandError, match=r"tables/kpis_order\.jsonl"):
        call_command("restore", str(bad), "--replace")
    assert everything() == before


@pytest.mark.once
def test_an_archive_of_another_version_is_refused(store: Store, home: Path) -> None:
    call_command("backup", str(home / "b.zip"))
    newer = tampered(
        home / "b.zip", "manifest.json", lambda x: x.replace(b'"migrations": [', b'"migrations": ["kpis.9999_future",')
    )
    with pytest.raises(CommandError, match=r"kpis\.9999_future"):
        call_command("restore", str(newer), "--replace")


def test_when_the_database_refuses_everything_stays_as_it_was(
    store: Store, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    call_command("backup", str(home / "b.zip"))
    before = everything()

    def refuse(*_given: Any) -> None:
        with connection.cursor() as cursor:
            cursor.execute("SELECT * FROM no_such_table")

    monkeypatch.setattr(connection, "check_constraints", refuse)
    with pytest.raises(CommandError, match="nothing was changed"):
        call_command("restore", str(home / "b.zip"), "--replace")
    assert everything() == before
    assert (home / "uploads" / "1" / "二月.csv").exists()


@pytest.mark.once
def test_it_waits_for_nobody_and_refuses_while_the_shop_is_open(store: Store, home: Path) -> None:
    call_command("backup", str(home / "b.zip"))
    held = claim(home / "run" / "supervisor.lock")
    assert held is not None
    with held, pytest.raises(CommandError, match="stop it first"):
        call_command("restore", str(home / "b.zip"), "--replace")


@pytest.mark.once
def test_a_salt_that_would_make_strangers_of_known_buyers_is_refused(store: Store, home: Path, settings: Any) -> None:
    settings.BUYER_SALT = "x" * 40
    call_command("backup", str(home / "b.zip"))
    with pytest.raises(CommandError, match="BUYER_SALT"):
        call_command("restore", str(home / "b.zip"), "--replace")


@pytest.mark.once
def test_with_the_archives_salt_another_secret_key_will_do(
    store: Store, home: Path, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.BUYER_SALT = "x" * 40
    call_command("backup", str(home / "b.zip"))
    monkeypatch.setenv("BUYER_SALT", "x" * 40)
    call_command("restore", str(home / "b.zip"), "--replace")
    assert Order.objects.filter(store=store).count() == 2


@pytest.mark.once
def test_the_key_comes_along_where_the_environment_has_none(
    store: Store, home: Path, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.SECRET_KEY = settings.BUYER_SALT = "y" * 40
    call_command("backup", str(home / "b.zip"))
    monkeypatch.delenv("SECRET_KEY")
    call_command("restore", str(home / "b.zip"), "--replace")
    assert (home / "secret_key").read_text() == "y" * 40
    assert stat.S_IMODE((home / "secret_key").stat().st_mode) == 0o600


@pytest.mark.once
def test_a_backup_is_private_and_overwrites_nothing(store: Store, home: Path) -> None:
    call_command("backup", str(home / "b.zip"))
    assert stat.S_IMODE((home / "b.zip").stat().st_mode) == 0o600
    with pytest.raises(CommandError, match="exists already"):
        call_command("backup", str(home / "b.zip"))


@pytest.mark.once
@pytest.mark.parametrize(("name", "words"), [("missing.zip", "There is no file"), ("secret_key", "is no backup")])
def test_what_is_no_backup_is_told_apart(home: Path, name: str, words: str) -> None:
    (home / "secret_key").write_text("z" * 40)
    with pytest.raises(CommandError, match=words):
        call_command("restore", str(home / name))
