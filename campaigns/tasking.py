"""The work around a campaign: the store's templates say what has to be done before and after it."""

from campaigns.models import Campaign
from staff.models import Task, TaskTemplate
from staff.services import cancel_tasks, spawn_tasks

FIRST_MONTH = "process.launch"  # the template of the six steps of a launch (S077)


def place_tasks(campaign: Campaign) -> int:
    """Its tasks, counted from its first day; open ones follow a moved day or another name. Returns how many are new."""
    about = f"campaign {campaign.pk}"
    made = spawn_tasks(
        campaign.store, "campaign", f"{campaign.pk}", campaign.first_day, subject=campaign.name, about=about
    )
    if Task.objects.filter(store=campaign.store, key=f"manual:launch {campaign.pk}").exists():
        begin_launch(campaign)
    return made


def begin_launch(campaign: Campaign) -> int:
    """The six steps of a launch as one task to tick, from its first day on, where the store has the template. One that
    is there follows the campaign. Returns how many are new."""
    template = TaskTemplate.objects.filter(store=campaign.store, source=FIRST_MONTH, is_active=True).first()
    if template is None:
        return 0
    about, ref = f"campaign {campaign.pk}", f"launch {campaign.pk}"
    return spawn_tasks(
        campaign.store, "manual", ref, campaign.first_day, subject=campaign.name, about=about, only=template.pk
    )


def drop_tasks(campaign: Campaign) -> None:
    """It is off: open tasks go, what was done stays."""
    cancel_tasks(campaign.store, "campaign", f"{campaign.pk}")
    cancel_tasks(campaign.store, "manual", f"launch {campaign.pk}")
