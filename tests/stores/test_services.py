from importlib import import_module

import pytest
from django.apps import apps

from stores.models import Channel, ChannelAlias, Platform
from stores.services import CHANNELS, EVERYWHERE, channel_for, channels_of, create_store, names_of
from tests.world import World

UPGRADE = import_module("stores.migrations.0011_channel_words")


def test_a_platform_name_finds_its_channel_whatever_its_blanks_and_case(world: World) -> None:
    assert channel_for(world.store, " 关键词 推广").key == "zhitongche"


def test_a_store_begins_with_the_ad_systems_of_its_platform(db: None) -> None:
    assert channels_of("tmall") is CHANNELS
    shop = create_store("pdd", "拼多多店", "pdd")
    keys = list(Channel.objects.filter(store=shop).order_by("position").values_list("key", flat=True))
    assert keys == ["全站推广", "搜索推广", "场景推广", "多多进宝", "search", "loyal", "offsite"]
    assert channel_for(shop, "全站推广").name == "全站推广"  # on Taobao it is a part of 万相台
    names = {name for _key, name, *_more in channels_of("shopify") + channels_of("amazon")}
    assert names >= {"Meta Ads", "Sponsored Products", "Organic search"}
    assert all(name.isascii() for name in names)
    assert [key for key, *_more in channels_of("youzan")] == ["search", "loyal", "offsite"]


def test_an_unknown_source_becomes_a_channel_of_its_own(world: World) -> None:
    assert channel_for(world.store, "小红书").name == "小红书"
    assert channel_for(world.store, "小红书").id == channel_for(world.store, "小红书").id


def test_what_every_shop_has_is_called_as_its_platform_calls_it() -> None:
    """Only Taobao searches in 手淘; the channel keeps its key and name everywhere."""
    found = {platform: {words[0]: words for words in channels_of(platform)} for platform in Platform}
    taobao = {platform for platform, words in found.items() if "手淘搜索" in words["search"][3]}
    assert taobao == {"taobao", "tmall"}
    first = {platform: words["search"][3][0] for platform, words in found.items()}
    assert (first["kuaishou"], first["1688"], first["youzan"]) == ("快手搜索", "1688搜索", "微信搜一搜")
    assert {words["search"][1] for words in found.values()} == {"自然搜索", "Organic search"}
    assert "淘外流量" not in found[Platform.KUAISHOU]["offsite"][3]


@pytest.mark.parametrize("platform", Platform.values)
def test_a_store_opened_earlier_learns_the_words_a_new_one_begins_with(platform: str, db: None) -> None:
    shop = create_store("early", "早店", platform)
    words = {words[0]: names_of(words) for words in channels_of(platform) if words[0] in EVERYWHERE}
    then = {words[0]: names_of(words) for words in CHANNELS if words[0] in EVERYWHERE}  # all stores began with these
    aliases = ChannelAlias.objects.filter(store=shop, channel__key__in=EVERYWHERE)
    aliases._raw_delete(using=aliases.db)  # past the change log
    for channel in Channel.objects.filter(store=shop, key__in=EVERYWHERE):
        ChannelAlias.objects.bulk_create(
            ChannelAlias(store=shop, channel=channel, name=name) for name in sorted(then[channel.key])
        )
    UPGRADE.add_words(apps, None)
    for key, mine in words.items():
        have = set(ChannelAlias.objects.filter(store=shop, channel__key=key).values_list("name", flat=True))
        assert have == mine | then[key]
    before = ChannelAlias.objects.count()
    UPGRADE.add_words(apps, None)
    assert ChannelAlias.objects.count() == before


def test_words_that_people_took_off_or_gave_to_another_channel_stay_as_they_are(db: None) -> None:
    shop, twin = (create_store(slug, slug, "jd") for slug in ("early", "twin"))
    ChannelAlias.objects.get(store=shop, name="京东搜索").delete()
    lost = ChannelAlias.objects.filter(store=twin, name="京东搜索")
    lost._raw_delete(using=lost.db)
    moved = ChannelAlias.objects.get(store=shop, name="站内搜索")
    moved.channel = Channel.objects.get(store=shop, key="offsite")
    moved.save()
    UPGRADE.add_words(apps, None)
    assert not ChannelAlias.objects.filter(store=shop, name="京东搜索").exists()
    assert ChannelAlias.objects.get(store=shop, name="站内搜索").channel.key == "offsite"
    assert ChannelAlias.objects.get(store=twin, name="京东搜索").channel.key == "search"
