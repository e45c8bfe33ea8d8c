"""The stock and the prices of a product as cards of its pages, with their charts."""

import datetime as dt
from typing import Any

from django.utils.html import json_script
from django.utils.translation import gettext as _

from kpis.queries import campaign_bands
from opsplan.lib import clock
from opsplan.lib.charts import Json
from opsplan.lib.money import yuan
from opsplan.lib.periods import DAY, Period
from products import price_services, prices, stock, stock_charts, stock_queries
from products.models import Product
from products.price_services import PriceBook
from products.stock_queries import StockRow
from stores import currency

HISTORY_DAYS, FORECAST_DAYS, PRICE_DAYS = 45, 45, 90
PRICE_SPANS = {"30": 30, "90": 90, "365": 365}  # that the page of prices offers


def stock_card(product: Product, today: dt.date) -> dict[str, Any]:
    """What `products/_stock.html` shows of a product: its row, its SKUs, the stock line with its forecast."""
    row = next(iter(stock_queries.stock_rows(product.store, today, [product.pk])), None)
    skus = list(product.skus.filter(is_active=True).select_related("stock").prefetch_related("balances__place"))
    figure = row and stock_figure(product, row, today)
    return {"row": row, "skus": skus, "stock_chart": figure and json_script(figure, "stock-data")}


def stock_figure(product: Product, row: StockRow, today: dt.date) -> Json | None:
    """The stock line with its forecast; None where no stock is kept."""
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
    return stock_charts.stock_line(past, ahead, row.line.alert, row.line.target, names, lambda n: f"{n:,.0f}", bands)


def price_book(product: Product, today: dt.date) -> PriceBook:
    """What is known of its prices through today."""
    return price_services.books_of([product], today + DAY)[product.pk]


def price_card(product: Product, days: int = PRICE_DAYS) -> dict[str, object]:
    """What `products/_prices.html` shows of a product: the looks back and the price line with campaign bands."""
    today = clock.today(product.store.timezone)
    book = price_book(product, today)
    figure = price_figure(product, book, today, days)
    return price_numbers(product, book, today) | {"price_chart": figure and json_script(figure, "price-data")}


def price_numbers(product: Product, book: PriceBook, today: dt.date) -> dict[str, object]:
    """List price, floor and the lowest prices paid, in yuan; None = not known."""
    tomorrow, limits = today + DAY, price_services.limits_of(product.store)
    base, since = prices.base_price(book.paid, tomorrow)
    asked, month = prices.list_on(book.listed, today), prices.lowest(book.paid, tomorrow, 30)
    return {
        "list_price": None if asked is None else yuan(asked),
        "floor_price": None if asked is None else yuan(prices.floor_price(asked, limits.floor)),
        "base_price": None if base is None else yuan(base),
        "base_since": since,
        "month_price": None if month is None else yuan(month),
        "has_prices": bool(book.listed or book.paid),
    }


def price_figure(product: Product, book: PriceBook, today: dt.date, days: int) -> Json | None:
    """The price line with campaign bands over the last `days` days; None where no price is known."""
    if not book.listed and not book.paid:
        return None
    period, floor = Period(today - (days - 1) * DAY, today), price_services.limits_of(product.store).floor
    paid = [x for x in book.paid if period.first <= x.day <= period.last]
    names = (_("List price"), _("Floor"), _("Lowest paid"), _("Highest paid"))
    bands = campaign_bands(product, period)
    return stock_charts.price_line(
        book.listed, paid, floor, period, bands, names, lambda n: f"{currency.symbol()}{n:,.2f}"
    )
