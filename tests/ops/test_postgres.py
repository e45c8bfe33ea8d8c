"""A kept connection is known to be alive without asking the server each time."""

import socket
from contextlib import nullcontext
from types import SimpleNamespace

import pytest
from django.db.backends.postgresql import base

pytest.importorskip("psycopg2")
from opsplan.postgres.base import TRUSTED, DatabaseWrapper, time


@pytest.fixture
def line(monkeypatch: pytest.MonkeyPatch):
    """A wrapper over one end of a line; `asked` counts the questions to the server, `now` is the clock."""
    ours, theirs = socket.socketpair()
    it = SimpleNamespace(theirs=theirs, asked=0, now=1000.0, wrapper=DatabaseWrapper.__new__(DatabaseWrapper))
    it.wrapper.connection = SimpleNamespace(closed=0, fileno=ours.fileno)

    def ask(_self: object) -> bool:
        it.asked += 1
        return True

    monkeypatch.setattr(base.DatabaseWrapper, "is_usable", ask)
    monkeypatch.setattr(time, "monotonic", lambda: it.now)
    yield it
    ours.close()
    theirs.close()


def test_a_quiet_line_is_asked_about_once_in_a_while(line) -> None:
    assert [line.wrapper.is_usable() for _each in range(5)] == [True] * 5
    assert line.asked == 1
    line.now += TRUSTED
    assert line.wrapper.is_usable()
    assert line.asked == 2


def test_the_server_is_asked_when_its_end_was_closed(line) -> None:
    line.wrapper.is_usable()
    line.theirs.close()
    line.wrapper.is_usable()
    assert line.asked == 2


def test_a_statement_is_told_to_the_server_once_a_connection() -> None:
    told: list[str] = []
    wrapper = DatabaseWrapper.__new__(DatabaseWrapper)
    wrapper.known, wrapper.wrap_database_errors = {}, nullcontext()
    cursor = SimpleNamespace(cursor=SimpleNamespace(execute=told.append))
    asked = [wrapper.prepared(cursor, "SELECT 1 FROM t WHERE a = %s AND b = %s") for _each in range(2)]
    assert told == ["PREPARE known_0 AS SELECT 1 FROM t WHERE a = $1 AND b = $2"]
    assert asked == ["EXECUTE known_0 (%s, %s)"] * 2
