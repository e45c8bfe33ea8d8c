"""Rows on their way into the staging table."""

import contextlib
import csv
import gc
import io
from collections.abc import Iterator

import pytest

from kpis.ingest import staging
from kpis.ingest.rows import Bad, TrafficRow
from kpis.ingest.staging import AT_ONCE, DELIMITER, Feed, Findings, Sieve, as_csv, without_cycles
from opsplan.lib.problems import Problem

NOTICE = Problem(9, "", "", "footer_row", level="notice")
BAD = Bad(3, (Problem(3, "uv", "x", "bad_number"),))


def test_a_feed_gives_a_batch_at_a_time_and_then_nothing() -> None:
    feed = Feed([[(1, "a,b")], [(2, None), (3, "c")]])
    assert [feed.read(8), feed.read(8), feed.read(8)] == ["1\x1fa,b\r\n", "2\x1f\r\n3\x1fc\r\n", ""]


@pytest.mark.parametrize("text", ['6" wide', "two\nlines", "a\rb", "a\x1fb", '""', "plain", "", "\\.", "NULL", "，"])
def test_whatever_a_cell_holds_comes_out_as_it_went_in(text: str) -> None:
    rows = [(1, text, None, True), (2, "x", 3, False)]
    told = list(csv.reader(io.StringIO(as_csv(rows), newline=""), delimiter=DELIMITER))
    assert told == [["1", text, "", "True"], ["2", "x", "3", "False"]]


def test_what_fails_while_rows_are_made_ends_the_feed_and_is_kept() -> None:
    def batches() -> Iterator[list[tuple[int]]]:
        yield [(1,)]
        raise EOFError("cut off")

    feed = Feed(batches())
    assert [feed.read(), feed.read()] == ["1\r\n", ""]
    assert isinstance(feed.failure, EOFError)


def test_a_sieve_counts_rows_and_sets_the_faulty_apart() -> None:
    found = Findings()
    good = TrafficRow(1, None, *[None] * 18)  # type: ignore[arg-type]
    sieve = Sieve([[good, BAD, NOTICE], [NOTICE], [good]], lambda row: (row.line,), found)
    assert [list(rows) for rows in sieve.some()] == [[(1,)], [(1,)]]  # a batch without a row is none
    assert (sieve.read, sieve.is_empty, found.rejected) == (3, True, 1)
    assert (found.errors, found.kept) == (1, [NOTICE, *BAD.problems, NOTICE])


def test_all_faults_are_counted_and_the_first_are_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(staging, "PROBLEMS_KEPT", 2)
    found = Findings()
    for row in (Bad(1, (*BAD.problems, NOTICE)), BAD, BAD):
        found.reject(row)
    assert (found.rejected, found.errors, found.kept) == (3, 3, [*BAD.problems, NOTICE])


@pytest.mark.parametrize("was_on", [True, False])
def test_cycles_are_looked_for_again_as_before_also_when_reading_fails(was_on: bool) -> None:
    (gc.enable if was_on else gc.disable)()
    try:
        with contextlib.suppress(EOFError), without_cycles():
            assert not gc.isenabled()
            raise EOFError
        assert gc.isenabled() is was_on
    finally:
        gc.enable()


def test_a_sieve_stops_for_news_after_some_thousand_rows() -> None:
    batch = [TrafficRow(n, None, *[None] * 18) for n in range(AT_ONCE)]  # type: ignore[arg-type]
    sieve = Sieve([batch, batch[:1]], lambda row: (row.line,), Findings())
    assert [sum(map(len, map(list, sieve.some()))) for _ in range(2)] == [AT_ONCE, 1]
    with pytest.raises(StopIteration):
        next(sieve.some())
