"""Pictures without what cameras write beside them: where and when it was taken, by which phone, a second picture.

Only the containers are read (JPEG, PNG, WebP); what is seen stays byte for byte. A JPEG keeps which way up it is.
"""

import struct
import zlib
from collections.abc import Iterator

SOI, EOI, SOS, APP0, APP1, APP2, APP14 = 0xD8, 0xD9, 0xDA, 0xE0, 0xE1, 0xE2, 0xEE
BARE_MARKERS = {0x01, *range(0xD0, 0xD8)}  # without a length
FRAMES = {*range(0xC0, 0xD0)} - {0xC4, 0xC8, 0xCC}
ORIENTATION = 0x0112
PNG_HEAD = b"\x89PNG\r\n\x1a\n"
PNG_KEPT = {
    b"IHDR", b"PLTE", b"IDAT", b"IEND", b"tRNS", b"gAMA", b"cHRM", b"sRGB", b"iCCP", b"cICP", b"pHYs", b"sBIT",
    b"bKGD", b"acTL", b"fcTL", b"fdAT",
}  # fmt: skip
WEBP_DROPPED = {b"EXIF", b"XMP "}
EXIF_BIT, XMP_BIT = 0x08, 0x04


def bare(body: bytes, kind: str) -> bytes:
    """The picture (`kind`: jpg, png or webp) alone. ValueError: it is no whole picture."""
    try:
        return {"jpg": bare_jpeg, "png": bare_png, "webp": bare_webp}[kind](body)
    except (struct.error, IndexError) as error:
        raise ValueError("cut off") from error


def bare_jpeg(body: bytes) -> bytes:
    kept, frames, turned = [], 0, 0
    for marker, part in segments(body):
        if marker == APP1 and part[4:10] == b"Exif\0\0":
            turned = turned or orientation(part[10:])
        if marker in FRAMES:
            frames += 1
        is_profile = marker == APP2 and part[4:16] == b"ICC_PROFILE\0"
        is_of_camera = APP0 < marker <= 0xEF and marker != APP14 and not is_profile
        if not is_of_camera and marker != 0xFE:  # FE: a comment
            kept.append((marker, part))
    if frames != 1:
        raise ValueError("no picture in it")
    upright = [(APP1, exif_of(turned))] if turned in range(2, 9) else []
    first = 1 if kept and kept[0][0] == APP0 else 0
    parts = [part for _marker, part in [*kept[:first], *upright, *kept[first:]]]
    return b"".join([b"\xff\xd8", *parts, b"\xff\xd9"])


def segments(body: bytes) -> Iterator[tuple[int, bytes]]:
    """(marker, the whole segment) from SOI to EOI; that of SOS has the coded data behind it. What lies behind EOI (a
    film, a second picture, the phone's own notes) is no part of the picture."""
    at = 2
    while True:
        if body[at] != 0xFF:
            raise ValueError("no marker")
        while body[at + 1] == 0xFF:  # fill bytes
            at += 1
        marker = body[at + 1]
        if marker == EOI:
            return
        end = at + 2
        if marker not in BARE_MARKERS:
            end += struct.unpack_from(">H", body, end)[0]
        if marker == SOS:
            end = coded_end(body, end)
        if end > len(body):
            raise ValueError("cut off")
        yield marker, body[at:end]
        at = end


def coded_end(body: bytes, at: int) -> int:
    """Where the coded data that begin at `at` end: at the next marker that is neither a stuffed FF nor a restart."""
    while True:
        at = body.index(b"\xff", at)
        if body[at + 1] == 0 or 0xD0 <= body[at + 1] <= 0xD7:
            at += 2
        elif body[at + 1] == 0xFF:
            at += 1
        else:
            return at


def orientation(tiff: bytes) -> int:
    """1 to 8, or 0 where the Exif block does not say."""
    order = {b"II": "<", b"MM": ">"}.get(tiff[:2])
    if order is None:
        return 0
    try:
        (at,) = struct.unpack_from(f"{order}I", tiff, 4)
        (count,) = struct.unpack_from(f"{order}H", tiff, at)
        for entry in range(count):
            tag, _kind, _many, value = struct.unpack_from(f"{order}HHIH", tiff, at + 2 + 12 * entry)
            if tag == ORIENTATION:
                return int(value)
    except struct.error:
        return 0
    return 0


def exif_of(turned: int) -> bytes:
    """A segment that says which way up the picture is, and nothing else."""
    told = b"Exif\0\0MM\0*" + struct.pack(">IHHHIHHI", 8, 1, ORIENTATION, 3, 1, turned, 0, 0)
    return b"\xff\xe1" + struct.pack(">H", len(told) + 2) + told


def bare_png(body: bytes) -> bytes:
    kept, at, has_data = [PNG_HEAD], len(PNG_HEAD), False
    while True:
        (size,) = struct.unpack_from(">I", body, at)
        name, end = body[at + 4 : at + 8], at + 12 + size
        if end > len(body) or struct.unpack_from(">I", body, end - 4)[0] != zlib.crc32(body[at + 4 : end - 4]):
            raise ValueError("cut off")
        has_data = has_data or name == b"IDAT"
        if name in PNG_KEPT:
            kept.append(body[at:end])
        if name == b"IEND":
            break
        at = end
    if not has_data:
        raise ValueError("no picture in it")
    return b"".join(kept)


def bare_webp(body: bytes) -> bytes:
    kept, at, last = [], 12, 8 + struct.unpack_from("<I", body, 4)[0]
    if last > len(body):
        raise ValueError("cut off")
    while at + 8 <= last:
        name, (size,) = body[at : at + 4], struct.unpack_from("<I", body, at + 4)
        end = at + 8 + size + size % 2
        if at + 8 + size > last:
            raise ValueError("cut off")
        part = body[at:end]
        if name == b"VP8X":
            part = part[:8] + bytes([part[8] & ~(EXIF_BIT | XMP_BIT)]) + part[9:]
        if name not in WEBP_DROPPED:
            kept.append(part)
        at = end
    if not any(x[:4] in (b"VP8 ", b"VP8L", b"ANMF") for x in kept):
        raise ValueError("no picture in it")
    told = b"WEBP" + b"".join(kept)
    return b"RIFF" + struct.pack("<I", len(told)) + told
