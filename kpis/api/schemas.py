"""What the OpenAPI document says of questions and answers (plain data)."""

from typing import Any

from kpis import queries
from kpis.api.shapes import NUMBER, figure
from kpis.breakdowns import questions
from opsplan import shapes
from stores import spans

QUERY_TEXT = """Figures of one or many stores in one answer, all of one state of the data.

Days are local days: each store counts its own. Amounts of stores with different currencies are never added:
totals and rows come for each currency. Totals are counted on base rows; where rows need not add up to them,
`notes` says why. Marks: `daily_sum` (people counted day by day and added), `overlap` (people of several stores
or channels added: an upper bound, for somebody may be counted twice), `estimated`, `as_delivered` (the stores
chose different definitions), `partial 20/21` (days of stores that have all inputs / all of them),
`channel_missing` (an ad channel in use tells nothing of some days: its cost is not in the figure). Send `Accept:
text/csv` or `"format": "csv"` for CSV. The answer carries an `ETag`; with `If-None-Match` an unchanged answer
is a 304."""

TEXT: dict[str, Any] = shapes.text()
DAY: dict[str, Any] = shapes.day()
CODES: dict[str, Any] = shapes.many(TEXT)
VALUES = shapes.by_key(figure("TableFigure", target=NUMBER), "By the key of the KPI.")
NAMES = shapes.by_key(TEXT)
TERMS = shapes.many(
    shapes.thing(
        "FormulaTerm", {"sign": shapes.whole("1 or -1."), "label": shapes.text("What it is."), "value": NUMBER}
    )
)
COUNTED = shapes.many(
    shapes.thing(
        "CountedRows",
        {
            "code": shapes.text("Which, like paid; or why they are left out."),
            "rows": shapes.or_null(shapes.whole("How many.")),
            "amount": shapes.or_null(shapes.number("What they come to.")),
            "rows_url": shapes.or_null(shapes.text(), "The page that lists exactly these."),
        },
    )
)
OF_EXPLANATION = {
    "store": shapes.text("Its short name."),
    "metric": shapes.text("Its key."),
    "label": shapes.text("Its name, in the language asked for."),
    "from": DAY,
    "to": DAY,
    "formula": shapes.thing(
        "Formula", {"words": shapes.text(), "top": TERMS, "bottom": TERMS, "inputs": TERMS}, "With its numbers."
    ),
    "input_labels": shapes.by_key(TEXT, "What the inputs are called."),
    "counted": COUNTED,
    "left_out": COUNTED,
    "sources": shapes.many(
        shapes.thing(
            "FigureSource",
            {
                "kind": shapes.text("file, entry …"),
                "name": shapes.text(),
                "at": shapes.or_null(shapes.instant("When it came.")),
                "first": shapes.or_null(DAY),
                "last": shapes.or_null(DAY),
                "import": shapes.or_null(shapes.whole("The id of the import.")),
            },
        )
    ),
    "notes": CODES,
}
EXPLANATION = figure(
    "Explanation",
    of=shapes.or_null(shapes.by_key(TEXT), "The channel, product … it is of, and its name; null: the store."),
    **OF_EXPLANATION,
)
ANSWER = shapes.thing(
    "Figures",
    {
        "from": DAY,
        "to": DAY,
        "dimensions": CODES,
        "stores": shapes.many(
            shapes.thing(
                "AskedStore",
                {
                    "slug": shapes.text("Its short name."),
                    "name": TEXT,
                    "brand": shapes.text("Client or brand; may be blank."),
                    "client": shapes.text("Whose store it is: the client of its brand, else the brand."),
                    "platform": TEXT,
                    "currency": TEXT,
                    "timezone": TEXT,
                    "version": shapes.whole("Of its figures: it grows when one may have changed."),
                },
            )
        ),
        "totals": shapes.many(
            shapes.thing("FiguresTotal", {"currency": TEXT, "stores": CODES, "values": VALUES}), "One a currency."
        ),
        "rows": shapes.many(
            shapes.thing("FiguresRow", {"key": NAMES, "labels": NAMES, "currency": TEXT, "values": VALUES})
        ),
        "row_count": shapes.whole("All rows, also those not told."),
        "notes": shapes.many(
            shapes.thing(
                "FiguresNote", {"code": TEXT, "metric": shapes.or_null(TEXT), "message": shapes.text("In words.")}
            )
        ),
    },
    maybe={
        "explain": shapes.many(
            figure(
                "FiguresExplanation",
                of=shapes.or_null(shapes.by_key(TEXT), "The row it is of; null: the total."),
                **OF_EXPLANATION,
            ),
            "Where it was asked for.",
        )
    },
)
PROBLEM: dict[str, Any] = {
    "type": "object",
    "required": ["detail", "errors"],
    "properties": {
        "detail": TEXT,
        "errors": {
            "type": "array",
            "items": {
                "type": "object",
                "required": ["field", "message", "valid"],
                "properties": {"field": TEXT, "value": TEXT | {"nullable": True}, "message": TEXT, "valid": CODES},
            },
        },
    },
}
DETAIL: dict[str, Any] = {"type": "object", "properties": {"detail": TEXT}}
ERRORS: dict[Any, Any] = {
    400: DETAIL,
    401: DETAIL,
    403: DETAIL,
    404: DETAIL,
    422: PROBLEM,
    429: DETAIL,
}


FILTERS = {
    "store": "Short names.", "brand": "Names of brands.", "client": "Names of clients.",
    "platform": "Keys of platforms.", "channel": "Keys.",
    "product": "Merchant codes.", "campaign": "Ids, as text.", "stage": "Stages of products.", "role": "Their roles.",
}  # fmt: skip


def names(valid: Any = None, most: int | None = None, least: int = 0) -> dict[str, Any]:
    """A list of names."""
    items = TEXT | ({"enum": list(valid)} if valid else {})
    return {"type": "array", "items": items, "minItems": least} | ({"maxItems": most} if most else {})


def question() -> dict[str, Any]:
    """The body of a question."""
    from_to = {"from": DAY, "to": DAY}
    preset = {"type": "string", "enum": list(spans.PRESETS)}
    return {
        "type": "object",
        "additionalProperties": False,
        "required": ["stores", "metrics", "period"],
        "properties": {
            "stores": {
                "oneOf": [names(least=1), {"type": "string", "enum": ["all"]}],
                "description": "Short names, or “all” the token opens.",
            },
            "metrics": names(queries.keys(), questions.MOST_METRICS, 1) | {"description": "Keys of the catalogue."},
            "dimensions": names(questions.DIMENSIONS, 2)
            | {"description": "At most one each of time, place and thing."},
            "filters": {
                "type": "object",
                "additionalProperties": False,
                "description": "What stays; it holds for totals and comparisons, too.",
                "properties": {
                    name: names(None, questions.MOST_FILTERS, 1) | {"description": said}
                    for name, said in FILTERS.items()
                },
            },
            "period": {
                "description": "Local days of each store, both included; a preset ends on the last day that is over.",
                "oneOf": [
                    {
                        "type": "object", "additionalProperties": False, "required": ["from", "to"],
                        "properties": from_to,
                    },
                    {
                        "type": "object", "additionalProperties": False, "required": ["preset"],
                        "properties": {"preset": preset},
                    },
                ]
            },
            "compare": names(queries.COMPARE) | {"description": "What the figures are set against."},
            "sort": TEXT | {"description": "A metric or dimension of the question; “-” before it: largest first."},
            "limit": {"type": "integer", "minimum": 1, "maximum": questions.MOST_ROWS, "default": 1000,
                      "description": "Rows of the answer."},
            "offset": {"type": "integer", "minimum": 0, "default": 0, "description": "Rows left out before it."},
            "explain": {"type": "boolean", "default": False, "description": "Also what each store's figures count."},
            "as_of": {
                "type": "string",
                "format": "date-time",
                "description": "As reported at that instant (with its offset): closed periods, by store and day.",
            },
            "format": {
                "type": "string", "enum": list(questions.FORMATS), "default": "json", "description": "Or `Accept`.",
            },
        },
    }  # fmt: skip


EXAMPLES: dict[str, dict[str, Any]] = {
    "All stores by month against last year": {
        "stores": "all",
        "metrics": ["pay_amt", "pay_buyers", "pay_cvr"],
        "dimensions": ["store", "month"],
        "period": {"preset": "year"},
        "compare": ["last_year", "target"],
        "sort": "-pay_amt",
    },
    "The channels of one store": {
        "stores": ["lotus-tmall"],
        "metrics": ["uv", "pay_amt", "promo_cost", "roi"],
        "dimensions": ["channel"],
        "period": {"from": "2026-11-01", "to": "2026-11-21"},
        "compare": ["previous"],
    },
    "The ten best products of a brand, as CSV": {
        "stores": "all",
        "metrics": ["pay_amt", "pay_item_cnt", "refund_amt"],
        "dimensions": ["product"],
        "filters": {"brand": ["莲花"]},
        "period": {"preset": "30d"},
        "limit": 10,
        "format": "csv",
    },
}
