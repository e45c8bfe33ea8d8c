"""A fixed part of the damaged files that `make soak` reads for ten minutes."""

import os
import random

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from kpis.ingest.readers import READERS
from tests.ingest.damage import CONTAINERS, NAME, ODD, layouts, one, read, wrapped
from tests.ingest.make import open_file

PARTS, FILES = 4, int(os.environ.get("FUZZ_FILES", "90"))
EXAMPLES = int(os.environ.get("FUZZ_EXAMPLES", "40"))
cells = st.text(max_size=12) | st.sampled_from(ODD) | st.from_regex(r"[-+]?[0-9]{1,4}[-/.:, ][0-9]{1,20}\Z")


def test_every_reader_and_container_takes_part(tmp_path, copied_process):
    met = set()
    for n, rows in enumerate(layouts()):
        path = tmp_path / str(n)
        path.write_bytes(wrapped(rows, "csv"))
        met |= {table.reader.key for table in open_file(path, f"{NAME}.csv") if table.reader}
    assert met >= set(READERS)
    for kind in CONTAINERS:
        (tmp_path / kind).write_bytes(wrapped(layouts()[13], kind))
        assert all(table.reader for table in open_file(tmp_path / kind, NAME)), kind


@pytest.mark.parametrize("part", range(PARTS))
def test_a_damaged_file_ends_in_a_sentence(part, tmp_path, copied_process):
    chance, path = random.Random(20261122 + part), tmp_path / "file"
    for _n in range(FILES):
        name, data = one(chance)
        path.write_bytes(data)
        read(path, name)


@settings(max_examples=EXAMPLES, deadline=None, database=None, suppress_health_check=list(HealthCheck))
@given(st.integers(0, 999), st.lists(st.tuples(st.integers(0, 4), st.integers(0, 80), cells), min_size=1, max_size=9))
def test_any_cell_of_any_layout_ends_in_a_sentence(tmp_path_factory, layout, changes):
    rows = [list(cells) for cells in layouts()[layout % len(layouts())]]
    for row, place, cell in changes:
        cells = rows[row % len(rows)]
        cells[place % len(cells)] = cell
    path = tmp_path_factory.getbasetemp() / "file"
    path.write_text(
        "\n".join(",".join(f'"{x.replace(chr(34), chr(34) * 2)}"' for x in cells) for cells in rows), "utf-8"
    )
    read(path, f"{NAME}.csv")
