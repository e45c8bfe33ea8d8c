"""Sales in parts (pure): the channels they come from, or groups of products, each with factors of its own.

The parts of one cut that have an amount sum to the month's sales, to the fen. A row of a part is named
`<node>:<cut>:<name>`, as `uv:channel:search`; REST is the part for all that has no row: an amount without factors.
Whoever changes a part moves the month's sales, unless these were typed or locked, or all their factors are locked:
then the other parts give way in proportion. A part typed where none stood comes out of the rest.
"""

from collections.abc import Collection, Mapping
from dataclasses import replace
from decimal import Decimal

from kpis.planning.factors import FACTORS, SALES, Month, settled
from kpis.planning.shares import Contradiction, spread
from opsplan.lib.text import gettext_noop as _

CUTS = ("channel", "group")
NODES = (SALES, *FACTORS)
REST = "-"
Parts = Mapping[str, Month]  # by `<cut>:<name>`


def row_key(node: str, part: str) -> str:
    """`("uv", "channel:search")` to `uv:channel:search`; the month's own node where `part` is ""."""
    return f"{node}:{part}" if part else node


def node_of(key: str) -> tuple[str, str]:
    """A row's node and part; (key, "") for a row that belongs to no part."""
    node, _colon, part = key.partition(":")
    return (node, part) if node in NODES and part.partition(":")[0] in CUTS else (key, "")


def cut_of(part: str) -> str:
    return part.partition(":")[0]


def is_rest(part: str) -> bool:
    return part.partition(":")[2] == REST


def is_shut(month: Month) -> bool:
    """Whether the amount cannot move: locked itself, or held fast by three locked factors."""
    return SALES in month.locked or all(key in month.locked and month[key] for key in FACTORS)


def moved_to(month: Month, amount: Decimal) -> Month:
    """The month with this amount, typed or not as it was; its first free factor gives way. Raises Contradiction."""
    if month[SALES] == amount:
        return month
    if SALES in month.locked:
        raise Contradiction(_("%(row)s is locked."), row=SALES)
    return settled(replace(month, values={**month.values, SALES: amount}), [SALES])


def of_part(error: Contradiction, part: str) -> Contradiction:
    """The same reason, told of a part's row."""
    row = error.params.get("row")
    if row not in NODES:
        return error
    return Contradiction(error.text, **{**error.params, "row": row_key(str(row), part)})


def amounts(parts: Parts) -> list[Decimal]:
    return [amount for month in parts.values() if (amount := month[SALES]) is not None]


def together(parts: Parts) -> Decimal | None:
    """Yuan; None while no part has an amount."""
    found = amounts(parts)
    return sum(found, Decimal(0)) if found else None


def with_rest(parts: Parts, total: Decimal | None) -> dict[str, Month]:
    """Where no part has an amount yet, the rest is all of it."""
    rest = next((name for name in parts if is_rest(name)), None)
    if rest is None or total is None or amounts(parts):
        return dict(parts)
    return {**parts, rest: replace(parts[rest], values={**parts[rest].values, SALES: total})}


def carved(before: Parts, parts: Parts) -> dict[str, Month]:
    """What was typed where nothing stood is taken out of the rest, as far as that goes."""
    out = dict(parts)
    for name, month in parts.items():
        rest = next((x for x in out if is_rest(x)), None)
        amount, left = month[SALES], out[rest][SALES] if rest else None
        if rest is None or name == rest or amount is None or before[name][SALES] is not None:
            continue
        if left is not None and not is_shut(out[rest]):
            out[rest] = replace(out[rest], values={**out[rest].values, SALES: left - min(left, amount)})
    return out


def shared_out(total: Decimal, parts: Parts, typed: Collection[str]) -> dict[str, Month]:
    """The parts under a given total: locked and typed ones stay, the others follow in proportion; those without an
    amount stay without. Raises Contradiction."""
    there = [name for name, month in parts.items() if month[SALES] is not None]
    if not there:
        return dict(parts)
    fixed = [name in typed or is_shut(parts[name]) for name in there]
    try:
        wanted = spread(total, [parts[name][SALES] for name in there], fixed)
    except Contradiction as error:
        raise Contradiction(
            _("The parts that were typed or are locked are %(fixed)s together, the month's amount is %(total)s."),
            **error.params,
        ) from error
    out = dict(parts)
    for name, amount in zip(there, wanted, strict=True):
        try:
            out[name] = moved_to(parts[name], amount)
        except Contradiction as error:
            raise of_part(error, name) from error
    return out
