"""The work around a campaign: the store's templates say what has to be done before and after it."""

from campaigns.models import Campaign
from staff.services import cancel_tasks, spawn_tasks


def place_tasks(campaign: Campaign) -> int:
    """Its tasks, counted from its first day; open ones follow a moved day or another name. Returns how many are new."""
    about = f"campaign {campaign.pk}"
    return spawn_tasks(
        campaign.store, "campaign", f"{campaign.pk}", campaign.first_day, subject=campaign.name, about=about
    )


def drop_tasks(campaign: Campaign) -> None:
    """It is off: open tasks go, what was done stays."""
    cancel_tasks(campaign.store, "campaign", f"{campaign.pk}")
