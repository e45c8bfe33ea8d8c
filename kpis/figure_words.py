"""What is said about a figure: what it is called, why it has no value, what it is compared with, and its marks."""

from collections.abc import Iterable
from decimal import Decimal

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from kpis.answers import SILENT, Comparison, Missing
from kpis.measures import MEASURES
from kpis.metrics import CONTEXT, METRICS
from kpis.names import called
from kpis.writing import MINUS, day_list, plain, written
from opsplan.lib.text import sentences
from stores.spans import COMPARISONS

MISSING: dict[str, Promise] = {
    "no_source": gettext_lazy("Nothing that tells this has been imported yet."),
    "not_imported": gettext_lazy("Not imported for these days: %(days)s."),
    "no_buyer_id": gettext_lazy("The order file has no buyer id or masks it, so people cannot be counted."),
    "no_cost": gettext_lazy("Some of what was sold has no cost yet."),
    "no_lines": gettext_lazy("The order lines (item report) have not been imported."),
    "no_return_kind": gettext_lazy("The refund list does not say of every case whether goods came back: %(days)s."),
    "no_target": gettext_lazy("No target has been set."),
    "target_elsewhere": gettext_lazy("The target is set for this figure."),
    "no_campaign": gettext_lazy("No campaign ran on these days."),
    "platform_has_none": gettext_lazy("The platform does not publish this figure."),
    "zero_denominator": gettext_lazy("Nothing to divide by: the figure below the line is 0, or less."),
    "not_entered": gettext_lazy("Nobody typed it in for these days: %(days)s."),
    "unfinished_day": gettext_lazy("The source has not finished with these days: %(days)s."),
    "not_yet": gettext_lazy("These days have not come yet."),
    "no_match": gettext_lazy("There is no such day to compare with, or it has no data: %(days)s."),
    "not_across_stores": gettext_lazy("A score, a place or a rate of each store, which has no sum."),
    "states_apart": gettext_lazy("What stands above and below the line is told of no day in common."),
    SILENT: gettext_lazy("%(channel)s tells nothing of these days, its cost is not in it: %(days)s."),
    "short_history": gettext_lazy("Less than a year of orders before the period: some returning buyers look new."),
}

DATED = {
    "not_imported",
    "not_entered",
    "unfinished_day",
    "no_match",
    SILENT,
    "no_return_kind",
}  # sentences that name the days

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
        gettext_lazy("Estimated: a part is told without its day or its amount, and stands on the payment day."),
    ),
    SILENT: (
        gettext_lazy("a channel is missing"),
        gettext_lazy("An ad channel in use tells nothing of some days: what it costs is not in it."),
    ),
    "redefined": (
        gettext_lazy("redefined"),
        gettext_lazy("The store chose another definition inside this period; all of it is read the new way."),
    ),
}


def why(missing: Missing) -> str:
    """A reason as a sentence: `Visitors: not imported for these days: 11-14.`"""
    code = missing.code if missing.code in MISSING and (missing.days or missing.code not in DATED) else "no_source"
    text, label = str(MISSING[code]), named(missing.what)
    text = text % {"days": day_list(missing.days), "channel": missing.channel_name} if code in DATED else text
    return _("%(figure)s: %(reason)s") % {"figure": label, "reason": text} if label != missing.what else text


def named(key: str) -> str:
    """The label of a metric, measure or input; of several words those that are keys are told by their labels."""
    return " ".join(label_of(word) for word in key.split(" "))


def label_of(word: str) -> str:
    known = METRICS.get(word) or MEASURES.get(word) or CONTEXT.get(word)
    return called(word, known.label) if known else MINUS if word == "-" else word


def reasons(missing: Iterable[Missing]) -> str:
    """All reasons, each once."""
    return sentences(*dict.fromkeys(why(x) for x in missing))


def comparison_name(key: str) -> str:
    """`Same days last month`."""
    return str(COMPARISONS.get(key, key))


def change_size(told: Comparison) -> str:
    """How far it changed, without the sign: `18.6%`, `1.20pt`, `0.05` stars; where there is no growth, as an amount."""
    size = abs(told.change or Decimal(0))
    if told.delta is None:
        return written(size, told.unit)
    if told.is_score:
        return plain(size, 2)
    return f"{plain(size * 100, 2)}pt" if told.delta_is_points else f"{plain(size * 100, 1)}%"


def why_not(missing: Missing) -> str:
    """Why days stand against nothing, without the comparison's name; of several stores, which it is about. Of a target
    that stands with another figure, with which."""
    text = why(missing) if missing.code == "target_elsewhere" else str(MISSING[missing.code])
    told = {"days": day_list(missing.days), "channel": missing.channel_name}
    text = text % told if missing.code in DATED else text
    return _("%(figure)s: %(reason)s") % {"figure": missing.store_name, "reason": text} if missing.store_name else text


def chip(mark: str) -> tuple[str, str, str]:
    if mark in MARKS:
        return "warn" if mark == SILENT else "", str(MARKS[mark][1]), str(MARKS[mark][0])
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
