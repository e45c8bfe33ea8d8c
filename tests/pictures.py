"""The smallest real pictures, and what a phone writes into one."""

import base64
import struct
import zlib

JPEG = base64.b64decode(
    "/9j/2wBDAAMCAgICAgMCAgIDAwMDBAYEBAQEBAgGBgUGCQgKCgkICQkKDA8MCgsOCwkJDRENDg8QEBEQCgwSExIQEw8QEBD/yQALCAABAAEBAREA"
    "/8wABgAQEAX/2gAIAQEAAD8A0s8g/9k="
)
WEBP = base64.b64decode("UklGRhoAAABXRUJQVlA4TA0AAAAvAAAAEAcQERGIiP4HAA==")
PLACE = b"N31.2304 E121.4737"


def chunk(name: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))


PNG = b"\x89PNG\r\n\x1a\n" + b"".join(
    chunk(name, body)
    for name, body in (
        (b"IHDR", struct.pack(">IIBBBBB", 1, 1, 8, 0, 0, 0, 0)),
        (b"IDAT", zlib.compress(b"\0\0")),
        (b"IEND", b""),
    )
)


def exif(turned: int = 6, order: str = "<") -> bytes:
    """An Exif segment as a phone writes it: which way up, and where it was."""
    head = b"II*\0" if order == "<" else b"MM\0*"
    value = struct.pack(f"{order}HH", turned, 0)
    rows = struct.pack(f"{order}HHI", 0x0112, 3, 1) + value + struct.pack(f"{order}HHII", 0x8825, 4, 1, 38)
    tiff = head + struct.pack(f"{order}IH", 8, 2) + rows + struct.pack(f"{order}I", 0) + PLACE
    return segment(0xE1, b"Exif\0\0" + tiff)


def segment(marker: int, body: bytes) -> bytes:
    return bytes([0xFF, marker]) + struct.pack(">H", len(body) + 2) + body
