"""The demo's group-buy sites as people know them, and the settlement of last month's deal: Meituan's file differs from
our orders in three ways, which the sheet names."""

import datetime as dt
import io

from django.db import transaction

from campaigns.groupbuy import result_apply, result_files, sheets
from campaigns.groupbuy.settlement import commission
from campaigns.models import GroupDeal
from kpis.outward import deals_push
from kpis.sums import rollups
from opsplan.lib.money import split, yuan
from opsplan.lib.periods import DAY
from staff.models import User
from stores.models import CompanyPaper, GroupSite, SitePerson, SiteTalk, Store

PAPERS = (("营业执照", 900), ("品牌授权书", 21), ("化妆品质检报告", 240), ("法人身份证明", None))
PEOPLE = {"美团": ("林经理", "美妆类目招商"), "聚划算": ("小二·青禾", "活动审核"), "抖音团购": ("许嘉", "达人团长")}
TALKS = {
    "美团": ((40, "谈定双11后再上家庭装，佣金维持 8%。"), (9, "结算单下周发来，先按 30/40/30 收款。")),
    "聚划算": ((15, "年末坑位已预留，素材 12 月 1 日前交。"),),
    "抖音团购": ((52, "退款率偏高，先小量再试一场。"),),
}
FEE = 2_000  # fen: taken off one voucher though it was not agreed


@transaction.atomic
def settlements(store: Store, today: dt.date, by: User) -> None:
    """Papers, people and talks; and the site's file of the deal that is being settled."""
    made = CompanyPaper.objects.bulk_create(
        CompanyPaper(store=store, name=name, expires_on=None if days is None else today + days * DAY)
        for name, days in PAPERS
    )
    for site in GroupSite.objects.filter(store=store):
        name, post = PEOPLE.get(site.name, ("", ""))
        site.papers.set(made[:3])
        SitePerson.objects.bulk_create([SitePerson(site=site, name=name, post=post)] if name else [])
        SiteTalk.objects.bulk_create(
            SiteTalk(site=site, day=today - ago * DAY, who=name, said=said, by=by)
            for ago, said in TALKS.get(site.name, ())
        )
    small = GroupSite.objects.create(
        store=store, name="本地生活团", weight="small", rate_bp=500, keep_warm_days=60, audience="社区团长，量小但稳定"
    )
    SiteTalk.objects.create(site=small, day=today - 70 * DAY, said="暂不上新，保持联系。", by=by)
    deal = GroupDeal.objects.filter(store=store, state=GroupDeal.State.FULFILLING, is_voucher=False).first()
    if deal:
        tell(deal, by)
    deals_push.push(store)
    rollups.rebuild(store)


def tell(deal: GroupDeal, by: User) -> None:
    """What the site says: one order left out, one refund not booked, a fee nobody agreed to."""
    sales = list(deal.sales.order_by("at", "pk"))
    refunded = next((x.key for x in sales if x.refunded_before), "")
    kept = [x.key for x in sales if not x.refunded_before]
    lines = ["订单号,张数,订单实收金额,退款金额,软件服务费,推广服务费"]
    told = [x for x in sales if x.key != (kept or [""])[0]]
    backs = [x.paid_fen if x.refunded_before and x.key != refunded else 0 for x in told]
    nets = [x.paid_fen - back for x, back in zip(told, backs, strict=True)]
    if len(kept) < 2 or not any(nets):
        return  # on that day too little was sold for a file to differ
    shares = split(commission(sum(nets), sheets.terms_of(deal)), nets)
    for sale, back, share in zip(told, backs, shares, strict=True):
        fee = FEE if sale.key == kept[-1] else 0
        lines.append(f"{sale.key},{sale.units},{yuan(sale.paid_fen)},{yuan(back)},{yuan(share)},{yuan(fee)}")
    body = io.BytesIO("\n".join(lines).encode())
    file = result_files.read_file(deal.store, body, "美团结算明细.csv", purpose="claims", deal=deal, by=by)
    result_apply.apply_file(file, by)
