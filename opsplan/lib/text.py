"""Names as people write them, made comparable."""

import re
import unicodedata

BLANKS = re.compile(r"[\s\u200b\ufeff\u00a0\u3000]+")


def folded(text: str) -> str:
    """NFKC, lower case, no blanks: 主体 ID = 主体id, （）= ()."""
    return BLANKS.sub("", unicodedata.normalize("NFKC", text)).lower()


def sentences(*texts: str) -> str:
    """One after the other: a blank between them, none behind a Chinese full stop."""
    return " ".join(texts).replace("。 ", "。")


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
