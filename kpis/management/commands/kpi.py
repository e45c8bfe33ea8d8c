"""manage.py kpi SLUG KEY... --from D --to D [--by ...] [--compare ...] [--json]"""

import json
from decimal import Decimal
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils.translation import gettext as _

from kpis import queries
from opsplan.commandline import add_days, days_told
from stores.management.asked import find_store


class Command(BaseCommand):
    help = "Print KPIs of a store over a period (local days, both ends included)."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("store", metavar="SLUG", help="the store's short name")
        parser.add_argument("metrics", metavar="KEY", nargs="+", help="of KPIs, as in docs/kpi-glossary.md")
        add_days(parser)
        parser.add_argument("--by", choices=queries.BY, help="split it")
        parser.add_argument(
            "--compare",
            action="append",
            default=[],
            metavar="NAME",
            help="with: " + ", ".join(queries.COMPARE) + "; may be repeated",
        )
        parser.add_argument("--json", action="store_true", help="numbers as strings, no value as null")

    def handle(self, *_args: Any, **options: Any) -> None:
        store = find_store(options["store"])
        period = days_told(options)
        compare = list(dict.fromkeys(name.strip() for text in options["compare"] for name in text.split(",")))
        keys = list(dict.fromkeys(options["metrics"]))
        try:
            answer = queries.summary(store, keys, period, by=options["by"], compare=compare)
        except queries.UnknownMetric as error:
            valid = _("Valid names: %s.") % ", ".join(error.valid)
            raise CommandError(f"{error} {valid}", returncode=2) from error
        except ValueError as error:
            raise CommandError(str(error), returncode=2) from error
        if options["json"]:
            self.stdout.write(json.dumps(answer, ensure_ascii=False))
            return
        self._table(answer, keys)

    def _table(self, answer: dict[str, Any], keys: list[str]) -> None:
        lines = [(_("Total"), answer["values"]), *((row["key"], row["values"]) for row in answer["rows"])]
        for title, values in lines:
            self.stdout.write(f"{title}  ({answer['from']} – {answer['to']})" if title == lines[0][0] else title)
            for key in keys:
                figure = values[key]
                said = [*figure["marks"], *(f"{m['code']}: {m['what']}" for m in figure["missing"])]
                text = "—" if figure["value"] is None else figure["value"]
                self.stdout.write(
                    f"  {key:<24}{text:>18}"
                    + "".join(f"  {change_of(each, figure['unit'])}" for each in figure["compare"].values())
                    + (f"  [{'; '.join(said)}]" if said else "")
                )


def change_of(told: dict[str, Any], unit: str) -> str:
    """A comparison in a few words: `+50.00% previous 2026-03-01 – 2026-03-12 (to_date 12/30)`; rates and scores in
    points."""
    change = "—" if told["delta"] is None else f"{Decimal(told['delta']):+.2%}"
    if told["delta"] is not None and unit in ("rate", "score"):
        change = f"{Decimal(told['delta']) * (100 if unit == 'rate' else 1):+.2f}pt"
    said = f" ({'; '.join(told['marks'])})" if told["marks"] else ""
    return f"{change} {told['name']} {told['from']} – {told['to']}{said}"
