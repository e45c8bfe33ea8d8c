"""manage.py kpi_glossary [--check]: docs/kpi-glossary.md out of the catalogue."""

from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import translation
from django.utils.translation import gettext as _

from kpis import queries
from kpis.measures import ENTRY_MEASURES
from kpis.metrics import CONTEXT

GROUPS = {
    "traffic": "Traffic",
    "orders": "Orders and conversion",
    "promotion": "Promotion cost and profit",
    "targets": "Targets and progress",
    "goods": "Goods",
    "service": "Service, refunds, ratings",
}
HEAD = "| key | KPI | 中文 | formula | unit | better | adds | from | |"
INTRO = """# KPI glossary

Made by `manage.py kpi_glossary` from `kpis/metrics/` and `kpis/measures.py`; do not edit by hand.

Every ratio is the sum of its numerators over the sum of its denominators, never a mean of ratios. A figure stands on
the days on which all its inputs exist; where some are missing it says `partial 20/21` (complete days of all days). Days
to come are not called missing. `daily_sum`: people counted day by day and added up. `estimated`: refunds without a
date, booked on the payment day, or a rate so far in place of a target. No input, or nothing to divide by, is no value,
never 0.

*Unit*: money in yuan, rate as a fraction, the rest as written. *Better*: which way is good. *Adds*: how days make a
period. *From*: row of the founding documents (S), counting rule (G) or chapter of the domain notes. ◎ a target can be
set.
"""


def write() -> str:
    """The glossary as Markdown, English with the Chinese names beside."""
    entries = queries.catalogue()
    with translation.override("zh-hans"):
        chinese = {m.key: m.label for m in queries.catalogue()}
    parts = [INTRO]
    for group, title in GROUPS.items():
        parts.append(f"\n## {title}\n\n{HEAD}\n{'|---' * 9}|")
        for m in entries:
            if m.group == group:
                note = f"<br>{m.note}" if m.note else ""
                parts.append(
                    f"| `{m.key}` | {m.label} | {chinese[m.key]} | {m.formula_words}{note} | {m.unit} | {m.better} "
                    f"| {m.adds} | {m.source} | {'◎' if m.plannable else ''} |"
                )
    parts.append("\n## Figures that can be typed in by day\n\n| key | figure | 中文 | unit |\n|---|---|---|---|")
    for measure in ENTRY_MEASURES.values():
        with translation.override("zh-hans"):
            name = _(measure.label)
        parts.append(f"| `{measure.key}` | {_(measure.label)} | {name} | {measure.unit} |")
    parts.append("\n## Inputs that belong to a span\n\n| key | input |\n|---|---|")
    parts += [f"| `{key}` | {_(context.label)} |" for key, context in CONTEXT.items()]
    return "\n".join(parts) + "\n"


class Command(BaseCommand):
    help = "Write docs/kpi-glossary.md from the catalogue; --check only says whether it is up to date."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--check", action="store_true")

    def handle(self, *_args: Any, **options: Any) -> None:
        path = Path(settings.BASE_DIR) / "docs" / "kpi-glossary.md"
        with translation.override("en"):
            text = write()
        if options["check"]:
            if not path.exists() or path.read_text() != text:
                raise CommandError("docs/kpi-glossary.md is out of date: run manage.py kpi_glossary.")
            return
        path.write_text(text)
