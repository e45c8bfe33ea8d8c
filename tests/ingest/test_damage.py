"""A fixed part of the damaged files that `make soak` reads for ten minutes."""

import random

import pytest

from kpis.ingest.readers import READERS
from tests.ingest.damage import CONTAINERS, NAME, layouts, one, read, wrapped
from tests.ingest.make import open_file

PARTS, FILES = 4, 90


def test_every_reader_and_container_takes_part(tmp_path):
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
def test_a_damaged_file_ends_in_a_sentence(part, tmp_path):
    chance, path = random.Random(20261122 + part), tmp_path / "file"
    for _n in range(FILES):
        name, data = one(chance)
        path.write_bytes(data)
        read(path, name)
