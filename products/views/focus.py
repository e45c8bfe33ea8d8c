"""80/20 and ABC, roles and heroes."""

from dataclasses import dataclass
from decimal import Decimal

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.core.paginator import Paginator
from django.db import transaction
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from kpis.queries import GOODS, Figure, Goods, last_days, names_changed
from opsplan.lib import clock
from products import concentration, roles
from products.concentration import Point
from products.models import Product, Role
from products.stages import ALIVE
from staff.access import StoreRequest, for_store
from staff.roles import Action
from stores.downloads import file_response
from stores.snapshot import one_version

ABC_DAYS = 90
PAGE = 200
COLUMNS = ("pay_amt", "uv", "gross", "gross_rate")
CURVES = ("uv", "sales", "gross")
WIDTH, HEIGHT = 600, 240


@dataclass(frozen=True)
class Line:
    """A style on the page: its figures, class, role in force and the one suggested."""

    product: Product
    known: Goods
    abc: str
    suggested: str

    @property
    def figures(self) -> dict[str, Figure]:
        return self.known.row(self.product.pk)

    @property
    def is_news(self) -> bool:
        now = concentration.HERO if self.product.is_hero else self.product.role
        return bool(self.suggested) and self.suggested != now


@dataclass(frozen=True)
class Curve:
    """A Pareto curve as SVG path data, and what the top 20 % hold."""

    key: str
    path: str
    top: Decimal | None


def path_of(points: list[Point], count: int) -> str:
    """The curve in a box of WIDTH x HEIGHT, from nothing at the left to all at the right."""
    if not points:
        return ""
    step = Decimal(WIDTH) / max(count, 1)
    told = [f"{step * x.rank:.1f},{HEIGHT - x.share * HEIGHT:.1f}" for x in points]
    return f"M0,{HEIGHT} L" + " L".join(told) + f" L{WIDTH},0"


@for_store(Action.VIEW_PRODUCTS)
@require_GET
@one_version()
def product_focus(request: StoreRequest) -> HttpResponse:
    today = clock.today(request.store.timezone)
    period = last_days(today, ABC_DAYS)
    products = list(Product.objects.filter(store=request.store, status__in=ALIVE))
    known = Goods(request.store, period, GOODS)
    styles = concentration.styles(products, known.value)
    classes, wanted = concentration.abc(styles), concentration.suggested(styles)
    lines = [Line(x, known, classes[x.code], wanted.get(x.code, "")) for x in products]
    lines.sort(key=lambda x: (-(known.value(x.product.pk, "pay_amt") or 0), x.product.code))
    if request.GET.get("format"):
        return focus_file(request, lines)
    heroes = [x for x in lines if x.product.is_hero]
    context = {
        "tab": "focus",
        "period": period,
        "curves": [
            Curve(x, path_of(concentration.curve(styles, x), len(styles)), concentration.top_share(styles, x))
            for x in CURVES
        ],
        "page": Paginator(lines, PAGE).get_page(request.GET.get("page")),
        "count": len(lines),
        "top_count": concentration.top_count(len(styles)),
        "classes": {name: sum(1 for x in lines if x.abc == name) for name in "ABC"},
        "margin": concentration.blended(styles),
        "heroes": heroes,
        "most_heroes": roles.heroes_wanted(request.store),
        "leaders": [x for x in lines if (rate := known.value(x.product.pk, "gross_rate")) is not None and rate < 0],
        "roles": Role.choices,
        "may_edit": request.member.may(Action.EDIT_PRODUCTS),
    }
    return render(request, "products/focus.html", context)


def focus_file(request: StoreRequest, lines: list[Line]) -> HttpResponse:
    names = {"hero": _("Hero"), **{key: str(label) for key, label in Role.choices if key}}
    heads = [
        _("Merchant code"), _("Product"), "ABC", _("Sales"), _("Visitors"), _("Gross profit"), _("Margin"), _("Role"),
        _("Suggested"),
    ]  # fmt: skip
    rows = [
        [x.product.code, x.product.title, x.abc, *(x.known.value(x.product.pk, key) for key in COLUMNS),
         names["hero"] if x.product.is_hero else names.get(x.product.role, ""),
         names.get(x.suggested, "") if x.is_news else ""]
        for x in lines
    ]  # fmt: skip
    return file_response(request.GET["format"], f"{request.store.slug}-abc", heads, rows)


@for_store(Action.EDIT_PRODUCTS)
@require_POST
def product_role(request: StoreRequest, pk: int) -> HttpResponseRedirect:
    """Set a role, or make a hero of a style or stop that."""
    product = Product.objects.filter(store=request.store, pk=pk).first()
    if product is None:
        raise Http404
    try:
        with transaction.atomic():
            if "hero" in request.POST:
                roles.set_hero(product, request.POST["hero"] == "1")
            else:
                roles.set_role(product, request.POST.get("role", ""))
            names_changed(request.store)
    except ValidationError as problem:
        messages.error(request, " ".join(problem.messages))
    else:
        messages.success(request, _("Saved."))
    if request.POST.get("back") == "product":
        return redirect("product", request.store.slug, pk)
    return redirect("product_focus", request.store.slug)
