import datetime as dt
import io
import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.core.management import call_command
from django.db import transaction

from kpis.demo.files import DemoFile, write_files
from kpis.demo.shop import CHENLU

TODAY = dt.date(2026, 11, 22)


@pytest.fixture(scope="session")
def files(tmp_path_factory: pytest.TempPathFactory) -> list[DemoFile]:
    """The small files of the cosmetics shop, the very ones the small demo loads."""
    return list(write_files(CHENLU, TODAY, tmp_path_factory.mktemp("chenlu"), small=True))


@pytest.fixture(scope="package")
def demo(django_db_setup: None, django_db_blocker) -> Iterator[None]:
    """The small demo, loaded once for all tests of it and rolled back after them."""
    os.environ["OPSPLAN_TODAY"] = TODAY.isoformat()
    try:
        with django_db_blocker.unblock(), transaction.atomic():
            call_command("load_demo", small=True, stdout=io.StringIO())
            yield
            transaction.set_rollback(True)
    finally:
        del os.environ["OPSPLAN_TODAY"]


def read(files: list[DemoFile], source: str) -> list[Path]:
    return [file.path for file in files if file.source == source]
