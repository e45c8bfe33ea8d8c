"""Decisions of 今日 in the reader's language: the sentence, why, and where to act."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django.urls import reverse
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from campaigns import alarms
from kpis.alerting import alert_words
from kpis.display.decisions import Decision
from kpis.ingest.declaring import SAID
from kpis.reporting.reports import Waiting, name_of
from kpis.views.words import days_query
from kpis.why.platform_check import Standing as Unpaid
from kpis.writing import day_list, md, span, written
from opsplan.lib.money import yuan
from opsplan.lib.periods import Period
from staff.access import StoreRequest
from staff.approvals import Standing
from staff.roles import Action, Level, may

KINDS: dict[str, Promise] = {
    "orders": gettext_lazy("Orders"),
    "lines": gettext_lazy("Order items"),
    "refunds": gettext_lazy("Refunds"),
    "traffic": gettext_lazy("Shop traffic"),
    "flow": gettext_lazy("Traffic sources"),
    "items": gettext_lazy("Product traffic"),
    "ads": gettext_lazy("Ads"),
    "fees": gettext_lazy("Platform fees"),
    "figures": gettext_lazy("Figures by day"),
    "entries": gettext_lazy("Hand entries"),
}
SUFFERS: dict[str, Promise] = {
    "orders": gettext_lazy("Sales, orders and everything made of them leave these days out."),
    "lines": gettext_lazy("Products, gross profit and campaign sales leave these days out."),
    "refunds": gettext_lazy("The refund rate leaves these days out."),
    "traffic": gettext_lazy("Conversion and revenue per visitor leave these days out."),
    "flow": gettext_lazy("Visitors by channel leave these days out."),
    "items": gettext_lazy("Visitors and conversion by product leave these days out."),
    "ads": gettext_lazy("Promotion cost and ROI of these days do without this channel."),
}


@dataclass(frozen=True)
class Line:
    """A line of "needs a decision": what, why, and what to do about it."""

    tag: str
    tone: str
    text: str
    reason: str
    url: str
    action: str
    other_url: str = ""
    other: str = ""
    drawer: bool = False  # the first link opens beside the page
    part: str = ""  # of the page behind it, where it has no part for the drawer of its own


def decision_line(decision: Decision, request: StoreRequest) -> Line:
    """The sentence and the links of a decision; a link that the person may not open is left out."""
    tag, text, reason = SAY[decision.code](decision)
    url, action, other_url, other = links(decision, request)
    part = ""
    if "/data/" in url and decision.code != "unshipped":
        part = f"upload-{decision.params['pk']}" if decision.code.startswith("upload") else "import"
    drawer = bool(part) or "/explain/" in url or decision.code == "alert"
    return Line(str(tag), decision.tone, text, reason, url, action, other_url, other, drawer, part)


def approval_line(found: Standing, request: StoreRequest) -> Line:
    """What the person is asked to say yes or no to."""
    asked = found.approval
    who, at = str(asked.asked_by or "—"), md(timezone.localtime(asked.asked_at).date())
    reason = f"{found.name} {found.number} · " + _("asked by %(who)s, %(at)s") % {"who": who, "at": at}
    url = reverse("approval", args=[request.store.slug, asked.pk])
    return Line(_("Approval"), "warn", asked.title, reason, url, _("Decide"), drawer=True)


def report_line(found: Waiting, request: StoreRequest) -> Line:
    """A report that waits for a signature, or to be made."""
    text = _("%s waits to be signed") % name_of(found.period)
    if found.report is None:
        url = reverse("reports", args=[request.store.slug]) + f"?make={found.period.unit}"
        return Line(_("Report"), "warn", text, _("It is not made yet."), url, _("Make it"))
    url = reverse("report", args=[request.store.slug, found.report.pk])
    reason = _("Its figures follow the data until then; its words can be written.")
    return Line(_("Report"), "warn", text, reason, url, _("Open the report"))


def source_name(params: dict[str, Any]) -> str:
    name = str(KINDS.get(params["kind"], params["kind"]))
    return f"{name} · {params['channel']}" if params["channel"] else name


def say_missing(decision: Decision) -> tuple[str, str, str]:
    name, days = source_name(dict(decision.params)), day_list(decision.days)
    text = _("%(source)s: %(days)s not imported") % {"source": name, "days": days}
    return _("data missing"), text, str(SUFFERS.get(decision.params["kind"], ""))


def say_yesterday(decision: Decision) -> tuple[str, str, str]:
    names = _(", ").join(source_name(each) for each in decision.params["sources"])
    text = _("Yesterday (%s) is not complete yet") % md(decision.days[0])
    return _("data missing"), text, _("Still to come: %s.") % names


def standing_text(found: Unpaid) -> str:
    """Where the missing orders may be: what stood unpaid when it was last told of."""
    text = ngettext(
        "%(n)d order made %(days)s stood unpaid when a file last told of it, as a presale does before its balance: "
        "export the order list again by the day of order, from %(first)s on.",
        "%(n)d orders made %(days)s stood unpaid when a file last told of them, as presales do before their balance: "
        "export the order list again by the day of order, from %(first)s on.",
        found.orders,
    )
    days = " – ".join(dict.fromkeys((md(found.first), md(found.last))))
    return text % {"n": found.orders, "days": days, "first": md(found.first)}


def say_gap(decision: Decision) -> tuple[str, str, str]:
    gap = decision.params["gap"]
    text = ngettext(
        "%(days)s: %(n)d paid order less than the platform counts, %(amount)s",
        "%(days)s: %(n)d paid orders less than the platform counts, %(amount)s",
        gap.orders,
    ) % {"days": day_list(gap.days), "n": gap.orders, "amount": written(yuan(gap.fen), "money")}
    return _("data missing"), text, standing_text(gap.standing) if gap.standing else ""


def say_stopped(decision: Decision) -> tuple[str, str, str]:
    text = _("Nothing has been imported of the days after %s") % f"{decision.params['day']:%Y-%m-%d}"
    return (
        _("data missing"),
        text,
        _("Orders and sales of these days are not known, and so is every figure made of them."),
    )


def say_no_traffic(_decision: Decision) -> tuple[str, str, str]:
    text = _("No shop traffic has been imported yet")
    return _("data missing"), text, _("Without visitors there is no conversion and no revenue per visitor.")


def say_ready(decision: Decision) -> tuple[str, str, str]:
    params = decision.params
    reason = (
        ngettext("%s row is ready to be imported.", "%s rows are ready to be imported.", params["rows"])
        % f"{params['rows']:,}"
    )
    if params["rejected"]:
        wrong = (
            ngettext("%s row has a problem.", "%s rows have a problem.", params["rejected"]) % f"{params['rejected']:,}"
        )
        reason = f"{reason} {wrong}"
    return _("upload"), _("%s waits for your decision") % params["name"], reason


def say_refused(decision: Decision) -> tuple[str, str, str]:
    params = decision.params
    if params["state"] == "unknown":
        reason = _("Its layout is not known.")
    elif params["rejected"]:
        reason = (
            ngettext("%s row has a problem.", "%s rows have a problem.", params["rejected"]) % f"{params['rejected']:,}"
        )
    else:
        reason = _("It could not be read.")
    return _("upload"), _("%s was not imported") % params["name"], reason


def say_refunds(decision: Decision) -> tuple[str, str, str]:
    params = decision.params
    rate, usual, line = (written(params[key], "rate") for key in ("rate", "usual", "line"))
    days = params["days"]
    text = ngettext(
        "Refund rate %(rate)s yesterday, above %(line)s", "Refund rate %(rate)s, above %(line)s for %(days)s days", days
    ) % {"rate": rate, "line": line, "days": days}
    reason = _("Normal here is %s, the mean of the four weeks before.") % usual
    if params["reason"]:
        named = _("%(times)s of %(all)s refunds name “%(reason)s”.")
        reason = f"{reason} " + named % {"times": params["times"], "all": params["refunds"], "reason": params["reason"]}
    return _("refund rate"), text, reason


def say_good_rate(decision: Decision) -> tuple[str, str, str]:
    rate, line = (written(decision.params[key], "rate") for key in ("rate", "line"))
    text = _("Positive feedback rate %(rate)s in the last 7 days, below %(line)s") % {"rate": rate, "line": line}
    return _("ratings"), text, _("Out of %s ratings.") % written(decision.params["ratings"], "count")


def say_roi(decision: Decision) -> tuple[str, str, str]:
    roi, needed = (written(decision.params[key], "ratio") for key in ("roi", "needed"))
    text = _("Ad ROI %(roi)s in the last 7 days, break-even needs %(needed)s") % {"roi": roi, "needed": needed}
    return _("ads"), text, _("At the gross margin of these days whatever is spent on ads loses money.")


def say_no_target(decision: Decision) -> tuple[str, str, str]:
    text = _("%s has no sales target yet") % f"{decision.params['month']:%Y-%m}"
    return _("plan"), text, _("Without a target there is no pace from its first day on.")


def say_alert(decision: Decision) -> tuple[str, str, str]:
    alert = decision.params["alert"]
    return _("alert"), alert_words.sentence(alert), alert_words.background(alert)


def say_campaign(decision: Decision) -> tuple[str, str, str]:
    alarm = decision.params["alarm"]
    text = f"{alarm.campaign.name} · {alarms.sentence(alarm)}"
    return _("campaign"), text, alarms.background(alarm)


def say_unshipped(decision: Decision) -> tuple[str, str, str]:
    late = decision.params["late"]
    text = ngettext(
        "%d order was not shipped 48 hours after payment", "%d orders were not shipped 48 hours after payment", late
    )
    return _("shipping"), text % late, _("As the newest order file has them; platforms fine what is shipped late.")


def say_enrolment(decision: Decision) -> tuple[str, str, str]:
    closing = decision.params["closing"]
    said = {"day": md(closing[0].until), "name": closing[0].name, "others": len(closing) - 1}
    several = _("Enrol from %(day)s on: %(name)s and %(others)d more")
    text = (several if len(closing) > 1 else _("Enrol until %(day)s: %(name)s")) % said
    return _("enrolment"), text, _("Nobody has noted that it was sent in.")


def say_unreviewed(decision: Decision) -> tuple[str, str, str]:
    campaign = decision.params["campaign"]
    days = Period(campaign.first_day, campaign.last_day)
    text = _("%(name)s (%(days)s) is over and has no review yet") % {"name": campaign.name, "days": span(days)}
    return _("review"), text, _("Its figures stand there already; what was learned is to be written.")


SAY = {
    "unreviewed": say_unreviewed,
    "enrolment": say_enrolment,
    "unshipped": say_unshipped,
    "alert": say_alert,
    "campaign": say_campaign,
    "missing_days": say_missing,
    "gap": say_gap,
    "yesterday": say_yesterday,
    "stopped": say_stopped,
    "no_traffic": say_no_traffic,
    "upload_ready": say_ready,
    "upload_refused": say_refused,
    "refund_rate": say_refunds,
    "good_rate": say_good_rate,
    "roi": say_roi,
    "no_target": say_no_target,
}


def empty_days(decision: Decision) -> str:
    """The query of the coverage page that asks whether nothing happened on the missing days; days apart from each other
    are chosen there."""
    kind, detail, days = decision.params["kind"], decision.params["detail"], decision.days
    told = {"source": f"{kind}:{detail}" if detail else kind, "month": f"{days[0]:%Y-%m}"}
    if (days[-1] - days[0]).days == len(days) - 1:
        told |= {"from": str(days[0]), "to": str(days[-1])}
    return urlencode(told)


Link = tuple[str, str]  # address and words
NOWHERE: Link = ("", "")


def to_import(_decision: Decision, slug: str) -> Link:
    return reverse("data", args=[slug]), _("Import")


def to_check(decision: Decision, slug: str) -> Link:
    return f"{reverse('platform_check', args=[slug])}?month={decision.days[-1]:%Y-%m}", _("Look at the days")


def to_upload(decision: Decision, slug: str) -> Link:
    return reverse("upload", args=[slug, decision.params["pk"]]), _("Look at the file")


def to_unshipped(_decision: Decision, slug: str) -> Link:
    return f"{reverse('unshipped', args=[slug])}?state=late&told=recent", _("See the orders")


def to_enrolments(_decision: Decision, slug: str) -> Link:
    return f"{reverse('enrolments', args=[slug])}?state=closing", _("Enrol")


def to_alert(decision: Decision, slug: str) -> Link:
    return reverse("alert", args=[slug, decision.params["alert"].pk]), _("Decide")


def to_campaign(decision: Decision, slug: str) -> Link:
    return reverse("campaign_live", args=[slug, decision.params["alarm"].campaign_id]), _("Decide")


def to_review(decision: Decision, slug: str) -> Link:
    return reverse("campaign_review", args=[slug, decision.params["campaign"].pk]), _("Write the review")


def to_month(decision: Decision, slug: str) -> Link:
    return f"{reverse('plan_month', args=[slug])}?month={decision.params['month']:%Y-%m}", _("Set the target")


def to_explanation(decision: Decision, slug: str) -> Link:
    """The days the rate of the sentence is of."""
    days = decision.period
    if days is None:
        return NOWHERE
    if decision.code == "refund_rate":
        days = Period(days.last, days.last)
    url = reverse("explain", args=[slug, RATES[decision.code]])
    return f"{url}?{days_query(days)}", _("See what is behind it")


def to_empty_days(decision: Decision, slug: str) -> Link:
    if decision.params["kind"] not in SAID:
        return NOWHERE
    return f"{reverse('coverage', args=[slug])}?{empty_days(decision)}#empty-days", _("Nothing happened")


def to_refunds(decision: Decision, slug: str) -> Link:
    number = decision.params["refunds"]
    if decision.period is None or not number:
        return NOWHERE
    words = ngettext("See %d refund", "See %d refunds", number) % number
    return f"{reverse('rows', args=[slug])}?of=refunds&sum=amount_fen&{days_query(decision.period)}", words


RATES = {"refund_rate": "refund_rate_amt", "good_rate": "good_rate", "roi": "roi"}  # and their KPIs
Place = tuple[Action, Callable[[Decision, str], Link]]  # who may go there
TAKEN: dict[str, Place] = {
    **dict.fromkeys(("missing_days", "yesterday", "stopped", "no_traffic", "gap"), (Action.IMPORT_DATA, to_import)),
    **dict.fromkeys(("upload_ready", "upload_refused"), (Action.VIEW_DATA, to_upload)),
    **dict.fromkeys(RATES, (Action.VIEW_KPIS, to_explanation)),
    "unshipped": (Action.VIEW_DATA, to_unshipped),
    "enrolment": (Action.VIEW_PRODUCTS, to_enrolments),
    "alert": (Action.VIEW_DATA, to_alert),
    "campaign": (Action.VIEW_PRODUCTS, to_campaign),
    "no_target": (Action.SET_TARGETS, to_month),
    "unreviewed": (Action.SET_TARGETS, to_review),
}
SEEN: dict[str, Place] = {
    "missing_days": (Action.IMPORT_DATA, to_empty_days),
    "gap": (Action.VIEW_DATA, to_check),
    "refund_rate": (Action.VIEW_DATA, to_refunds),
}


def links(decision: Decision, request: StoreRequest) -> tuple[str, str, str, str]:
    """Where the decision is taken, and where its rows are to be seen: address and words of each, "" for nowhere."""
    level = Level(request.member.level)

    def link(places: Mapping[str, Place]) -> Link:
        action, place = places.get(decision.code, (None, None))
        return place(decision, request.store.slug) if action and place and may(level, action) else NOWHERE

    return *link(TAKEN), *link(SEEN)
