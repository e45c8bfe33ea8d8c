"""After a large load the database looks at its tables anew: without that SQLite read every line ever sold to answer of
four weeks (0.6 s for each question of the heroes' page)."""

import pytest
from django.db import OperationalError, connection

from kpis.ingest import pipeline
from opsplan.tables import learn
from tests.ingest.bring import SHORT, A, B, bring, content


@pytest.mark.parametrize(("many", "told"), [(2, ["ANALYZE kpis_order"]), (3, [])])
def test_a_large_load_is_learned_and_a_small_one_is_not(world, monkeypatch, many: int, told: list[str]) -> None:
    looked = []

    def note(execute, sql, *rest):
        if str(sql).startswith("ANALYZE kpis"):
            looked.append(str(sql))
        return execute(sql, *rest)

    monkeypatch.setattr(pipeline, "MANY", many)
    with connection.execute_wrapper(note):
        bring(world.store, content(SHORT, A, B))
    assert looked == told


def test_all_tables_are_looked_at_and_a_busy_database_another_time(db) -> None:
    looked = []

    def note(execute, sql, *rest):
        looked.append(str(sql).strip())
        if len(looked) > 2:
            raise OperationalError("database is locked")
        return execute(sql, *rest)

    sqlite = connection.vendor == "sqlite"
    with connection.execute_wrapper(note):
        learn(*([] if sqlite else ["kpis_order", "kpis_refund"]))
        learn()
    first = ["PRAGMA analysis_limit = 400", "ANALYZE"] if sqlite else ["ANALYZE kpis_order", "ANALYZE kpis_refund"]
    assert looked == [*first, first[0] if sqlite else "ANALYZE"]
