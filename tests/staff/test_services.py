import pytest
from django.core.exceptions import ValidationError

from staff import services
from staff.models import Member, User
from tests.world import World


def member(world: World, user: User) -> Member:
    return Member.objects.get(store=world.store, user=user)


def test_the_last_owner_cannot_be_removed(world: World) -> None:
    with pytest.raises(ValidationError):
        services.remove_member(member(world, world.alice))
    assert member(world, world.alice).level == "owner"


def test_the_last_owner_cannot_step_down(world: World) -> None:
    with pytest.raises(ValidationError):
        services.change_member(member(world, world.alice), "manager", [])
    assert member(world, world.alice).level == "owner"


def test_an_owner_leaves_once_there_is_another(world: World) -> None:
    services.change_member(member(world, world.mia), "owner", [])
    services.remove_member(member(world, world.alice))
    assert [x.user for x in Member.objects.filter(store=world.store, level="owner")] == [world.mia]


def test_an_owner_who_is_switched_off_does_not_count(world: World) -> None:
    services.change_member(member(world, world.mia), "owner", [])
    User.objects.filter(pk=world.mia.pk).update(is_active=False)
    with pytest.raises(ValidationError):
        services.remove_member(member(world, world.alice))


def test_duties_are_kept_once_and_in_order(world: World) -> None:
    changed = services.change_member(member(world, world.bob), "member", ["design", "operations", "design"])
    assert changed.duties == ["operations", "design"]


def test_an_unknown_duty_is_refused(world: World) -> None:
    with pytest.raises(ValidationError) as refused:
        services.change_member(member(world, world.bob), "member", ["juggling"])
    assert list(refused.value.message_dict) == ["duties"]


def test_nobody_joins_twice(world: World) -> None:
    with pytest.raises(ValidationError):
        services.add_member(world.store, world.bob, "viewer")


def test_a_weak_password_is_refused_by_name_of_the_field(world: World) -> None:
    with pytest.raises(ValidationError) as refused:
        services.create_user("dora", "12345678")
    assert list(refused.value.message_dict) == ["password"]
    assert not User.objects.filter(username="dora").exists()


def test_a_first_password_is_long_and_never_the_same() -> None:
    made = {services.one_time_password() for _i in range(50)}
    assert len(made) == 50
    assert {len(x) for x in made} == {17}
