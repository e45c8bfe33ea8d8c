import io

import pytest
from django.core.management import CommandError, call_command

from kpis.ingest import undo
from kpis.models import Order, StoreDay
from kpis.sums import rollups
from tests.ingest.bring import FULL, bring, content

pytestmark = pytest.mark.django_db
AT = "2026-03-01 10:00:00"


def order(number, buyer, status="交易成功"):
    return [str(number), "10.00", "10.00", "上海", AT, AT, "0", status, buyer, "1", "0", ""]


def forget(monkeypatch, name):
    monkeypatch.setattr("sys.stdin", io.StringIO(name + "\n"))
    call_command("forget_buyer", "lotus", stdout=io.StringIO())


def test_a_forgotten_buyer_stands_in_no_order_and_the_amounts_stay(world, monkeypatch):
    bring(world.store, content(FULL, order(1, "春天"), order(2, "春天"), order(3, "夏天")))
    rollups.rebuild(world.store)
    assert StoreDay.objects.get(store=world.store).pay_buyers == 2
    forget(monkeypatch, "春天")
    assert Order.objects.filter(buyer_key=None).count() == 2
    day = StoreDay.objects.get(store=world.store)
    assert (day.pay_amt, day.pay_buyers) == (3000, None)  # no longer told apart


def test_undoing_a_later_file_does_not_bring_the_buyer_back(world, monkeypatch):
    bring(world.store, content(FULL, order(1, "春天")), "a.csv")
    later = bring(world.store, content(FULL, order(1, "夏天")), "b.csv")
    forget(monkeypatch, "春天")
    undo.request(later)
    undo.undo(later)
    assert Order.objects.get().buyer_key is None


def test_no_name_is_a_wrong_call(world, monkeypatch):
    with pytest.raises(CommandError) as refused:
        forget(monkeypatch, " ")
    assert refused.value.returncode == 2


def test_a_name_nobody_bears_is_told(world, monkeypatch):
    bring(world.store, content(FULL, order(1, "春天")))
    with pytest.raises(SystemExit):
        forget(monkeypatch, "秋天")
    with pytest.raises(SystemExit):
        forget(monkeypatch, "t**3")
    assert Order.objects.filter(buyer_key=None).count() == 0
