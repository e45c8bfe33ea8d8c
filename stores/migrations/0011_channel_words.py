from django.db import migrations

from opsplan.lib.text import folded

SEARCH = {  # platform -> what its files call visitors who searched
    "jd": ("京东搜索", "站内搜索"),
    "pdd": ("拼多多搜索",),
    "douyin": ("抖音搜索", "抖音商城搜索"),
    "kuaishou": ("快手搜索", "快手商城搜索"),
    "1688": ("1688搜索", "站内搜索"),
    "youzan": ("微信搜一搜", "搜一搜", "店铺搜索"),
    "weidian": ("微店搜索", "微信搜一搜", "搜一搜"),
    "meituan": ("美团搜索", "大众点评搜索"),
}
ABROAD = {
    "search": ("Organic search", "Organic", "Search"),
    "loyal": ("Loyal customers", "Email and SMS", "Email", "E-mail", "SMS", "Klaviyo"),
    "offsite": ("Off-site", "External", "站外推广"),
}
TAOBAO, FAR = ("taobao", "tmall"), ("shopify", "woocommerce", "amazon")


def words_of(platform):
    """Channel key -> the words that stores of a platform opened today have and earlier ones may lack."""
    if platform in TAOBAO:
        return {}
    if platform in FAR:
        return ABROAD
    return {"search": SEARCH.get(platform, ()), "offsite": ("站外流量",)}


def add_words(apps, _schema):
    """Stores opened by an earlier version learn what their platform's files call the channels every shop has. A word
    that another channel has, and one that somebody took off, stays as people left it."""
    Channel, Alias = apps.get_model("stores", "Channel"), apps.get_model("stores", "ChannelAlias")
    off, missing = taken_off(apps), []
    known = set(Alias.objects.values_list("store", "name"))
    channels = Channel.objects.filter(key__in=ABROAD).select_related("store").order_by("pk")
    for channel in channels:
        for word in words_of(channel.store.platform).get(channel.key, ()):
            name = (channel.store_id, folded(word))
            if name not in known | off:
                known.add(name)
                missing.append(Alias(store_id=channel.store_id, channel=channel, name=name[1]))
    Alias.objects.bulk_create(missing)


def taken_off(apps):
    """(store, name) of every name that was taken off a channel, by the change log."""
    deleted = apps.get_model("auditlog", "LogEntry").objects.filter(
        content_type__app_label="stores", content_type__model="channelalias", action=2
    )
    found = set()
    for more, changes in deleted.values_list("additional_data", "changes"):
        name = ((changes or {}).get("name") or [""])[0]
        found |= {(int(pk), name) for pk in (more or {}).get("stores", {})}
    return found


class Migration(migrations.Migration):
    dependencies = [
        ("stores", "0010_contract_cap_tax"),
        ("auditlog", "0017_add_actor_email"),
    ]

    operations = [migrations.RunPython(add_words, migrations.RunPython.noop)]
