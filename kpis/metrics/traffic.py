"""Traffic (domain.md 2.1)."""

from kpis.metrics.base import COUNT, DOWN, MONEY, NEUTRAL, RATIO, Unit, ratio, sums
from opsplan.lib.text import gettext_noop as _

DAILY = _("Days are added up: the platform counts people once a day, so over several days some are counted again.")
ATTRIBUTED = _("By the platform's flow sources; a visitor who came two ways counts in both.")

CHANNEL_UV = (
    ("search", _("Visitors: natural search"), "G19"),
    ("zhitongche", _("Visitors: Zhitongche"), "S006"),
    ("zuanzhan", _("Visitors: Zuanzhan"), "S006"),
    ("taobaoke", _("Visitors: Taobaoke"), "S006"),
    ("juhuasuan", _("Visitors: Juhuasuan"), "G19"),
    ("loyal", _("Visitors: old-customer promotion"), "G19"),
    ("wanxiangtai", _("Visitors: Wanxiangtai and others"), "G19"),
    ("offsite", _("Visitors: off-site"), "G19"),
)

TRAFFIC = (
    sums("uv", _("Visitors"), _("people who visited the shop"), "uv", "S004, S115", adds="distinct", note=DAILY,
         plannable=True, target="day"),
    sums("pv", _("Page views"), _("pages opened"), "pv", "S115, S117"),
    sums("ip", _("IP addresses"), _("IP addresses seen, typed by hand"), "ip", "S115", better=NEUTRAL, adds="distinct",
         note=DAILY),
    ratio("pv_per_uv", _("Page views per visitor"), _("page views ÷ visitors"), "pv", "uv", "S117", RATIO),
    ratio("visit_depth", _("Visit depth"), _("page views ÷ visits"), "pv", "visits", "S117, S119", RATIO,
          note=_("Pages per visit. Where a platform does not count visits, read page views per visitor instead.")),
    ratio("visit_depth_rate", _("Share of deep visits"), _("visits of three pages or more ÷ visits"), "deep_visits",
          "visits", "S117"),
    ratio("visit_time_rate", _("Share of long visits"), _("visits of a minute or more ÷ visits"), "long_visits",
          "visits", "S117"),
    ratio("stay_time", _("Average time on site"), _("seconds stayed ÷ visitors"), "stay_total", "uv", "S115, S117",
          Unit.SECONDS, note=_("Weighted by visitors; a platform's period figure is the plain mean of the days.")),
    ratio("bounce_rate", _("Bounce rate"), _("visits of one page ÷ visits"), "bounce_total", "bounce_base", "2.1",
          better=DOWN, note=_("Weighted by visits, by visitors where the platform does not count visits.")),
    ratio("new_uv_share", _("Share of new visitors"), _("new visitors ÷ visitors"), "new_uv", "uv", "S115",
          better=NEUTRAL, note=_("New: no visit in the six days before.")),
    ratio("old_uv_share", _("Share of returning visitors"), _("returning visitors ÷ visitors"), "old_uv", "uv", "S115",
          better=NEUTRAL, note=_("Returning: also seen in the six days before.")),
    ratio("fav_rate", _("Favourite rate"), _("visitors who favourited ÷ visitors"), "fav_uv", "uv", "2.1"),
    ratio("cart_rate", _("Add-to-cart rate"), _("visitors who added to cart ÷ visitors"), "cart_uv", "uv", "2.1"),
    ratio("fav_cart_rate", _("Favourite or add-to-cart rate"),
          _("visitors who favourited or added to cart ÷ visitors"), "fav_cart_uv", "uv", "2.1",
          note=_("Somebody who did both counts once: it is not the sum of the two rates. Typed by hand.")),
    sums("paid_uv", _("Visitors from paid channels"), _("visitors of all paid channels"), "paid_uv", "S006",
         better=NEUTRAL, adds="distinct", note=ATTRIBUTED),
    ratio("search_uv_share", _("Share of natural search"), _("visitors from natural search ÷ visitors"), "search_uv",
          "uv", "2.1", note=ATTRIBUTED),
    ratio("paid_uv_share", _("Share of paid visitors"), _("visitors from paid channels ÷ visitors"), "paid_uv", "uv",
          "2.1", better=NEUTRAL, note=ATTRIBUTED),
    ratio("ad_ctr", _("Click rate"), _("clicks ÷ impressions"), "ad_clicks", "ad_impressions", "2.1"),
    ratio("cpc", _("Cost per click"), _("cost ÷ clicks"), "click_cost", "ad_clicks", "2.1", MONEY, DOWN),
    ratio("cpm", _("Cost per thousand impressions"), _("cost ÷ impressions × 1000"), "view_cost", "ad_impressions",
          "2.1", MONEY, DOWN, factor=1000),
    ratio("uv_cost", _("Cost per paid visitor"), _("promotion cost ÷ visitors from paid channels"), "promo_cost",
          "paid_uv", "2.1", MONEY, DOWN),
    ratio("home_buy_rate", _("Home page purchase rate"), _("buyers who came by the home page ÷ its visitors"),
          "home_pay_buyers", "home_uv", "S120"),
    ratio("item_buy_rate", _("Item page purchase rate"), _("buyers by item ÷ visitors of item pages"),
          "item_pay_buyers", "item_uv", "S120", note=_("Added up over items: a visitor of two items counts twice.")),
    sums("search_rank", _("Place in popularity search"), _("the shop's best place, typed by hand"), "search_rank",
         "S068, S069", better=DOWN, adds="snapshot",
         note=_("Growth aims at the first ten, maturity at the first five.")),
    sums("category_rank", _("Place in the category by sales"), _("the hero product's place, typed by hand"),
         "category_rank", "S069", better=DOWN, adds="snapshot", note=_("Maturity begins at the first five.")),
    *(sums(f"uv_{key}", label, _("visitors of the channel"), f"uv_{key}", source, COUNT, NEUTRAL, "distinct",
           ATTRIBUTED) for key, label, source in CHANNEL_UV),
)  # fmt: skip
