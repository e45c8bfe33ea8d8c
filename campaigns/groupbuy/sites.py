"""The register of group-buy sites: terms, people, talks, the papers they ask for, what came of them.

Small sites are kept warm by tasks, and a paper that runs out brings one before it does.
"""

import datetime as dt
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Max
from django.utils.translation import gettext as _

from campaigns.groupbuy import papers
from campaigns.groupbuy.sheets import results_of
from campaigns.models import GroupDeal
from campaigns.typing_in import amount_of, typed, whole_of
from opsplan.lib import clock
from opsplan.lib.money import fen
from opsplan.lib.periods import DAY
from staff.models import User
from staff.services import cancel_tasks, spawn_tasks
from stores.models import CompanyPaper, GroupSite, SitePerson, SiteTalk, Store

WARN_DAYS = 30  # before a paper runs out
WHOLE = 10_000
MOST_DAYS = 3_650
Posted = Mapping[str, str]


@dataclass(frozen=True)
class Past:
    """What the ended deals of a site came to: fen, pieces."""

    deals: int = 0
    sold: int = 0
    refunded: int = 0
    net_fen: int = 0
    profit_fen: int = 0

    @property
    def refund_rate(self) -> Decimal | None:
        return Decimal(self.refunded) / self.sold if self.sold else None


@dataclass(frozen=True)
class SiteRow:
    """A site in the register. rank: by profit after refunds, 1 the best; None without an ended deal. talk_by: the local
    day by which somebody should talk to them."""

    site: GroupSite
    past: Past
    rank: int | None
    last_talk: dt.date | None
    talk_by: dt.date | None
    is_cold: bool
    missing: tuple[str, ...]

    @property
    def rate(self) -> Decimal:
        return rate_of(self.site)


def rate_of(site: GroupSite) -> Decimal:
    """The commission as a fraction."""
    return Decimal(site.rate_bp) / WHOLE


def register(store: Store) -> list[SiteRow]:
    """The store's sites, the most profitable first."""
    today = clock.today(store.timezone)
    sites = list(GroupSite.objects.filter(store=store).annotate(talked=Max("talks__day")).prefetch_related("papers"))
    past = past_of(store)
    nexts = due_talks(sites)
    order = sorted((x for x in sites if past[x.pk].deals), key=lambda x: (-past[x.pk].profit_fen, x.name))
    ranks = {x.pk: n for n, x in enumerate(order, start=1)}
    rows = [
        SiteRow(
            x, past[x.pk], ranks.get(x.pk), vars(x)["talked"], nexts.get(x.pk),
            x.is_active and nexts.get(x.pk) is not None and nexts[x.pk] <= today,
            tuple(p.name for p in x.papers.all() if is_out(p, today)),
        )
        for x in sites
    ]  # fmt: skip
    return sorted(rows, key=lambda x: (not x.site.is_active, x.rank or 10_000, x.site.name))


def past_of(store: Store) -> dict[int, Past]:
    """Site -> what its ended deals came to."""
    results = results_of(store)
    sites = dict(GroupDeal.objects.filter(pk__in=results).values_list("pk", "site_id"))
    sums: dict[int, list[int]] = defaultdict(lambda: [0, 0, 0, 0, 0])
    for deal, told in results.items():
        mine = sums[sites[deal]]
        for n, value in enumerate((1, told.sold, told.refunded, told.net_fen, told.profit_fen)):
            mine[n] += value
    return defaultdict(Past, {site: Past(*values) for site, values in sums.items()})


def due_talks(sites: Sequence[GroupSite]) -> dict[int, dt.date]:
    """Site -> the day it should be talked to again: as noted with the last talk, and at the latest after its days."""
    last = last_talks(sites)
    found: dict[int, dt.date] = {}
    for site in sites:
        said = last.get(site.pk)
        days = [said.next_on] if said and said.next_on else []
        if site.keep_warm_days and said:
            days.append(said.day + site.keep_warm_days * DAY)
        elif site.keep_warm_days:
            days.append(clock.today(site.store.timezone))
        if days:
            found[site.pk] = min(days)
    return found


def last_talks(sites: Sequence[GroupSite]) -> dict[int, SiteTalk]:
    return {talk.site_id: talk for talk in SiteTalk.objects.filter(site__in=sites).order_by("day", "id")}


def is_out(paper: CompanyPaper, today: dt.date) -> bool:
    """Whether a paper has run out."""
    return paper.expires_on is not None and paper.expires_on < today


def papers_of(store: Store) -> list[tuple[CompanyPaper, str]]:
    """The company's papers, each "out", "soon" or "" ."""
    today, found = clock.today(store.timezone), []
    for paper in CompanyPaper.objects.filter(store=store):
        state = "out" if is_out(paper, today) else ""
        if not state and paper.expires_on and paper.expires_on <= today + WARN_DAYS * DAY:
            state = "soon"
        found.append((paper, state))
    return found


# --- writing -------------------------------------------------------------------------------------------------------


def instalments_of(text: str) -> list[list[int]]:
    """ "30@0, 40@15, 30@45" (percent @ days after the end) as [[1/10000, days], ...]; "" = []. ValidationError."""
    found: list[list[int]] = []
    for part in text.replace("，", ",").replace(";", ",").split(","):
        if not part.strip():
            continue
        share, _at, days = part.replace("%", "").partition("@")
        percent, after = amount_of(share), whole_of(days or "0")
        if percent is None or after is None or after > MOST_DAYS:
            raise ValidationError({"instalments": _("Write instalments like 30@0, 40@15, 30@45.")})
        found.append([int(percent * 100), after])
    if found and sum(share for share, _days in found) != WHOLE:
        raise ValidationError({"instalments": _("The instalments must add up to 100 %.")})
    return found


def instalment_words(instalments: Sequence[Sequence[int]]) -> str:
    """As it is typed."""
    return ", ".join(f"{(Decimal(share) / 100).normalize():f}@{days}" for share, days in instalments)


def instalments_said(instalments: Sequence[Sequence[int]]) -> str:
    """As people read it: `30 % after 7 days, 70 % after 30 days`."""
    return _(", ").join(
        _("%(share)s %% after %(days)d days") % {"share": f"{(Decimal(share) / 100).normalize():f}", "days": days}
        for share, days in instalments
    )


TEXTS = ("name", "platform", "url", "weight", "audience", "note")


def save_site(store: Store, site: GroupSite | None, said: Posted, chosen_papers: Sequence[int]) -> GroupSite:
    """A new or changed site, amounts in yuan and percent as typed. ValidationError names the field."""
    found = site or GroupSite(store=store)
    for name in TEXTS:
        setattr(found, name, said.get(name, "").strip())
    found.platform = found.platform or "other"
    found.weight = found.weight or GroupSite.Weight.USUAL
    rate, guarantee, slot = (typed(said, name, amount_of) or Decimal(0) for name in ("rate", "guarantee", "slot"))
    found.rate_bp, found.guarantee_fen, found.slot_fen = int(rate * 100), fen(guarantee), fen(slot)
    found.instalments = typed(said, "instalments", instalments_of)
    found.keep_warm_days = typed(said, "keep_warm_days", whole_of) or None
    found.is_voucher = bool(said.get("is_voucher"))
    found.is_active = bool(said.get("is_active")) if site else True
    found.full_clean()
    with transaction.atomic():
        found.save()
        found.papers.set(CompanyPaper.objects.filter(store=store, pk__in=chosen_papers))
    return found


def add_person(site: GroupSite, said: Posted) -> SitePerson:
    made = SitePerson(site=site, **{x: said.get(x, "").strip() for x in ("name", "post", "contact", "note")})
    made.full_clean()
    made.save()
    return made


def day_of(text: str, name: str) -> dt.date | None:
    try:
        return dt.date.fromisoformat(text.strip()) if text.strip() else None
    except ValueError:
        raise ValidationError({name: _("Give a day as YYYY-MM-DD.")}) from None


@transaction.atomic
def add_talk(site: GroupSite, said: Posted, by: User) -> SiteTalk:
    """Note a talk; the task that asked for it is no longer needed."""
    day = day_of(said.get("day", ""), "day") or clock.today(site.store.timezone)
    again = day_of(said.get("next_on", ""), "next_on")
    if again and again <= day:
        raise ValidationError({"next_on": _("The next talk comes after this one.")})
    cancel_tasks(site.store, "site_warm", ref_of_site(site.pk, last_talks([site]).get(site.pk)))
    made = SiteTalk(site=site, day=day, who=said.get("who", "").strip(), said=said.get("said", "").strip(), by=by)
    made.next_on = again
    made.full_clean()
    made.save()
    return made


def save_paper(store: Store, paper: CompanyPaper | None, said: Posted, path: str = "") -> CompanyPaper:
    """A new or changed paper; path: its new file, "" = as it was. ValidationError names the field."""
    found, old = paper or CompanyPaper(store=store), paper.path if paper and path else ""
    found.path = path or found.path
    found.name, found.number = said.get("name", "").strip(), said.get("number", "").strip()
    found.expires_on, found.note = day_of(said.get("expires_on", ""), "expires_on"), said.get("note", "").strip()
    found.full_clean()
    found.save()
    papers.forget("papers", old)
    remind(store)
    return found


def drop_paper(paper: CompanyPaper) -> None:
    papers.forget("papers", paper.path)
    cancel_tasks(paper.store, "paper_expiry", ref_of_paper(paper))
    paper.delete()


def ref_of_paper(paper: CompanyPaper) -> str:
    """A renewed paper brings a task of its own."""
    return f"{paper.pk}:{paper.expires_on or ''}"


def ref_of_site(site_id: int, last: SiteTalk | None) -> str:
    """One task for the silence after each talk."""
    return f"{site_id}:{last.pk if last else 0}"


def remind(store: Store) -> int:
    """The tasks that are due: papers that run out within a month, sites to be talked to. Safe to run as often as one
    likes. Returns how many are new."""
    today, made = clock.today(store.timezone), 0
    for paper, state in papers_of(store):
        if state:
            made += spawn_tasks(store, "paper_expiry", ref_of_paper(paper), subject=paper.name, about="deal_sites")
    sites = {x.pk: x for x in GroupSite.objects.filter(store=store, is_active=True).select_related("store")}
    last = last_talks(list(sites.values()))
    for pk, day in due_talks(list(sites.values())).items():
        if day <= today:
            made += spawn_tasks(
                store, "site_warm", ref_of_site(pk, last.get(pk)), subject=sites[pk].name, about=f"deal_site {pk}"
            )
    return made


def remind_all() -> None:
    for store in Store.objects.in_use().filter(pk__in=GroupSite.objects.values("store")):
        remind(store)
