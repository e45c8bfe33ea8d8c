import gzip
import zipfile

import pytest

from opsplan.lib import archives
from opsplan.lib.archives import entries, is_archive
from opsplan.lib.problems import FileProblem


def unpack(path, tmp_path):
    into = tmp_path / "into"
    into.mkdir(exist_ok=True)
    return [(e.name, e.path.read_bytes() if e.path else e.problem.code) for e in entries(path, path.name, into)]


def zipped(path, **files):
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as bundle:
        for name, content in files.items():
            bundle.writestr(name, content)
    return path


def test_every_file_of_a_zip_comes_out(tmp_path):
    path = zipped(
        tmp_path / "a.zip", **{"in/one.csv": b"1", "two.csv": b"2", "__MACOSX/._one.csv": b"x", ".DS_Store": b"x"}
    )
    assert is_archive(path)
    assert unpack(path, tmp_path) == [("one.csv", b"1"), ("two.csv", b"2")]


def test_names_in_gbk_are_read(tmp_path):
    raw = "直通车_账户.csv".encode("gb18030")
    path = zipped(tmp_path / "a.zip", **{"x" * len(raw): b"1"})
    path.write_bytes(path.read_bytes().replace(b"x" * len(raw), raw))
    assert unpack(path, tmp_path) == [("直通车_账户.csv", b"1")]


def test_an_encrypted_file_does_not_sink_the_others(tmp_path):
    path = zipped(tmp_path / "a.zip", **{"secret.csv": b"1", "open.csv": b"2"})
    raw = bytearray(path.read_bytes())
    raw[6] |= 1  # the flag of the first file, in front of it and in the directory
    raw[raw.index(b"PK\x01\x02") + 8] |= 1
    path.write_bytes(raw)
    assert unpack(path, tmp_path) == [("secret.csv", "encrypted"), ("open.csv", b"2")]


def test_a_damaged_file_does_not_sink_the_others(tmp_path):
    path = zipped(tmp_path / "a.zip", **{"bad.csv": b"1" * 500, "good.csv": b"2"})
    raw = bytearray(path.read_bytes())
    raw[14] ^= 0xFF  # its checksum
    raw[raw.index(b"PK\x01\x02") + 16] ^= 0xFF
    path.write_bytes(raw)
    assert unpack(path, tmp_path) == [("bad.csv", "corrupt"), ("good.csv", b"2")]


def test_a_zip_in_a_zip_is_refused(tmp_path):
    assert unpack(zipped(tmp_path / "a.zip", **{"b.zip": b"PK"}), tmp_path) == [("b.zip", "nested_zip")]


@pytest.mark.parametrize(
    ("content", "code"), [(b"PK\x03\x04 cut off", "corrupt"), (b"PK\x05\x06" + b"\0" * 18, "empty_zip")]
)
def test_a_zip_that_cannot_be_used_says_why(tmp_path, content, code):
    path = tmp_path / "a.zip"
    path.write_bytes(content)
    with pytest.raises(FileProblem) as caught:
        _ = is_archive(path) and unpack(path, tmp_path)
    assert caught.value.code == code


def test_a_bomb_is_not_unpacked(tmp_path, monkeypatch):
    monkeypatch.setattr(archives, "LIMIT_MB", 1)
    path = zipped(tmp_path / "a.zip", **{"a.csv": b"0" * (2 << 20)})
    with pytest.raises(FileProblem) as caught:
        unpack(path, tmp_path)
    assert caught.value.code == "unpacked_too_big"


def test_what_really_comes_out_is_counted(tmp_path, monkeypatch):
    monkeypatch.setattr(archives, "LIMIT_MB", 1)
    path = tmp_path / "a.csv.gz"
    path.write_bytes(gzip.compress(b"0" * (2 << 20)))
    assert unpack(path, tmp_path) == [("a.csv", "unpacked_too_big")]


def test_what_is_packed_beyond_belief_is_a_bomb(tmp_path, monkeypatch):
    monkeypatch.setattr(archives, "FREE_MB", 1)
    path = tmp_path / "a.csv.gz"
    path.write_bytes(gzip.compress(b"0" * (5 << 20)))  # a thousandth
    assert unpack(path, tmp_path) == [("a.csv", "unpacked_too_big")]
    path.write_bytes(gzip.compress(b"0" * (1 << 20)))  # too little to harm
    assert unpack(path, tmp_path) == [("a.csv", b"0" * (1 << 20))]


def test_a_gzip_holds_one_file(tmp_path):
    path = tmp_path / "a.csv.gz"
    path.write_bytes(gzip.compress(b"1,2"))
    assert is_archive(path)
    assert unpack(path, tmp_path) == [("a.csv", b"1,2")]


def test_a_plain_file_is_no_archive(tmp_path):
    path = tmp_path / "a.csv"
    path.write_bytes(b"1,2")
    assert not is_archive(path)
