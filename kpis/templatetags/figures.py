"""How figures are written: `{{ figure|value }}` short, the full number in the title; `{{ figure|full }}` for tables.

Money in yuan (Decimal), rates as fractions, counts whole. No value is a dash that says why.
"""

import datetime as dt
import html
from collections.abc import Iterable, Mapping, Sequence
from decimal import ROUND_HALF_UP, Decimal

from django import template
from django.utils.functional import Promise
from django.utils.html import conditional_escape, format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import get_language, gettext_lazy, ngettext
from django.utils.translation import gettext as _

from kpis.answers import Cell, Comparison, Figure, Missing, Pace
from kpis.measures import MEASURES
from kpis.metrics import CONTEXT, METRICS
from kpis.names import called
from kpis.side_words import alike_words
from opsplan.lib.periods import DAY, Period
from opsplan.lib.text import WEEKDAYS, sentences
from stores import currency
from stores.spans import COMPARISONS

register = template.Library()

MINUS = "\u2212"
DASH = "\u2014"

MISSING: dict[str, Promise] = {
    "no_source": gettext_lazy("Nothing that tells this has been imported yet."),
    "not_imported": gettext_lazy("Not imported for these days: %(days)s."),
    "no_buyer_id": gettext_lazy("The order file has no buyer id or masks it, so people cannot be counted."),
    "no_cost": gettext_lazy("Some of what was sold has no cost yet."),
    "no_lines": gettext_lazy("The order lines (item report) have not been imported."),
    "no_refund_date": gettext_lazy("The file does not say when the refunds were made."),
    "no_target": gettext_lazy("No target has been set."),
    "target_elsewhere": gettext_lazy("The target is set for this figure."),
    "no_campaign": gettext_lazy("No campaign ran on these days."),
    "platform_has_none": gettext_lazy("The platform does not publish this figure."),
    "zero_denominator": gettext_lazy("Nothing to divide by: the figure below the line is 0."),
    "not_entered": gettext_lazy("Nobody typed it in for these days: %(days)s."),
    "unfinished_day": gettext_lazy("The source has not finished with these days: %(days)s."),
    "not_yet": gettext_lazy("These days have not come yet."),
    "no_match": gettext_lazy("There is no such day to compare with, or it has no data: %(days)s."),
    "not_across_stores": gettext_lazy("A score, a place or a rate of each store, which has no sum."),
    "short_history": gettext_lazy("Less than a year of orders before the period: some returning buyers look new."),
}
DATED = {"not_imported", "not_entered", "unfinished_day", "no_match"}  # sentences that name the days
COMPARED_WITH: dict[str, Promise] = {
    "previous": gettext_lazy("previous"),
    "same_days": gettext_lazy("same days"),
    "last_year": gettext_lazy("last year"),
    "last_year_weekday": gettext_lazy("last year's weekdays"),
    "last_year_event": gettext_lazy("last year's event"),
    "target": gettext_lazy("target"),
}
MARKS: dict[str, tuple[Promise, Promise]] = {
    "daily_sum": (
        gettext_lazy("daily sum"),
        gettext_lazy("The sum of daily figures: somebody who came on several days is counted on each of them."),
    ),
    "overlap": (
        gettext_lazy("overlap"),
        gettext_lazy("An upper bound: people of several stores or channels are added, somebody may be counted twice."),
    ),
    "as_delivered": (
        gettext_lazy("as delivered"),
        gettext_lazy("The stores chose different definitions; here all are read by the delivered one."),
    ),
    "estimated": (
        gettext_lazy("est."),
        gettext_lazy("Estimated: a part had no date of its own and stands on the payment day."),
    ),
    "redefined": (
        gettext_lazy("redefined"),
        gettext_lazy("The store chose another definition inside this period; all of it is read the new way."),
    ),
}


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


@register.filter
def unit(number: Decimal | int | None, name: str = "count") -> str:
    """`{{ amount|unit:"money" }}`: a bare number in full; a dash for None."""
    return DASH if number is None else written(Decimal(number), name)


@register.filter
def money(number: Decimal | int | None) -> str:
    return unit(number, "money")


@register.filter
def percent(number: Decimal | None) -> str:
    return unit(number, "rate")


@register.filter
def count(number: Decimal | int | None) -> str:
    return unit(number, "count")


@register.filter
def ratio(number: Decimal | None) -> str:
    return unit(number, "ratio")


@register.filter
def short(number: Decimal | int | None, name: str = "money") -> SafeString:
    """`{{ pace.target|short:"money" }}`: `¥143.2万` with the full number in the title."""
    if number is None:
        return no_value([])
    head, tail = shortened(Decimal(number), name)
    small = format_html("<small>{}</small>", tail) if tail else ""
    return format_html('<span class="fig" title="{}">{}{}</span>', written(Decimal(number), name), head, small)


@register.filter
def value(figure: Figure | None) -> SafeString:
    """The headline of a figure."""
    if figure is None or figure.value is None:
        return no_value(figure.missing if figure else [])
    return short(figure.value, figure.unit)


@register.filter
def full(figure: Figure | Cell | None) -> SafeString:
    """A figure in full, for tables."""
    if figure is None or figure.value is None:
        return no_value(figure.missing if figure else [])
    return SafeString(f'<span class="fig">{html.escape(written(figure.value, figure.unit))}</span>')


@register.simple_tag
def figure_cells(cells: Mapping[str, Cell], labels: Mapping[str, str]) -> SafeString:
    """`{% figure_cells cells labels %}`: a cell in full for each of the labels, which a phone shows beside it."""
    told = (f'<td data-label="{conditional_escape(label)}">{full(cells[key])}</td>' for key, label in labels.items())
    return SafeString("".join(told))


def no_value(missing: Sequence[Missing]) -> SafeString:
    reason = reasons(missing) or _("No data")
    return format_html(
        '<span class="fig none" title="{}"><span aria-hidden="true">{}</span><span class="sr-only">{}</span></span>',
        reason,
        DASH,
        reason,
    )


@register.filter
def why(missing: Missing) -> str:
    """A reason as a sentence: `Visitors: not imported for these days: 11-14.`"""
    code = missing.code if missing.code in MISSING and (missing.days or missing.code not in DATED) else "no_source"
    text, label = str(MISSING[code]), named(missing.what)
    text = text % {"days": day_list(missing.days)} if code in DATED else text
    return _("%(figure)s: %(reason)s") % {"figure": label, "reason": text} if label != missing.what else text


@register.filter
def named(key: str) -> str:
    """The label of a metric, measure or input; of several words those that are keys are told by their labels."""
    return " ".join(label_of(word) for word in key.split(" "))


def label_of(word: str) -> str:
    known = METRICS.get(word) or MEASURES.get(word) or CONTEXT.get(word)
    return called(word, known.label) if known else MINUS if word == "-" else word


@register.filter
def reasons(missing: Iterable[Missing]) -> str:
    """All reasons, each once."""
    return sentences(*dict.fromkeys(why(x) for x in missing))


@register.filter
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


@register.filter
def delta(comparison: Comparison | None) -> SafeString:
    """`▲ 18.6% previous`: glyph, size, with what. Coloured by is_better; by direction where the reader wants red up."""
    if comparison is None:
        return SafeString("")
    name = COMPARED_WITH.get(comparison.name, comparison.name)
    if comparison.delta is None:
        reason = _("; ").join([_("Nothing to compare with"), *alike_words(comparison)])
        return format_html('<span class="delta is-flat" title="{}">{} <em>{}</em></span>', reason, DASH, name)
    change = comparison.delta
    size = f"{plain(abs(change) * 100, 2)}pt" if comparison.delta_is_points else f"{plain(abs(change) * 100, 1)}%"
    size = plain(abs(change), 2) if comparison.is_score else size
    glyph, word = ("▲", _("up")) if change > 0 else ("▼", _("down")) if change < 0 else ("＝", _("unchanged"))
    tone = {True: "is-good", False: "is-bad", None: "is-flat"}[comparison.is_better if change else None]
    way = "is-up" if change > 0 else "is-down" if change < 0 else ""
    return format_html(
        '<span class="delta {} {}" title="{}"><i aria-hidden="true">{}</i><span class="sr-only">{}</span>'
        " {} <em>{}</em></span>",
        tone,
        way,
        told_in_full(comparison),
        glyph,
        word,
        size,
        name,
    )


def told_in_full(comparison: Comparison) -> str:
    """With which days it is compared, and how far: `2026-10-01 – 10-21, to date 21/30`."""
    said = [chip(mark)[2] for mark in comparison.marks if mark.startswith(("to_date", "matched"))]
    return _(", ").join([span(comparison.period), *said, *alike_words(comparison)])


@register.filter
def alike_mark(comparison: Comparison) -> SafeString:
    """The chip of a comparison of several stores that does not stand on all their days; none where it stands on
    none, for the dash says that."""
    said, kind = alike_words(comparison), "store_days "
    marks = (mark for mark in comparison.marks if mark.startswith(kind) and not mark.startswith(f"{kind}0/"))
    cells = [(*chip(mark)[:1], *said, chip(mark)[2]) for mark in marks]
    return format_html_join(" ", '<span class="tag {}" title="{}">{}</span>', cells)


@register.filter
def comparison_name(key: str) -> str:
    """`Same days last month`."""
    return str(COMPARISONS.get(key, key))


@register.filter
def why_not(missing: Missing) -> str:
    """Why days stand against nothing, without the comparison's name; of several stores, which it is about. Of a target
    that stands with another figure, with which."""
    if missing.code == "target_elsewhere":
        return why(missing)
    text = str(MISSING[missing.code])
    text = text % {"days": day_list(missing.days)} if missing.code in DATED else text
    return _("%(figure)s: %(reason)s") % {"figure": missing.store_name, "reason": text} if missing.store_name else text


@register.filter
def moved(number: Decimal | None, name: str = "money") -> str:
    """What a figure has changed by, with its sign; rates in points: `+¥500.00`, `−0.52pt`. A dash for None."""
    if number is None:
        return DASH
    size = f"{plain(abs(number) * 100, 2)}pt" if name == "rate" else written(abs(number), name)
    return f"+{size}" if number > 0 else f"−{size}" if number < 0 else size


@register.filter
def signed(number: Decimal | None, name: str = "money") -> SafeString:
    """A change in its own unit, `▲ +¥22.5万`, coloured as good when it is more."""
    if number is None:
        return no_value([])
    head, tail = shortened(number, name)
    tone, glyph = ("is-good is-up", "▲ ") if number > 0 else ("is-bad is-down", "▼ ") if number < 0 else ("is-flat", "")
    sign = "+" if number > 0 else ""
    return format_html(
        '<span class="delta {}" title="{}"><i aria-hidden="true">{}</i>{}{}{}</span>',
        tone,
        written(number, name),
        glyph,
        sign,
        head,
        tail,
    )


@register.filter
def marks(figure: Figure | Comparison | Pace) -> SafeString:
    """The chips behind a figure: daily sum, est., 20/21 days."""
    return format_html_join(" ", '<span class="tag {}" title="{}">{}</span>', [chip(x) for x in figure.marks])


def chip(mark: str) -> tuple[str, str, str]:
    if mark in MARKS:
        return "", str(MARKS[mark][1]), str(MARKS[mark][0])
    kind, _blank, done = mark.partition(" ")
    if kind == "to_date" and done.startswith("0/"):
        return "warn", _("The first of its days is not over: it does not stand against whole days."), _("under way")
    if kind == "to_date":
        return "", _("Under way: compared with the same part of the other period."), _("to date %s") % done
    if kind == "matched":
        return (
            "warn",
            _("Days without a counterpart, or without data on one side, count on neither side."),
            _("%s days match") % done,
        )
    if kind == "store_days":
        said = _("Each store is compared on the days that are known on both of its sides.")
        return "warn", said, _("%s store-days") % done
    done = mark.removeprefix("partial").strip()
    return "warn", _("Some days of the period have no data."), _("%s days") % done


@register.filter
def weekday(day: dt.date | None) -> str:
    """`2026-11-11 周三`."""
    if day is None:
        return DASH
    return f"{day:%Y-%m-%d} {_(WEEKDAYS[day.weekday()])}"


@register.filter
def md(day: dt.date | None) -> str:
    """`11-11`."""
    return f"{day:%m-%d}" if day else DASH


@register.filter
def span(period: Period) -> str:
    """`2026-11-01 – 11-21`; the year stands twice only when it changes; one day stands alone."""
    if period.first == period.last:
        return period.first.isoformat()
    same = period.first.year == period.last.year
    return f"{period.first:%Y-%m-%d} – {period.last:{'%m-%d' if same else '%Y-%m-%d'}}"


@register.filter
def days_short(period: Period, today: dt.date) -> str:
    """`11-01 – 11-21` while everything is in the year of `today`, else as `span`."""
    if period.first.year != today.year or period.last.year != today.year:
        return span(period)
    return md(period.first) if period.first == period.last else f"{md(period.first)} – {md(period.last)}"
