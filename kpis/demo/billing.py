"""The demo's agency: two clients, what was agreed, and of one two months of statements, the second not paid yet."""

import datetime as dt

from kpis.clients import contracts, statements
from kpis.models import Statement, StatementLine
from opsplan.lib.periods import DAY, add_months, month_of
from staff.models import User
from stores.models import Contract, Store

CLIENT, LATE = "晨露集团", 3  # and the day of the next month on which a month is stated
LINES = {1: [(-60_000, "详情页改版延期，按合同扣减"), (120_000, "新品拍摄，两款")]}  # of the month so many before


def bill(store: Store, today: dt.date, owner: User) -> None:
    """A contract that began in the middle of the month before last."""
    now = month_of(today).first
    begun = add_months(now, -2) or now
    terms = {
        "title": "晨露护肤旗舰店代运营", "number": "TP-2026-018", "kind": "agency", "first": begun.replace(day=11),
        "last": (add_months(begun, 12) or begun) + 9 * DAY, "fee_fen": 1_500_000, "basis": "net_amt",
        "tiers": [[0, 300], [50_000_000, 400], [100_000_000, 500]], "guarantee": "higher", "guarantee_fen": 800_000,
        "cap_fen": 6_000_000, "tax_bp": 600, "signed_on": begun,
        "signed_by": "王总（晨露）、李明", "note": "每月 3 日前出具上月结算单。",
        "metrics": ["net_amt", "real_amt", "uv", "pay_cvr", "refund_rate_amt"],
    }  # fmt: skip
    contract = contracts.save(None, [store], CLIENT, terms)
    for ago in (2, 1):
        month = add_months(now, -ago) or now
        made = statements.make(contract, month, owner)
        for amount_fen, reason in LINES.get(ago, []):
            statements.add_line(made, amount_fen, reason, owner)
        issued_on = month_of(month).last + LATE * DAY
        if today <= issued_on:
            return
        made = statements.issue(made, owner, in_part=True)
        date(made, issued_on, contract.pay_days, paid=ago > 1)


def sell_together(store: Store, today: dt.date) -> None:
    """A brand's shop on a guarantee, with a contract that ends soon and a month that waits to be stated."""
    begun = add_months(month_of(today).first, -1) or today
    terms = {
        "title": "小衫家品牌合作", "number": "BR-2026-007", "kind": "brand", "first": begun, "last": today + 40 * DAY,
        "fee_fen": 300_000, "basis": "pay_amt", "tiers": [[0, 200], [20_000_000, 250]], "commission": "whole",
        "guarantee": "sum", "guarantee_fen": 200_000, "signed_on": begun - 5 * DAY, "signed_by": "陈小衫、李明",
        "metrics": ["real_amt", "uv", "pay_cvr", "roi"],
    }  # fmt: skip
    contracts.save(None, [store], "小衫家", terms)


def date(statement: Statement, day: dt.date, pay_days: int, *, paid: bool) -> None:
    """As if it had been issued on that day."""
    assert statement.issued_at
    at = statement.issued_at.replace(year=day.year, month=day.month, day=day.day)
    due = day + pay_days * DAY
    Statement.objects.filter(pk=statement.pk).update(
        issued_at=at, made_at=at, due_on=due, paid_on=due - 4 * DAY if paid else None
    )


def remove(store: Store) -> None:
    """What would keep the store from going."""
    found = Contract.objects.filter(stores=store)
    StatementLine.objects.filter(statement__contract__in=found).delete()
    Statement.objects.filter(contract__in=found).delete()
    found.delete()
