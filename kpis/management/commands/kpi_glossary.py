"""manage.py kpi_glossary [--check]: docs/kpi-glossary.md and its Chinese twin out of the catalogue."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import translation
from django.utils.translation import gettext as _

from kpis.glossary import UNITS, Entry, glossary, platform_names
from kpis.measures import ENTRY_MEASURES
from kpis.metrics import CONTEXT
from kpis.metrics.platforms import TOPICS
from opsplan.lib.text import sentences

FILES = {"en": "kpi-glossary.md", "zh-hans": "kpi-glossary.zh.md"}


def write() -> str:
    """The glossary as Markdown in the active language."""
    return "\n".join(lines()) + "\n"


def lines() -> Iterator[str]:
    yield "# " + _("KPI glossary") + "\n"
    yield _("Made by `manage.py kpi_glossary` from `kpis/metrics/` and `kpis/measures.py`; do not edit by hand.") + "\n"
    for text in (
        _(
            "Every ratio is the sum of what stands above the line over the sum of what stands below it, never a mean "
            "of ratios. A day without its inputs is left out, and the figure says so; it is never taken as 0."
        ),
        _("`partial 20/21`: complete days of all days; days to come are not called missing."),
        _("`daily_sum`: people counted day by day and added up."),
        _("`estimated`: refunds without a date, booked on the payment day, or a rate so far in place of a target."),
        _("`redefined`: the store chose another definition inside the period."),
        _("Source: row of the founding documents (S), counting rule (G) or chapter of the domain notes."),
    ):
        yield f"- {text}"
    for group in glossary():
        yield f"\n## {group.label}"
        for entry in group.entries:
            yield from section(entry)
    yield "\n## " + _("Where platforms differ")
    for topic in TOPICS.values():
        yield f"\n### {_(topic.label)}\n"
        for who, said in topic.says:
            yield item(_(", ").join(platform_names(who)), _(said))
    yield "\n## " + _("Figures that can be typed in by day") + "\n"
    yield head(_("key"), _("Figure"), _("unit"))
    for measure in ENTRY_MEASURES.values():
        yield f"| `{measure.key}` | {_(measure.label)} | {UNITS[measure.unit]} |"
    yield "\n## " + _("Inputs that belong to a span") + "\n"
    yield head(_("key"), _("input"))
    for key, context in CONTEXT.items():
        yield f"| `{key}` | {_(context.label)} |"


def head(*names: str) -> str:
    """The first two lines of a table."""
    return f"| {' | '.join(names)} |\n|{'---|' * len(names)}"


def section(entry: Entry) -> Iterator[str]:
    info = entry.info
    yield f"\n### {info.label}{f' · {entry.other}' if entry.other else ''}\n"
    tags = [f"`{info.key}`", entry.unit, entry.better, *([_("can have a target")] if entry.target else [])]
    where = _(", ").join(entry.platforms) or _("all platforms")
    yield f"{' · '.join(tags)} · {where}\n"
    yield f"**{info.formula_words}**\n"
    for reading in entry.readings:
        yield item(
            _("Definition"), f"{reading.label} · `{reading.key}`" + _(": ") + reading.words, f" `{reading.variant}`"
        )
    yield item(_("Over days"), entry.over_days)
    yield item(_("Over stores"), entry.over_stores)
    yield item(_("By channel and product"), entry.over_channels)
    yield item(_("Data needed"), _("; ").join(f"{need.label} · {need.source}" for need in entry.needs))
    if entry.target:
        yield item(_("Target"), entry.target)
    if entry.edges:
        yield item(_("Edge cases"), sentences(*entry.edges))
    if entry.differs:
        yield item(_("Platforms differ in"), _("; ").join(label for label, _lines in entry.differs))
    yield item(_("Source"), info.source)


def item(name: str, text: object, more: str = "") -> str:
    return f"- {name}{more}" + _(": ") + str(text)


class Command(BaseCommand):
    help = "Write docs/kpi-glossary.md and docs/kpi-glossary.zh.md; --check only says whether they are up to date."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--check", action="store_true", help="write nothing; exit code 1 when they are not up to date"
        )

    def handle(self, *_args: Any, **options: Any) -> None:
        for language, name in FILES.items():
            path = Path(settings.BASE_DIR) / "docs" / name
            with translation.override(language):
                text = write()
            if not options["check"]:
                path.write_text(text)
            elif not path.exists() or path.read_text() != text:
                raise CommandError(f"docs/{name} is out of date: run manage.py kpi_glossary.")
