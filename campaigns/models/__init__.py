"""What we do to sell: `campaigns` (the campaign and its parts), `offers` (rules, guard, exceptions), `work`
(material, budget, plan B, enrolments, rehearsal, review), `deals` (group-buy deals)."""

from campaigns.models.ads import AdRules
from campaigns.models.alarms import CampaignAlarm
from campaigns.models.campaigns import Campaign, CampaignItem, CampaignStep, Goal, Phase
from campaigns.models.deal_files import DealFile
from campaigns.models.deals import (
    DealClaim,
    DealCorrection,
    DealDecision,
    DealLine,
    DealPaper,
    DealSale,
    DealStep,
    DealTransition,
    GroupDeal,
    Instalment,
    Settlement,
    SettlementLine,
)
from campaigns.models.offers import CampaignOffer, CampaignRules, Guarded, PriceException, RuleText
from campaigns.models.work import (
    AdBudget,
    Contact,
    Enrolment,
    Material,
    OrderBelow,
    PlanB,
    Point,
    Rehearsal,
    Review,
    StockDecision,
)

__all__ = [
    "AdBudget",
    "AdRules",
    "Campaign",
    "CampaignAlarm",
    "CampaignItem",
    "CampaignOffer",
    "CampaignRules",
    "CampaignStep",
    "Contact",
    "DealClaim",
    "DealCorrection",
    "DealDecision",
    "DealFile",
    "DealLine",
    "DealPaper",
    "DealSale",
    "DealStep",
    "DealTransition",
    "Enrolment",
    "Goal",
    "GroupDeal",
    "Guarded",
    "Instalment",
    "Material",
    "OrderBelow",
    "Phase",
    "PlanB",
    "Point",
    "PriceException",
    "Rehearsal",
    "Review",
    "RuleText",
    "Settlement",
    "SettlementLine",
    "StockDecision",
]
