from django.db.models import Model

from kpis.measures import CHANNELS, COLUMN_AT, ENTRY_MEASURES, MEASURES, Grain
from kpis.models import ChannelDay, Coverage, ProductDay, StoreDay
from stores import services

ROW = {"id", "store", "day", "covered", "unfinished", "product_id_ref", "channel_key"}


def columns(model: type[Model]) -> set[str]:
    return {field.name for field in model._meta.get_fields()} - ROW


def test_the_columns_of_a_store_day_are_the_measures() -> None:
    assert columns(StoreDay) == {m.key for m in MEASURES.values() if m.stored and not m.channel}


def test_the_columns_of_finer_days_are_measures_of_that_grain() -> None:
    for model, grain in ((ProductDay, Grain.PRODUCT), (ChannelDay, Grain.CHANNEL)):
        named = COLUMN_AT[grain]
        wanted = {named.get(m.key, m.key) for m in MEASURES.values() if grain in m.grains}
        assert columns(model) == wanted - {"pay_buyers"}  # counted on base rows


def test_every_companion_is_a_measure() -> None:
    for m in MEASURES.values():
        assert all(name in MEASURES for name in (m.people, m.estimate) if name)
        assert m.source in {*Coverage.SourceKind.values, "entry"}


def test_the_channels_are_those_a_store_opens_with() -> None:
    assert list(CHANNELS) == [key for key, *_rest in services.CHANNELS]


def test_a_channel_measure_lies_in_a_column_of_the_channel_day() -> None:
    for m in MEASURES.values():
        if m.channel:
            assert ChannelDay._meta.get_field(m.column)


def test_brushing_is_typed_in_with_a_warning_and_otherwise_unknown() -> None:
    for key in ("brush_amt", "brush_cnt"):
        assert ENTRY_MEASURES[key].note
        assert ENTRY_MEASURES[key].absent_is_zero
    deductions = [m.key for m in MEASURES.values() if m.absent_is_zero and not m.key.startswith("deal_")]
    assert deductions == ["brush_amt", "brush_cnt", "restocked_qty"]


def test_a_people_count_never_adds_up_by_itself() -> None:
    for m in MEASURES.values():
        if "uv" in m.key or "buyers" in m.key:
            assert m.adds != "sum", m.key
