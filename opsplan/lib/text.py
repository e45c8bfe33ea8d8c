"""Names as people write them, made comparable."""

import re
import unicodedata

BLANKS = re.compile(r"[\s\u200b\ufeff\u00a0\u3000]+")


def folded(text: str) -> str:
    """NFKC, lower case, no blanks: 主体 ID = 主体id, （）= ()."""
    return BLANKS.sub("", unicodedata.normalize("NFKC", text)).lower()


def is_id(text: str) -> bool:
    """Whether a text may be the number of a row: digits, no more than either database takes."""
    return text.isascii() and text.isdecimal() and len(text) < 10


def width(text: str) -> int:
    """How many narrow letters wide; a Chinese character is two."""
    return sum(2 if unicodedata.east_asian_width(letter) in "WF" else 1 for letter in text)


def cut(text: str, most: int) -> str:
    """At most so many narrow letters wide, with an ellipsis where some are left out."""
    if width(text) <= most:
        return text
    while width(text) >= most:
        text = text[:-1]
    return f"{text}…"


def sentences(*texts: str) -> str:
    """One after the other: a blank between them, none behind a Chinese full stop or colon."""
    return " ".join(texts).replace("。 ", "。").replace("： ", "：")


def gettext_noop(text: str) -> str:
    """Marks a string for translation; the door translates it. (Django's own, which a pure module may not import.)"""
    return text


# From Monday on. Django's own catalogue calls them 星期一; ours is asked first, so dates in templates say 周一, too.
WEEKDAYS = (
    gettext_noop("Mon"),
    gettext_noop("Tue"),
    gettext_noop("Wed"),
    gettext_noop("Thu"),
    gettext_noop("Fri"),
    gettext_noop("Sat"),
    gettext_noop("Sun"),
)
