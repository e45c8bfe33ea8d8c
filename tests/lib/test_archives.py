import errno
import gzip
import zipfile

import pytest
import pyzipper

from opsplan.lib import archives
from opsplan.lib.archives import entries, is_archive, is_locked
from opsplan.lib.problems import FileProblem


def unpack(path, tmp_path, password=None):
    into = tmp_path / "into"
    into.mkdir(exist_ok=True)
    found = entries(path, path.name, into, password)
    return [(e.name, e.path.read_bytes() if e.path else e.problem.code) for e in found]


def zipped(path, **files):
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as bundle:
        for name, content in files.items():
            bundle.writestr(name, content)
    return path


def test_every_file_of_a_zip_comes_out(tmp_path):
    junk = ("__MACOSX/._one.csv", "__MACOSX/three.csv", "in/._one.csv", ".DS_Store", "in/Thumbs.db", "in\\desktop.ini")
    path = zipped(tmp_path / "a.zip", **{"in/": b"", "in/one.csv": b"1", "two.csv": b"2"}, **dict.fromkeys(junk, b"x"))
    assert is_archive(path)
    assert unpack(path, tmp_path) == [("one.csv", b"1"), ("two.csv", b"2")]


@pytest.mark.parametrize("mark", ["[Content_Types].xml", "mimetype"])
def test_an_office_document_is_no_archive_and_may_be_a_bomb(tmp_path, monkeypatch, mark):
    path = zipped(tmp_path / "a.xlsx", **{mark: b"", "sheet.xml": b"0" * (2 << 20)})
    assert not is_archive(path)
    monkeypatch.setattr(archives, "LIMIT_MB", 1)
    with pytest.raises(FileProblem) as caught:
        is_archive(path)
    assert caught.value.code == "unpacked_too_big"


def set_bits(path, bits):
    """Turn these flags of the first file on, in front of it and in the directory."""
    raw = bytearray(path.read_bytes())
    directory = raw.index(b"PK\x01\x02")
    for place in (6, directory + 8):
        raw[place : place + 2] = (int.from_bytes(raw[place : place + 2], "little") | bits).to_bytes(2, "little")
    path.write_bytes(raw)


def test_names_are_read_in_gbk_and_as_they_say(tmp_path):
    raw = "直通车_账户.csv".encode("gb18030")
    path = zipped(tmp_path / "a.zip", **{"x" * len(raw): b"1"})
    path.write_bytes(path.read_bytes().replace(b"x" * len(raw), raw))
    assert unpack(path, tmp_path) == [("直通车_账户.csv", b"1")]
    set_bits(path, 1)
    assert unpack(path, tmp_path) == [("直通车_账户.csv", "encrypted")]
    assert unpack(zipped(tmp_path / "b.zip", **{"Müller.csv": b"1"}), tmp_path) == [("Müller.csv", b"1")]


def test_an_encrypted_file_does_not_sink_the_others(tmp_path):
    path = zipped(tmp_path / "a.zip", **{"secret.csv": b"1", "open.csv": b"2"})
    set_bits(path, 1)
    assert unpack(path, tmp_path) == [("secret.csv", "encrypted"), ("open.csv", b"2")]
    assert not is_locked(path)


def sealed(path, **files):
    with pyzipper.AESZipFile(
        path, "w", encryption=pyzipper.WZ_AES
    ) as bundle:  # stored, so that no packing notices first
        bundle.setpassword(b"right")
        for name, content in files.items():
            bundle.writestr(name, content)
    return path


def test_a_password_opens_or_is_told_to_be_wrong(tmp_path):
    """Folders and what tools leave behind, which are never locked, leave the archive a locked one."""
    path = sealed(tmp_path / "a.zip", **{"a.csv": b"1" * 500})
    raw = bytearray(path.read_bytes())
    with zipfile.ZipFile(path, "a") as bundle:
        bundle.writestr("in/", b"")
        bundle.writestr(".DS_Store", b"x")
    assert is_locked(path)
    assert not is_locked(zipped(tmp_path / "empty.zip", **{"in/": b""}))
    assert unpack(path, tmp_path, "right") == [("a.csv", b"1" * 500)]
    assert unpack(path, tmp_path, "wrong") == [("a.csv", "wrong_password")]
    raw[200] ^= 0xFF  # as when a password looks right at first: what comes out is not what went in
    path.write_bytes(raw)
    assert unpack(path, tmp_path, "right") == [("a.csv", "wrong_password")]


def test_what_the_disk_has_no_room_for_says_so(tmp_path, monkeypatch):
    """And a gzip that breaks off is damaged; its name may be written large."""
    zip_, gz = zipped(tmp_path / "a.zip", **{"a.csv": b"1"}), tmp_path / "A.CSV.GZ"
    gz.write_bytes(gzip.compress(b"1" * 500)[:-9])
    assert unpack(gz, tmp_path) == [("A.CSV", "corrupt")]
    plain = tmp_path / "told"
    plain.write_bytes(gzip.compress(b"1"))
    assert unpack(plain, tmp_path) == [("told", b"1")]

    def fail(*_args):
        raise OSError(number, "cannot write")

    monkeypatch.setattr(archives, "save", fail)
    for number, code in ((errno.ENOSPC, "no_room"), (errno.EIO, "corrupt")):
        assert [unpack(path, tmp_path)[0][1] for path in (zip_, gz)] == [code, code], number


def test_a_damaged_file_does_not_sink_the_others(tmp_path):
    path = zipped(tmp_path / "a.zip", **{"bad.csv": b"1" * 500, "good.csv": b"2"})
    raw = bytearray(path.read_bytes())
    raw[14] ^= 0xFF  # its checksum
    raw[raw.index(b"PK\x01\x02") + 16] ^= 0xFF
    path.write_bytes(raw)
    assert unpack(path, tmp_path) == [("bad.csv", "corrupt"), ("good.csv", b"2")]


def test_a_zip_in_a_zip_is_refused(tmp_path):
    path = zipped(tmp_path / "a.zip", **{"b.zip": b"PK", "C.RAR": b"R"})
    assert unpack(path, tmp_path) == [("b.zip", "nested_zip"), ("C.RAR", "nested_zip")]


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
