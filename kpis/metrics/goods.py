"""Goods (domain.md 2.5)."""

from kpis.metrics.base import NEUTRAL, ratio, sums
from opsplan.lib.text import gettext_noop as _

GOODS = (
    sums("sold_items", _("Products sold"), _("products with a paid unit in the period"), "sold_items", "S002",
         adds="distinct"),
    sums("items_on_sale", _("Items on sale"), _("items on sale at the end of the period"), "items_on_sale", "S002",
         better=NEUTRAL, adds="snapshot",
         note=_("Typed by hand, else the items of the platform's item report of that day.")),
    ratio("sell_through_items", _("Active-product rate"), _("products sold ÷ items on sale"), "sold_items",
          "items_on_sale", "S002", plannable=True,
          note=_("Can be more than 1 when products that sold were delisted. Usually read over 30 days.")),
)  # fmt: skip
