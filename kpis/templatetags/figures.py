"""How figures are written: `{{ figure|value }}` short, the full number in the title; `{{ figure|full }}` for tables.
No value is a dash that says why.
"""

import html
from collections.abc import Mapping, Sequence
from decimal import Decimal

from django import template
from django.utils.html import conditional_escape, format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from kpis.answers import Cell, Comparison, Figure, Missing, Pace
from kpis.breakdowns.side_words import alike_words
from kpis.figure_words import COMPARED_WITH, change_size, chip, comparison_name, named, reasons, why_not
from kpis.writing import (
    DASH,
    count,
    day_list,
    days_short,
    md,
    money,
    moved,
    percent,
    ratio,
    shortened,
    span,
    unit,
    weekday,
    written,
)

register = template.Library()
WORDS = (named, reasons, why_not, comparison_name)
for each in (unit, money, percent, count, ratio, moved, day_list, weekday, md, span, days_short, *WORDS):
    register.filter(each)


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
def delta(comparison: Comparison | None) -> SafeString:
    """`▲ 18.6% previous`: glyph, size, with what. Coloured by is_better; by direction where the reader wants red up."""
    if comparison is None:
        return SafeString("")
    name = COMPARED_WITH.get(comparison.name, comparison.name)
    change = comparison.change
    if change is None:
        reason = _("; ").join([_("Nothing to compare with"), *alike_words(comparison)])
        return format_html('<span class="delta is-flat" title="{}">{} <em>{}</em></span>', reason, DASH, name)
    size = change_size(comparison)
    if not set(size) & set("123456789"):  # it would be told as nothing
        change = Decimal(0)
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


def alike_mark(comparison: Comparison) -> SafeString:
    """The chip of a comparison of several stores that does not stand on all their days; none where it stands on
    none, for the dash says that."""
    said, kind = alike_words(comparison), "store_days "
    marks = (mark for mark in comparison.marks if mark.startswith(kind) and not mark.startswith(f"{kind}0/"))
    cells = [(*chip(mark)[:1], *said, chip(mark)[2]) for mark in marks]
    return format_html_join(" ", '<span class="tag {}" title="{}">{}</span>', cells)


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
