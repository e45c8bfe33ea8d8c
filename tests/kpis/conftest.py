import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from django.db import connection

from kpis.models import Upload
from opsplan.lib import clock
from staff.models import User
from stores.models import Store
from stores.services import create_store
from tests.kpis.small_shop import make_small_shop
from tests.world import World


@pytest.fixture(autouse=True)
def _april(monkeypatch: pytest.MonkeyPatch) -> None:
    """It is the second of April 2026: March is over."""
    monkeypatch.setenv("OPSPLAN_TODAY", "2026-04-02")


@pytest.fixture
def store(db: None) -> Store:
    return create_store("lotus", "莲花护肤旗舰店", "tmall")


@pytest.fixture
def shop(world: World) -> Store:
    """Three days of November; see tests.kpis.small_shop."""
    return make_small_shop(world.store)


@pytest.fixture
def day_after(monkeypatch: pytest.MonkeyPatch, world: World) -> None:
    """It is the day after those of the small shop, and everybody reads English."""
    monkeypatch.setenv("OPSPLAN_TODAY", "2026-11-13")
    User.objects.update(language="en")


@pytest.fixture
def world_other(db: None) -> Store:
    return create_store("other", "别家店", "taobao")


@pytest.fixture
def told_nothing(store: Store) -> Upload:
    """An order file of a layout without a refund column."""
    return Upload.objects.create(
        store=store, name="ExportOrderList.csv", sha256="0" * 64, notes={"has_refund": False}, created_at=clock.now()
    )


@pytest.fixture
def shared_database(transactional_db: None, tmp_path: Path) -> Iterator[None]:
    """A database that several threads may write into at once, as in production: for SQLite a file instead of the
    memory that tests use."""
    if connection.vendor != "sqlite":
        yield
        return
    connection.ensure_connection()
    memory, name = connection.connection, connection.settings_dict["NAME"]
    with closing(sqlite3.connect(tmp_path / "shared.sqlite3")) as file:
        memory.backup(file)
    connection.connection, connection.settings_dict["NAME"] = None, str(tmp_path / "shared.sqlite3")
    yield
    connection.close()
    connection.connection, connection.settings_dict["NAME"] = memory, name
