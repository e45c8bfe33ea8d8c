"""The cast: Alice owns the store, Mia manages it, Bob is on the team, Vera may only view, Carl is a client,
Charlie is a stranger with a store of his own."""

from dataclasses import dataclass

from staff.models import Member, User
from stores.models import Store
from stores.services import create_store

PASSWORD = "correct-horse-battery"


@dataclass
class World:
    store: Store
    other: Store
    alice: User
    mia: User
    bob: User
    vera: User
    carl: User
    charlie: User


def make_world() -> World:
    store = create_store("lotus", "莲花护肤旗舰店", "tmall")
    other = create_store("other", "别家店", "taobao")
    people = {}
    for name, level in (
        ("alice", "owner"),
        ("mia", "manager"),
        ("bob", "member"),
        ("vera", "viewer"),
        ("carl", "client"),
    ):
        people[name] = User.objects.create_user(name, password=PASSWORD)
        Member.objects.create(store=store, user=people[name], level=level)
    people["charlie"] = User.objects.create_user("charlie", password=PASSWORD)
    Member.objects.create(store=other, user=people["charlie"], level="owner")
    return World(store, other, **people)
