from stores.services import channel_for
from tests.world import World


def test_a_platform_name_finds_its_channel_whatever_its_blanks_and_case(world: World) -> None:
    assert channel_for(world.store, " 关键词 推广").key == "zhitongche"


def test_an_unknown_source_becomes_a_channel_of_its_own(world: World) -> None:
    assert channel_for(world.store, "小红书").name == "小红书"
    assert channel_for(world.store, "小红书").id == channel_for(world.store, "小红书").id
