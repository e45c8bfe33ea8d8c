"""Who works in the demo shops: fixed logins, so that a newcomer sees the same shop as owner, viewer or client."""

from dataclasses import dataclass

from django.contrib.auth.hashers import make_password

from staff.models import Member, User
from staff.roles import Duty, Level
from stores.models import Store

PASSWORD = "opsplan-demo"  # noqa: S105 (printed for everybody to read; the demo is for looking)


@dataclass(frozen=True)
class Person:
    """A demo login and the place it has in each shop (by slug)."""

    username: str
    display_name: str
    level: Level
    duties: tuple[Duty, ...]
    stores: tuple[str, ...]


PEOPLE = (
    Person("li", "李明", Level.OWNER, (Duty.OPERATIONS, Duty.PRODUCT, Duty.FINANCE), ("chenlu", "xiaoshan", "xinya")),
    Person("zhou", "周扬", Level.MANAGER, (Duty.OPERATIONS, Duty.PROMOTION, Duty.MARKETING), ("chenlu", "xiaoshan")),
    Person("xiao", "李晓", Level.MEMBER, (Duty.SERVICE,), ("chenlu", "xiaoshan")),
    Person("he", "何静", Level.VIEWER, (), ("chenlu", "xinya")),
    Person("kehu", "品牌客户", Level.CLIENT, (), ("chenlu",)),
)


@dataclass(frozen=True)
class Login:
    """A line to print: who logs in how, and as what."""

    username: str
    password: str
    display_name: str
    level: str


def demo_logins() -> list[Login]:
    """The demo logins, most powerful first. Needs no database."""
    return [Login(x.username, PASSWORD, x.display_name, x.level.value) for x in PEOPLE]


def ensure_people() -> dict[str, User]:
    """The demo users by name; those that are there already stay as they are, password included."""
    found = {user.username: user for user in User.objects.filter(username__in=[x.username for x in PEOPLE])}
    missing = [x for x in PEOPLE if x.username not in found]
    password = make_password(PASSWORD) if missing else ""  # one for all: hashing is slow on purpose
    for person in missing:
        found[person.username] = User.objects.create(
            username=person.username, display_name=person.display_name, password=password
        )
    return found


def join(store: Store, people: dict[str, User]) -> None:
    """Give everybody their place in the store."""
    for person in PEOPLE:
        if store.slug in person.stores:
            Member.objects.get_or_create(
                store=store,
                user=people[person.username],
                defaults={"level": person.level.value, "duties": [x.value for x in person.duties]},
            )
