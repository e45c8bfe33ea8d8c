"""Every sample in every encoding and container it can come in: the same rows."""

from pathlib import Path

import pytest

from tests.ingest.dressed import BOOKS, TEXTS, zipped
from tests.ingest.make import FILES, good, opened
from tests.ingest.test_readers_samples import SAMPLES

NAMES = [name for name, *_rest in SAMPLES]


def table_of(found):
    """Every row of a file as text, the blank ones with it, so that lines stay where they are."""
    told = dict(found.table.rows())
    return [told.get(line, [""]) for line in range(1, max(told) + 1)]


def said(found):
    return [row._replace(line=0, order=row.order._replace(line=0)) if hasattr(row, "order") else row._replace(line=0)
            for row in good(found)]  # fmt: skip


@pytest.mark.parametrize("name", NAMES)
def test_a_sample_says_the_same_in_every_dress(name, tmp_path, one_process):
    found = opened(FILES / name)
    rows, expected, inside = table_of(found), said(found), Path(found.name).name
    path = tmp_path / "file"
    for dress, make in {**TEXTS, **BOOKS}.items():
        path.write_bytes(make(rows))
        again = opened(path, inside + ".gz" if dress == "gzip" else inside)
        assert (again.source, said(again)) == (found.source, expected), dress
    path.write_bytes(zipped(**{inside: TEXTS["gb18030, CR"](rows)}))
    assert said(opened(path, "导出.zip")) == expected
