"""Why a figure lacks something: which of its measures is told on which days by nobody, and why."""

import datetime as dt
from collections.abc import Sequence
from functools import cached_property

from kpis.answers import SILENT, Missing
from kpis.figures.dayrows import GIVEN_BACK, NEEDS_LINES, DayRows, Days
from kpis.measures import Adds, Measure
from kpis.models import Entry
from kpis.models.rollups import kept
from kpis.sums.coverage import BACK, Silence, silences, sources_of


class Lacking(DayRows):
    """The part of a Reader that says what is missing."""

    def _missing(
        self,
        asked: dict[str, Measure],
        basis: dict[str, Measure | None],
        days: Days,
        usable: Days | None,
        states: Sequence[Measure],
    ) -> list[Missing]:
        out: list[Missing] = []
        past = self.past(days)
        says = bool(usable) or not all(m.absent_is_zero for m in asked.values())  # others tell whether anything was
        for key, m in asked.items():
            if m.absent_is_zero and says and not m.beside:
                continue
            chosen = basis[key] or m
            found = self.having(chosen, days)
            if found is days and not self.open_days:
                continue
            if chosen in states:
                holes = () if found else past
            else:
                holes = tuple(day for day in past if day not in found)
            if m.absent_is_zero and says:  # other days have none of it
                holes = tuple(day for day in holes if self.rows.get(day))
            for code, on in self._reasons(chosen, holes):
                if code in ("not_imported", "not_entered") and len(on) == len(past) and not self._ever(chosen):
                    out.append(Missing("no_source", key))
                else:
                    out.append(Missing(code, key, on))
            unfinished = self.unfinished(chosen, usable or ())
            if unfinished:
                out.append(Missing("unfinished_day", key, unfinished))
            if not holes and not found:
                out.append(Missing("not_yet", key))
        return out

    def _reasons(self, m: Measure, holes: Days) -> list[tuple[str, Days]]:
        """Why these days lack the measure: codes and their days."""
        at = (m.key, holes)
        if at not in self.reasons:
            by_code: dict[str, list[dt.date]] = {}
            for day in holes:
                by_code.setdefault(self._why(m, day), []).append(day)
            self.reasons[at] = [(code, tuple(on)) for code, on in by_code.items()]
        return self.reasons[at]

    def _why(self, m: Measure, day: dt.date) -> str:
        row = self.rows.get(day)
        covered = row["covered"].split() if row else []
        if row and m.source in ("orders", "lines") and row["pay_order_cnt"] is not None:
            if m.key in NEEDS_LINES:
                return "no_lines" if row["unlined_cnt"] else "no_cost"
            if m.adds is Adds.DISTINCT:
                return "no_buyer_id"
        if row and m.beside and row[m.beside] is not None:
            return "no_cost" if m.unit == "money" else "no_buyer_id"
        if m.key == "return_order_cnt" and "refunds" in covered:
            return "no_return_kind"
        if m.key in GIVEN_BACK:
            return "not_imported"  # the order file of the day is there, and says nothing of refunds
        if m.source == "entry" or (m.entry and not m.channel and m.source in covered):  # its file does not tell it
            return "not_entered"
        return "platform_has_none" if m.source in covered and not m.channel else "not_imported"

    def _ever(self, m: Measure) -> bool:
        """Has this source ever spoken? Asked once a measure."""
        if m.key not in self.spoken:
            own = "orders" if m.source == "lines" else m.source
            kinds = {"refunds", BACK} if m.key in GIVEN_BACK else {own}
            self.spoken[m.key] = not kinds.isdisjoint(self._kinds) or (m.entry and m.key in self._typed)
        return self.spoken[m.key]

    @cached_property
    def _kinds(self) -> set[str]:
        """The kinds of sources that have ever spoken."""
        return {kind for kind, _channel in sources_of(self.store)}

    @cached_property
    def _typed(self) -> set[str]:
        """The measures that were ever typed."""
        entries = Entry.objects.filter(store=self.store).order_by()
        return kept("typed", self.store.pk, lambda: set(entries.values_list("measure", flat=True).distinct()))

    def _channels_missing(self, asked: dict[str, Measure], usable: Days) -> list[Missing]:
        """The ad channels in use that tell nothing of some of the days, where the figure speaks of all channels."""
        about = next((key for key, m in asked.items() if m.source == "ads" and not m.channel), "")
        found = ((each, tuple(day for day in usable if day in each.days)) for each in (self._silent if about else ()))
        return [
            Missing(SILENT, about, days, channel=each.channel, channel_name=each.name) for each, days in found if days
        ]

    @cached_property
    def _silent(self) -> tuple[Silence, ...]:
        return silences(self.store)
