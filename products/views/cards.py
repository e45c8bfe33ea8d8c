"""The stock and the prices of a product as cards of its pages, with their charts."""

import datetime as dt
from typing import Any

from django.utils.html import json_script
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from kpis.queries import campaign_bands
from opsplan.lib import clock
from opsplan.lib.money import yuan
from opsplan.lib.periods import DAY, Period
from products import price_services, prices, stock, stock_charts, stock_queries
from products.models import Product
from products.stock_queries import StockRow
from stores import currency

HISTORY_DAYS, FORECAST_DAYS = 45, 45


def stock_card(product: Product, today: dt.date) -> dict[str, Any]:
    """What `products/_stock.html` shows of a product: its row, its SKUs, the stock line with its forecast."""
    rows = stock_queries.stock_rows(product.store, today, [product.pk])
    row = rows[0] if rows else None
    skus = list(product.skus.filter(is_active=True).select_related("stock").prefetch_related("balances__place"))
    return {"row": row, "skus": skus, "stock_chart": row and stock_chart(product, row, today)}


def stock_chart(product: Product, row: StockRow, today: dt.date) -> SafeString | None:
    if row.is_unstocked:
        return None
    first = today - dt.timedelta(days=HISTORY_DAYS)
    moved = stock_queries.moved_by_day(product.pk, first, product.store.timezone)
    past = stock.history(row.on_hand, moved, today, HISTORY_DAYS)
    ahead = stock.forecast(row.on_hand, row.a_day, row.arrivals, today, FORECAST_DAYS)
    names = stock_charts.Names(
        _("On hand"), _("If it goes on so"), _("Alert below %s") % row.line.alert, _("Fill up to %s") % row.line.target
    )
    bands = campaign_bands(product, Period(first, (ahead or past)[-1][0]))
    figure = stock_charts.stock_line(past, ahead, row.line.alert, row.line.target, names, lambda n: f"{n:,.0f}", bands)
    return json_script(figure, "stock-data")


def price_card(product: Product, days: int = 90) -> dict[str, object]:
    """What `products/_prices.html` shows of a product: the price line with campaign bands, and the looks back."""
    today = clock.today(product.store.timezone)
    tomorrow, period = today + DAY, Period(today - (days - 1) * DAY, today)
    book = price_services.books_of([product], tomorrow)[product.pk]
    limits = price_services.limits_of(product.store)
    base, since = prices.base_price(book.paid, tomorrow)
    asked = prices.list_on(book.listed, today)
    names = (_("List price"), _("Floor"), _("Lowest paid"), _("Highest paid"))
    bands = campaign_bands(product, period)
    paid = [x for x in book.paid if period.first <= x.day <= period.last]
    chart = stock_charts.price_line(
        book.listed, paid, limits.floor, period, bands, names, lambda n: f"{currency.symbol()}{n:,.2f}"
    )
    month = prices.lowest(book.paid, tomorrow, 30)
    return {
        "list_price": None if asked is None else yuan(asked),
        "floor_price": None if asked is None else yuan(prices.floor_price(asked, limits.floor)),
        "base_price": None if base is None else yuan(base),
        "base_since": since,
        "month_price": None if month is None else yuan(month),
        "price_chart": json_script(chart, "price-data") if book.listed or paid else None,
    }
