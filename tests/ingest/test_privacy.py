"""Nothing of a buyer is kept or told but a hashed key and the province."""

import logging

import pytest
from django.apps import apps

from tests.ingest.bring import bring
from tests.ingest.make import header, row, text

pytestmark = pytest.mark.django_db

SECRETS = ("小明的号", "alipay@example.com", "张三", "余杭区某某路", "13800001234", "请放门口")
AT = "2026-11-10 10:00:00"


def test_a_file_leaves_nothing_of_its_buyers_in_tables_problems_or_logs(world, caplog):
    caplog.set_level(logging.DEBUG)
    names = header("taobao_ExportOrderList_2021")
    nick, account, name, street, phone, message = SECRETS
    cells = {"买家会员名": nick, "买家支付宝账号": account, "收货人姓名": name, "收货地址": f"浙江省 杭州市 {street}"}
    cells |= {"联系手机": phone, "联系电话": phone, "买家留言": message, "修改后的收货地址": street}
    paid = {"总金额": "10", "买家实际支付金额": "10", "订单创建时间": AT, "订单付款时间": AT, "订单状态": "交易成功"}
    rows = [row([x.strip() for x in names], **{"订单编号": no, **cells, **paid}) for no in ("1", "1", "2.5E+18")]
    upload = bring(world.store, text([names, *rows, rows[0][:9]]).encode("gb18030"), "订单.csv", on_problem="skip")
    assert (upload.new, upload.problems.count() > 2) == (1, True)
    kept = [str(list(model._base_manager.values())) for model in apps.get_app_config("kpis").get_models()]
    kept += [caplog.text, *map(str, caplog.records)]
    assert any("浙江省" in each for each in kept)
    assert not [secret for secret in SECRETS if any(secret in each for each in kept)]
