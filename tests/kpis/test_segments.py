"""RFM: the cases of domain.md 4.5, the limits, and customers counted by hand."""

import datetime as dt
from decimal import Decimal
from functools import partial

import pytest
from django.core.exceptions import ValidationError

from kpis.crm import customer_lists, customer_marks, customers
from kpis.crm.customer_lists import Wanted
from kpis.ingest.forgetting import forget_buyer
from kpis.models import CustomerMark, Order, SegmentRules
from kpis.models import rollups as versions
from kpis.segments import CLASSES, NUMBERS, Cuts, days_since, decimals, numbers
from kpis.sums import rollups
from opsplan.lib import clock
from stores.snapshot import one_version
from tests.kpis.facts import cover, line, march, order, read, refund
from tests.world import World

CUTS = Cuts()
DAY = march(31)


PEOPLE = [  # days since the last payment, orders, yuan; what they score with an average order of 100 yuan
    (12, 4, "680", (5, 4, 5), "important_value", True),
    (200, 1, "90", (1, 1, 1), "lost", False),
    (20, 1, "95", (5, 1, 1), "develop", False),
    (60, 3, "99.99", (4, 3, 1), "value", True),  # bought little, and is a core customer by the rule
    (61, 3, "300", (3, 3, 4), "important_keep", False),
    (91, 2, "299.99", (2, 2, 3), "important_rescue", False),
    (30, 2, "500", (5, 2, 5), "important_develop", False),
    (181, 5, "100", (1, 5, 2), "keep", False),
]


def test_customers_are_scored_as_the_specification_says(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(customers, "average_order", lambda *_: Decimal(100))
    for buyer, (days, orders, net, *_told) in enumerate(PEOPLE, start=1):
        for pay in (net, *["0"] * (orders - 1)):
            order(world.store, DAY - dt.timedelta(days=days - 1), pay, buyer=buyer)
    found = sorted(everybody(world), key=lambda x: x.key)
    told = [(x.days, x.orders, f"{x.net.normalize():f}", x.scores, CLASSES[x.number][0], x.is_core) for x in found]
    assert told == PEOPLE


def test_the_classes_are_the_eight_of_three_bits() -> None:
    assert sorted(CLASSES) == list(range(8))


def test_a_limit_between_two_fen_is_the_next_fen() -> None:
    cuts = Cuts(multiples=(Decimal("1.5"), Decimal(2), Decimal(3), Decimal(5)))
    assert cuts.money(Decimal("33.33")) == (5000, 6666, 9999, 16665)  # 49.995 yuan


def test_yesterday_is_one_day_ago() -> None:
    assert days_since(DAY, DAY) == 1


@pytest.mark.parametrize(
    "text", ["30, 60, 90", "30, 60, 60, 90", "0, 1, 2, 3", "a, 2, 3, 4", "1.5, 2, 3, 4", "1, 2, 3, 999", ""]
)
def test_what_is_no_row_of_limits_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"\w"):
        numbers(text, most=365)


def test_limits_are_read_with_chinese_commas() -> None:
    assert numbers("30，60、90, 180", most=365) == (30, 60, 90, 180)
    assert decimals("1，1.5,2,3", most=10) == (Decimal(1), Decimal("1.5"), Decimal(2), Decimal(3))


def shop(world: World) -> None:
    """Four customers of the year up to 31 March, orders of 100 yuan but where told.

    1: three orders, the last on the 28th; 2: three, the last 62 days before April; 3: one of 330, 300 came back;
    4: one on the first day of the year that counts; 5: one the day before, which counts no more; one tells no buyer.
    """
    store = world.store
    for day in (1, 15, 28):
        order(store, day, "100", buyer=1)
    for at in (dt.date(2025, 6, 1), dt.date(2025, 9, 1), dt.date(2026, 1, 29)):
        order(store, at, "100", buyer=2)
    big = order(store, 20, "330", buyer=3)
    refund(big, 25, "300")
    order(store, dt.date(2025, 4, 1), "100", buyer=4)
    order(store, dt.date(2025, 3, 31), "100", buyer=5)
    order(store, 30, "100", buyer=None)
    order(store, 30, None, buyer=1)  # never paid
    cover(store, "orders", dt.date(2025, 3, 1), 31)
    rollups.rebuild(store, [*map(march, range(1, 32)), *{o.order_day for o in Order.objects.all()}])


def everybody(world: World, day: dt.date = DAY, **asked: object) -> list[customer_lists.Customer]:
    return customer_lists.customers(world.store, day, Wanted(**asked), 0, 99)  # type: ignore[arg-type]


def test_customers_are_counted_once_each_in_their_class(world: World) -> None:
    """Average order (300 + 300 + 330 + 100 + 100) / 9 = 125.56. 1: R5 F3 M3 (300 is twice it); 2: R3 F3 M3; 3: R5 F1 M1
    with 30 net; 4: R1 F1 M1."""
    shop(world)
    for store, day in ((world.store, dt.date(2025, 3, 31)), (world.other, march(30))):  # a year and a day ago
        order(store, day, "100", buyer=None)
    found = customers.segments(world.store, DAY)
    told = {part.number: (part.people, part.orders, part.net, part.core) for part in found.parts if part.people}
    assert found.average == Decimal("125.56")
    assert told == {
        NUMBERS["important_value"]: (1, 3, Decimal(300), 1),
        NUMBERS["important_keep"]: (1, 3, Decimal(300), 0),
        NUMBERS["develop"]: (1, 1, Decimal(30), 0),
        NUMBERS["lost"]: (1, 1, Decimal(100), 0),
    }
    assert (found.whole.people, found.whole.net, found.whole.core, found.unknown) == (4, Decimal(730), 1, 1)
    assert [part.share for part in found.parts if part.people] == [Decimal("0.25")] * 4


def test_the_core_customers_of_the_rule_are_those_of_the_kpi(world: World) -> None:
    shop(world)
    order(world.store, 29, "1", buyer=2)  # four orders, three days ago
    Order.objects.filter(buyer_key=None).update(buyer_key=9)  # one that tells no buyer, and the KPI is silent
    rollups.rebuild(world.store, [march(29), march(30)])
    assert customers.segments(world.store, DAY).whole.core == 2
    assert read(world.store, "rfm", 31).value == 2


def test_classes_are_read_again_only_when_figures_or_notes_have_changed(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    shop(world)
    monkeypatch.setattr(versions, "is_settled", lambda: True)
    asked: list[str] = []
    monkeypatch.setattr(customers, "asked", lambda *told, ask=customers.asked: asked.append("") or ask(*told))

    def told() -> tuple[int, int, int, int]:
        with one_version():
            found = customers.segments(world.store, DAY)
        return len(asked), found.whole.core, found.by_hand, found.agreed

    note = partial(CustomerMark.objects.create, store=world.store, at=clock.now())
    seen = [told(), told()]
    note(buyer_key=4, is_core=True)
    seen += [told(), told()]
    note(buyer_key=3, consent="agreed")
    seen.append(told())
    CustomerMark.objects.all().delete()
    seen.append(told())
    versions.bump(world.store)
    assert [*seen, told()] == [
        *((1, 1, 0, 0), (1, 1, 0, 0), (2, 2, 1, 0), (2, 2, 1, 0), (3, 2, 1, 1)),
        *((3, 1, 0, 0), (4, 1, 0, 0)),  # without notes it is as it was kept; then figures have changed
    ]


def test_a_refund_after_the_day_is_not_known_on_it(world: World) -> None:
    shop(world)
    found = everybody(world, march(24), number=NUMBERS["important_develop"])
    assert [(each.net, each.scores) for each in found] == [(Decimal(330), (5, 1, 3))]
    assert [each.net for each in everybody(world, march(25)) if each.key == 3] == [Decimal(30)]


def test_fifths_share_the_better_score_of_a_tie(world: World) -> None:
    """Net 300, 300, 100, 30: ranks 1, 1, 3, 4 of four -> 5, 5, 5 - 10 / 4 = 3, 5 - 15 / 4 = 2."""
    shop(world)
    customer_marks.set_rules(world.store, typed(money="fifths"))
    found = everybody(world)
    assert [(int(each.net), each.scores[2]) for each in found] == [(300, 5), (300, 5), (100, 3), (30, 2)]


def test_who_moved_between_two_evenings(world: World) -> None:
    """On 28 February 1 and 3 had not bought; 2 was 31 days away (R4), had three orders; 4 and 5 were lost already."""
    shop(world)
    feb = dt.date(2026, 2, 28)
    value, keep, lost, new = (NUMBERS[x] for x in ("important_value", "important_keep", "lost", "develop"))
    assert customers.moves(world.store, feb, DAY) == {
        (value, keep): 1,
        (lost, lost): 1,
        (lost, None): 1,
        (None, value): 1,
        (None, new): 1,
    }


def test_customers_are_listed_as_asked(world: World) -> None:
    shop(world)

    def keys(**asked: object) -> list[int]:
        return [each.key for each in everybody(world, **asked)]

    assert keys() == [1, 2, 4, 3]
    assert keys(sort="last") == [4, 2, 3, 1]
    assert keys(sort="-orders") == [1, 2, 3, 4]
    assert keys(tier="core") == [1]
    assert keys(tier="ordinary", sort="net") == [3, 4, 2]
    assert customer_lists.customer_count(world.store, DAY, Wanted()) == 4
    assert [each.key for each in customer_lists.customers(world.store, DAY, Wanted(), 1, 2)] == [2, 4]


def test_the_latest_order_leads_to_the_person(world: World) -> None:
    order(world.store, 3, "100", buyer=7, no="OLD")
    order(world.store, 5, "100", buyer=7, no="NEW")
    order(world.store, 31, "100", buyer=7, no="AFTER")
    found = customer_lists.by_keys(world.store, march(30), [7, 8])
    assert {key: each.latest for key, each in found.items()} == {7: "NEW"}


def test_customers_stand_in_either_order_of_what_is_told_of_them(world: World) -> None:
    """Net 300, 300, 30, 100; last on 28 March, 29 January, 20 March, 1 April of last year."""
    shop(world)
    found = {sort: [x.key for x in everybody(world, sort=sort)] for sort in ("net", "-net", "orders", "-last", "x")}
    assert found == {
        "net": [3, 4, 1, 2], "-net": [1, 2, 4, 3], "orders": [3, 4, 1, 2], "-last": [1, 3, 2, 4], "x": [1, 2, 4, 3],
    }  # fmt: skip


def test_a_mark_makes_a_core_customer_and_keeps_who_wants_messages(world: World) -> None:
    shop(world)
    assert customer_marks.mark(world.store, [4, 4, 3], world.bob, is_core=True) == 2
    assert customer_marks.mark(world.store, [3], world.mia, consent="agreed") == 1
    found = customers.segments(world.store, DAY)
    assert (found.whole.core, found.by_hand, found.agreed) == (3, 2, 1)
    assert [each.key for each in everybody(world, consent="agreed")] == [3]
    assert [each.key for each in everybody(world, consent="-")] == [1, 2, 4]
    customer_marks.mark(world.store, [1], world.bob, is_core=True)
    told = {each.key: (each.is_core, each.by_hand) for each in everybody(world)}
    assert told == {1: (True, False), 2: (False, False), 3: (True, True), 4: (True, True)}
    kept = CustomerMark.objects.get(buyer_key=3)
    assert (kept.is_core, kept.by) == (True, world.mia)
    assert customer_marks.mark(world.store, [2], world.bob) == 0
    with pytest.raises(ValidationError):
        customer_marks.mark(world.store, [2], world.bob, consent="maybe")
    assert not CustomerMark.objects.filter(buyer_key=2).exists()


def test_a_buyer_is_found_by_order_number_and_by_name_and_forgotten(world: World) -> None:
    key = customer_marks.keys_of(world.store, ["莲花粉丝"])["莲花粉丝"]
    assert key is not None
    order(world.store, 5, "100", buyer=key, no="A-1")
    assert customer_marks.key_for(world.store, " A-1 ") == key == customer_marks.key_for(world.store, "莲花粉丝")
    assert customer_marks.key_for(world.store, "别人") is None
    assert customer_marks.key_for(world.other, "莲花粉丝") is None
    customer_marks.mark(world.store, [key], world.bob, is_core=True)
    forget_buyer(world.store, "莲花粉丝")
    assert not CustomerMark.objects.exists()


def test_names_are_read_as_they_are_pasted() -> None:
    assert customer_marks.names_in("甲\n乙，丙\t甲\n\n ") == ["甲", "乙", "丙"]
    with pytest.raises(ValidationError):
        customer_marks.names_in("\n".join(map(str, range(customer_marks.MOST + 1))))


def typed(**changed: str) -> dict[str, str]:
    rules = SegmentRules()
    return {name: getattr(rules, name) for name in ("recency", "frequency", "money", "multiples", "high")} | changed


def test_cuts_that_cannot_be_read_are_told_together_and_change_nothing(world: World) -> None:
    with pytest.raises(ValidationError) as told:
        customer_marks.set_rules(
            world.store, typed(recency="30, 20, 90, 180", high="4, 3", multiples="2, 1, 3, 4", money="?")
        )
    assert set(told.value.message_dict) == {"recency", "high", "multiples", "money"}
    assert not SegmentRules.objects.exists()


def test_a_store_judges_by_its_own_cuts(world: World) -> None:
    shop(world)
    customer_marks.set_rules(world.store, typed(recency="3, 5, 7, 9", high="5, 1, 1"))
    told = {part.number: part.people for part in customers.segments(world.store, DAY).parts if part.people}
    assert told == {NUMBERS["important_keep"]: 4}  # the 28th is four days ago: R4
    customer_marks.set_rules(world.store, typed(recency="100, 200, 300, 365", high="4, 1, 1"))
    found = customers.segments(world.store, DAY)  # 3 bought once only, and is of the best class: a core customer
    assert [(part.number, part.people, part.core) for part in found.parts if part.people] == [
        (NUMBERS["important_value"], 3, 3), (NUMBERS["important_keep"], 1, 0),
    ]  # fmt: skip


def test_a_customer_shows_what_was_bought(world: World) -> None:
    shop(world)
    bought = line(Order.objects.get(buyer_key=3), "330")  # a line with a code and no title
    [told] = customer_lists.orders_of(world.store, 3, DAY)
    assert (told["paid"], told["back"], told["day"]) == (Decimal(330), Decimal(300), march(20))
    assert told["titles"] == [bought.code]


def test_a_store_without_customers_has_no_shares_and_knows_nobody(world: World) -> None:
    shop(world)
    found = customers.segments(world.other, DAY)
    assert {(x.people, x.share, x.net_share) for x in found.parts} == {(0, None, None)}
    assert (found.whole.core_share, found.since, found.average) == (None, None, None)
    assert (customer_lists.known(world.other, [1, 2]), customer_lists.known(world.store, [1, 77])) == (set(), {1})


def test_who_bought_in_a_campaign_by_the_class_of_the_evening_before(world: World) -> None:
    """From 15 to 30 March: buyer 1 came from nowhere on the 1st (R5 F1, 100 of 120 on average: M1), 3 was new, 2 was
    there in June, September and January (R4 F3 M3); one order tells nobody."""
    shop(world)
    order(world.store, 20, "50", buyer=2)
    days = Order.objects.filter(pay_day__range=(march(15), march(30)))
    found = customers.bought_by_class(world.store, days, march(14))
    assert [(each.key, each.people, each.orders, each.paid) for each in found] == [
        ("important_value", 1, 1, Decimal(50)),
        ("develop", 1, 2, Decimal(200)),
        (None, 1, 1, Decimal(330)),
    ]
