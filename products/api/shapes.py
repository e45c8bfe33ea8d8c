"""What the endpoints about products answer with: every field with its unit."""

from opsplan.shapes import by_key, day, instant, many, number, one_of, or_null, text, thing, whole, yes, yuan
from products.completeness import BLOCKS, PICTURES, POINTS, QUESTIONS
from products.lifecycle import RULES, STAGES
from products.models import Move, Newcomer, Product
from products.models.catalogue import Role

CODE = text("The merchant code of the product.")
USER = or_null(text("User name."))
STAGE = one_of(STAGES)
ROLE = or_null(one_of([x for x in Role.values if x]), "Its part in the range; null: none yet.")

PICTURE = thing(
    "ProductPicture",
    {
        "id": whole(),
        "kind": or_null(one_of(PICTURES, "What it shows; null: nobody has said.")),
        "url": text("Its address; of one that was handed in ours, which opens with the token."),
        "handed_in": yes(),
    },
)
PICTURES_BY_KIND = by_key(whole(), f'How many of each kind ({", ".join(PICTURES)}), "" for those without one.')
PICTURE_LIST = thing("ProductPictures", {"kinds": PICTURES_BY_KIND, "pictures": many(PICTURE)})

PARTS = {
    "answers": thing(
        "PageAnswers",
        {},
        "Of the page; unanswered ones are left out.",
        maybe={key: text(word) for key, word in QUESTIONS.items()},
    ),
    "blocks": thing("PageBlocks", {key: yes(word) for key, word in BLOCKS.items()}, "Whether the page has them."),
    "points": thing("SellingPoints", {key: text(word) for key, word in POINTS.items()}),
    "pictures": PICTURES_BY_KIND,
}
SCORE = {
    "done": whole("How many points of the page are there."),
    "of": whole("How many there could be."),
    "missing": many(text(), "Keys of what is not there; of pictures like picture_scene."),
}
CHECKLIST = thing("PageChecklist", {"code": CODE} | PARTS | SCORE)
FILLED = thing("PageChecklistsFilled", {"changed": whole("Lines."), "products": many(CHECKLIST)})

EVIDENCE = thing(
    "StageEvidence",
    {},
    "What was known when it was judged; without fields where it never was.",
    maybe={
        "checks": many(
            thing(
                "StageCheck",
                {
                    "key": text("Which test."),
                    "value": or_null(number("What was found: units, a rank or days; shares and falls as fractions.")),
                    "limit": or_null(number("What it is held against.")),
                    "holds": or_null(yes("null: what it needs is missing.")),
                },
            )
        ),
        "missing": many(text(), "What is to be got first: ranks, launch_day, item_traffic, paid_traffic, sales."),
        "weeks": many(or_null(whole()), "Units of the last whole weeks, 12 at most, the oldest first; null: not told."),
        "best4": or_null(whole("Units of its best four weeks in a row outside campaigns.")),
        "level": or_null(number("Units a week of the last four.")),
        "target": or_null(STAGE, "The stage this speaks for; null: it stays."),
        "rule": one_of([*RULES, ""], 'By which rule; "" for none.'),
    },
)
MOVE = thing(
    "StageMove",
    {
        "id": whole(),
        "code": CODE,
        "from": STAGE,
        "to": STAGE,
        "rule": one_of(RULES),
        "day": day("When it was proposed."),
        "state": one_of(Move.State.values),
        "evidence": or_null(EVIDENCE, "null for a token of some KPIs only."),
        "reason": text(),
        "proposed_by": or_null(text("User name; null: the rules.")),
        "decided_by": USER,
        "decided_on": or_null(day()),
    },
)
MOVE_LIST = thing("StageMoves", {"moves": many(MOVE)})
RANKED = thing(
    "RanksEntered",
    {"changed": whole("Records of the week that are new or another now."), "proposals": whole("Moves that follow.")},
)

FIELDS = {
    "id": whole(),
    "code": CODE,
    "title": text(),
    "status": one_of(Product.Status.values),
    "category": text(),
    "style": text(),
    "supplier": or_null(text("Its name.")),
    "launched_on": or_null(day()),
    "is_unstocked": yes("No stock of it is kept."),
    "is_hero": yes(),
    "role": ROLE,
    "stage": STAGE,
    "stage_since": or_null(day()),
    "is_checked": yes("Somebody has looked at it since a file brought it."),
    "unit_cost": or_null(yuan("In force today.")),
    "item_ids": many(text(), "The platform's numbers of the item."),
    "skus": many(
        thing(
            "ProductSku",
            {
                "code": text(),
                "name": text("Specification."),
                "barcode": text(),
                "pack_size": whole("Pieces of a carton."),
                "is_active": yes("In use."),
            },
        )
    ),
}
PRODUCT = thing("Product", FIELDS)
ONE_PRODUCT = thing(
    "ProductInFull",
    FIELDS
    | {
        "figures": by_key(
            or_null(number()), "KPIs of the last 28 days, by key: those the token opens. Yuan; rates as fractions."
        ),
        "evidence": or_null(EVIDENCE, "The last; null where there is none, or for a token of some KPIs only."),
        "moves": many(MOVE, "The newest first."),
        "completeness": thing("PageScore", SCORE),
        "checklist": thing("PageParts", PARTS),
        "selling_points": many(text(), "Function, fashion, added value."),
        "pictures": many(PICTURE),
    },
)
CATALOGUE = thing(
    "CatalogueApplied",
    {"new": whole("Products."), "changed": whole("Products."), "file": whole("The id it is kept by.")},
)
UNMATCHED = thing(
    "UnmatchedName", {"code": CODE, "title": text(), "alike": many(text(), "Codes of products it is like.")}
)
MATCHED = thing(
    "NamesMatched", {"own": whole("Now products of their own."), "merged": whole("Now other names of a product.")}
)

CHANGE = thing(
    "ListPriceChange",
    {
        "at": instant(),
        "from": day("From when on."),
        "before": or_null(yuan("null: there was none.")),
        "after": or_null(yuan("null: there is none.")),
        "reason": text(),
        "by": USER,
    },
)
PRICES = thing(
    "ProductPrices",
    {
        "code": CODE,
        "list": or_null(yuan("The list price of today.")),
        "floor": or_null(yuan("The lowest price the store's rules allow.")),
        "lowest_7": or_null(yuan("The lowest paid in 7 days with today; without a sale in them that of the last day.")),
        "lowest_7_since": or_null(day("That day; null where there was a sale in the 7 days.")),
        "lowest_30": or_null(yuan("The lowest paid in 30 days with today.")),
        "paid": many(thing("PaidPrice", {"day": day(), "lowest": yuan("A unit."), "highest": yuan("A unit.")})),
        "changes": many(CHANGE, "The newest first."),
    },
)

SHARE = or_null(number("A fraction."))
PAIR = {"first": CODE, "second": CODE, "together": whole("Orders with both.")}
FOCUS = thing(
    "RangeFocus",
    {
        "from": day(),
        "to": day(),
        "margin": or_null(number("Gross margin of the shop, a fraction.")),
        "top_fifth": thing(
            "TopFifth", {"uv": SHARE, "sales": SHARE, "gross": SHARE}, "What share of all the top 20 % of styles hold."
        ),
        "products": many(
            thing(
                "FocusProduct",
                {
                    "code": CODE,
                    "abc": one_of(["A", "B", "C"], "By actual sales."),
                    "role": ROLE,
                    "is_hero": yes(),
                    "suggested": or_null(one_of(["traffic", "profit", "hero"])),
                },
            )
        ),
        "pairs": many(
            thing(
                "ProductPair",
                PAIR
                | {
                    "support": number("Of all orders, a fraction."),
                    "confidence": number("Of the orders with the first, a fraction."),
                    "lift": number("How many times as often as by chance."),
                },
            )
        ),
        "bundles": many(
            thing(
                "BundleOffer",
                {"kind": one_of(["pull", "bundle"], "pull: show the second on the page of the first.")}
                | PAIR
                | {
                    "confidence": number("Of the orders with the first, a fraction."),
                    "lift": number("How many times as often as by chance."),
                    "least": or_null(yuan("What both may be sold at together, at least.")),
                },
            )
        ),
    },
)

INPUT = text("Empty: nothing yet.")
NEWCOMER = thing(
    "Newcomer",
    {
        "id": whole(),
        "code": CODE,
        "title": text(),
        "step": one_of(Newcomer.Step.values),
        "wanted_on": or_null(day("When it is to be on sale.")),
        "data_says": INPUT,
        "customers_say": INPUT,
        "market_says": INPUT,
    },
)
NEWCOMER_STEPS = thing(
    "NewcomerSteps",
    {
        "steps": many(
            thing(
                "NewcomerStep",
                {
                    "step": one_of([x for x in Newcomer.Step.values if x != Newcomer.Step.DONE]),
                    "name": text("In the language asked for."),
                    "newcomers": many(NEWCOMER),
                },
            )
        )
    },
)
COMPETITOR_FIELDS = {
    "id": whole(),
    "name": text(),
    "url": text(),
    "series": text(),
    "style": text(),
    "models_sold": text(),
    "prices": text("What it asks, in words."),
    "strengths": text("And weaknesses."),
}
COMPETITOR = thing("Competitor", COMPETITOR_FIELDS)
ONE_COMPETITOR = thing(
    "CompetitorWithNotes",
    COMPETITOR_FIELDS
    | {"notes": many(thing("CompetitorNote", {"day": day(), "text": text(), "by": USER}), "The newest first.")},
)
COMPETITORS = thing("Competitors", {"competitors": many(ONE_COMPETITOR)})
RANGE = thing(
    "ProductRange",
    {
        "styles": whole("Those on sale."),
        "norms": thing(
            "RangeNorms",
            {
                "least": whole("Styles."),
                "most": whole("Styles."),
                "full": whole("Styles of a full range, as a VIP scheme needs."),
                "heroes": whole("Hero products."),
            },
        ),
        "warnings": many(one_of(["few", "many", "vip", "heroes"])),
        "bands": many(
            thing(
                "PriceBand",
                {
                    "from": or_null(yuan("The list price it begins with; null: without a price.")),
                    "styles": whole(),
                    "skus": whole(),
                },
            )
        ),
        "newcomers": many(NEWCOMER),
        "competitors": many(COMPETITOR),
    },
)
