from collections.abc import Callable

import pytest
from django.test import Client

from staff.models import User
from staff.services import create_token
from tests.world import World

Caller = Callable[..., Client]


@pytest.fixture
def caller(world: World) -> Caller:
    """`caller(user, scope="read", stores=[...])`: a client that sends that person's token."""

    def make(user: User, scope: str = "read", stores: list | None = None) -> Client:
        mine = stores or [world.other if user == world.charlie else world.store]
        _token, key = create_token(user, "test", scope, mine)
        return Client(headers={"Authorization": f"Bearer {key}"})

    return make
