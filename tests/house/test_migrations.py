"""The suite's tables are made from the models; here `migrate` has to arrive at the same ones."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import psycopg2
import pytest
from django.db import connection

from tests.tables import described

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def elsewhere(tmp_path: Path) -> Iterator[dict[str, str]]:
    """The environment of a second, empty database of the same kind."""
    env = {**os.environ, "OPSPLAN_HOME": str(tmp_path)}
    if connection.vendor != "postgresql":
        yield env
        return
    name = f"opsplan_migrated_{os.getpid()}"
    server = psycopg2.connect(os.environ["DATABASE_URL"])
    server.autocommit = True
    server.cursor().execute(f"CREATE DATABASE {name}")
    yield {**env, "DATABASE_URL": os.environ["DATABASE_URL"].rsplit("/", 1)[0] + f"/{name}"}
    server.cursor().execute(f"DROP DATABASE {name} WITH (FORCE)")
    server.close()


def test_migrating_leads_to_the_tables_of_the_models(db: None, elsewhere: dict[str, str]) -> None:
    command = [sys.executable, "-m", "tests.tables"]
    done = subprocess.run(command, cwd=ROOT, env=elsewhere, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout) == described()
