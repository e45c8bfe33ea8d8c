"""The ten steps of a group deal (S098): what is to be done and what comes of it, counted from its first or last day."""

import datetime as dt
from dataclasses import dataclass

from django.core.exceptions import ValidationError
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from campaigns.models import DealStep, GroupDeal
from opsplan.fitting import fitting
from opsplan.lib import clock
from opsplan.lib.periods import DAY
from staff import duties
from staff.models import User
from staff.services import tick_steps, ticked_steps

STEPS: tuple[tuple[Promise, Promise, str, int], ...] = (  # the step, its result, from which date, days
    (gettext_lazy("Plan: buyers, product, price, promotion"), gettext_lazy("The plan"), "opens", -21),
    (gettext_lazy("Suppliers: price and contract"), gettext_lazy("Contract and lead time"), "opens", -18),
    (gettext_lazy("Choose the site"), gettext_lazy("Terms agreed with the site"), "opens", -15),
    (gettext_lazy("Build the page"), gettext_lazy("Address of the page"), "opens", -7),
    (gettext_lazy("Promote it"), gettext_lazy("Posts, mails, coupons sent"), "opens", -1),
    (gettext_lazy("Take orders"), gettext_lazy("Orders and vouchers"), "closes", 0),
    (gettext_lazy("After-sales"), gettext_lazy("Complaints and refunds answered"), "closes", 7),
    (gettext_lazy("Count and analyse"), gettext_lazy("What it brought"), "closes", 8),
    (gettext_lazy("Keep improving"), gettext_lazy("What is done better next time"), "closes", 10),
    (gettext_lazy("Settle and file"), gettext_lazy("Signed settlement, papers filed"), "closes", 14),
)


def place_steps(deal: GroupDeal, first: dt.date, last: dt.date, by: User | None) -> None:
    """The ten steps of a deal on these days; what is not done moves with them."""
    there = {one.number: one for one in deal.steps.all()}
    for number, (_what, _output, end, days) in enumerate(STEPS, 1):
        due = (first if end == "opens" else last) + days * DAY
        known = there.get(number)
        if known is None:
            DealStep.objects.create(deal=deal, number=number, owner=by, due=due)
        elif known.done_at is None and known.due != due:
            known.due = due
            known.save(update_fields=["due"])


@dataclass(frozen=True)
class StepRow:
    number: int
    what: Promise
    wanted: Promise
    step: DealStep
    is_late: bool
    is_ticked: bool  # in the task list, while what came out of it is not told here


def steps_of(deal: GroupDeal) -> list[StepRow]:
    """The ten steps as they stand today."""
    today, found = clock.today(deal.store.timezone), []
    ticked = ticked_steps(deal.store, "manual", deal.reference)
    for one in deal.steps.select_related("owner", "done_by"):
        what, wanted, _end, _days = STEPS[one.number - 1]
        is_open = one.done_at is None
        found.append(
            StepRow(one.number, what, wanted, one, is_open and one.due < today, is_open and one.number - 1 in ticked)
        )
    return found


def set_step(
    deal: GroupDeal, number: int, by: User, *, done: bool | None = None, output: str | None = None,
    owner: int | None = None, due: dt.date | None = None,
) -> DealStep:  # fmt: skip
    """Change one of the ten steps; None leaves as it is, owner 0 takes it away. ValidationError."""
    found = deal.steps.filter(number=number).first()
    if found is None:
        raise ValidationError(_("This is not there any more."))
    if owner and all(x.user_id != owner for x in duties.working(deal.store)):
        raise ValidationError({"owner": _("This person is not on the team.")})
    found.owner_id = found.owner_id if owner is None else owner or None
    found.due = due or found.due
    found.output = found.output if output is None else fitting("output", output, 500)
    if done and not found.output:
        raise ValidationError({"output": _("Say what came out of it.")})
    if done is not None and done != (found.done_at is not None):
        found.done_by, found.done_at = (by, clock.now()) if done else (None, None)
    found.save()
    if done is not None:
        tick_steps(deal.store, "manual", deal.reference, number - 1, done=done)
    return found
