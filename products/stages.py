"""Styles move between stages: what the evidence proposes, what people decide, and the history of it."""

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from opsplan.fitting import fitting
from opsplan.lib import clock
from opsplan.lib.periods import week_of
from opsplan.statements import Statement
from products import lifecycle
from products.lifecycle import Facts, Thresholds, Verdict, WeekRank
from products.models import Move, Product, ProductRules, Rank, Stage, StageEvidence
from staff.models import User
from staff.services import cancel_tasks, renew_rounds, spawn_tasks
from stores.models import Store

QUIET = dt.timedelta(days=28)  # what was declined is not proposed again before that
RECORDS = 4  # weekly ranks that rules look back on
ALIVE = (Product.Status.NEW, Product.Status.ON_SALE)
RULES = Statement(lambda store: ProductRules.objects.filter(store=store))


@dataclass(frozen=True)
class RankLine:
    """What somebody saw of a product in a week; None = not looked up."""

    product_id: int
    search: int | None
    category: int | None


def limits_of(store: Store) -> Thresholds:
    """The store's thresholds."""
    own = RULES.first(store)
    return lifecycle.thresholds(own.stages if own else {})


def set_limits(store: Store, values: Mapping[str, object]) -> Thresholds:
    """Keep the store's own thresholds, but those that are as usual. ValidationError names what is no number."""
    usual = Thresholds()
    found = lifecycle.thresholds(values)
    for name, value in values.items():
        if value not in (None, "") and getattr(lifecycle.thresholds({name: value}), name, None) != _number(value):
            raise ValidationError({name: _("Give a number of zero or more.")})
    own = {x: str(getattr(found, x)) for x in vars(usual) if getattr(found, x) != getattr(usual, x)}
    ProductRules.objects.update_or_create(store=store, defaults={"stages": own})
    return found


def _number(value: object) -> Decimal | None:
    try:
        return Decimal(str(value))
    except ArithmeticError:
        return None


@transaction.atomic
def enter_ranks(store: Store, day: dt.date, lines: Iterable[RankLine], by: User | None, source: str = "") -> int:
    """Keep the ranks of the week that holds the local `day`; a line without any rank takes the week's record away.

    ValidationError: a product of another store, or twice, a rank below 1. Returns how many records changed.
    """
    week, changed, wanted = week_of(day).first, 0, list(lines)
    if len({x.product_id for x in wanted}) < len(wanted):
        raise ValidationError({"product": _("A product stands in the list twice.")})
    known = set(Product.objects.filter(store=store, pk__in=[x.product_id for x in wanted]).values_list("pk", flat=True))
    there = {x.product_id: x for x in Rank.objects.filter(product__store=store, week=week)}
    for line in wanted:
        if line.product_id not in known:
            raise ValidationError({"product": _("There is no such product in this store.")})
        if any(x is not None and not 0 < x < 1_000_000 for x in (line.search, line.category)):
            raise ValidationError({"rank": _("A rank is a whole number from 1 on.")})
        old = there.get(line.product_id)
        if line.search is None and line.category is None:
            changed += old.delete()[0] if old else 0
        elif old is None or (old.search_rank, old.category_rank) != (line.search, line.category):
            rank = old or Rank(product_id=line.product_id, week=week)
            rank.search_rank, rank.category_rank, rank.by, rank.source = line.search, line.category, by, source[:100]
            rank.save()
            changed += 1
    if changed:
        renew_rounds(store)
    return changed


def ranks_of(store: Store, products: Sequence[int], day: dt.date, count: int = RECORDS) -> dict[int, list[WeekRank]]:
    """The last weekly records of the products as of the local `day`, newest first."""
    found: dict[int, list[WeekRank]] = {}
    rows = Rank.objects.filter(
        product__store=store, product__in=products, week__lte=day, week__gte=day - (count + 2) * lifecycle.WEEK
    ).order_by("-week")
    for x in rows:
        found.setdefault(x.product_id, []).append(WeekRank(x.week, x.search_rank, x.category_rank))
    return {pk: ranks[:count] for pk, ranks in found.items()}


def entry_levels(products: Sequence[int]) -> dict[int, Decimal]:
    """Units a week with which products entered growth last, by product id."""
    found: dict[int, Decimal] = {}
    moves = Move.objects.filter(product__in=products, target=Stage.GROWTH, state=Move.State.CONFIRMED).order_by("id")
    for product_id, evidence in moves.values_list("product_id", "evidence"):
        if evidence.get("level"):
            found[product_id] = Decimal(evidence["level"])
    return found


def evidence_json(verdict: Verdict, facts: Facts) -> dict[str, Any]:
    """What is kept of a judgement: numbers as text, exact."""
    last = lifecycle.four_weeks(facts.weeks)
    return {
        "checks": [
            {"key": x.key, "value": _text(x.value), "limit": _text(x.limit), "holds": x.holds} for x in verdict.checks
        ],
        "missing": list(verdict.missing),
        "weeks": list(facts.weeks[-12:]),
        "best4": facts.best4,
        "level": _text(Decimal(sum(last)) / 4) if last else None,
        "target": verdict.target,
        "rule": verdict.rule,
    }


def _text(value: Decimal | None) -> str | None:
    return None if value is None else f"{value.normalize():f}" if value == value.to_integral() else f"{value:.6f}"


def propose_stage(product: Product, facts: Facts, day: dt.date | None = None) -> Move | None:
    """Judge one product by what is known of it; the open move that follows, None when it stays where it is."""
    propose_stages(product.store, {product.pk: facts}, day)
    return Move.objects.filter(product=product, state=Move.State.OPEN).first()


@transaction.atomic
def propose_stages(store: Store, facts: Mapping[int, Facts], day: dt.date | None = None) -> int:
    """Judge the products on sale by their facts (by product id) and keep the evidence. A move that the evidence speaks
    for is proposed once; one it no longer speaks for is taken back, if the rules had made it. Ranks, age and entry
    level are filled in here. Returns how many moves are new."""
    day, limits, made = day or clock.today(store.timezone), limits_of(store), 0
    products = list(
        Product.objects.select_for_update().filter(store=store, pk__in=facts, status__in=ALIVE).order_by("pk")
    )
    ids = [x.pk for x in products]
    ranks, levels = ranks_of(store, ids, day), entry_levels(ids)
    open_moves = {x.product_id: x for x in Move.objects.filter(product__in=ids, state=Move.State.OPEN)}
    declined = set(
        Move.objects.filter(product__in=ids, state=Move.State.DECLINED, decided_on__gt=day - QUIET).values_list(
            "product_id", "target", "rule"
        )
    )
    kept = []
    for product in products:
        known = replace(
            facts[product.pk],
            ranks=tuple(ranks.get(product.pk, ())),
            week=week_of(day).first,
            entry_level=levels.get(product.pk),
        )
        if product.launched_on:
            known = replace(known, listed_days=(day - product.launched_on).days)
        verdict = lifecycle.judge(product.stage, known, limits)
        told = evidence_json(verdict, known)
        kept.append(StageEvidence(product=product, day=day, facts=told, missing=list(verdict.missing)))
        old = open_moves.get(product.pk)
        if old and old.proposed_by_id is None:
            old = renewed(old, verdict, told, day)
        if verdict.target and old is None and (product.pk, verdict.target, verdict.rule) not in declined:
            Move.objects.create(
                product=product, source=product.stage, target=verdict.target, rule=verdict.rule, evidence=told, day=day
            )
            made += 1
    StageEvidence.objects.bulk_create(
        kept, update_conflicts=True, unique_fields=["product"], update_fields=["day", "facts", "missing"],
        batch_size=500,
    )  # fmt: skip
    return made


def renewed(move: Move, verdict: lifecycle.Verdict, told: Mapping[str, Any], day: dt.date) -> Move | None:
    """A move the rules had proposed, with the evidence of today; None where they no longer speak for it."""
    if (move.target, move.rule) != (verdict.target, verdict.rule):
        move.state, move.decided_on = Move.State.LAPSED, day
        move.save(update_fields=["state", "decided_on"])
        return None
    if move.evidence != told:
        move.evidence = told
        move.save(update_fields=["evidence"])
    return move


@transaction.atomic
def propose_by_hand(product: Product, target: str, by: User, reason: str = "") -> Move:
    """Somebody thinks a product belongs in another stage: a proposal with the evidence as it stands, to be confirmed.

    An open proposal of the same stage is that one; another is taken back. ValidationError: no such stage, or its own.
    """
    product = Product.objects.select_for_update().get(pk=product.pk)
    if target not in Stage.values:
        raise ValidationError({"target": _("Choose one of: %s.") % ", ".join(Stage.values)})
    if target == product.stage:
        raise ValidationError({"target": _("The product is in this stage already.")})
    old = Move.objects.filter(product=product, state=Move.State.OPEN).first()
    if old and old.target == target:
        return old
    today = clock.today(product.store.timezone)
    if old:
        old.state, old.decided_by, old.decided_on = Move.State.LAPSED, by, today
        old.save(update_fields=["state", "decided_by", "decided_on"])
    known = StageEvidence.objects.filter(product=product).first()
    return Move.objects.create(
        product=product, source=product.stage, target=target, rule="hand", evidence=known.facts if known else {},
        day=today, proposed_by=by, reason=fitting("reason", reason, 300),
    )  # fmt: skip


@transaction.atomic
def decide(move: Move, by: User, *, confirm: bool, reason: str = "", day: dt.date | None = None) -> Move:
    """Confirm a proposal: the product enters the stage. What its playbook does once begins, and it stands in the tasks
    that go through the products of the stage; what is still open of the stage it leaves goes. Or decline it, with a
    reason.

    ValidationError: decided already, or declined without a reason. Whoever calls tells `names_changed`.
    """
    move = Move.objects.select_for_update().select_related("product__store").get(pk=move.pk)
    if move.state != Move.State.OPEN:
        raise ValidationError(_("This proposal has been decided already."))
    if not confirm and not reason.strip():
        raise ValidationError({"reason": _("Say why it is declined.")})
    product = move.product
    day = day or clock.today(product.store.timezone)
    move.state = Move.State.CONFIRMED if confirm else Move.State.DECLINED
    move.decided_by, move.decided_on = by, day
    move.reason = fitting("reason", reason, 300) or move.reason
    move.save(update_fields=["state", "decided_by", "decided_on", "reason"])
    if confirm:
        entered = Move.objects.filter(product=product, target=move.source, state=Move.State.CONFIRMED)
        for left in entered.exclude(pk=move.pk).values_list("pk", flat=True):
            cancel_tasks(product.store, f"stage_{move.source}", str(left))
        product.stage, product.stage_since = move.target, day
        product.save(update_fields=["stage", "stage_since"])
        spawn_tasks(
            product.store,
            f"stage_{move.target}",
            str(move.pk),
            day,
            subject=product.title,
            about=f"product {product.pk}",
        )
        renew_rounds(product.store)
    return move


def open_moves(store: Store) -> list[Move]:
    """What waits for a decision, oldest first."""
    found = Move.objects.filter(product__store=store, state=Move.State.OPEN)
    return list(found.select_related("product", "proposed_by").order_by("id"))


HISTORY = Statement(lambda product: Move.objects.filter(product=product).select_related("proposed_by", "decided_by"))


def history(product: Product) -> list[Move]:
    """Every proposal of a product, newest first."""
    return HISTORY.rows(product)


def stage_on(product: Product, day: dt.date) -> str:
    """The stage a product was in on the evening of a local day."""
    move = (
        Move.objects.filter(product=product, state=Move.State.CONFIRMED, decided_on__lte=day)
        .order_by("-decided_on", "-id")
        .first()
    )
    later = Move.objects.filter(product=product, state=Move.State.CONFIRMED, decided_on__gt=day).order_by("id").first()
    return move.target if move else later.source if later else product.stage
