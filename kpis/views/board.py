"""The frame around every tab of the board: its tabs, what it looks at, where its parts lead."""

from typing import Any

from django.templatetags.static import static
from django.urls import reverse
from django.utils.html import json_script
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy

from kpis.views.words import links_to
from opsplan.lib import clock
from staff.access import StoreRequest
from stores.spans import Span, span_from

TABS = (
    ("dashboard", gettext_lazy("Overview")),
    ("dashboard_why", gettext_lazy("Why it changed")),
    ("dashboard_week", gettext_lazy("Weekly sheet")),
    ("dashboard_products", gettext_lazy("Products")),
    ("dashboard_traffic", gettext_lazy("Traffic and ads")),
)


def frame(request: StoreRequest, tab: str, span: Span) -> dict[str, Any]:
    """What every tab needs: where it stands, what it looks at, where its parts lead."""
    slug = request.store.slug
    export = reverse("dashboard_export", args=[slug, "x"]).removesuffix("x")
    tabs = [{"label": label, "url": reverse(name, args=[slug]), "is_on": name == tab} for name, label in TABS]
    return {
        "span": span,
        "query": span.query(),
        "compare": span.compare,
        "tabs": tabs,
        "export": export,
        "plotly": static("plotly/plotly.min.js"),
        "products_url": reverse("dashboard_products", args=[slug]),
        "why_url": reverse("dashboard_why", args=[slug]),
        **links_to(request),
    }


def span_of(request: StoreRequest) -> Span:
    return span_from(request.GET, clock.today(request.store.timezone))


def as_json(element: str, data: Any) -> SafeString:
    """A JSON island that a module reads."""
    return json_script(data, element)
