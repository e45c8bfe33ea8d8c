"""The pickers of the top bar: which days, and against which."""

from typing import Any

from django import template
from django.template.context import RequestContext

from opsplan.lib import clock
from opsplan.lib.periods import Period
from staff.templatetags.frame import url_with
from stores import spans
from stores.calendars import calendar_of

register = template.Library()


@register.simple_tag(takes_context=True)
def span_choices(context: RequestContext) -> dict[str, Any]:
    """The entries of the period and comparison pickers; each link keeps everything else in the URL."""
    span: spans.Span = context["span"]
    today = context.get("span_today") or clock.today(context["request"].store.timezone)
    presets = [
        {
            "key": key,
            "label": label,
            "period": spans.preset_period(key, today),
            "url": url_with(context, period=key, from_=None, to=None, page=None),
            "is_on": key == span.preset,
        }
        for key, label in spans.PRESETS.items()
    ]
    calendar = context.get("calendar") or calendar_of(getattr(context["request"], "store", None))
    festivals = [
        {
            "label": x.label,
            "period": x.period,
            "url": url_with(context, period="custom", from_=x.period.first, to=x.period.last, page=None),
            "is_on": x.period == span.period,
        }
        for x in spans.festivals_before(today, calendar)
    ]
    comparisons = [
        {"key": key, "label": label, "is_on": key in span.compare, "url": compare_url(context, span, key)}
        for key, label in spans.COMPARISONS.items()
    ]
    others = [(name, x) for name, x in context["request"].GET.items() if name not in {"period", "from", "to", "page"}]
    return {
        "presets": presets,
        "earlier": step_url(context, spans.stepped(span.period, -1)),
        "later": step_url(context, spans.later(span, today)),
        "festivals": festivals,
        "label": span.label(calendar),
        "comparisons": comparisons,
        "others": others,
        "today": today,
    }


def step_url(context: RequestContext, period: Period | None) -> str:
    """This page over other days; "" where there are none."""
    return url_with(context, period="custom", from_=period.first, to=period.last, page=None) if period else ""


def compare_url(context: RequestContext, span: spans.Span, key: str) -> str:
    """This page with the comparison `key` turned over. None left is said by an empty `compare=`."""
    left = [x for x in spans.COMPARISONS if (x in span.compare) != (x == key)]
    url = url_with(context, compare=",".join(left))
    return url if left else f"{url}{'' if url == '?' else '&'}compare="
