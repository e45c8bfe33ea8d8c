"""Processes that die or get in each other's way: facts and sums are those of an undisturbed import, nothing is left
lying about. `tests.soak.kills` does the same at random moments."""

import os
from collections.abc import Iterator
from pathlib import Path
from sqlite3 import connect

import psycopg2
import pytest
from django.db import connection

from tests.ingest.elsewhere import orders
from tests.ingest.processes import Elsewhere

pytestmark = pytest.mark.django_db  # so that there is one to be copied
POINTS = ("parse", "check", "load", "rollup")
COUNT = 2100  # one more chunk than is staged at a time


@pytest.fixture(scope="module")
def elsewhere(tmp_path_factory, django_db_setup, django_db_blocker) -> Iterator[Elsewhere]:
    """On a copy of the empty test database."""
    home = tmp_path_factory.mktemp("elsewhere")
    env = {**os.environ, "OPSPLAN_HOME": str(home), "REDIS_URL": os.environ["REDIS_URL"].rsplit("/", 1)[0] + "/1"}
    name, server = f"opsplan_elsewhere_{os.getpid()}", None
    with django_db_blocker.unblock():
        connection.ensure_connection()
        if connection.vendor == "postgresql":
            connection.close()
            server = psycopg2.connect(os.environ["DATABASE_URL"])
            server.autocommit = True
            template = connection.settings_dict["NAME"]
            server.cursor().execute(f'CREATE DATABASE {name} TEMPLATE "{template}"')
            env["DATABASE_URL"] = os.environ["DATABASE_URL"].rsplit("/", 1)[0] + f"/{name}"
        else:
            copy = connect(home / "opsplan.sqlite3")
            connection.connection.backup(copy)
            copy.close()
    place = Elsewhere(env, home)
    assert place.run("stores", "calm", *POINTS, "worked", "both", "meanwhile", "stopped", "big") == ""
    yield place
    place.close()
    if server:
        server.cursor().execute(f"DROP DATABASE {name} WITH (FORCE)")
        server.close()


@pytest.fixture(scope="module")
def march(tmp_path_factory) -> Path:
    path = tmp_path_factory.mktemp("files") / "march.csv"
    path.write_bytes(orders(COUNT))
    return path


@pytest.fixture(scope="module")
def calm(elsewhere, march) -> str:
    """What an undisturbed import leaves: loaded, all facts, no stale day, nothing lying about."""
    told = elsewhere.run("bring", "calm", march)
    assert told.startswith(f"loaded {COUNT} 0 0 ")
    return told


@pytest.mark.parametrize("point", POINTS)
def test_a_process_killed_anywhere_leaves_nothing_half_done_and_is_taken_up(elsewhere, march, calm, point):
    elsewhere.run("bring", point, march, die_at=point)
    assert elsewhere.code == "-9"
    before, after = elsewhere.run("resume", point).splitlines()
    assert before.split()[1] == "0"
    assert after == calm


@pytest.mark.worker
def test_a_worker_killed_in_the_middle_of_a_load_is_followed_by_one_that_finishes(elsewhere, march, calm):
    elsewhere.run("receive", "worked", march)
    elsewhere.run("work", die_at="load")
    assert elsewhere.code == "-9"
    second = elsewhere.start("work")
    try:
        assert elsewhere.run("wait", "worked") == calm
    finally:
        elsewhere.kill(second)


def test_two_processes_may_load_overlapping_files_at_the_same_time(elsewhere, march, calm, tmp_path):
    head, *body = march.read_bytes().splitlines(keepends=True)
    (tmp_path / "a.csv").write_bytes(head + b"".join(body[:1400]))
    (tmp_path / "b.csv").write_bytes(head + b"".join(body[700:]))
    both = [elsewhere.start("bring", "both", tmp_path / name) for name in ("a.csv", "b.csv")]
    told = [elsewhere.end(each).split() for each in both]
    assert calm.split()[1:] in [words[1:] for words in told]  # of the one that came last


def test_an_import_while_days_are_counted_waits_and_loses_nothing(elsewhere, march, calm, tmp_path):
    head, *body = march.read_bytes().splitlines(keepends=True)
    (tmp_path / "a.csv").write_bytes(head + b"".join(body[:700]))
    elsewhere.run("bring", "meanwhile", tmp_path / "a.csv")
    counting = elsewhere.start("recount", "meanwhile", tmp_path / "sign")
    assert elsewhere.run("bring_meanwhile", "meanwhile", march, tmp_path / "sign") == calm
    assert (elsewhere.end(counting), elsewhere.code) == ("", "0")


@pytest.mark.postgres
def test_a_load_is_cancelled_in_the_middle_of_a_long_statement(elsewhere, march):
    loading = elsewhere.start("bring_stalling", "stopped", march)
    assert elsewhere.run("stop", "stopped") == "True"
    assert elsewhere.end(loading).split()[:4] == ["cancelled", "0", "0", "0"]


def test_memory_does_not_grow_with_the_file(elsewhere, tmp_path):
    (tmp_path / "small.csv").write_bytes(orders(5_000))
    (tmp_path / "large.csv").write_bytes(orders(20_000))
    assert float(elsewhere.run("grow", "big", tmp_path / "small.csv", tmp_path / "large.csv")) < 8
