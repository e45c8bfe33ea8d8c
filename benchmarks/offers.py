"""P15: baskets priced per second beside django-oscar's applicator (where OSCAR_PYTHON names an interpreter that has
it), and a rehearsal of 200,000 orders.

Oscar lives in a venv of its own, never here: `python3 -m venv /tmp/oscar && /tmp/oscar/bin/pip install django-oscar`,
then `OSCAR_PYTHON=/tmp/oscar/bin/python python -m benchmarks --only P15`.
"""

import json
import os
import random
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

from benchmarks.result import Result
from campaigns import replay
from campaigns.offers.kinds import Basket, Kind, Ladder, Line, Offer, Rules, Step, Voucher
from campaigns.offers.pricing import Pricer
from campaigns.offers.receipts import Expenses

BASKETS = 300
THERE = Path(__file__).with_name("oscar_offers.py")
RULES = Rules((Offer("off", Kind.REDUCTION, Ladder((Step(10_000, 1_000),))),))


def lines(dice: random.Random, goods: int) -> list[tuple[int, int, int]]:
    """(product, price in fen, pieces), each product once."""
    chosen = dice.sample(range(goods), dice.randint(1, 4))
    return [(number, 1_000 + number * 700, dice.randint(1, 3)) for number in chosen]


def offers(size: str, again: int) -> Iterator[Result]:
    """Same baskets, one offer both can express: from 100 yuan on 10 less."""
    dice = random.Random(15)
    baskets = [lines(dice, 30) for _ in range(BASKETS)]
    made = [Basket(tuple(Line(f"{n}", fen, pieces) for n, fen, pieces in basket)) for basket in baskets]
    best, totals = float("inf"), []
    for _ in range(again):
        started = time.perf_counter()
        pricer = Pricer(RULES)
        totals = [pricer.price(basket).payable_fen for basket in made]
        best = min(best, time.perf_counter() - started)
    ours = BASKETS / best
    python = os.environ.get("OSCAR_PYTHON")
    if python:
        told = subprocess.run(
            [python, str(THERE)], input=json.dumps(baskets), capture_output=True, text=True, check=True
        )
        theirs = json.loads(told.stdout)
        assert theirs["totals"] == totals, "not the same prices"
        rate = BASKETS / theirs["seconds"]
        yield Result("P15 baskets a second", f"{ours:,.0f}", f"{rate:,.0f}", ours / rate, 20, False, "django-oscar")
    else:
        yield Result("P15 baskets a second", f"{ours:,.0f}", "not installed", 0, 0, False, "set OSCAR_PYTHON")
    yield rehearsal(200_000 if size != "smoke" else 20_000)


def rehearsal(count: int) -> Result:
    dice = random.Random(16)
    rules = Rules((*RULES.offers, Offer("coupon", Kind.COUPON, Voucher(9_900, 500))))
    shelf = {f"{n}": replay.Shelf(1_000 + n * 70, 500) for n in range(300)}
    orders = [
        tuple(
            sorted(
                {f"{dice.randrange(300)}": dice.randint(1, 2) for _ in range(dice.choice((1, 1, 1, 2, 2, 3)))}.items()
            )
        )
        for _ in range(count)
    ]
    started = time.perf_counter()
    totals = replay.replay(orders, shelf, rules, Expenses())
    took = time.perf_counter() - started
    assert totals.orders == count
    return Result("P15 rehearsal", f"{took:.1f} s", "60 s", took / 60, 1, True, f"{count:,} orders")
