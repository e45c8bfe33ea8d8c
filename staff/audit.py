"""Who changed what: which fields of which models are watched, and to which store a change belongs.

One table by name, so that no app has to be known here. A watched change is an auditlog `LogEntry`; its
`additional_data` is {"stores": {"<store id>": 1}, "by": <user id or null>}, and a store's
change log shows only entries that hold its id.
"""

from dataclasses import dataclass
from typing import Any

from auditlog.models import LogEntry
from auditlog.registry import auditlog
from django.apps import apps
from django.db.models import Model


@dataclass(frozen=True)
class Watched:
    """Fields that are logged, and the attribute that leads to the store ("" = the object is the store itself)."""

    fields: tuple[str, ...]
    store: str = "store_id"
    many: tuple[str, ...] = ()


WATCHED: dict[str, Watched] = {
    "stores.Store": Watched(
        ("name", "platform", "currency", "timezone", "opened_on", "brand", "client", "closed_at"), "pk"
    ),
    "stores.Channel": Watched(("key", "name", "is_paid", "position", "stopped_on")),
    "stores.ChannelAlias": Watched(("name", "channel")),
    "stores.CalendarDay": Watched(("day", "kind", "name")),
    "stores.CalendarEvent": Watched(("key", "year", "name", "day", "before", "after", "is_removed")),
    "staff.Member": Watched(("user", "level", "duties", "desk_names")),
    "staff.Invitation": Watched(("level", "duties", "email", "note", "expires_at", "used_at", "used_by", "revoked_at")),
    "staff.ShareLink": Watched(("opens", "note", "parts", "figures", "expires_at", "revoked_at")),
    "staff.StoreDuty": Watched(("name", "says")),
    "staff.DutyLoad": Watched(("duty", "basis", "per_day", "days_a_week", "least")),
    "staff.DutyPlan": Watched(("duty", "headcount", "cover")),
    "staff.Shift": Watched(("name", "starts", "ends", "is_active")),
    "staff.ShiftRequest": Watched(("kind", "user", "first", "last", "state", "reason")),
    "staff.RosterWeek": Watched(("monday", "published_at")),
    "staff.ApiToken": Watched(("user", "name", "scope", "metrics", "revoked_at"), "stores"),
    "staff.Destination": Watched(("name", "kind", "language", "imports", "campaigns", "is_active")),
    "staff.DeskDay": Watched(("day", "user", "received", "enquiries", "converted", "response_s", "rated", "good")),
    "staff.Approval": Watched(("flow", "title", "place", "state")),
    "staff.TaskTemplate": Watched(("is_active",)),
    "staff.TemplateVersion": Watched(
        ("title", "duties", "rule", "points", "trigger", "published_at"), "template.store_id"
    ),
    "stores.Supplier": Watched(("name", "contact", "lead_days", "note")),
    "products.Product": Watched(
        (
            "code",
            "title",
            "status",
            "category",
            "style",
            "supplier",
            "launched_on",
            "is_unstocked",
            "is_hero",
            "role",
            "stage",
        )
    ),
    "products.SKU": Watched(("product", "code", "name", "barcode", "pack_size", "is_active")),
    "products.ListPrice": Watched(("product", "from_day", "price_fen", "reason"), "product.store_id"),
    "products.Rank": Watched(("product", "week", "search_rank", "category_rank"), "product.store_id"),
    "products.ProductRules": Watched(("stages", "assortment")),
    "products.Newcomer": Watched(("step", "wanted_on"), "product.store_id"),
    "products.Competitor": Watched(("name", "url", "series", "style", "models_sold", "prices", "strengths")),
    "products.Listing": Watched(("product", "item_id", "title")),
    "products.Cost": Watched(("product", "from_day", "cost_fen"), "product.store_id"),
    "products.StockSettings": Watched(
        ("hero_alert", "hero_target", "lead_days", "cover_days", "slow_days", "dead_days"), "store_id"
    ),
    "products.StockRule": Watched(("product", "alert", "target", "lead_days"), "product.store_id"),
    "products.PurchaseOrder": Watched(("number", "supplier", "due_on", "state", "note")),
    "products.StockTake": Watched(("place", "state", "note")),
    "products.StockFile": Watched(("name", "state")),
    "products.PriceSettings": Watched(("floor", "raise_rate", "raise_days", "inflated_days")),
    "products.PriceEvent": Watched(("key", "name", "is_exempt", "lookback_days", "factor", "after_days")),
    "campaigns.Campaign": Watched(
        ("name", "kind", "first_day", "last_day", "state", "price_event", "terms_shown", "products"), many=("products",)
    ),
    "campaigns.CampaignItem": Watched(("price_fen", "quantity", "limit"), "campaign.store_id"),
    "campaigns.CampaignOffer": Watched(
        ("kind", "name", "terms", "platform_bp", "influencer_bp", "starts_at", "ends_at", "limit", "stock", "is_off"),
        "campaign.store_id",
    ),
    "campaigns.CampaignAlarm": Watched(("kind", "seen_by", "over_at"), "campaign.store_id"),
    "campaigns.CampaignRules": Watched(("order", "base", "cost_factor", "prize_most_fen", "fee_bp", "shares")),
    "campaigns.RuleText": Watched(("key", "text", "source", "since", "is_confirmed")),
    "campaigns.AdRules": Watched(("regions", "least_roi"), "store_id"),
    "campaigns.Enrolment": Watched(("name", "until", "state", "result")),
    "campaigns.PriceException": Watched(("product", "deep_fen", "reason", "state"), "campaign.store_id"),
    "campaigns.StockDecision": Watched(("choice", "need", "available", "note"), "item.campaign.store_id"),
    "campaigns.GroupDeal": Watched(
        (
            "name",
            "site",
            "state",
            "opens_at",
            "closes_at",
            "minimum",
            "limit",
            "valid_until",
            "priority",
            "rate_bp",
            "guarantee_fen",
            "slot_fen",
        )
    ),
    "campaigns.DealLine": Watched(("sku", "price_fen", "quota", "tiers", "rate_bp"), "deal.store_id"),
    "campaigns.DealStep": Watched(("owner", "due", "output", "done_at"), "deal.store_id"),
    "campaigns.DealDecision": Watched(("choice", "need", "available", "note"), "line.deal.store_id"),
    "campaigns.Settlement": Watched(
        ("site_fen", "receivable_fen", "profit_fen", "note", "signed_by", "signed_at"), "deal.store_id"
    ),
    "campaigns.Instalment": Watched(("received_fen", "received_on", "note"), "settlement.deal.store_id"),
    "campaigns.DealPaper": Watched(("name",), "deal.store_id"),
    "campaigns.DealFile": Watched(("name", "purpose", "state")),
    "stores.GroupSite": Watched(
        ("name", "weight", "rate_bp", "guarantee_fen", "slot_fen", "keep_warm_days", "is_active")
    ),
    "stores.CompanyPaper": Watched(("name", "number", "expires_on")),
    "stores.Contract": Watched(
        (
            "title",
            "brand",
            "kind",
            "number",
            "first",
            "last",
            "fee_fen",
            "basis",
            "tiers",
            "commission",
            "guarantee",
            "guarantee_fen",
            "cap_fen",
            "tax_bp",
            "part_months",
            "pay_days",
            "metrics",
            "signed_on",
            "signed_by",
            "stores",
        ),
        "stores",
        many=("stores",),
    ),
    "kpis.Target": Watched(("metric", "month", "value")),
    "kpis.Plan": Watched(("year", "number", "scenario", "status", "reason")),
    "kpis.DayWeights": Watched(("since", "week", "special", "is_learned")),
    "kpis.ChannelBudget": Watched(("month", "channel_key", "amount", "share", "roi", "paid_share")),
    "kpis.PlanOwner": Watched(("key", "user", "duty")),
    "kpis.Milestone": Watched(("title", "metric", "goal", "start", "due", "window")),
    "kpis.Phase": Watched(("name", "first", "last", "text")),
    "kpis.CashLine": Watched(("day", "kind", "amount", "note")),
    "kpis.Entry": Watched(("measure", "day", "value")),
    "kpis.MetricDefinition": Watched(("metric", "variant", "since")),
    "kpis.AlertRule": Watched(("metric", "kind", "limit", "days", "severity", "is_active")),
    "kpis.Alert": Watched(("acknowledged_at", "snoozed_until", "state", "reason")),
    "kpis.ClosedPeriod": Watched(("first", "last", "closed_at", "reopened_at", "reason")),
    "kpis.SegmentRules": Watched(("recency", "frequency", "money", "multiples", "high"), "store_id"),
    "kpis.Report": Watched(("kind", "first", "last")),
    "kpis.SignedReport": Watched(("number", "signed_at", "withdrawn_at", "reason"), "report.store_id"),
    "kpis.Statement": Watched(
        ("issued_at", "total_fen", "due_on", "paid_on", "withdrawn_at", "reason"), "contract.stores"
    ),
    "kpis.StatementLine": Watched(("amount_fen", "reason"), "statement.contract.stores"),
    "kpis.ReportReminder": Watched(("kind", "is_on")),
    "kpis.SavedView": Watched(("name", "tab", "query", "is_shared")),
    "kpis.Preset": Watched(("name", "fact", "columns", "shared")),
    "kpis.Upload": Watched(("name", "source", "on_problem", "state")),
}


def stores_of(instance: Model, path: str) -> list[int]:
    """The ids of the stores a changed object belongs to."""
    found: Any = instance
    for step in path.split("."):
        found = getattr(found, step)
    return [x.pk for x in found.all()] if path.endswith("stores") else [found]


def record(instance: Model, **changes: tuple[object, object]) -> None:
    """Log a change that was written past `save()`: field -> (before, after)."""
    texts = {field: [str(old), str(new)] for field, (old, new) in changes.items()}
    LogEntry.objects.log_create(instance, action=LogEntry.Action.UPDATE, changes=texts)


def watch() -> None:
    """Called once, when all models are loaded."""
    for label, watched in WATCHED.items():
        model = apps.get_model(label)

        def belonging(instance: Model, path: str = watched.store) -> dict[str, Any]:
            stores = {str(pk): 1 for pk in stores_of(instance, path)} if instance.pk else {}
            return {"stores": stores, "by": getattr(instance, "by_id", None)}

        model.get_additional_data = belonging
        auditlog.register(model, include_fields=list(watched.fields), m2m_fields=set(watched.many))
