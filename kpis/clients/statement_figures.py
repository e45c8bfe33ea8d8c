"""What a statement tells: open, what is known now; issued, what it told then, and what became known since."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from decimal import Decimal
from typing import Any

from django.conf import settings
from django.utils import translation
from django.utils.translation import get_language

from kpis import queries, wire
from kpis.answers import Figure
from kpis.clients import contracts
from kpis.models import ClosedPeriod, Statement
from kpis.reporting.closing import figure_of, number
from kpis.reporting.reconcile import Cause, Difference, causes, why
from opsplan.lib.money import fen
from opsplan.lib.periods import Period, month_of
from stores import fees
from stores.models import Store


@dataclass(frozen=True)
class Share:
    """A store in a statement: its figures by key, the basis first, and what the plan wanted of them; its brand."""

    slug: str
    name: str
    figures: Mapping[str, Figure]
    targets: Mapping[str, Decimal | None]
    brand: str = ""


@dataclass(frozen=True)
class Brand:
    """What the stores of a brand bring to a statement: sales (None: not known of all of them)."""

    name: str
    stores: tuple[str, ...]
    base_fen: int | None


@dataclass(frozen=True)
class Line:
    """Written by hand. of: the month whose difference it carries."""

    pk: int
    amount_fen: int
    reason: str
    of: str = ""


@dataclass(frozen=True)
class Told:
    """What a statement tells. net_fen: what is owed with the lines by hand, total_fen: with tax on all of it; None
    while something it hangs on is not known."""

    statement: Statement
    period: Period
    basis: str
    formula: str
    currency: str
    terms: fees.Terms
    shares: tuple[Share, ...]
    account: fees.Account
    lines: tuple[Line, ...]

    @property
    def lines_fen(self) -> int:
        return sum(x.amount_fen for x in self.lines)

    @property
    def net_fen(self) -> int | None:
        return None if self.account.owed_fen is None else self.account.owed_fen + self.lines_fen

    @property
    def tax_fen(self) -> int | None:
        return None if self.net_fen is None else fees.share(self.net_fen, self.terms.tax_bp)

    @property
    def total_fen(self) -> int | None:
        return None if self.net_fen is None or self.tax_fen is None else self.net_fen + self.tax_fen

    @property
    def brands(self) -> tuple[Brand, ...]:
        """The brands, where the client has more than one here; they add up to what the commission is on."""
        names = sorted({x.brand for x in self.shares})
        return tuple(self.brand(name) for name in names) if len(names) > 1 else ()

    def brand(self, name: str) -> Brand:
        mine = [x for x in self.shares if x.brand == name]
        return Brand(name, tuple(x.name for x in mine), base_of(mine, self.basis))

    @property
    def needs_sales(self) -> bool:
        return bool(self.terms.tiers)

    @property
    def lacking(self) -> list[Share]:
        """Stores whose sales are not known, or not of all days."""
        return [x for x in self.shares if self.needs_sales and x.figures[self.basis].missing]


def period_of(statement: Statement) -> Period:
    return Period(statement.first, statement.last, "month")


def told(statement: Statement) -> Told:
    """As it was issued, else as it is known now."""
    content = statement.content
    if not content:
        return live(statement)
    period = period_of(statement)
    places = {key: place for place, key in enumerate((content["basis"], *contracts.agreed_of(statement.contract)))}

    def figures(kept: Mapping[str, Any]) -> dict[str, Figure]:
        """In the order of the contract: a database may give the keys of what it keeps in another."""
        keys = sorted(kept, key=lambda key: (places.get(key, len(places)), key))
        return {key: figure_of(key, kept[key], period) for key in keys}

    shares = tuple(
        Share(
            each["slug"],
            each["name"],
            figures(each["figures"]),
            {key: number(text) for key, text in each["targets"].items()},
            each.get("brand", ""),
        )
        for each in content["stores"]
    )
    tiers = tuple(fees.Tier(**each) for each in content["terms"]["tiers"])
    steps = tuple(fees.Step(**each) for each in content["account"]["steps"])
    return Told(
        statement, period, content["basis"], content["formula"].get(get_language() or "", ""), content["currency"],
        fees.Terms(**{**content["terms"], "tiers": tiers}), shares,
        fees.Account(**{**content["account"], "steps": steps}),
        tuple(Line(**each) for each in content["lines"]),
    )  # fmt: skip


def live(statement: Statement, terms: fees.Terms | None = None, basis: str = "") -> Told:
    """As it is known now, by the terms of the contract; by others, with the sales alone. All stores are read from one
    state of the data."""
    contract, period = statement.contract, period_of(statement)
    also = () if terms else contracts.agreed_of(contract)
    terms, basis = terms or contracts.terms_of(contract), basis or contract.basis
    keys = list(dict.fromkeys([basis, *also]))
    shares = []
    with queries.one_version():
        for store in contracts.stores_of(contract):
            found = queries.figures(store, keys, period, compare=())
            targets = {key: x.target for key, x in found.items()}
            shares.append(Share(store.slug, store.name, found, targets, store.brand_name))
    lines = tuple(
        Line(x.pk, x.amount_fen, x.reason, f"{x.of.first:%Y-%m}" if x.of else "") for x in statement.lines.all()
    )
    return Told(
        statement, period, basis, queries.metric(basis).formula_words, contract.currency, terms, tuple(shares),
        reckoned(terms, shares, basis, period), lines,
    )  # fmt: skip


def base_of(shares: Sequence[Share], basis: str) -> int | None:
    values = [x.figures[basis].value for x in shares]
    return None if None in values else sum(fen(x) for x in values if x is not None)


def reckoned(terms: fees.Terms, shares: list[Share], basis: str, period: Period) -> fees.Account:
    return fees.account(terms, base_of(shares, basis), len(period), len(month_of(period.first)))


def kept(found: Told) -> dict[str, Any]:
    """What is told, as JSON."""
    contract = found.statement.contract
    return {
        "title": contract.title,
        "number": contract.number,
        "brand": contract.brand.name,
        "basis": found.basis,
        "formula": formula_words(found.basis),
        "currency": found.currency,
        "terms": asdict(found.terms),
        "stores": [
            {
                "slug": x.slug,
                "name": x.name,
                "brand": x.brand,
                "figures": wire.figures(x.figures),
                "targets": {key: None if y is None else f"{y:f}" for key, y in x.targets.items()},
            }
            for x in found.shares
        ],
        "account": asdict(found.account),
        "lines": [asdict(x) for x in found.lines],
        "net_fen": found.net_fen,
        "tax_fen": found.tax_fen,
        "total_fen": found.total_fen,
    }


def formula_words(key: str) -> dict[str, str]:
    """How a KPI is defined, in every language, as others read a statement than issue it."""
    told = {}
    for language, _name in settings.LANGUAGES:
        with translation.override(language):
            told[language] = queries.metric(key).formula_words
    return told


# what became known later


@dataclass(frozen=True)
class Moved:
    """A store's sales as issued and now, and what came in since that bears on them."""

    store: Store
    difference: Difference
    causes: list[Cause]


@dataclass(frozen=True)
class Since:
    """An issued statement against now: what it would come to before tax (a line that carries the difference is taxed
    where it stands), and what of the difference other statements carry."""

    statement: Statement
    issued_fen: int
    now_fen: int | None
    carried_fen: int
    moved: list[Moved]

    @property
    def change_fen(self) -> int | None:
        return None if self.now_fen is None else self.now_fen - self.issued_fen

    @property
    def left_fen(self) -> int:
        """What no statement carries yet."""
        return 0 if self.change_fen is None else self.change_fen - self.carried_fen


def since(statement: Statement, *, with_causes: bool = True) -> Since:
    """Of an issued statement, by the terms it was issued with."""
    then = told(statement)
    now = live(statement, then.terms, then.basis)
    net = None if now.account.owed_fen is None else now.account.owed_fen + then.lines_fen
    stores = {x.slug: x for x in contracts.stores_of(statement.contract)}
    moved = []
    for was, share in ((x, y) for x in then.shares for y in now.shares if x.slug == y.slug):
        found = Difference(was.figures[then.basis], share.figures[then.basis])
        if found.differs:
            store = stores[share.slug]
            moved.append(Moved(store, found, came_since(statement, store, found) if with_causes else []))
    carried = sum(statement.carried.filter(statement__withdrawn_at=None).values_list("amount_fen", flat=True))
    return Since(statement, then.net_fen or 0, net, carried, moved)


def came_since(statement: Statement, store: Store, found: Difference) -> list[Cause]:
    """What reached the store after the issue and bears on the figure: as after a closing at that instant."""
    assert statement.issued_at
    as_closed = ClosedPeriod(
        store=store, first=statement.first, last=statement.last, closed_at=statement.issued_at,
        log_mark=statement.log_mark,
    )  # fmt: skip
    return why(found, causes(as_closed))
