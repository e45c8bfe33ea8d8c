"""结算单: what a contract comes to in a month: put together from the same figures as everything else, issued, paid.

An open statement tells what is known now. Issuing keeps all it tells; what becomes known later stands beside it and can
be carried to a later statement as a line. Issuing closes no days: the months of reports are a matter of their own.
"""

import datetime as dt
from collections.abc import Collection, Iterator, Mapping
from decimal import Decimal

from auditlog.models import LogEntry
from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Prefetch, Q, QuerySet
from django.urls import reverse
from django.utils.translation import gettext as _

from kpis.clients import contracts
from kpis.clients.statement_figures import Since, kept, live, period_of, since
from kpis.models import DataVersion, StaleDay, Statement, StatementLine
from kpis.sums import rollups
from opsplan.fitting import fitting
from opsplan.lib import clock
from opsplan.lib.periods import DAY, Period, month_of
from staff import delivery
from staff.models import Member, Task, User
from staff.robots import Message
from staff.roles import Level
from staff.services import cancel_tasks, spawn_tasks
from stores.models import Contract, Store

STATES = OPEN, ISSUED, OVERDUE, PAID, WITHDRAWN = ("open", "issued", "overdue", "paid", "withdrawn")
REMINDED = 3  # months that wait and are called to mind; older ones stand on the clients' page
LOOK_BACK = 12  # statements whose differences are offered to be carried
TRIES = 3


def months(contract: Contract, today: dt.date) -> Iterator[Period]:
    """The contract's days of each month that has begun, newest first."""
    last = min(contract.last or today, today)
    while last >= contract.first:
        month = month_of(last)
        end = min(month.last, contract.last or month.last)
        yield Period(max(month.first, contract.first), end, "month")
        last = month.first - DAY


def today_of(contract: Contract) -> dt.date:
    """The earliest day among its stores': a month is over when it is over in all of them."""
    return min(clock.today(x.timezone) for x in contract.stores.all())


def statements(contract: Contract, *, issued_only: bool = False) -> QuerySet[Statement]:
    """Newest month first; issued_only: those in force."""
    return every(issued_only=issued_only).filter(contract=contract)


def every(*, issued_only: bool = False) -> QuerySet[Statement]:
    """Of all contracts, as lists show them: without what they tell."""
    found = Statement.objects.select_related("issued_by", "made_by", "withdrawn_by").defer("content")
    return found.filter(issued_at__isnull=False, withdrawn_at=None) if issued_only else found


def readable(mine: QuerySet[Contract], whole: Collection[int]) -> QuerySet[Statement]:
    """Of these contracts; only those `whole` (ids) tell of more than what was issued."""
    found = (
        every().filter(contract__in=mine).select_related("contract__brand").prefetch_related("contract__stores__brand")
    )
    issued = Q(issued_at__isnull=False, withdrawn_at=None)
    return found.filter(issued | Q(contract__in=whole)).order_by("-first", "-pk")


def find(stores: Mapping[int, Store], pk: int, store: Store) -> Statement | None:
    """Of a contract of that store all of whose stores are among these."""
    lines = StatementLine.objects.select_related("of")
    found = Statement.objects.filter(pk=pk, contract__in=contracts.contracts(stores).filter(stores=store))
    found = found.select_related("contract__brand", "issued_by", "made_by", "withdrawn_by")
    return found.prefetch_related("contract__stores", Prefetch("lines", queryset=lines)).first()


def state_of(statement: Statement, today: dt.date) -> str:
    if statement.withdrawn_at:
        return WITHDRAWN
    if statement.issued_at is None:
        return OPEN
    if statement.paid_on:
        return PAID
    return OVERDUE if statement.due_on and statement.due_on < today else ISSUED


def waiting(contract: Contract, today: dt.date) -> list[Period]:
    """Months that are over and not stated yet, oldest first. Uses `contract.standing` where it was fetched."""
    done = getattr(contract, "standing", None)
    done = list(contracts.issued(contract)) if done is None else done
    stated = {x.first for x in done if x.issued_at and not x.withdrawn_at}
    return [x for x in months(contract, today) if x.last < today and x.first not in stated][::-1]


def carriable(statement: Statement) -> list[Since]:
    """Earlier statements of the contract whose difference no statement carries yet, oldest first."""
    earlier = contracts.issued(statement.contract).filter(first__lt=statement.first).order_by("-first")[:LOOK_BACK]
    found = []
    for each in reversed(earlier):
        each.contract = statement.contract
        found.append(since(each, with_causes=False))
    return [x for x in found if x.left_fen]


# how it is led from open to paid


def make(contract: Contract, day: dt.date, by: User | None) -> Statement:
    """The statement of the month that holds the day, made where there is none in force. ValidationError."""
    period = next((x for x in months(contract, today_of(contract)) if month_of(x.first) == month_of(day)), None)
    if period is None:
        raise ValidationError({"month": _("The contract does not run in this month, or it has not come yet.")})
    with transaction.atomic():
        now = contracts.locked(contract)
        found = Statement.objects.filter(contract=now, first=period.first, withdrawn_at=None).first()
        return found or Statement.objects.create(
            contract=now, first=period.first, last=period.last, made_at=clock.now(), made_by=by
        )


def opened(statement: Statement) -> Statement:
    """The row, locked, if it is still open. ValidationError otherwise."""
    now = Statement.objects.select_for_update(of=("self",)).select_related("contract__brand").get(pk=statement.pk)
    if now.issued_at:
        raise ValidationError(_("This statement is issued; withdraw it first."))
    return now


def add_line(
    statement: Statement, amount_fen: int, reason: str, by: User | None, of: Statement | None = None
) -> StatementLine:
    """ValidationError by field: no reason, no amount, or not open any more."""
    reason = fitting("reason", reason, 200)
    if not amount_fen or abs(amount_fen) > contracts.LARGEST_FEN:
        raise ValidationError({"amount": _("Give an amount, with a minus where it is taken off.")})
    if not reason:
        raise ValidationError({"reason": _("Say what the line is for.")})
    with transaction.atomic():
        now = opened(statement)
        return StatementLine.objects.create(
            statement=now, amount_fen=amount_fen, reason=reason, of=of, by=by, at=clock.now()
        )


def carry(statement: Statement, earlier: int, by: User | None) -> StatementLine:
    """What an earlier statement would be more or less by today, as a line. ValidationError: there is nothing."""
    with transaction.atomic():
        found = next((x for x in carriable(opened(statement)) if x.statement.pk == earlier), None)
        if found is None:
            raise ValidationError(_("There is no difference to carry."))
        reason = _("Difference of %(month)s: issued %(issued)s, by what is known now %(now)s")
        month = f"{found.statement.first:%Y-%m}"
        told = {"month": month, "issued": plain(found.issued_fen), "now": plain(found.now_fen or 0)}
        return add_line(statement, found.left_fen, reason % told, by, found.statement)


def plain(amount_fen: int) -> str:
    return f"{Decimal(amount_fen) / 100:,.2f}"


def remove_line(statement: Statement, pk: int) -> None:
    with transaction.atomic():
        found = StatementLine.objects.filter(statement=opened(statement), pk=pk).first()
        if found:
            found.delete()


def discard(statement: Statement) -> None:
    """An open statement is thrown away with its lines."""
    with transaction.atomic():
        opened(statement).delete()


def issue(statement: Statement, by: User | None, *, in_part: bool = False, tell: bool = False) -> Statement:
    """Keep all it tells. in_part: although sales of some days are not known; tell: the client's people get an e-mail.
    ValidationError: the month is not over, sales are not known, or not of all days."""
    contract, period = statement.contract, period_of(statement)
    if period.last >= today_of(contract):
        raise ValidationError(_("The month is not over yet."))
    stores = list(contract.stores.order_by("pk"))
    for _try in range(TRIES):
        for store in stores:
            stale = StaleDay.objects.filter(store=store, day__range=(period.first, period.last))
            rollups.rebuild(store, list(stale.values_list("day", flat=True)))
        done = _issue(statement, stores, by, in_part=in_part)
        if done:
            cancel_tasks(contracts.home_of(contract), contracts.DUE, f"{contract.pk}:{period.first:%Y-%m}")
            if tell:
                tell_client(done)
            return done
    raise ValidationError(_("The figures of these days are being counted again. Try once more in a moment."))


@transaction.atomic
def _issue(statement: Statement, stores: list[Store], by: User | None, *, in_part: bool) -> Statement | None:
    """None when a day has to be counted again first. The stores' figures are held still."""
    for store in stores:
        DataVersion.objects.get_or_create(store=store)
    list(DataVersion.objects.select_for_update().filter(store__in=stores).order_by("store_id"))
    now = opened(statement)
    found = live(now)
    if StaleDay.objects.filter(store__in=stores, day__range=(now.first, now.last)).exists():
        return None
    if found.total_fen is None:
        names = _(", ").join(x.name for x in found.shares if x.figures[found.basis].value is None)
        raise ValidationError(_("The sales of these stores are not known: %s. Import them first.") % names)
    if found.lacking and not in_part:
        names = _(", ").join(x.name for x in found.lacking)
        text = _("Days are missing in the sales of %s. Import them, or say that it is issued all the same.")
        raise ValidationError({"in_part": text % names})
    moment = clock.now()
    now.content, now.total_fen = kept(found), found.total_fen
    now.issued_at, now.issued_by = moment, by
    now.due_on = today_of(now.contract) + now.contract.pay_days * DAY
    now.log_mark = LogEntry.objects.order_by("-pk").values_list("pk", flat=True).first() or 0
    now.save(update_fields=["content", "total_fen", "issued_at", "issued_by", "due_on", "log_mark"])
    return now


def readers(contract: Contract) -> list[User]:
    """The client's people who can read it and have an e-mail address: clients of all its stores."""
    stores = [x.pk for x in contract.stores.all()]
    there = Member.objects.filter(store__in=stores, level=Level.CLIENT, user__is_active=True).exclude(user__email="")
    found: dict[User, int] = {}
    for member in there.select_related("user").order_by("pk"):
        found[member.user] = found.get(member.user, 0) + 1
    return [user for user, n in found.items() if n == len(stores)]


def tell_client(statement: Statement) -> int:
    """An e-mail to those who can read it, once; how many."""
    contract = statement.contract
    home = contracts.home_of(contract)
    return delivery.queue(home, f"statement:{statement.pk}", lambda: message(statement), [], readers(contract))


def message(statement: Statement) -> Message:
    """In the active language: whose statement, of which month, how much and until when."""
    contract = statement.contract
    subject = _("%(client)s: the statement of %(month)s is issued")
    told = {"client": contract.brand.name, "month": f"{statement.first:%Y-%m}"}
    body = _("%(contract)s: %(total)s %(currency)s, due on %(day)s.")
    more = {"total": plain(statement.total_fen or 0), "currency": contract.currency, "day": statement.due_on}
    url = reverse("statement", args=[contracts.home_of(contract).slug, statement.pk])
    return Message(subject % told, body % {**more, "contract": contract.title}, url)


def set_paid(statement: Statement, day: dt.date | None) -> Statement:
    """Paid on that local day; None takes the mark away. ValidationError: not issued, or a day to come."""
    with transaction.atomic():
        now = standing(statement)
        if day and day > clock.today(contracts.home_of(now.contract).timezone):
            raise ValidationError({"paid_on": _("This day has not come yet.")})
        now.paid_on = day
        now.save(update_fields=["paid_on"])
    return now


def withdraw(statement: Statement, by: User | None, reason: str) -> Statement:
    """Not in force any more; what was issued stays on record and the month can be stated anew. ValidationError: no
    reason, not issued, paid, or another statement carries its difference."""
    reason = fitting("reason", reason, 300)
    if not reason:
        raise ValidationError({"reason": _("Say why the statement is withdrawn.")})
    with transaction.atomic():
        now = standing(statement)
        if now.paid_on:
            raise ValidationError(_("It is paid. Take that mark away first."))
        if now.carried.filter(statement__withdrawn_at=None).exists():
            raise ValidationError(_("A later statement carries its difference; take that line away first."))
        now.withdrawn_at, now.withdrawn_by, now.reason = clock.now(), by, reason
        now.save(update_fields=["withdrawn_at", "withdrawn_by", "reason"])
    return now


def standing(statement: Statement) -> Statement:
    now = Statement.objects.select_for_update(of=("self",)).select_related("contract").get(pk=statement.pk)
    if now.issued_at is None or now.withdrawn_at:
        raise ValidationError(_("This statement is not in force."))
    return now


def remind(today: dt.date | None = None) -> int:
    """Tasks for the months that are over and not stated, once for each: from the month's end, or from today where it
    is found later (a contract entered late, a night without jobs). Returns how many are new."""
    made = 0
    running = Contract.objects.filter(stores__closed_at=None, stores__isnull=False).distinct()
    for contract in running.prefetch_related("stores"):
        day = today or today_of(contract)
        home = contracts.home_of(contract)
        for period in waiting(contract, day)[-REMINDED:]:
            ref = f"{contract.pk}:{period.first:%Y-%m}"
            task = Task.objects.filter(store=home, key=f"{contracts.DUE}:{ref}").first()
            made += spawn_tasks(
                home, contracts.DUE, ref, (task and task.base) or max(period.last + DAY, day),
                subject=f"{contract.title} {period.first:%Y-%m}", about=f"contract {contract.pk}",
            )  # fmt: skip
    return made
