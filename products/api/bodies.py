"""What is sent about products, their stages, prices and stock: every field with its unit."""

from rest_framework import serializers

from products.catalogue_files import FIELDS
from products.completeness import BLOCKS, POINTS, QUESTIONS
from products.lifecycle import STAGES
from products.models import Newcomer
from products.models.catalogue import Role
from staff.api.bodies import Cell, body, day, named, number, one_of, rows, text, whole, yes

CODE = {"code": text("The merchant code of the product.")}
UNITS = {
    "list_price": "Yuan, from today on.", "cost": "Yuan a unit, from today on.", "pack_size": "Pieces of a carton.",
    "launched_on": "A local day, YYYY-MM-DD.", "item_ids": "The platform's numbers of the item: text or a list.",
    "is_unstocked": "true: no stock is kept.",
}  # fmt: skip
CHECKLIST = {
    "answers": named(f"By key, an empty text takes one away: {', '.join(QUESTIONS)}."),
    "blocks": named(f"true or false by key: {', '.join(BLOCKS)}.", serializers.BooleanField(allow_null=True)),
    "points": named(f"By key: {', '.join(POINTS)}."),
}
PRODUCT = {"role": one_of([*Role.values, ""], "Its part in the range."), "is_hero": yes("A hero product."), **CHECKLIST}
DECISION = {
    "do": one_of(["confirm", "decline"], "What is decided."),
    "reason": text("Why; asked for where it is declined.", max_length=300),
}
CATALOGUE = body(
    "ProductLines",
    {
        "lines": rows(
            "ProductLine",
            {x: Cell(required=False, help_text=UNITS.get(x, "As in the import.")) for x in FIELDS}
            | {"is_unstocked": yes(UNITS["is_unstocked"])},
            "Up to 1000 products, or SKUs of them.",
        )
    },
)
PRODUCTS = body("ProductParts", {"lines": rows("ProductPart", CODE | PRODUCT, "Up to 1000 products.")})
ONE_PRODUCT = body("OneProduct", PRODUCT)
CHECKLISTS = body("ProductChecklists", {"lines": rows("ProductChecklist", CODE | CHECKLIST, "1000 at most")})
MATCHING = body(
    "ProductMatching",
    {
        "lines": rows(
            "ProductMatch",
            CODE | {"into": text("The code of the product it is another name of; null: it is one of its own.")},
            "Up to 1000 names.",
        )
    },
)
PRICE = body(
    "ListPrice",
    {
        "price": number("Yuan; null takes the entry of that day away."),
        "from": day("From when on; today unless told."),
        "reason": text("Why; it stays in the history.", max_length=200),
    },
)
RANKS = body(
    "ProductRanks",
    {
        "lines": rows(
            "ProductRank",
            CODE | {"search": whole("Rank in the search, from 1 on."), "category": whole("Rank in its category.")},
            "Up to 1000 products.",
        ),
        "source": text("Where they were looked up.", max_length=100),
    },
)
MOVE = body(
    "StageProposal", CODE | {"target": one_of(STAGES, "The stage proposed."), "reason": text("Why.", max_length=300)}
)
MOVES = body(
    "StageDecisions",
    {"lines": rows("StageDecisionLine", {"id": whole("Of the proposal."), **DECISION}, "Up to 1000 proposals.")},
)
ONE_MOVE = body("StageDecision", DECISION)
NEWCOMER = body(
    "NewcomerPlan", CODE | {"title": text("What it is called."), "wanted_on": day("When it is to be on sale.")}
)
NEWCOMER_SAYS = body(
    "NewcomerChange",
    {
        "data_says": text("What data say.", max_length=2000),
        "customers_say": text("What customers say.", max_length=2000),
        "market_says": text("What the market says.", max_length=2000),
        "wanted_on": day("When it is to be on sale."),
        "step": one_of(Newcomer.Step.values, "The step it is at now."),
    },
)
COMPETITORS = body(
    "CompetitorLines",
    {
        "lines": rows(
            "CompetitorLine",
            {
                "name": text("The shop; it is found by its name.", max_length=100),
                "url": text("Its address.", max_length=500),
                "series": text("Its series."),
                "style": text("Its style."),
                "models_sold": text("What it sells."),
                "prices": text("What it asks, in words."),
                "strengths": text("What it does well."),
                "note": text("A note of today, which is added.", max_length=2000),
            },
            "Up to 1000 shops.",
        )
    },
)
TAKE = body(
    "StockTakeBegin",
    {"place": text("The place; the main one unless told."), "note": text("What there is to know.", max_length=200)},
)
COUNTS = body(
    "StockTakeCounts",
    {
        "lines": rows(
            "StockTakeCount",
            {"sku": text("The code of the SKU."), "counted": whole("Units; null: not counted.")},
            "Up to 5000 SKUs.",
        )
    },
)
TAKE_DEED = body(
    "StockTakeDeed",
    {"do": one_of(["post", "drop", "resume"], "Post the differences, drop the count, or go on with it.")},
)
