"""What reports answer with."""

from campaigns.groupbuy.states import State
from kpis.api.shapes import CHANGE, DIFFERENCE, FIGURE, FIGURES, NUMBER, figure
from kpis.reporting import reports
from opsplan.shapes import by_key, day, instant, many, one_of, or_null, text, thing, whole, yes, yuan

HEAD = {
    "id": whole(),
    "kind": one_of(reports.KINDS),
    "first": day(),
    "last": day(),
    "title": text(),
    "state": one_of(reports.STATES),
    "version": whole("Of the texts: to be sent with what is written."),
    "signed": many(
        thing(
            "ReportSignature",
            {
                "version": whole("Counted from 1: what to ask for with `version`."),
                "at": instant(),
                "by": or_null(text("Who signed.")),
                "data_version": whole("The state of the store's data then."),
                "withdrawn_at": or_null(instant()),
                "withdrawn_by": or_null(text()),
                "reason": text("Why it was withdrawn; else empty."),
            },
        ),
        "Newest first; who reads signed reports only is told of the one in force.",
    ),
}
ROW = thing("ReportRow", HEAD)
DAYS = {"id": whole(), "name": text(), "first": day(), "last": day()}
GOAL = thing(
    "ReportGoal",
    {
        "key": text("Of the KPI."),
        "to": day("Up to when it is counted."),
        "goal": NUMBER,
        "own": yes("Counted on what the campaign sold; else on the whole store."),
        "figure": FIGURE,
    },
)
COUNTS = {
    "key": text("Of the duty; in the whole the store's short name."),
    "total": whole("What should have been done."),
    "on_time": whole(),
    "late": whole(),
    "missed": whole(),
    "skipped": whole(),
    "open": whole(),
}
TASKS = thing(
    "ReportTasks",
    {
        "whole": or_null(thing("ReportTaskCounts", COUNTS), "Null: nothing was due."),
        "duties": many(thing("ReportDutyCounts", COUNTS)),
    },
    "Work due in the period; only for who may read tasks.",
)
STOCK = thing(
    "ReportStock",
    {
        "count": whole("Products below their line or oversold."),
        "rows": many(
            thing(
                "ReportStockRow",
                {
                    "code": text(),
                    "title": text(),
                    "on_hand": whole("Units."),
                    "free": whole("Units that may still be promised."),
                    "line": whole("Units below which it is to be filled up."),
                    "a_day": NUMBER | {"description": "Units sold a day, 6 decimals."},
                    "cover": NUMBER | {"description": "Days what is free lasts, 6 decimals."},
                    "oversold": yes(),
                },
            ),
            "The first of them, the shortest cover first.",
        ),
    },
    "Only for who may read products.",
    maybe={
        "day": day("At the end of which it is told; not in what was signed before this was kept."),
        "is_known": yes("Whether anything was known of stock then; left out as `day` is."),
    },
)
DEALS = many(
    thing(
        "ReportDeal",
        DAYS
        | {
            "site": text(),
            "state": one_of(State),
            "quota": whole("Pieces promised."),
            "pieces": whole("Paid for so far and not given back."),
            "amount": or_null(yuan("What they are worth; null: it is not decided whether the deal stands.")),
        },
    ),
    "Group deals that sold on days of the period, as they stand; not in what was signed before they were kept.",
)
NEXT = thing(
    "ReportNext",
    {
        "first": day(),
        "last": day(),
        "targets": by_key(NUMBER, "By the key of the KPI."),
        "campaigns": many(thing("ReportNextCampaign", DAYS)),
        "words": many(
            thing(
                "ReportPlanWord",
                {"month": text("Like 2026-11."), "key": text("What of it, like theme or gifts."), "text": text()},
            ),
            "Of the plan in force.",
        ),
    },
    "The plan of the next week, month or quarter.",
    maybe={"deals": many(thing("ReportNextDeal", DAYS), "Group deals that open in it; not in what was signed before.")},
)
REPORT = thing(
    "Report",
    HEAD
    | {
        "texts": by_key(text(), "By block."),
        "suggested": many(text(), "Blocks that nobody wrote: told by the figures."),
        "as_of": instant("When it was read."),
        "figures": by_key(figure("ReportFigure", target=NUMBER), "By the key of the KPI."),
        "change": CHANGE,
        "campaigns": many(
            thing(
                "ReportCampaign",
                DAYS | {"figures": FIGURES},
                maybe={"goals": many(GOAL, "Not in what was signed before they were kept.")},
            ),
            "What ran; its days in the period are counted.",
        ),
        "missing": many(
            thing(
                "ReportMissingDays",
                {"kind": text("The source, like orders."), "channel": text("Its name; may be empty."),
                 "days": many(day())},
            ),
            "Days of which a source says nothing though it should.",
        ),
        "next": NEXT,
        "since": or_null(many(DIFFERENCE), "What of a signed one is otherwise now, and why; null: it is not signed."),
    },
    "As signed, else as it stands.",
    maybe={"tasks": TASKS, "stock": STOCK, "deals": DEALS},
)  # fmt: skip
STALE = thing(
    "StaleReport",
    {"detail": text(), "version": whole("Of the texts by now."), "texts": by_key(text(), "By block.")},
    "Somebody wrote meanwhile.",
)
