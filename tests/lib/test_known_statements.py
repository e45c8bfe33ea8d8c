"""Questions whose SQL is kept: they answer what the queryset itself would."""

import datetime as dt

import pytest
from django.db import connection
from django.db.models import Count, Q
from django.test.utils import CaptureQueriesContext

from opsplan.statements import Statement
from staff.models import Member, User
from stores.models import Store
from tests.world import World

pytestmark = pytest.mark.django_db
DAY = dt.date(2026, 3, 1)
MEMBER = Statement(lambda slug, user: Member.objects.select_related("store").filter(store__slug=slug, user=user))
LEVELS = Statement(lambda store, levels: Member.objects.filter(store=store, level__in=levels).values_list("level"))


def test_rows_of_a_model_come_with_their_relations_and_without_further_questions(world: World) -> None:
    MEMBER.rows("lotus", world.bob)
    with CaptureQueriesContext(connection) as asked:
        found = [(x.level, x.store.name, x.store.currency, x.duties) for x in MEMBER.rows("lotus", world.alice)]
    assert found == [("owner", "莲花护肤旗舰店", "CNY", [])]
    assert len(asked) == 1


def test_the_same_statement_answers_for_other_values(world: World) -> None:
    told = [MEMBER.first(slug, user) for slug, user in (("lotus", world.mia), ("other", world.charlie))]
    assert [(x.user_id, x.level) for x in told if x] == [(world.mia.pk, "manager"), (world.charlie.pk, "owner")]
    assert MEMBER.first("lotus", world.charlie) is None


@pytest.mark.parametrize("levels", [["owner"], ["viewer", "client"], ["owner", "member", "client"], ["manager"], []])
def test_a_list_may_have_any_length(world: World, levels: list[str]) -> None:
    assert sorted(level for (level,) in LEVELS.rows(world.store, levels)) == sorted(levels)


def test_a_list_longer_than_is_kept_is_asked_all_the_same(world: World) -> None:
    long = ["owner", *(f"nobody {n}" for n in range(200))]
    assert LEVELS.rows(world.store, long) == [("owner",)]


def test_nothing_is_asked_as_nothing(world: World) -> None:
    unopened = Statement(lambda opened: Store.objects.filter(opened_on=opened).values_list("slug", flat=True))
    Store.objects.filter(pk=world.other.pk).update(opened_on=DAY)
    assert [unopened.rows(None), unopened.rows(DAY), unopened.rows(None)] == [["lotus"], ["other"], ["lotus"]]


def test_days_and_moments_are_compared_as_such(world: World) -> None:
    between = Statement(lambda first, last: Store.objects.filter(opened_on__gte=first, opened_on__lte=last))
    Store.objects.filter(pk=world.other.pk).update(opened_on=DAY)
    later = dt.timedelta(days=1)
    assert [x.slug for x in between.rows(DAY, DAY + later)] == ["other"]
    assert between.rows(DAY + later, DAY + later) == []
    logged = Statement(lambda since: User.objects.filter(last_login__gt=since).values_list("username", flat=True))
    noon = dt.datetime(2026, 3, 1, 12, tzinfo=dt.UTC)
    User.objects.filter(pk=world.mia.pk).update(last_login=noon)
    assert [logged.rows(noon - dt.timedelta(seconds=1)), logged.rows(noon)] == [["mia"], []]


def test_sums_and_alternatives_are_kept_too(world: World) -> None:
    counted = Statement(
        lambda store, user: (
            Member.objects.filter(Q(user=user) | Q(level="viewer"), store=store)
            .values("store__slug")
            .annotate(n=Count("id"))
        )
    )
    assert counted.rows(world.store, world.alice) == [{"store__slug": "lotus", "n": 2}]
    assert counted.rows(world.store, world.vera) == [{"store__slug": "lotus", "n": 1}]
