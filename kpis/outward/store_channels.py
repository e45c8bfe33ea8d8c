"""The channels a store was opened with, where they are another platform's: which were never used, and what its own
platform's are. Stores were once opened with Taobao's channels whatever they were."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.db import transaction
from django.db.models import Q

from campaigns.models import AdBudget
from kpis.models import AdSpend, ChannelBudget, ChannelDay, ChannelTraffic, Coverage, Entry, PlanCell, PlanRow
from kpis.models.rollups import bump
from stores.models import Channel, Store
from stores.services import CHANNELS, ChannelWords, add_channels, channels_of, names_of

AS_OPENED = {words[0]: words for words in CHANNELS}


@dataclass(frozen=True)
class Exchange:
    """Channels that would go, and the words of those that would come."""

    gone: Sequence[Channel]
    come: Sequence[ChannelWords]


def channel_exchange(store: Store) -> Exchange | None:
    """What would change if a store took its platform's channels; None: there is nothing to take away. A channel that
    was renamed or given names, or of which there is any figure, budget or plan, stays as it is."""
    own = {words[0]: words for words in channels_of(store.platform)}
    gone, names = [], set()
    for channel in Channel.objects.filter(store=store).prefetch_related("aliases"):
        shipped, aliases = AS_OPENED.get(channel.key), {alias.name for alias in channel.aliases.all()}
        mine = own.get(channel.key)
        is_other = shipped is not None and (mine is None or mine[1] != shipped[1])
        if is_other and shipped and (channel.name, aliases) == (shipped[1], names_of(shipped)):
            gone.append(channel)
        else:
            names |= {channel.key, *aliases}
    used = used_among(store, [channel.key for channel in gone]) if gone else set()
    for channel in gone:
        if channel.key in used:
            names |= {channel.key, *(alias.name for alias in channel.aliases.all())}
    gone = [channel for channel in gone if channel.key not in used]
    come = [words for words in own.values() if not names & {words[0], *names_of(words)}]
    return Exchange(gone, come) if gone else None


@transaction.atomic
def take_channels(store: Store) -> Exchange | None:
    """Take the platform's channels. What was done; None: nothing was to do."""
    found = channel_exchange(Store.objects.select_for_update(of=("self",)).get(pk=store.pk))
    if found is None:
        return None
    for channel in found.gone:
        PlanRow.objects.filter(of_channel(channel.key), plan__store=store).delete()
        channel.delete()
    add_channels(store, found.come)
    bump(store)
    return found


def used_among(store: Store, keys: Sequence[str]) -> set[str]:
    """Those of the keys of which there is any figure, budget or plan."""
    used: set[str] = set()
    for model in (ChannelTraffic, AdSpend, ChannelDay, ChannelBudget):
        rows = model._default_manager.filter(store=store, channel_key__in=keys)
        used.update(rows.order_by().values_list("channel_key", flat=True).distinct())
    used.update(Coverage.objects.filter(store=store, detail__in=keys).values_list("detail", flat=True).distinct())
    used.update(AdBudget.objects.filter(channel__store=store).values_list("channel__key", flat=True))
    for key in set(keys) - used:
        typed = Entry.objects.filter(store=store, measure__endswith=f"_{key}")
        planned = PlanCell.objects.filter(of_channel(key, "row__"), row__plan__store=store)
        if typed.exists() or planned.exists():
            used.add(key)
    return used


def of_channel(key: str, path: str = "") -> Q:
    """The rows of plans that are about a channel: `promo_cost:jd`, `uv:channel:jd`."""
    return Q(**{f"{path}key__endswith": f":{key}"})
