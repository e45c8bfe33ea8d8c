"""The whole board as one workbook: every sheet says what the page says, in the page's words."""

from functools import partial

from django.http import HttpResponse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET

from kpis.display.board_book import Board, Words, tables
from kpis.figure_words import MARKS, comparison_name, reasons
from kpis.views.board import chosen_cards, span_of
from kpis.views.tables import goods_cells, goods_heads, remarks, with_comparisons
from kpis.views.why import rest_label
from kpis.views.words import STEPS, labels
from kpis.workbooks.book import workbook
from opsplan.lib import clock
from opsplan.lib.sheets import TYPES
from staff.access import StoreRequest, for_store
from staff.roles import Action
from stores import currency
from stores.downloads import attachment

UNITS: dict[str, Promise] = {
    "rate": gettext_lazy("%"),
    "count": gettext_lazy("number"),
    "ratio": gettext_lazy("ratio"),
    "score": gettext_lazy("score"),
    "days": gettext_lazy("days"),
    "seconds": gettext_lazy("seconds"),
    "hours": gettext_lazy("hours"),
}


@for_store(Action.VIEW_KPIS)
@require_GET
def board_workbook(request: StoreRequest) -> HttpResponse:
    """The board as it is looked at: period, comparisons and chosen cards of the address."""
    span, store = span_of(request), request.store
    board = Board(
        store,
        span.period,
        span.compare,
        clock.today(store.timezone),
        chosen_cards(request),
        request.GET.get("q", "").strip(),
        request.GET.get("sort", "-pay_amt"),
    )
    words = Words(
        labels(),
        remarks,
        with_comparisons,
        reasons,
        comparison_name,
        rest_label,
        lambda key: str(STEPS[key]),
        {"money": currency.unit()} | {unit: str(name) for unit, name in UNITS.items()},
        [(str(name), str(meaning)) for name, meaning in MARKS.values()],
        goods_heads(request),
        partial(goods_cells, request),
    )
    made = workbook(tables(board, words), currency.symbol().strip())
    name = f"{store.slug}-dashboard-{span.period.first}-{span.period.last}.xlsx"
    return attachment(made, TYPES["xlsx"], name)
