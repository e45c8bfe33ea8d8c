"""Statements that are asked at every request."""

from collections.abc import Sequence
from typing import Any

from django.db import connection


def first_row(sql: str, params: Sequence[Any]) -> tuple[Any, ...] | None:
    """The first row of a statement, which PostgreSQL plans once a connection: for a gate over five tables the plan
    costs ten times the answer. SQLite keeps its statements by itself."""
    database: Any = connection
    with connection.cursor() as cursor:
        if database.vendor == "postgresql":
            sql = database.prepared(cursor, sql)
        cursor.execute(sql, params)
        found: tuple[Any, ...] | None = cursor.fetchone()
        return found
