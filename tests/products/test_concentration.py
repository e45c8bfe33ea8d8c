"""What few styles carry, by hand: ABC, the top fifth, roles, blended margin, the range."""

from decimal import Decimal

import pytest

from products.assortment import Kind, Norms, bands, by_band, grid, norms, warnings
from products.concentration import Style, abc, blended, curve, suggested, top_count, top_share
from stores.currency import like_yuan

D = Decimal


def style(key: str, uv: int | None, sales: int | None, gross: int | None = None, back: int = 0) -> Style:
    net = None if sales is None else sales - back
    rate = D(gross) / net if gross is not None and net else None
    uv_, sales_, gross_, net_ = (None if x is None else D(x) for x in (uv, sales, gross, net))
    return Style(key, uv_, sales_, gross_, rate, net_)


@pytest.mark.parametrize(
    ("sales", "classes"),
    [
        ((70, 15, 8, 4, 3), "AABBC"),  # 70, 85: the second crosses 80; 93, 97: the fourth crosses 95
        ((80, 15, 5), "ABC"),  # exactly 80 and exactly 95
        ((100,), "A"),
        ((50, 50, 0), "AAC"),
    ],
)
def test_the_style_that_crosses_80_percent_is_an_a(sales: tuple[int, ...], classes: str) -> None:
    found = abc([style(str(i), 1, x) for i, x in enumerate(sales)])
    assert "".join(found[str(i)] for i in range(len(sales))) == classes


def test_ties_go_by_visitors_and_then_by_code() -> None:
    found = abc([style("b", 1, 40), style("a", 1, 40), style("c", 9, 40)])
    assert found == {"c": "A", "a": "A", "b": "A"}
    assert abc([style("b", 1, 10), style("a", 1, 10), style("c", 9, 80)]) == {"c": "A", "a": "B", "b": "C"} | {"b": "B"}


def test_a_style_without_sales_is_a_c() -> None:
    assert abc([style("a", 5, None), style("b", 5, -3)]) == {"a": "C", "b": "C"}


@pytest.mark.parametrize(("count", "top"), [(45, 9), (1, 1), (5, 1), (6, 2), (0, 0)])
def test_the_top_fifth_is_rounded_up(count: int, top: int) -> None:
    assert top_count(count) == top


def test_the_curve_says_what_the_first_styles_hold() -> None:
    styles = [style(str(i), uv, 1) for i, uv in enumerate((80, 5, 5, 5, 5))]
    assert [x.share for x in curve(styles, "uv")] == [D("0.8"), D("0.85"), D("0.9"), D("0.95"), D(1)]
    assert [x.rank for x in curve(styles, "uv")] == [1, 2, 3, 4, 5]
    assert top_share(styles, "uv") == D("0.8")
    assert top_share([style("a", None, None)], "uv") is None


def test_what_brings_nothing_or_loses_holds_no_share() -> None:
    styles = [style("a", 1, 9, 60), style("b", 1, 9, 40), style("c", 1, 9, 0), style("d", 1, 9, -50)]
    assert [(x.key, x.share) for x in curve(styles, "gross")] == [("a", D("0.6")), ("b", 1)]


def test_roles_are_suggested_to_those_that_stand_out() -> None:
    seller = style("seen", 500, 100, 5)  # most visitors, 5 % margin
    earner = style("earns", 10, 300, 150)
    both = [style(f"p{i}", 5, 20, 6) for i in range(3)]
    assert suggested([seller, earner, *both]) == {"seen": "traffic", "earns": "profit"}
    star = style("star", 900, 400, 200)
    assert suggested([star, seller, *both]) == {"star": "hero"}


@pytest.mark.parametrize(
    ("uv", "margin", "role"),
    [(500, "0.24", "traffic"), (500, "0.25", None), (1, "0.24", None), (500, None, None)],
)
def test_a_traffic_builder_is_seen_most_and_earns_less_than_the_shop(uv: int, margin: str | None, role: str) -> None:
    asked = Style("x", D(uv), D(10), D(1), None if margin is None else D(margin), D(10))
    rest = [style(str(i), 100, 100, 25 + i) for i in range(4)]
    assert suggested([asked, *rest], mean=D("0.25")).get("x") == role


def test_the_blended_margin_shows_what_a_loss_leader_costs() -> None:
    assert blended([style("a", 1, 100, 40), style("b", 1, 100, -10), style("c", 1, 50)]) == D("0.15")
    assert blended([]) is None


def test_the_blended_margin_is_of_net_sales_like_that_of_each_style() -> None:
    """Both earn half of what stayed with the shop, so does the shop; of what was paid it would be 45 %, and a style
    with many visitors and 48 % would have been no traffic builder."""
    goods = [style("a", 5, 1_000, 450, back=100), style("b", 1, 500, 225, back=50)]
    assert [x.rate for x in goods] == [D("0.5")] * 2
    assert blended(goods) == D("0.5")
    seen = style("seen", 99, 100, 48)
    assert suggested([seen, *goods, *(style(str(i), 1, 10, 5) for i in range(2))]) == {"seen": "traffic", "a": "profit"}


@pytest.mark.parametrize(
    ("styles", "heroes", "told"),
    [(39, 2, ["few", "vip"]), (42, 2, ["vip"]), (50, 2, []), (51, 1, ["many", "heroes"]), (45, 3, ["vip", "heroes"])],
)
def test_the_range_is_40_to_45_of_50_styles_and_two_heroes(styles: int, heroes: int, told: list[str]) -> None:
    assert warnings([Kind("", "", None, 1, is_hero=i < heroes) for i in range(styles)]) == told


def test_breadth_is_styles_and_depth_is_skus_of_each() -> None:
    kinds = [Kind("面霜", "", 8_900, 3), Kind("面霜", "", 12_900, 2), Kind("面膜", "", None, 0)]
    assert [(x.name, x.styles, x.depth) for x in grid(kinds, "category")] == [
        ("面霜", 2, D("2.5")),
        ("面膜", 1, D("1.0")),
    ]
    assert by_band(kinds) == [(5_000, 1, 3), (10_000, 1, 2), (None, 1, 1)]


def test_price_bands_are_round_in_each_currency() -> None:
    """A cream for 24.90 dollars is one of 20 to 40, not the cheapest there is; 2,490 yen are one of 2,000 to 4,000."""
    of = {code: bands(like_yuan(code)) for code in ("CNY", "USD", "JPY", "CHF")}
    assert of["CNY"] == of["CHF"] == (0, 5_000, 10_000, 20_000, 50_000)
    assert of["USD"] == (0, 1_000, 2_000, 4_000, 10_000)
    assert by_band([Kind("", "", 2_490, 1)], of["USD"]) == [(2_000, 1, 1)]
    assert by_band([Kind("", "", 249_000, 1)], of["JPY"]) == [(200_000, 1, 1)]


def test_a_store_says_how_many_heroes_it_wants_from_one_to_five() -> None:
    assert norms({"heroes": "5", "least": "20"}) == Norms(least=20, heroes=5)
    assert norms({"heroes": "6", "least": "none"}) == Norms()
