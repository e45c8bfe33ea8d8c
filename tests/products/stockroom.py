"""A small stockroom: a cream in two sizes, a mask, and how to fill them."""

from dataclasses import dataclass

from products.models import SKU, Product
from products.stock_services import Balance, main_place, set_balances
from tests.world import World


@dataclass
class Room:
    cream: Product
    small: SKU
    large: SKU
    mask: Product
    sheet: SKU


def make_room(world: World, *, small: int = 0, large: int = 0, sheet: int = 0) -> Room:
    cream = Product.objects.create(store=world.store, code="TLS", title="调理霜")
    mask = Product.objects.create(store=world.store, code="MM", title="面膜")
    made = [
        SKU.objects.create(store=world.store, product=p, code=code, name=name, pack_size=pack)
        for p, code, name, pack in (
            (cream, "TLS-50", "50g", 1),
            (cream, "TLS-80", "80g", 1),
            (mask, "MM-10", "10片", 12),
        )
    ]
    room = Room(cream, made[0], made[1], mask, made[2])
    fill(world, {room.small: small, room.large: large, room.sheet: sheet})
    return room


def fill(world: World, units: dict[SKU, int], **more: int) -> None:
    place = main_place(world.store)
    set_balances(world.store, [Balance(sku, place, n, **more) for sku, n in units.items()], by=world.alice)
