"""What we do to sell: `campaigns` (the campaign and its parts), `offers` (rules, guard, exceptions), `work`
(material, budget, plan B, enrolments, rehearsal, review)."""

from campaigns.models.campaigns import Campaign, CampaignItem, CampaignStep, Goal, Phase
from campaigns.models.offers import CampaignOffer, CampaignRules, Guarded, PriceException
from campaigns.models.work import (
    AdBudget,
    Contact,
    Enrolment,
    Material,
    PlanB,
    Point,
    Rehearsal,
    Review,
    StockDecision,
)

__all__ = [
    "AdBudget",
    "Campaign",
    "CampaignItem",
    "CampaignOffer",
    "CampaignRules",
    "CampaignStep",
    "Contact",
    "Enrolment",
    "Goal",
    "Guarded",
    "Material",
    "Phase",
    "PlanB",
    "Point",
    "PriceException",
    "Rehearsal",
    "Review",
    "StockDecision",
]
