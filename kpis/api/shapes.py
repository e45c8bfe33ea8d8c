"""Shapes of answers in which figures stand: as `kpis.wire` writes them, why sales changed, what became known later."""

from kpis.wire import UNITS
from opsplan.shapes import Shape, by_key, day, instant, many, number, one_of, or_null, text, thing, whole
from opsplan.shapes import yuan as money

MARKS = many(text(), "What there is to know of it, like daily_sum, estimated, partial 20/21.")
KIND_OF_UNIT = one_of(UNITS)
NUMBER = or_null(number("Money in yuan with 2 decimals, counts whole, everything else with 6 (rates as fractions)."))
MISSING = many(
    thing(
        "MissingInput",
        {
            "code": text("Why, like no_source, not_imported, no_target."),
            "what": text("The measure or input."),
            "days": many(day(), "The days it is about."),
        },
        maybe={
            "store": text("Short name; only where several stores are told of together."),
            "channel": text("The key of the ad channel; only of channel_missing."),
            "channel_name": text("What people call it."),
        },
    ),
    "Why there is no value, or only part of one.",
)
COMPARISON = thing(
    "FigureComparison",
    {
        "name": text("With what it is compared."),
        "from": day("The first of the other days."),
        "to": day("The last of them."),
        "days": or_null(many(day()), "Those of them that count; null: all."),
        "value": NUMBER | {"description": "Of the other days."},
        "delta": or_null(
            number("A fraction of it (null where it is 0 or less); of rates the difference, as a fraction.")
        ),
        "difference": NUMBER | {"description": "own less value, in the unit of the figure."},
        "own": NUMBER | {"description": "The figure over those of its own days that are compared."},
        "whole": NUMBER | {"description": "Of the other span in full, where only a part of it is compared."},
        "marks": MARKS,
        "missing": MISSING,
    },
)
DEFINITION = thing(
    "FigureDefinition",
    {
        "variant": text("The reading the store chose."),
        "metric": text("The KPI it stands for."),
        "since": or_null(day("From when on it holds; null: as delivered.")),
    },
    "Only of KPIs that are read in several ways.",
)
COMPARED = by_key(COMPARISON, "By the name of the comparison; nothing where none was asked.")


def figure(name: str, **more: Shape) -> Shape:
    """A figure with what it was compared with."""
    return thing(
        name,
        {
            "value": NUMBER,
            "unit": KIND_OF_UNIT,
            "inputs": by_key(NUMBER, "What stands in the formula, by measure."),
            "compare": COMPARED,
            "marks": MARKS,
            "missing": MISSING,
            **more,
        },
        maybe={"definition": DEFINITION},
    )


FIGURE = figure("Figure")
FIGURES = by_key(FIGURE, "By the key of the KPI.")
CAUSE = thing(
    "LaterCause",
    {
        "kind": text("What kind of rows, like orders, refunds_later, entry, cost."),
        "name": text("The file, the measure typed, or the thing changed."),
        "rows": whole("How many came or changed."),
        "amount": or_null(number("Yuan, refunds below 0; of traffic visitors. Null where an amount says nothing.")),
        "at": or_null(instant()),
        "who": text("By whom; may be empty."),
        "import": or_null(whole("The id of the import.")),
    },
)
DIFFERENCE = thing(
    "LaterDifference",
    {
        "key": text("Of the KPI."),
        "unit": KIND_OF_UNIT,
        "reported": NUMBER,
        "now": NUMBER,
        "difference": NUMBER | {"description": "Now less reported."},
        "inputs": by_key(
            thing("LaterInput", {"reported": NUMBER, "now": NUMBER}), "What of the formula differs, by measure."
        ),
        "why": many(CAUSE),
    },
)

RESTS = many(
    thing(
        "Unattributed",
        {
            "code": text("Why it has no name, like factor_days, attribution, no_items, others."),
            "amount": money(),
            "count": or_null(whole("How many they are, of smaller movers.")),
        },
    ),
    "Parts of the change that can be put to nothing.",
)
MOVERS = thing(
    "Movers",
    {
        "rows": many(
            thing(
                "Mover",
                {
                    "key": text(),
                    "label": text(),
                    "before": money(),
                    "after": money(),
                    "effect": money(),
                    "state": or_null(text("new, gone, or null.")),
                    "marks": MARKS,
                },
            ),
            "The largest move first; with `unattributed` they add up to the change.",
        ),
        "unattributed": RESTS,
    },
)
CHANGE = thing(
    "SalesChange",
    {
        "from": day(),
        "to": day(),
        "compare": text("With what it is compared."),
        "compared_from": or_null(day()),
        "compared_to": or_null(day()),
        "marks": MARKS,
        "metric": text("Key of the KPI."),
        "before": or_null(money()),
        "after": or_null(money()),
        "change": or_null(money()),
        "kind": text("The factors it is split into: buyers, visitors, orders; sales where none is known."),
        "method": or_null(text("log_mean or shapley; null where nothing was split.")),
        "missing": many(
            thing("MissingFactor", {"code": text("Why."), "what": text("The measure or input.")}),
            "Why the finest split could not be told.",
        ),
        "effects": many(
            thing(
                "FactorEffect",
                {
                    "key": text("Of the KPI."),
                    "before": or_null(number("In its own unit.")),
                    "after": or_null(number("In its own unit.")),
                    "effect": or_null(money("What it brought.")),
                },
            ),
            "With `unattributed` they add up to the change.",
        ),
        "unattributed": RESTS,
        "channels": MOVERS,
        "products": MOVERS,
    },
)
