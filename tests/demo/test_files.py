"""The written files, read by pandas and nothing of ours."""

import filecmp
from pathlib import Path

import pandas as pd
import pytest

from kpis.demo.ahead import WriterDied, written_ahead
from kpis.demo.files import DemoFile, write_files
from kpis.demo.shop import CHENLU
from tests.demo.conftest import TODAY, read


def csvs(files: list[DemoFile], source: str, **options: object) -> pd.DataFrame:
    frames = [
        pd.read_csv(x, encoding="gb18030", dtype=str, keep_default_na=False, **options) for x in read(files, source)
    ]
    return pd.concat(frames, ignore_index=True)


@pytest.fixture(scope="module")
def orders(files: list[DemoFile]) -> pd.DataFrame:
    frame = csvs(files, "taobao_ExportOrderList_2021")
    for name in ("总金额", "买家实际支付金额", "退款金额"):
        frame[name] = (frame[name].astype(float) * 100).round().astype(int)
    return frame


def test_an_order_appears_once_and_each_line_has_its_order(orders: pd.DataFrame, files: list[DemoFile]) -> None:
    lines = csvs(files, "taobao_ExportOrderDetailList")
    assert orders["订单编号"].is_unique
    assert set(lines["订单编号"]) == set(orders["订单编号"])


def test_paid_and_refunded_make_the_total_as_in_real_files(orders: pd.DataFrame) -> None:
    paid = orders[orders["订单付款时间"] != ""]
    assert (paid["总金额"] == paid["买家实际支付金额"] + paid["退款金额"]).all()
    assert 0.05 < 1 - len(paid) / len(orders) < 0.11


def test_refunds_come_late_and_some_in_another_month(orders: pd.DataFrame, files: list[DemoFile]) -> None:
    cases = csvs(files, "tmall_refund")
    done = cases[cases["退款状态"] == "退款成功"]
    assert (done["退款完结时间"] > done["订单付款时间"]).all()
    assert (done["退款完结时间"].str[:7] > done["订单付款时间"].str[:7]).any()
    share = (done["买家退款金额"].astype(float) * 100).sum() / orders.loc[orders["订单付款时间"] != "", "总金额"].sum()
    assert 0.04 < share < 0.09


def test_nothing_happens_after_yesterday(orders: pd.DataFrame) -> None:
    assert orders["订单付款时间"].max() < TODAY.isoformat()
    assert orders["确认收货时间"].max() < TODAY.isoformat()


def test_one_day_of_traffic_is_missing(files: list[DemoFile]) -> None:
    days = pd.concat(pd.read_excel(x, header=3, dtype=str, engine="openpyxl") for x in read(files, "sycm_shop_daily"))
    whole = pd.date_range(days["统计日期"].min(), days["统计日期"].max()).strftime("%Y-%m-%d")
    assert set(whole) - set(days["统计日期"]) == {"2026-11-14"}


def test_the_same_date_gives_the_same_bytes(files: list[DemoFile], tmp_path: Path) -> None:
    again = [x for x in write_files(CHENLU, TODAY, tmp_path, small=True) if x.path.suffix == ".csv"]
    assert len(again) > 5
    for first, second in zip([x for x in files if x.path.suffix == ".csv"], again):
        assert filecmp.cmp(first.path, second.path, shallow=False), second.name


def test_the_second_process_writes_the_same_files_and_tells_when_it_dies(files: list[DemoFile], tmp_path: Path) -> None:
    with written_ahead(CHENLU, TODAY, tmp_path, small=True) as ahead:
        first = next(ahead)
        assert (first.name, first.source, first.rows) == (files[0].name, files[0].source, files[0].rows)
    with pytest.raises(WriterDied), written_ahead(CHENLU, TODAY, tmp_path / "nowhere", small=True) as ahead:
        list(ahead)
