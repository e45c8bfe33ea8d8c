import os
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.core.cache import cache
from django.utils import translation

from tests.tables import tell_applied
from tests.world import World, make_world

TMALL_REPORT = Path(__file__).resolve().parents[2] / "shared" / "data" / "tmall_order_report.csv"


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """A file is run by one process, and all browser tests by one, which opens their shop once; the longest begin."""
    long = ("/tests/browser/", "/tests/ops/test_run.py")
    items.sort(key=lambda item: not any(place in str(item.path) for place in long))
    for item in items:
        is_browser = "/tests/browser/" in str(item.path)
        item.add_marker(pytest.mark.xdist_group("browser" if is_browser else str(item.path)))
    if "TEST_DATABASE_URL" in os.environ:  # what asks no database was seen with the first one
        items[:] = [item for item in items if item.get_closest_marker("django_db") or DATABASE & set(fixtures(item))]


DATABASE = {"db", "transactional_db", "django_db_setup", "world"}


def fixtures(item: pytest.Item) -> list[str]:
    return getattr(item, "fixturenames", [])


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup: None, django_db_blocker: Any) -> None:
    """The database is made from the models (`--no-migrations`) and says that every migration was applied."""
    settings.MIGRATION_MODULES = {}
    with django_db_blocker.unblock():
        tell_applied()


@pytest.fixture(autouse=True)
def _plain(settings: Any) -> None:
    """Cheap password hashing, unhashed static files, an empty cache, and the language of nobody who came before."""
    translation.deactivate()
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    settings.STORAGES = {
        "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
        "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
    }
    cache.clear()


@pytest.fixture
def world(db: None) -> World:
    return make_world()


@pytest.fixture(scope="session")
def tmall_report() -> Path:
    """A real shop's month, where it is at hand (development machines and CI): ../shared/data."""
    if not TMALL_REPORT.exists():
        pytest.skip("the real order report lies beside the project on development machines only")
    return TMALL_REPORT
