"""Numbers and days as text: money in yuan (Decimal), rates as fractions, counts whole. A dash where there is none."""

import datetime as dt
from collections.abc import Sequence
from decimal import ROUND_HALF_UP, Decimal

from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _

from opsplan.lib.periods import DAY, Period
from opsplan.lib.text import WEEKDAYS
from stores import currency

MINUS = "\u2212"

DASH = "\u2014"

STEPS = [Decimal(1).scaleb(-places) for places in range(10)]


def rounded(number: Decimal, places: int) -> Decimal:
    return number.quantize(STEPS[places], ROUND_HALF_UP)


def plain(number: Decimal, places: int) -> str:
    """`1,234.50`, with a real minus sign."""
    return f"{rounded(number, places):,}".replace("-", MINUS)


def scaled(number: Decimal) -> tuple[Decimal, str] | None:
    """A number from 10,000 in the steps people speak in (万 亿, K M B); None when it is smaller."""
    if abs(number) < 10_000:
        return None
    steps = [(8, "亿"), (4, "万")] if (get_language() or "").startswith("zh") else [(9, "B"), (6, "M"), (3, "K")]
    sizes = ((number.scaleb(-power), name) for power, name in steps)
    return next((small, name) for small, name in sizes if abs(rounded(small, 2)) >= 1)


def written(number: Decimal, unit: str) -> str:
    """A number in full: `¥1,234.56`, `7.14%`, `1,234`, `3.86`."""
    if unit == "money":
        return with_symbol(plain(number, 2))
    if unit == "rate":
        return f"{plain(number * 100, 2)}%"
    if unit == "days":
        return _("%s days") % plain(number, 1)
    if unit == "seconds":
        return _("%s s") % plain(number, 1)
    if unit == "hours":
        return _("%s h") % plain(number, 1)
    whole = unit == "count" and number == rounded(number, 0)
    return plain(number, 0 if whole else 2)


def with_symbol(text: str) -> str:
    """The currency sign goes behind the minus: `−¥9.80`."""
    return f"{MINUS}{currency.symbol()}{text[1:]}" if text.startswith(MINUS) else f"{currency.symbol()}{text}"


def shortened(number: Decimal, unit: str) -> tuple[str, str]:
    """A number as a headline shows it, and the small word behind it: (`¥143.2`, `万`), (`7.14`, `%`)."""
    if unit == "rate":
        return plain(number * 100, 2), "%"
    large = scaled(number) if unit in ("money", "count") else None
    if large is None:
        return written(number, unit), ""
    small, name = large
    text = plain(small, 1 if abs(small) >= 10 else 2)
    return (with_symbol(text) if unit == "money" else text), name


def unit(number: Decimal | int | None, name: str = "count") -> str:
    """`{{ amount|unit:"money" }}`: a bare number in full; a dash for None."""
    return DASH if number is None else written(Decimal(number), name)


def money(number: Decimal | int | None) -> str:
    return unit(number, "money")


def percent(number: Decimal | None) -> str:
    return unit(number, "rate")


def count(number: Decimal | int | None) -> str:
    return unit(number, "count")


def ratio(number: Decimal | None) -> str:
    return unit(number, "ratio")


def day_list(days: Sequence[dt.date]) -> str:
    """`11-14, 11-16 – 11-18`: runs of days joined, at most three of them told apart."""
    runs: list[list[dt.date]] = []
    for day in sorted(days):
        if runs and day - runs[-1][-1] == DAY:
            runs[-1].append(day)
        else:
            runs.append([day])
    parts = [f"{x[0]:%m-%d}" if len(x) == 1 else f"{x[0]:%m-%d} – {x[-1]:%m-%d}" for x in runs[:3]]
    rest = sum(len(x) for x in runs[3:])
    if rest:
        parts.append(ngettext("%d more day", "%d more days", rest) % rest)
    return _(", ").join(parts)


def moved(number: Decimal | None, name: str = "money") -> str:
    """What a figure has changed by, with its sign; rates in points: `+¥500.00`, `−0.52pt`. A dash for None."""
    if number is None:
        return DASH
    size = f"{plain(abs(number) * 100, 2)}pt" if name == "rate" else written(abs(number), name)
    return f"+{size}" if number > 0 else f"−{size}" if number < 0 else size


def weekday(day: dt.date | None) -> str:
    """`2026-11-11 周三`."""
    if day is None:
        return DASH
    return f"{day:%Y-%m-%d} {_(WEEKDAYS[day.weekday()])}"


def md(day: dt.date | None) -> str:
    """`11-11`."""
    return f"{day:%m-%d}" if day else DASH


def span(period: Period) -> str:
    """`2026-11-01 – 11-21`; the year stands twice only when it changes; one day stands alone."""
    if period.first == period.last:
        return period.first.isoformat()
    same = period.first.year == period.last.year
    return f"{period.first:%Y-%m-%d} – {period.last:{'%m-%d' if same else '%Y-%m-%d'}}"


def days_short(period: Period, today: dt.date) -> str:
    """`11-01 – 11-21` while everything is in the year of `today`, else as `span`."""
    if period.first.year != today.year or period.last.year != today.year:
        return span(period)
    return md(period.first) if period.first == period.last else f"{md(period.first)} – {md(period.last)}"
