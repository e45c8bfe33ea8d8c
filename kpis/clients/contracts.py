"""合同: what an agency and its client agreed, who may see it, and how it is changed.

A contract covers several stores, so it is seen by those only who may see all of them: never part of another's sales.
Once a month has been stated its terms stand; other terms are another contract that goes on from it (`follows`).
"""

import datetime as dt
from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from kpis import queries
from kpis.metrics import METRICS
from kpis.models import Statement
from opsplan.fitting import fitting
from opsplan.lib import clock
from opsplan.lib.periods import DAY, month_of
from staff import audit
from staff.models import Task, TaskTemplate, User
from staff.queries import closed_memberships, memberships
from staff.roles import Action
from staff.services import cancel_tasks, spawn_tasks
from staff.spawning import templates_of
from stores import fees
from stores.models import Contract, Store
from stores.services import brand_named, one_line

BASES = ("net_amt", "real_amt", "pay_amt", "deal_net_amt")  # what commission may be on
AGREED = ("net_amt", "uv", "pay_cvr", "aov_buyer", "refund_rate_amt")
AGREED_DEALS = ("deal_net_amt", "deal_sold_qty", "deal_profit", "deal_sold_rate", "deal_refund_rate")
MOST_METRICS, MOST_TIERS = 8, 10
LARGEST_FEN = 10**14
TERMS = (
    "first", "fee_fen", "basis", "tiers", "commission", "guarantee", "guarantee_fen", "part_months", "cap_fen",
    "tax_bp",
)  # fmt: skip
FREE = ("title", "number", "kind", "last", "pay_days", "metrics", "signed_on", "signed_by", "note")
CHOICES: dict[str, Sequence[str]] = {
    "kind": Contract.Kind.values,
    "basis": BASES,
    "commission": Contract.Commission.values,
    "guarantee": Contract.Guarantee.values,
    "part_months": Contract.Part.values,
}
PROCESSES = ("process.onboard", "process.agency", "process.brand", "process.jd")  # S102, S099, S100, S101
START, END, DUE = "contract_start", "contract_end", "statement_due"  # what tasks are triggered by


def stores_open(user: User, action: Action, *, closed: bool = True) -> dict[int, Store]:
    """The stores in which somebody may do that; `closed`: closed ones, too, as their contracts are still there."""
    places = [*memberships(user), *(closed_memberships(user) if closed else ())]
    return {x.store_id: x.store for x in places if x.may(action)}


def contracts(stores: Collection[int]) -> QuerySet[Contract]:
    """Those all of whose stores are among these."""
    others = Contract.stores.through.objects.exclude(store_id__in=stores).values("contract_id")
    found = Contract.objects.filter(stores__in=stores).exclude(pk__in=others).distinct()
    return found.select_related("brand").prefetch_related("stores__brand")


def find(stores: Collection[int], pk: int, store: Store) -> Contract | None:
    return contracts(stores).filter(pk=pk, stores=store).first()


def terms_of(contract: Contract) -> fees.Terms:
    """Its terms as `stores.fees` reckons with them: fen, rates in 1/10000."""
    return fees.Terms(
        fee_fen=contract.fee_fen,
        tiers=tuple(fees.Tier(*each) for each in contract.tiers),
        is_marginal=contract.commission == Contract.Commission.MARGINAL,
        guarantee=contract.guarantee,
        guarantee_fen=contract.guarantee_fen,
        by_days=contract.part_months == Contract.Part.DAYS,
        cap_fen=contract.cap_fen,
        tax_bp=contract.tax_bp,
    )


def stores_of(contract: Contract) -> list[Store]:
    """In order of their names."""
    return sorted(contract.stores.all(), key=lambda x: (x.name, x.pk))


def home_of(contract: Contract) -> Store:
    """The store whose day and whose task list the contract goes by: the first that was opened here."""
    return first_of(contract.stores.all())


def first_of(stores: Iterable[Store]) -> Store:
    return min(stores, key=lambda x: x.pk)


def agreed_of(contract: Contract) -> list[str]:
    return [key for key in contract.metrics if key in METRICS] or list(usual(contract.basis))


def usual(basis: str) -> Sequence[str]:
    """What is agreed on unless somebody chooses, by what the commission is on."""
    return AGREED_DEALS if basis == "deal_net_amt" else AGREED


def issued(contract: Contract) -> QuerySet[Statement]:
    return Statement.objects.filter(contract=contract, issued_at__isnull=False, withdrawn_at=None)


def is_fixed(contract: Contract) -> bool:
    """Whether its terms stand, because a month has been stated by them."""
    return issued(contract).exists()


def save(
    contract: Contract | None,
    stores: Sequence[Store],
    brand: str,
    fields: Mapping[str, Any],
    follows: Contract | None = None,
) -> Contract:
    """Make a contract (None) or change one. `fields`: of TERMS and FREE; those left out stay as they are. `follows`:
    the one a new one goes on from. ValidationError by field; nothing is half-written."""
    with transaction.atomic():
        made = contract is None
        now = locked(contract) if contract else Contract(created_at=clock.now(), follows=follows)
        before = {name: getattr(now, name) for name in (*TERMS, "last")}
        for name in (*TERMS, *FREE):
            if name in fields:
                setattr(now, name, fields[name])
        if made and "metrics" not in fields:
            now.metrics = list(usual(now.basis))
        check(now, stores, brand)
        if not made:
            check_fixed(now, before, stores)
        client = brand_named(brand)
        assert client is not None
        now.brand, now.currency = client, stores[0].currency
        if contract and home_of(contract) != first_of(stores):
            cancel(contract)
        now.save()
        now.stores.set(stores)
        if made:  # when it was saved it belonged to no store yet, so no store's log would tell of it
            audit.record(now, title=("", now.title))
        for store in stores:
            if not store.whose:  # others say already that they are this client's
                Store.objects.filter(pk=store.pk).update(brand=client)
                audit.record(store, brand=(store.brand_id, client.pk))
                queries.names_changed(store)
        fit_drafts(now)
        place_tasks(now)
    return now


def fit_drafts(contract: Contract) -> None:
    """Drafts follow the contract's days; one of a month it does not run in any more goes."""
    for draft in Statement.objects.filter(contract=contract, issued_at=None):
        month = month_of(draft.first)
        first, last = max(month.first, contract.first), min(month.last, contract.last or month.last)
        if first > last:
            draft.delete()
        elif (first, last) != (draft.first, draft.last):
            draft.first, draft.last = first, last
            draft.save(update_fields=["first", "last"])


def locked(contract: Contract) -> Contract:
    return Contract.objects.select_for_update(of=("self",)).select_related("brand").get(pk=contract.pk)


def check(contract: Contract, stores: Sequence[Store], brand: str) -> None:
    """ValidationError by field for what cannot be a contract."""
    wrong: dict[str, str] = {}
    if not contract.title.strip():
        wrong["title"] = _("Give it a title.")
    if not brand.strip():
        wrong["brand"] = _("Say whose stores these are.")
    wrong |= wrong_stores(stores, brand)
    if not isinstance(contract.first, dt.date):
        wrong["first"] = _("Give the day from which it runs.")
    elif contract.last is not None and contract.last < contract.first:
        wrong["last"] = _("It ends before it begins.")
    wrong |= wrong_choices(contract) | wrong_amounts(contract) | wrong_tiers(contract)
    if not 0 <= contract.pay_days <= 365:
        wrong["pay_days"] = _("Between 0 and 365 days.")
    unknown = [key for key in contract.metrics if key not in METRICS]
    if unknown or len(contract.metrics) > MOST_METRICS:
        wrong["metrics"] = _("Choose at most %(n)d KPIs of the glossary.") % {"n": MOST_METRICS}
    if wrong:
        raise ValidationError(wrong)


def wrong_choices(contract: Contract) -> dict[str, str]:
    wrong = {}
    for name, valid in CHOICES.items():
        if getattr(contract, name) not in valid:
            wrong[name] = _("Choose one of: %s.") % ", ".join(valid)
    return wrong


def wrong_amounts(contract: Contract) -> dict[str, str]:
    """What is wrong with its amounts, by field; {} = nothing."""
    wrong = {}
    for name in ("fee_fen", "guarantee_fen", "cap_fen"):
        if not 0 <= getattr(contract, name) <= LARGEST_FEN:
            wrong[name] = _("Give an amount that is not below zero.")
    if bool(contract.guarantee) != bool(contract.guarantee_fen):
        wrong.setdefault("guarantee_fen", _("A guarantee needs an amount and the rule by which it counts."))
    if not 0 <= contract.tax_bp <= fees.WHOLE_RATE:
        wrong["tax_bp"] = _("A tax rate lies between 0 and 100 %.")
    if not wrong and 0 < contract.cap_fen < least_of(contract):
        wrong["cap_fen"] = _("The cap is below what the fee and the guarantee come to without any sales.")
    return wrong


def least_of(contract: Contract) -> int:
    """What a month comes to without any sales."""
    return fees.Terms(contract.fee_fen, guarantee=contract.guarantee, guarantee_fen=contract.guarantee_fen).least_fen


def wrong_stores(stores: Sequence[Store], brand: str) -> dict[str, str]:
    """What is wrong with the choice of stores, by field; {} = nothing. brand: the client's name as typed."""
    if not stores:
        return {"stores": _("Choose at least one store.")}
    if len({x.currency for x in stores}) > 1:
        return {"stores": _("The stores of a contract count in one currency; make a contract for each.")}
    name = fitting("brand", one_line(brand), 60)
    others = [x for x in stores if x.whose not in ("", name)]
    if others and name:
        told = {"store": others[0].name, "brand": others[0].whose}
        said = _("%(store)s belongs to another client: %(brand)s.") % told
        hint = _("Where this is a brand of the same client, name the client in the store's settings.")
        return {"stores": f"{said} {hint}"}
    return {}


def wrong_tiers(contract: Contract) -> dict[str, str]:
    if len(contract.tiers) > MOST_TIERS or any(not 0 <= x <= LARGEST_FEN for each in contract.tiers for x in each):
        return {"tiers": _("At most %d tiers, none below zero.") % MOST_TIERS}
    try:
        fees.Terms(tiers=tuple(fees.Tier(*each) for each in contract.tiers))
    except (TypeError, ValueError):
        text = _("Each tier begins higher than the one before, and its rate lies between 0 and 100 %.")
        return {"tiers": text}
    return {}


def check_fixed(contract: Contract, before: Mapping[str, Any], stores: Iterable[Store]) -> None:
    """ValidationError where terms are changed by which a month has been stated."""
    last = issued(contract).order_by("-last").values_list("last", flat=True).first()
    if last is None:
        return
    same = {x.pk for x in stores} == set(contract.stores.values_list("pk", flat=True))
    if not same or any(getattr(contract, name) != before[name] for name in TERMS):
        text = _("Months have been stated by these terms, so they stand. End the contract and go on with another.")
        raise ValidationError(text)
    if contract.last is not None and contract.last < last:
        text = _("It has been stated up to %(day)s; it cannot end before that.")
        raise ValidationError({"last": text % {"day": last}})


def successor(contract: Contract) -> Contract:
    """A contract like it, unsaved, that begins the day after it ends (or today)."""
    again = Contract.objects.get(pk=contract.pk)
    again.pk, again._state.adding = None, True
    again.first = contract.last + DAY if contract.last else clock.today(home_of(contract).timezone)
    again.last, again.signed_on, again.number = None, None, ""
    return again


def remove(contract: Contract) -> None:
    """Take a contract away by which nothing was ever stated. ValidationError otherwise."""
    with transaction.atomic():
        now = locked(contract)
        if Statement.objects.filter(contract=now).exists():
            raise ValidationError(_("There are statements of this contract; end it instead."))
        cancel(now)
        audit.record(now, title=(now.title, ""))
        now.delete()


# 里程碑: what a contract's days set off


def place_tasks(contract: Contract) -> None:
    """What its first and its last day set off, in the list of its first store; open tasks follow a moved day."""
    store, ref = home_of(contract), str(contract.pk)
    for trigger, day in ((START, contract.first), (END, contract.last)):
        if day is None:
            cancel_tasks(store, trigger, ref)
        else:
            spawn_tasks(store, trigger, ref, day, subject=contract.title, about=f"contract {ref}")


def processes(contract: Contract) -> list[TaskTemplate]:
    """The processes of working for a client that its first store has, as the library ships them or changed."""
    found = templates_of(home_of(contract)).filter(source__in=PROCESSES, published__trigger="manual")
    return sorted(found, key=lambda x: PROCESSES.index(x.source))


def start_process(contract: Contract, source: str) -> int:
    """Begin one for this contract, today, in its first store; once only. How many tasks are new. ValidationError: the
    store has no such process."""
    template = next((x for x in processes(contract) if x.source == source), None)
    if template is None:
        raise ValidationError(_("Choose one of the processes."))
    return spawn_tasks(
        home_of(contract), "manual", f"contract{contract.pk}:{source}", subject=contract.title,
        about=f"contract {contract.pk}", only=template.pk,
    )  # fmt: skip


def cancel(contract: Contract) -> None:
    """Its open tasks go: those of its first and last day, and of its months."""
    store, ref = home_of(contract), str(contract.pk)
    due = Task.objects.filter(store=store, key__startswith=f"{DUE}:{ref}:").values_list("key", flat=True).distinct()
    for trigger, of in ((START, ref), (END, ref), *((DUE, key.removeprefix(f"{DUE}:")) for key in due)):
        cancel_tasks(store, trigger, of)
