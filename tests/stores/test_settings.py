import datetime as dt

from django.test import Client
from django.urls import reverse

from kpis.models import ChannelDay, Plan, PlanCell, PlanRow, StaleDay
from kpis.queries import begun_before_opening, version
from opsplan.lib import clock
from stores.models import Channel, ChannelAlias, Store
from stores.services import channel_for
from tests.kpis.facts import count, march, order, spend, traffic
from tests.world import World


def test_an_owner_renames_the_store(world: World, client: Client) -> None:
    client.force_login(world.alice)
    form = {"name": "莲花旗舰店", "timezone": "Asia/Tokyo", "opened_on": "2020-05-01"}
    client.post(reverse("store_settings", args=["lotus"]), form)
    store = Store.objects.get(slug="lotus")
    assert (store.name, store.timezone, str(store.opened_on)) == ("莲花旗舰店", "Asia/Tokyo", "2020-05-01")


def test_an_unknown_time_zone_is_told_and_nothing_is_saved(world: World, client: Client) -> None:
    client.force_login(world.alice)
    answer = client.post(reverse("store_settings", args=["lotus"]), {"name": "新名", "timezone": "Mars/Base"})
    assert answer.status_code == 422
    assert list(answer.context["form"].errors) == ["timezone"]
    assert Store.objects.get(slug="lotus").name == "莲花护肤旗舰店"


def test_a_new_channel_is_found_by_its_names_from_then_on(world: World, client: Client) -> None:
    client.force_login(world.alice)
    form = {"channel-name": "抖音达人", "channel-is_paid": "on", "channel-alias": "达人 带货"}
    client.post(reverse("channel_add", args=["lotus"]), form)
    assert channel_for(world.store, "达人带货").name == "抖音达人"
    assert channel_for(world.store, "抖音达人").is_paid is True


def test_a_second_channel_of_a_name_is_refused(world: World, client: Client) -> None:
    client.force_login(world.alice)
    answer = client.post(reverse("channel_add", args=["lotus"]), {"channel-name": "直通车"})
    assert answer.status_code == 422
    assert Channel.objects.filter(store=world.store, name="直通车").count() == 1


def test_renaming_a_channel_keeps_its_key_and_its_names(world: World, client: Client) -> None:
    channel = Channel.objects.get(store=world.store, key="zhitongche")
    client.force_login(world.alice)
    client.post(reverse("channel_edit", args=["lotus", channel.pk]), {"name": "车", "is_paid": "on"})
    found = channel_for(world.store, "关键词推广")
    assert (found.key, found.name) == ("zhitongche", "车")
    assert channel_for(world.store, "车") == found


def test_a_name_of_another_channel_cannot_be_taken(world: World, client: Client) -> None:
    channel = Channel.objects.get(store=world.store, key="zhitongche")
    client.force_login(world.alice)
    answer = client.post(reverse("channel_edit", args=["lotus", channel.pk]), {"name": "直通车", "alias": "引力魔方"})
    assert list(answer.context["form"].errors) == ["alias"]
    assert channel_for(world.store, "引力魔方").key == "zuanzhan"


def test_a_name_taken_off_is_free_again(world: World, client: Client) -> None:
    alias = ChannelAlias.objects.get(store=world.store, name="关键词推广")
    client.force_login(world.alice)
    client.post(reverse("alias_delete", args=["lotus", alias.channel_id, alias.pk]))
    assert not ChannelAlias.objects.filter(store=world.store, name="关键词推广").exists()


def test_a_channel_of_another_store_cannot_be_touched_from_here(world: World, client: Client) -> None:
    strange = Channel.objects.get(store=world.other, key="search")
    client.force_login(world.alice)
    assert client.post(reverse("channel_edit", args=["lotus", strange.pk]), {"name": "x"}).status_code == 404


def test_a_renamed_channel_makes_kept_answers_old(world: World, client: Client) -> None:
    channel = Channel.objects.get(store=world.store, key="zhitongche")
    before = version(world.store)
    client.force_login(world.alice)
    client.post(reverse("channel_edit", args=["lotus", channel.pk]), {"name": "车", "is_paid": "on"})
    assert version(world.store) > before


def test_a_channel_that_becomes_paid_has_its_days_counted_again(world: World, client: Client) -> None:
    channel, day = Channel.objects.get(store=world.store, key="search"), dt.date(2026, 3, 3)
    ChannelDay.objects.create(store=world.store, day=day, channel_key="search", uv=7)
    ChannelDay.objects.create(store=world.store, day=day + dt.timedelta(days=1), channel_key="zuanzhan", uv=7)
    client.force_login(world.alice)
    for typed, stale in (({}, []), ({"is_paid": "on"}, [day])):
        client.post(reverse("channel_edit", args=["lotus", channel.pk]), {"name": "搜索", **typed})
        assert list(StaleDay.objects.values_list("day", flat=True)) == stale


def test_a_store_opened_with_another_platform_s_channels_can_take_its_own_once(world: World, client: Client) -> None:
    """Opened with Taobao's: 直通车 cost something, 淘宝客 stands in a plan, 聚划算 was renamed; 钻展 and 万相台 were
    never used. 全站推广, a name 万相台 had taken, becomes a channel of its own."""
    Store.objects.filter(pk=world.store.pk).update(platform="pdd")
    spend(world.store, 1, "zhitongche", "3")
    Channel.objects.filter(store=world.store, key="juhuasuan").update(name="聚")
    plan = Plan.objects.create(store=world.store, year=2026, number=1, created_at=clock.now())
    for key, month in (("taobaoke", 1), ("zuanzhan", None)):
        row = PlanRow.objects.create(plan=plan, key=f"promo_cost:{key}", unit="money")
        if month:
            PlanCell.objects.create(row=row, month=month, value=1, updated_at=clock.now())
    client.force_login(world.alice)
    offered = client.get(reverse("store_settings", args=["lotus"])).context["exchange"]
    assert {x.key for x in offered.gone} == {"zuanzhan", "wanxiangtai"}
    before, address = version(world.store), reverse("channel_exchange", args=["lotus"])
    client.post(address)
    client.post(address)  # there is nothing left to do
    assert set(Channel.objects.filter(store=world.store).values_list("name", flat=True)) == {
        "自然搜索", "直通车", "聚", "淘宝客", "老客户推广", "站外", "全站推广", "搜索推广", "场景推广", "多多进宝",
    }  # fmt: skip
    assert channel_for(world.store, "全站推广").name == "全站推广"
    assert [row.key for row in plan.rows.all()] == ["promo_cost:taobaoke"]
    assert version(world.store) == before + 1
    assert client.get(reverse("store_settings", args=["lotus"])).context["exchange"] is None


def test_an_opening_day_after_the_first_figures_is_told_and_can_be_moved(world: World, client: Client) -> None:
    """Visitors came on 3 March, an order on the 5th; a day without either, told by a file, is no beginning."""
    Store.objects.filter(pk=world.store.pk).update(opened_on=march(10))
    world.store.refresh_from_db()
    traffic(world.store, 1, uv=0)
    traffic(world.store, 3, uv=7)
    order(world.store, 5, "10")
    count(world.store)
    client.force_login(world.alice)
    page = client.get(reverse("store_settings", args=["lotus"]))
    assert (page.context["begun"], "2026-03-03" in page.content.decode()) == (march(3), True)
    assert "2026-03-03" in client.get(reverse("coverage", args=["lotus"])).content.decode()
    client.post(reverse("store_opening", args=["lotus"]))
    store = Store.objects.get(pk=world.store.pk)
    assert (store.opened_on, begun_before_opening(store)) == (march(3), None)
