from kpis.ingest.header import Header


def test_a_column_is_known_without_its_unit_unless_another_one_is_called_so():
    header = Header(["日期", "整体消耗（元）", "运费(元)", "运费"], 1)
    assert [header.find([name]) for name in ("整体消耗", "整体消耗(元)", "运费", "运费(元)")] == [1, 1, 3, 2]
    assert header.names == ["日期", "整体消耗（元）", "运费(元)", "运费"]
