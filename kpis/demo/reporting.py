"""The demo's reports: last month and the week before last signed, last week's still a draft, and a link with which the
client reads every week without an account."""

import datetime as dt

from kpis.demo.people import PEOPLE
from kpis.models import ClosedPeriod, Report, SignedReport
from kpis.reporting import reports
from kpis.sharing import shared
from opsplan.lib import clock
from opsplan.lib.periods import DAY, add_months, month_of, week_of
from staff.models import User
from stores.models import Store

WEEK = 7 * DAY
NEXT = "本周补齐14日的流量数据；直通车日限额维持不变，先看转化率能否回到上月水平。"


def report(store: Store, today: dt.date, owner: User) -> None:
    monday, begun = week_of(today).first, month_of(today).first
    sign(reports.make(store, "month", add_months(begun, -1) or begun, owner), min(begun + DAY, today), owner)
    sign(reports.make(store, "week", monday - 2 * WEEK, owner), monday - WEEK, owner)
    draft = reports.make(store, "week", monday - WEEK, owner)
    reports.save_texts(draft, {"next": NEXT}, owner, draft.version)


def share(store: Store) -> str:
    """The secret of a new link to the weekly report."""
    owner = User.objects.get(username=PEOPLE[0].username)
    return shared.make(store, owner, "weekly", note="晨露集团 王总", days=90)[1]


def sign(made: Report, day: dt.date, by: User) -> None:
    """As if it had been made and signed in the morning of that day. Nobody has joined the store yet: nobody is told."""
    signed = reports.sign(made, by)
    at = signed.signed_at.replace(year=day.year, month=day.month, day=day.day)
    content = {**signed.content, "as_of": clock.utc(at)}
    SignedReport.objects.filter(pk=signed.pk).update(signed_at=at, content=content)
    ClosedPeriod.objects.filter(pk=signed.closed_id).update(closed_at=at)
    Report.objects.filter(pk=made.pk).update(made_at=at)
