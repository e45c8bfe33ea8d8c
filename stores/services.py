"""Opening a store and naming its channels."""

from collections.abc import Iterable
from functools import cache
from itertools import count, groupby
from zoneinfo import available_timezones

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.text import slugify
from django.utils.translation import gettext as _

from opsplan.fitting import fitting
from opsplan.lib import clock
from opsplan.lib.text import folded
from stores.currency import is_code
from stores.models import Brand, Channel, ChannelAlias, Platform, Store

# Platforms on which a buyer has one name everywhere, and which of them share their buyers.
BUYER_REALMS = {Platform.TAOBAO: "taobao", Platform.TMALL: "taobao", Platform.JD: "jd"}

USUAL_ZONES = (
    "Asia/Shanghai",
    "Asia/Hong_Kong",
    "Asia/Taipei",
    "Asia/Singapore",
    "Asia/Tokyo",
    "America/Los_Angeles",
    "America/New_York",
    "Europe/London",
    "Europe/Berlin",
    "UTC",
)
REGIONS = ("Africa", "America", "Asia", "Atlantic", "Australia", "Europe", "Indian", "Pacific")

# key, name, paid, other names (G19). Stores add their own.
ChannelWords = tuple[str, str, bool, tuple[str, ...]]
CHANNELS: list[ChannelWords] = [
    ("search", "自然搜索", False, ("手淘搜索", "淘宝搜索", "天猫搜索", "搜索")),
    ("zhitongche", "直通车", True, ("关键词推广", "标准推广")),
    ("zuanzhan", "钻展", True, ("精准人群推广", "人群推广", "引力魔方", "钻石展位", "超级钻展", "超级推荐", "智钻")),
    ("juhuasuan", "聚划算", True, ("聚划算佣金",)),
    ("taobaoke", "淘宝客", True, ("淘客", "淘宝客佣金")),
    ("loyal", "老客户推广", True, ("老客推广", "老客户")),
    (
        "wanxiangtai",
        "万相台·其他",
        True,
        ("万相台", "万相台无界", "全站推广", "智能场景", "货品运营", "内容营销", "店铺直达", "品销宝"),
    ),
    ("offsite", "站外", True, ("站外推广", "淘外流量", "站外投放")),
]
TAOBAO = (Platform.TAOBAO, Platform.TMALL)
EVERYWHERE = ("search", "loyal", "offsite")  # shops of other platforms have these and ad systems of their own
SHOP_OF_ONES_OWN = (
    ("Google Ads", "Google", "AdWords", "谷歌广告"),
    ("Meta Ads", "Meta", "Facebook", "Facebook Ads", "Instagram"),
    ("TikTok Ads", "TikTok"),
    ("Affiliates", "Affiliate", "联盟"),
)
AD_SYSTEMS: dict[str, tuple[tuple[str, ...], ...]] = {  # of each the name, then other names
    Platform.JD: (("京东快车",), ("购物触点",), ("京东展位",), ("京挑客",)),
    Platform.PDD: (("全站推广",), ("搜索推广", "多多搜索"), ("场景推广", "多多场景"), ("多多进宝",)),
    Platform.DOUYIN: (("千川", "巨量千川"), ("精选联盟", "达人佣金")),
    Platform.KUAISHOU: (("磁力金牛",), ("快分销",)),
    Platform.SHOPIFY: SHOP_OF_ONES_OWN,
    Platform.WOOCOMMERCE: SHOP_OF_ONES_OWN,
    Platform.AMAZON: (("Sponsored Products", "SP"), ("Sponsored Brands", "SB"), ("Sponsored Display", "SD")),
}
SEARCH: dict[str, tuple[str, ...]] = {  # what files of a platform call visitors who searched
    Platform.JD: ("京东搜索", "站内搜索"),
    Platform.PDD: ("拼多多搜索",),
    Platform.DOUYIN: ("抖音搜索", "抖音商城搜索"),
    Platform.KUAISHOU: ("快手搜索", "快手商城搜索"),
    Platform.ALIBABA1688: ("1688搜索", "站内搜索"),
    Platform.YOUZAN: ("微信搜一搜", "搜一搜", "店铺搜索"),
    Platform.WEIDIAN: ("微店搜索", "微信搜一搜", "搜一搜"),
    Platform.MEITUAN: ("美团搜索", "大众点评搜索"),
}
ABROAD = (Platform.SHOPIFY, Platform.WOOCOMMERCE, Platform.AMAZON)  # what EVERYWHERE is called there
ABROAD_WORDS: list[ChannelWords] = [
    ("search", "Organic search", False, ("Organic", "Search", "自然搜索", "搜索")),
    ("loyal", "Loyal customers", True, ("Email and SMS", "Email", "E-mail", "SMS", "Klaviyo", "老客户推广")),
    ("offsite", "Off-site", True, ("External", "站外", "站外推广")),
]


@cache
def time_zones() -> frozenset[str]:
    """The IANA names this machine knows; gathering them reads a whole folder, so it is done once."""
    return frozenset(available_timezones())


def zone_choices(current: str = "") -> list[tuple[str, list[tuple[str, str]]]]:
    """Time zones as a form offers them, grouped: where most shops are, then by part of the world."""
    usual = list(dict.fromkeys(filter(None, [current, *USUAL_ZONES])))
    rest = sorted(name for name in time_zones() if name.split("/")[0] in REGIONS)
    by_region = groupby(rest, key=lambda name: name.split("/")[0])
    groups = [(_("Often used"), usual), *((region, list(names)) for region, names in by_region)]
    return [(label, [(name, name) for name in names]) for label, names in groups]


def channels_of(platform: str) -> list[ChannelWords]:
    """The channels a store of a platform begins with."""
    if platform in TAOBAO:
        return CHANNELS
    own: list[ChannelWords] = [(folded(name), name, True, tuple(more)) for name, *more in AD_SYSTEMS.get(platform, ())]
    return own + (ABROAD_WORDS if platform in ABROAD else [usual(platform, x) for x in CHANNELS if x[0] in EVERYWHERE])


def usual(platform: str, words: ChannelWords) -> ChannelWords:
    """A channel that every shop has, in the words of a platform other than Taobao."""
    key, name, is_paid, others = words
    mine = {"search": (*SEARCH.get(platform, ()), "搜索"), "offsite": ("站外推广", "站外投放", "站外流量")}
    return key, name, is_paid, mine.get(key, others)


@cache
def is_elsewhere(platform: str, key: str) -> bool:
    """Whether a channel (by its key) is one that only other platforms have."""
    own = {name for words in channels_of(platform) for name in (words[0], *names_of(words))}
    others = (words for each in Platform for words in channels_of(each))
    return key not in own and any(key in (words[0], *names_of(words)) for words in others)


def names_of(words: ChannelWords) -> set[str]:
    """What a channel is called in files, as names are matched."""
    return {folded(name) for name in (words[1], *words[3])}


def add_channels(store: Store, found: Iterable[ChannelWords]) -> None:
    for position, words in enumerate(found):
        key, label, is_paid, _aliases = words
        channel = Channel.objects.create(store=store, key=key, name=label, is_paid=is_paid, position=position)
        ChannelAlias.objects.bulk_create(
            ChannelAlias(store=store, channel=channel, name=name) for name in sorted(names_of(words))
        )


@transaction.atomic
def create_store(
    slug: str,
    name: str,
    platform: str,
    currency: str = "CNY",
    timezone: str = "Asia/Shanghai",
    brand: str = "",
    client: str = "",
) -> Store:
    """A store with the usual channels. ValidationError names the field that is wrong."""
    if platform not in Platform.values:
        raise ValidationError({"platform": _("Unknown platform; choose one of: %s.") % ", ".join(Platform.values)})
    if timezone not in time_zones():
        raise ValidationError({"timezone": _("Unknown time zone; write it like Asia/Shanghai.")})
    if not is_code(currency):
        raise ValidationError({"currency": _("A currency has three letters, like CNY.")})
    store = Store(slug=slug, name=name, platform=platform, currency=currency.upper(), timezone=timezone)
    store.buyer_realm = BUYER_REALMS.get(Platform(platform), "")
    store.client = one_line(client)
    store.full_clean()
    store.brand = brand_named(brand)
    store.save()
    add_channels(store, channels_of(platform))
    return store


def close_store(store: Store) -> None:
    """Hide the store from lists and jobs; what is in it stays and can be read."""
    if store.closed_at is None:
        store.closed_at = clock.now()
        store.save(update_fields=["closed_at"])


def reopen_store(store: Store) -> None:
    if store.closed_at is not None:
        store.closed_at = None
        store.save(update_fields=["closed_at"])


def free_slug(name: str, platform: str) -> str:
    """A short name nobody has: of the name's Latin letters, else of the platform."""
    base = slugify(name)[:40] or slugify(platform) or "shop"
    taken = set(Store.objects.filter(slug__startswith=base).values_list("slug", flat=True))
    numbered = (f"{base}-{n}" for n in count(2))
    return base if base not in taken else next(slug for slug in numbered if slug not in taken)


def one_line(text: str) -> str:
    """A name as typed, without blanks around it and with one between its words."""
    return " ".join(text.split())


def brand_named(name: str) -> Brand | None:
    """The brand of that name, made when it is new; None for a blank one."""
    name = fitting("brand", one_line(name), 60)
    return Brand.objects.get_or_create(name=name)[0] if name else None


def channel_for(store: Store, name: str, *, is_paid: bool = False) -> Channel:
    """The channel a platform calls `name`; an unknown name becomes a channel of its own (free names, G19)."""
    alias = ChannelAlias.objects.select_related("channel").filter(store=store, name=folded(name)).first()
    if alias:
        return alias.channel
    channel, _created = Channel.objects.get_or_create(
        store=store, key=folded(name)[:60], defaults={"name": name[:60], "is_paid": is_paid}
    )
    ChannelAlias.objects.get_or_create(store=store, name=folded(name)[:100], defaults={"channel": channel})
    return channel
