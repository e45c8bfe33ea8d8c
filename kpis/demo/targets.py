"""What a demo shop aims at: year plans with words and budgets, day weights, milestones, cash, alert rules."""

import datetime as dt
from collections.abc import Iterator
from decimal import Decimal
from fractions import Fraction

from kpis.advice import milestones
from kpis.alerting import alert_rules
from kpis.days.day_cells import set_weights
from kpis.demo.ads import SYSTEMS
from kpis.demo.shop import SALE_DAYS, WEEKDAYS, Month, Shop, month_plan, part_open
from kpis.models import CashLine, PlanRow, Target
from kpis.planning.year import BUDGETS
from kpis.year import plans
from kpis.year.plan_cells import Change, set_cells
from kpis.year.plan_products import link
from kpis.year.plan_rows import CHANNEL, HEROES
from opsplan.lib import clock
from opsplan.lib.periods import DAY
from staff.models import User
from stores.models import Store

# the words of the founding sheet, a month each
WORDS = {
    "theme": (
        "会员1+1", "美白免费体验", "秀美肌 赢好礼", "美白专场秒杀", "晒宝贝情书", "会员生日惠",
        "会员专场秒杀", "秒杀大奖", "新品首发", "双11蓄水", "双11", "岁末感恩",
    ),
    "heroes": ("调理霜、养颜水",) * 3 + ("调理霜、面膜、老美白",) * 4 + ("去黑头、调理霜、面膜",) * 5,
    "gifts": (
        "小样 1 份", "满 99 送面膜 1 片", "满 99 送面膜 1 片", "满 128 送小样", "满 128 送小样", "生日礼包",
        "满 128 送面膜 2 片", "满 168 送化妆棉", "满 168 送化妆棉", "预售送旅行装", "满 299 送旅行装", "满 199 送日历",
    ),
    "new_items": ("", "", "面膜上新", "", "晒后修护", "", "", "去黑头套装", "秋冬霜", "", "", "年货礼盒选品"),
    "stage": ("打基础，攒评价",) * 3 + ("放量，养老客",) * 5 + ("冲大促",) * 4,
}  # fmt: skip
# words of the sheet, and what a title has to say to be meant by them
MEANT = {"调理霜": "面霜", "养颜水": "爽肤水", "面膜": "面膜", "老美白": "烟酰胺", "去黑头": "去黑头"}
AFFILIATE_RATE = 0.006  # of sales goes to 淘宝客
PEOPLE_RATE, TOOLS = 0.05, 1200  # wages as a part of sales, yuan a month for tools
RULES = ("conversion_low", "visitors_low", "good_rate_low")
EVENTS = dict(zip(SALE_DAYS, ("mid_year_618", "double_11", "double_12"), strict=True))


def set_plans(shop: Shop, store: Store, today: dt.date, by: User, *, volume: float) -> None:
    """Targets for every month of this year and the last. This year's are the table; the last year was aimed a little
    higher than it went, so that it did not quite get there."""
    now, rows = clock.now(), []
    for year in (today.year - 1, today.year):
        for number in range(1, 13):
            month = dt.date(year, number, 1)
            part = part_open(shop, month, today)
            if part:
                ambition = 1.0 if year == today.year else 1.03
                values = target_values(month_plan(shop, month, today), volume * ambition, part)
                rows += [
                    Target(store=store, metric=metric, month=month, value=value, by=by, updated_at=now)
                    for metric, value in values.items()
                ]
    Target.objects.bulk_create(rows)
    for year in (today.year - 1, today.year):
        plan = plans.start(store, year, by, basis="30")
        texts = WORDS | {HEROES: tuple(hero_codes(shop, text) for text in WORDS[HEROES])}
        words = [Change(row, month, text=text) for row, said in texts.items() for month, text in enumerate(said, 1)]
        set_cells(plan, words + list(budgets(shop, year, today, volume)), by)
        plans.approve(plan, by)
    special = {f"event:{key}": Decimal(str(SALE_DAYS[day])) for day, key in EVENTS.items()}
    set_weights(store, dt.date(today.year - 1, 1, 1), [Decimal(str(x)) for x in WEEKDAYS], special, by)


def hero_codes(shop: Shop, text: str) -> str:
    """The styles that a month's words mean, a code a line: the best known whose title says so, else the best left."""
    ranked, chosen = sorted(shop.styles, key=lambda x: (-x.popularity, x.code)), list[str]()
    for word in text.split("、"):
        left = [x for x in ranked if x.code not in chosen]
        chosen += [x.code for x in [x for x in left if MEANT[word] in x.title][:1] or left[:1]]
    return "\n".join(chosen)


def tie_heroes(store: Store) -> None:
    """Once the products are there: the plans' hero products become these."""
    for row in PlanRow.objects.filter(plan__store=store, key=HEROES):
        link(store, row, range(1, 13))


def target_values(plan: Month, volume: float, part: Fraction) -> dict[str, Decimal]:
    """A month of the table as targets: yuan for the part of it that the shop is open, visitors a day, conversion, yuan
    a buyer."""
    return {
        "real_amt": Decimal(round(plan.amount * volume * part)),
        "uv": Decimal(round(plan.uv * volume)),
        "pay_cvr": Decimal(str(round(plan.cvr, 4))),
        "aov_buyer": Decimal(str(round(plan.aov, 2))),
    }


def budgets(shop: Shop, year: int, today: dt.date, volume: float) -> Iterator[Change]:
    """Ad money by channel, as the shop spends it, and the three budgets; yuan a month."""
    for number in range(1, 13):
        month = dt.date(year, number, 1)
        part = part_open(shop, month, today)
        if not part:
            continue
        sales = month_plan(shop, month, today).amount * volume * part
        ads = {key: share * shop.ad_rate for key, (share, *_rest) in SYSTEMS.get(shop.platform, {}).items()}
        if shop.ad_rate:
            ads["taobaoke"] = AFFILIATE_RATE
        for key, rate in ads.items():
            yield Change(CHANNEL + key, number, Decimal(round(sales * rate, -1)))
        advertising, people, tools = BUDGETS
        yield Change(advertising, number, Decimal(round(sales * sum(ads.values()), -1)))
        yield Change(people, number, Decimal(round(sales * PEOPLE_RATE, -1)))
        yield Change(tools, number, Decimal(round(TOOLS * part)))


def set_goals(shop: Shop, store: Store, today: dt.date, by: User, *, volume: float) -> None:
    """Milestones between what the shop reached and what it still has to, the founding phases, the cash it has."""
    month = month_plan(shop, today.replace(day=1), today)
    orders = month.amount * volume / 30 / month.aov
    first = max(shop.opened_on(today), dt.date(today.year, 1, 1))
    for part, due in ((0.5, today - 30 * DAY), (0.9, today + 10 * DAY), (2.5, dt.date(today.year + 1, 6, 30))):
        goal = Decimal(max(1, round(orders * part, -1) or round(orders * part)))
        if first < due:
            milestones.set_milestone(
                store, by, title=f"日发 {goal} 单", metric="pay_order_cnt", goal=goal, start=first, due=due,
                conversion=Decimal(str(round(month.cvr, 4))),
            )  # fmt: skip
    milestones.found_phases(store)
    for number in range(1, 13):
        sales = month_plan(shop, dt.date(today.year, number, 1), today).amount * volume
        day = dt.date(today.year, number, 1)
        milestones.add_cash(store, by, day, CashLine.Kind.CASH, Decimal(round(sales * 0.75, -2)), "回款投入")
        milestones.add_cash(store, by, day, CashLine.Kind.STOCK, Decimal(round(sales * 0.42, -2)), "备货")
    proposed = alert_rules.proposals(store)
    for key in RULES:
        if key not in proposed:  # the platform has no such figure
            continue
        alert_rules.save(proposed[key], by, people=[by])
