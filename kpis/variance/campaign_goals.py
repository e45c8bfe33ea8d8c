"""A campaign's goals, and how far it has come by a day: for a report, which may end before the campaign does."""

import datetime as dt

from campaigns import reviewing
from campaigns.models import Campaign
from campaigns.reviewing import GoalRow
from kpis import queries
from kpis.metrics import METRICS
from opsplan.lib.periods import Period


def so_far(campaign: Campaign, until: dt.date) -> list[GoalRow]:
    """Each goal with its figure over the campaign's days up to `until`, told of its products where a KPI can be."""
    goals = {goal.metric: goal.value for goal in campaign.goals.all() if goal.metric in METRICS}
    days = days_of(campaign, until)
    if not goals or days is None:
        return []
    read = queries.figures(campaign.store, list(goals), days, compare=())
    own = queries.own_figures(campaign, list(goals), (), days)
    return reviewing.goal_rows(read | own, goals, frozenset(own))


def days_of(campaign: Campaign, until: dt.date) -> Period | None:
    last = min(campaign.held_to(campaign.store.timezone), until)
    return Period(campaign.first_day, last) if campaign.first_day <= last else None
