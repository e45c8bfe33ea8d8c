"""What was learned in earlier campaigns, for the one being planned."""

from django.db.models import Case, IntegerField, QuerySet, Value, When

from campaigns.models import Campaign, Review
from stores.models import Store

MOST = 3


def lessons_for(campaign: Campaign, most: int = MOST) -> list[Review]:
    """Lessons of the campaign it was copied from, of those of its event, of those of its type before it; in this order,
    the latest first."""
    reviews = with_lesson(campaign.store).filter(campaign__first_day__lt=campaign.first_day).exclude(campaign=campaign)
    rank = [When(campaign=campaign.copied_from_id, then=Value(0))] if campaign.copied_from_id else []
    if campaign.event:
        rank.append(When(campaign__event=campaign.event, then=Value(1)))
    rank.append(When(campaign__kind=campaign.kind, then=Value(2)))
    ranked = reviews.annotate(rank=Case(*rank, default=Value(9), output_field=IntegerField())).filter(rank__lt=9)
    return list(ranked.order_by("rank", "-campaign__first_day")[:most])


def latest(store: Store, most: int = 2 * MOST) -> list[Review]:
    """The last lessons of the store, whatever they are about: for a campaign whose type is not chosen yet."""
    return list(with_lesson(store).order_by("-campaign__first_day")[:most])


def with_lesson(store: Store) -> QuerySet[Review]:
    return Review.objects.filter(campaign__store=store).exclude(lesson="").select_related("campaign")
