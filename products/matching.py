"""Which product a file means: by item id, by merchant code, else by title."""

from collections.abc import Iterable
from dataclasses import dataclass, field

from opsplan.lib.text import folded
from products.models import Alias, Listing, Product
from stores.models import Store


@dataclass(frozen=True)
class Named:
    """What a file calls a product. Blank = the file does not say; a code that repeats the title says nothing either."""

    code: str = ""
    title: str = ""
    item_id: str = ""

    @property
    def real_code(self) -> str:
        return "" if folded(self.code) in (folded(self.title), folded(self.item_id)) else self.code


@dataclass
class Catalogue:
    """The products of a store, as they can be found. A product whose code only repeats its title or its item id has
    been seen without a merchant code so far: it takes the first one that a file with its title tells. What a person has
    decided (`Alias`) comes before the title. A product that a file brings into a store that has others already waits to
    be looked at (`is_checked`)."""

    store: Store
    _codes: dict[str, Product] = field(default_factory=dict)
    _items: dict[str, Product] = field(default_factory=dict)
    _titles: dict[str, list[Product]] = field(default_factory=dict)
    _decided: dict[str, Product] = field(default_factory=dict)
    _provisional: set[int] = field(default_factory=set)
    _is_settled: bool = False

    def __post_init__(self) -> None:
        products = {p.pk: p for p in Product.objects.filter(store=self.store)}
        for product in products.values():
            self._codes[product.code] = product
            self._name(product, product.title)
            if folded(product.code) == folded(product.title):
                self._provisional.add(product.pk)
        self._is_settled = bool(products)
        for alias in Alias.objects.filter(store=self.store):
            known = self._codes if alias.kind == Alias.Kind.CODE else self._decided
            known.setdefault(alias.text, products[alias.product_id])
        for listing in Listing.objects.filter(store=self.store):
            product = products[listing.product_id]
            self._items[listing.item_id] = product
            self._name(product, listing.title)
            if product.code == listing.item_id:
                self._provisional.add(product.pk)

    def product(self, named: Named) -> Product:
        """The product meant; made when there is none."""
        product = self._find(named)
        if product is None:
            code = named.real_code or named.item_id or named.title or named.code
            product = Product.objects.create(
                store=self.store,
                code=code[:100],
                title=(named.title or code)[:200],
                is_checked=not self._is_settled,
            )
            self._codes[product.code] = product
            self._name(product, named.title)
            if not named.real_code:
                self._provisional.add(product.pk)
        elif named.real_code and product.pk in self._provisional and named.real_code not in self._codes:
            product.code = named.real_code
            product.save(update_fields=["code"])
            self._provisional.discard(product.pk)
            self._codes[product.code] = product
        if named.item_id and named.item_id not in self._items:
            Listing.objects.create(
                store=self.store, product=product, item_id=named.item_id[:60], title=named.title[:200]
            )
            self._items[named.item_id] = product
            self._name(product, named.title)
        return product

    def _find(self, named: Named) -> Product | None:
        known = self._items.get(named.item_id) if named.item_id else None
        known = known or self._codes.get(named.code) or self._codes.get(named.item_id)
        if known:
            return known
        if named.title and not named.real_code and folded(named.title) in self._decided:
            return self._decided[folded(named.title)]
        alike = self._titles.get(folded(named.title), []) if named.title else []
        if len(alike) != 1:  # two products share the title: it cannot tell which is meant
            return None
        if named.real_code and alike[0].pk not in self._provisional:  # a code of its own: another style of that title
            return None
        return alike[0]

    def _name(self, product: Product, title: str) -> None:
        alike = self._titles.setdefault(folded(title), [])
        if title and product not in alike:
            alike.append(product)


def ensure_products(store: Store, names: Iterable[Named]) -> dict[Named, int]:
    """Product ids by what a file calls them; unknown products and listings are made. Order the names to get the same
    result for the same file whatever the order of its rows."""
    catalogue = Catalogue(store)
    return {named: catalogue.product(named).pk for named in names}
