import gc
import os
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.apps import apps
from django.conf import settings
from django.core.cache import cache
from django.db import connection, transaction
from django.db.models.fields import AutoFieldMixin
from django.test import Client, override_settings
from django.utils import translation
from xdist.scheduler import LoadFileScheduling

from kpis.models.rollups import KEPT
from opsplan.celery import app
from opsplan.tables import tell_applied
from opsplan.throttle import GRANTED
from tests import answers
from tests.world import World, world_again

TMALL_REPORT = Path(__file__).resolve().parents[2] / "shared" / "data" / "tmall_order_report.csv"


BROWSER = "tests/browser/"
TOGETHER = (BROWSER, "tests/demo/")
LONG = (BROWSER, "tests/house/test_access.py", "tests/demo/", "tests/kpis/test_evidence.py")
# (tests/ops/test_run.py is long, too, but waits for programs to end, and at first a newcomer's shop runs beside it.)
# What a second database has nothing to add to: words, buttons and workbooks. On PostgreSQL every page and endpoint is
# drawn for the owner (tests/house/test_access.py), and what they call is asked there by tests of its own.
SEEN_ONCE = re.compile(
    r"tests/(?:.*_pages|house/test_strangers|kpis/test_(?:views_boards|(?:plan|day|week)_sheets?|week_import|export)"
    r"|staff/test_(?:launch|library)|ingest/test_(?:random_files|readers_platforms)|campaigns/groupbuy/test_any_order)\.py"
)


class ByFile(LoadFileScheduling):
    """A file is run by one process; all browser tests by one, which opens their shop once, and all tests of the demo,
    which is loaded once. (Groups by marker do nothing: pytest-xdist 3.8 writes them where pytest 9 does not read them.)
    """

    def _split_scope(self, nodeid: str) -> str:
        return next((x for x in TOGETHER if nodeid.startswith(x)), "") or str(super()._split_scope(nodeid))


def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> ByFile:
    return ByFile(config, log)


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The longest begin (said last: pytest-django puts tests without a database behind all others)."""
    items.sort(key=lambda item: not item.nodeid.startswith(LONG))
    if "TEST_DATABASE_URL" in os.environ:  # what asks no database was seen with the first one
        items[:] = [x for x in items if x.get_closest_marker("django_db") or DATABASE & set(fixtures(x))]
        items[:] = [x for x in items if not SEEN_ONCE.match(x.nodeid) or x.get_closest_marker("postgres")]
    else:
        items[:] = [item for item in items if not item.get_closest_marker("postgres")]


def pytest_collection_finish() -> None:
    """What has been collected stays to the end: no collection of garbage needs to look through it again."""
    gc.collect()
    gc.freeze()


DATABASE = {"db", "transactional_db", "django_db_setup", "world", "lasting_world"}


def fixtures(item: pytest.Item) -> list[str]:
    return getattr(item, "fixturenames", [])


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup: None, django_db_blocker: Any) -> None:
    """The database is made from the models (`--no-migrations`) and says that every migration was applied."""
    settings.MIGRATION_MODULES = {}
    with django_db_blocker.unblock():
        tell_applied()
        number_apart()


def number_apart() -> None:
    """No two tables number their rows alike: the id of a row of another kind finds nothing."""
    models = [x for x in apps.get_models(include_auto_created=True) if x._meta.managed and not x._meta.proxy]
    numbered = [x for x in models if isinstance(x._meta.auto_field, AutoFieldMixin) and not x._base_manager.exists()]
    with connection.cursor() as cursor:
        for place, model in enumerate(sorted(numbered, key=lambda x: x._meta.db_table), 1):
            table, first = model._meta.db_table, 1000 * place
            if connection.vendor == "sqlite":
                cursor.execute("DELETE FROM sqlite_sequence WHERE name = %s", [table])
                cursor.execute("INSERT INTO sqlite_sequence (name, seq) VALUES (%s, %s)", [table, first])
            else:
                cursor.execute(
                    "SELECT setval(pg_get_serial_sequence(%s, %s), %s)", [f'"{table}"', model._meta.pk.column, first]
                )


@pytest.fixture(scope="session", autouse=True)
def _cheap() -> Iterator[None]:
    """Cheap password hashing and unhashed static files, said once: a changed setting is told to all who listen."""
    files = {
        "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
        "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
    }
    hashers = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    with override_settings(PASSWORD_HASHERS=hashers, STORAGES=files):
        yield


@pytest.fixture(scope="session", autouse=True)
def _answers_as_told() -> Iterator[None]:
    """REST answers only what its document says."""
    request = Client.request

    def held(client: Client, **asked: Any) -> Any:
        answer = request(client, **asked)
        if asked.get("PATH_INFO", "").startswith("/api/v1/"):
            answers.hold(answer, asked.get("REQUEST_METHOD", "GET"))
        return answer

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Client, "request", held)
        yield


@pytest.fixture(autouse=True)
def _plain() -> None:
    """An empty cache, and the language of nobody who came before."""
    translation.deactivate()
    cache.clear()
    GRANTED.forget()
    KEPT.clear()


@pytest.fixture
def world(db: None) -> World:
    return world_again()


@pytest.fixture
def mia(client: Client, world: World) -> Client:
    """The manager's browser."""
    client.force_login(world.mia)
    return client


@pytest.fixture
def bob(client: Client, world: World) -> Client:
    """The browser of one of the team."""
    client.force_login(world.bob)
    return client


@pytest.fixture
def english() -> Iterator[None]:
    with translation.override("en"):
        yield


@pytest.fixture
def at_once() -> Iterator[None]:
    """Jobs run in the calling process, as soon as they are sent."""
    app.conf.task_always_eager = True
    yield
    app.conf.task_always_eager = False


@pytest.fixture(scope="module")
def lasting_world(django_db_setup: None, django_db_blocker: Any) -> Iterator[World]:
    """A world for all tests of a module, rolled back after the last; what one of them changes is undone after it."""
    with django_db_blocker.unblock(), transaction.atomic():
        yield world_again()
        transaction.set_rollback(True)


@pytest.fixture(scope="session")
def tmall_report() -> Path:
    """A real shop's month, where it is at hand (development machines and CI): ../shared/data."""
    if not TMALL_REPORT.exists():
        pytest.skip("the real order report lies beside the project on development machines only")
    return TMALL_REPORT
