"""Nothing of where and when a picture was taken is left in it; what is seen stays as it was."""

import struct

import pytest

from opsplan.lib import imagemeta
from tests.pictures import JPEG, PLACE, PNG, WEBP, chunk, exif, segment


@pytest.mark.parametrize(("kind", "body"), [("jpg", JPEG), ("png", PNG), ("webp", WEBP)])
def test_a_picture_alone_stays_byte_for_byte(kind: str, body: bytes) -> None:
    assert imagemeta.bare(body, kind) == body


@pytest.mark.parametrize("order", ["<", ">"])
@pytest.mark.parametrize("turned", [1, 3, 6, 8])
def test_a_phone_s_notes_go_and_which_way_up_stays(turned: int, order: str) -> None:
    notes = [exif(turned, order), segment(0xE1, b"http://ns.adobe.com/xap/1.0/\0" + PLACE), segment(0xFE, PLACE),
             segment(0xE2, b"MPF\0" + PLACE), segment(0xED, b"Photoshop 3.0\0" + PLACE)]  # fmt: skip
    profile = segment(0xE2, b"ICC_PROFILE\0\x01\x01colours")
    found = imagemeta.bare(JPEG[:2] + b"".join(notes) + profile + JPEG[2:] + b"\xff\xd8a film" + PLACE, "jpg")
    assert PLACE not in found
    assert profile in found
    assert (imagemeta.orientation(found[12:]) if found[6:10] == b"Exif" else 1) == turned
    assert found.endswith(JPEG[2:])
    assert imagemeta.bare(found, "jpg") == found


def test_words_in_a_png_and_boxes_in_a_webp_go() -> None:
    with_words = PNG[:33] + chunk(b"eXIf", PLACE) + chunk(b"tEXt", b"GPS\0" + PLACE) + PNG[33:] + PLACE
    assert imagemeta.bare(with_words, "png") == PNG
    header = b"VP8X" + struct.pack("<I", 10) + bytes([0x0C]) + bytes(9)
    box = b"EXIF" + struct.pack("<I", len(PLACE)) + PLACE + b"\0" * (len(PLACE) % 2)
    inside = b"WEBP" + header + WEBP[12:] + box
    found = imagemeta.bare(b"RIFF" + struct.pack("<I", len(inside)) + inside, "webp")
    assert PLACE not in found
    assert (found[20], struct.unpack_from("<I", found, 4)[0] + 8) == (0, len(found))


@pytest.mark.parametrize(
    ("kind", "body"),
    [
        ("jpg", b"\xff\xd8\xff"),
        ("jpg", b"\xff\xd8\xff\xe0" + bytes(20)),
        ("jpg", JPEG[:-10]),
        ("jpg", JPEG[:2] + JPEG[-2:]),
        ("png", PNG[:40]),
        ("png", PNG[:33] + PNG[-12:]),
        ("png", PNG.replace(b"IDAT", b"IDAU")),
        ("webp", WEBP[:-4]),
        ("webp", WEBP[:12]),
    ],
)
def test_what_is_cut_off_or_no_picture_is_told(kind: str, body: bytes) -> None:
    with pytest.raises(ValueError, match=r"\w"):
        imagemeta.bare(body, kind)
