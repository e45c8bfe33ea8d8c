import gzip
import io

from kpis.ingest import pipeline
from tests.ingest.bring import SHORT, A, B, content
from tests.ingest.make import as_zip


def received(store, data, name):
    return [pipeline.check(upload) for upload in pipeline.receive(store, io.BytesIO(data), name, auto_load=True)]


def test_one_unreadable_file_does_not_sink_the_zip(world, tmp_path):
    inside = {"good.csv": content(SHORT, A), "bad.csv": content(SHORT, B), "empty.csv": b"", "in.zip": b"PK"}
    path = as_zip(tmp_path / "a.zip", inside)
    raw = bytearray(path.read_bytes())
    second = raw.index(b"PK\x01\x02", raw.index(b"PK\x01\x02") + 4)  # the directory's entry of bad.csv
    raw[second + 8] |= 1  # encrypted
    path.write_bytes(raw)
    uploads = received(world.store, path.read_bytes(), "a.zip")
    assert [(u.name, u.state, [p.code for p in u.problems.all()]) for u in uploads] == [
        ("good.csv", "loaded", []),
        ("bad.csv", "rejected", ["encrypted"]),
        ("empty.csv", "rejected", ["empty"]),
        ("in.zip", "rejected", ["nested_zip"]),
    ]


def test_a_gzip_is_the_file_in_it(world):
    uploads = received(world.store, gzip.compress(content(SHORT, A)), "a.csv.gz")
    assert [(u.name, u.state) for u in uploads] == [("a.csv", "loaded")]
