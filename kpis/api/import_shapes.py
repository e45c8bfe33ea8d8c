"""What imports answer with."""

from kpis.files.mapping import FACTS
from kpis.files.uploads import Dates, Upload
from opsplan.shapes import Shape, by_key, day, instant, many, one_of, or_null, text, thing, whole, yes

PROBLEM = thing(
    "ImportProblem",
    {
        "line": whole("Of the file; 0: the whole file."),
        "column": text("Its header; may be empty."),
        "value": text("What stands there."),
        "code": text("Lasting name of what is wrong."),
        "message": text("The same as a sentence."),
    },
)
VALUE: Shape = {"anyOf": [{"type": "string"}, {"type": "integer"}, {"type": "boolean"}], "nullable": True}
BEFORE_AND_AFTER = many(VALUE, "[what is known, what it would be]: yuan, local time, the rest as it is kept.")
PREVIEW = thing(
    "ImportPreview",
    {
        "key": text("The column by which rows are called."),
        "new": many(text(), "The first that would be new."),
        "older": many(text(), "The first of which newer is known."),
        "changed": many(
            many({"anyOf": [text("The row."), by_key(BEFORE_AND_AFTER, "By column.")]}), "[row, what would change]."
        ),
    },
    "What loading it would do.",
)
IMPORT_FIELDS = {
    "id": whole(),
    "name": text("The file's."),
    "sheet": or_null(text("Of a workbook with several that are known.")),
    "source": or_null(text("The layout we recognise; declared: no file, a person said that there was nothing.")),
    "encoding": or_null(text("Like utf-8, gb18030, xlsx.")),
    "state": one_of(Upload.State.values, "Where it stands."),
    "phase": or_null(text("What is being done: read, check, load, rollup, undo.")),
    "status": or_null(
        one_of(["loaded", "unchanged", "unknown", "rejected", "undone"]),
        "What came of it, of a preview what loading it would give; null: it is at work.",
    ),
    "rows_done": whole(),
    "rows_total": whole("While it is read an estimate."),
    "rows": whole(),
    "new": whole("Rows."),
    "changed": whole("Rows."),
    "unchanged": whole("Rows."),
    "rejected": whole("Rows."),
    "first": or_null(day()),
    "last": or_null(day()),
    "dry_run": yes("It only tells what would change."),
    "on_problem": one_of(Upload.OnProblem.values),
    "dates": or_null(one_of(Dates.values), "Which comes first in days like 03/04/2026, where somebody said it."),
    "created_at": instant(),
    "finished_at": or_null(instant()),
    "undone_at": or_null(instant()),
    "preview": or_null(PREVIEW, "Null, unless it waits for a decision."),
}
IMPORT = thing("Import", IMPORT_FIELDS)
WHOLE_IMPORT = thing(
    "ImportWithParts",
    IMPORT_FIELDS | {"parts": many(whole(), "Ids of the imports that its file has become besides, like other sheets.")},
)
SAID_BEFORE = thing("NoNewImport", {"id": or_null(whole(), "Always null.")}, "Said before: nothing has changed.")
ROWS = {"order": "", "sum": "sum", "same": "same"}
ROWS_TOLD = "Of orders, what a row is: an order, or an item with its own amount (sum) or the order's (same)."
DATES_TOLD = "Which comes first in days like 03/04/2026, where no cell shows it."
COLUMNS_TOLD = "By field the header as it stands in the file; where a row of orders is an item, those of items, too."
MAPPING = thing(
    "ImportMapping",
    {
        "header": many(text(), "As it stands in the file."),
        "fact": one_of(FACTS, "What the file tells: as you said, or guessed."),
        "fields": many(
            thing(
                "ImportField",
                {
                    "field": text("What `columns` calls it."),
                    "label": text("What people call it."),
                    "required": yes(),
                    "column": or_null(text("The header that fills it: as you said, or guessed.")),
                    "example": text("The first value below it; empty where it would name a buyer."),
                },
            ),
        ),
        "rows": or_null(one_of(ROWS), ROWS_TOLD + " Null: no file of orders."),
        "dates": or_null(one_of(Dates.values), DATES_TOLD),
        "asks_dates": yes("Nothing in the file shows which comes first in its days: `dates` has to be told."),
        "missing": many(text(), "What has to be told before it can be kept, as people call it."),
        "would_be": many(
            thing(
                "ImportMappedRow",
                {
                    "line": whole("Of the file."),
                    "cells": by_key(text(), "What stands below each field; ••• for what would name a buyer."),
                    "problem": text("Why this row could not be read; else empty."),
                },
            ),
            "The first rows; none while something is missing.",
        ),
        "preset": or_null(whole(), "The store's own explanation of this header, where there is one."),
    },
    "What the columns of a file are taken for.",
)
PRESET_FIELDS = {
    "name": text(),
    "fact": one_of(FACTS, "What files with this header tell."),
    "header": many(text(), "The whole header it is for."),
    "columns": by_key(text(), COLUMNS_TOLD),
    "rows": or_null(one_of(ROWS), ROWS_TOLD + " Null: no file of orders."),
    "dates": or_null(one_of(Dates.values), DATES_TOLD),
    "shared": yes("Other stores of this installation may use it."),
}
PRESET = thing(
    "ImportPreset",
    {
        "id": whole(),
        **PRESET_FIELDS,
        "store": text("Short name of the store that explained it."),
        "by": or_null(text("User name.")),
        "updated_at": instant(),
    },
    "How files with a header of their own are read.",
)
EXPLAINED = thing(
    "ImportExplained", {"id": whole("Of the import: ask after it."), "preset": whole("The explanation, as kept.")}
)
