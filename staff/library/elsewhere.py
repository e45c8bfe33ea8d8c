"""How the checklists are worded for shops that sell elsewhere than on Taobao and Tmall (pure): what belongs to Taobao
alone is called what every platform has. Longer phrases stand before the words they hold."""

from staff.library import Words

TAOBAO = ("taobao", "tmall")
ZH = (
    ("（钻展、直通车、聚划算、淘宝客、老客户推广）", ""),
    ("淘金币、天天特价、聚划算等", "平台大促、秒杀、百亿补贴等"),
    ("参加淘金币活动", "参加平台活动"),
    ("报名淘金币", "报名平台活动"),
    ("直通车推广", "站内推广"),
    ("直通车", "站内推广"),
    ("淘宝小二", "平台小二"),
    ("客户旺旺群", "客户群"),
    ("旺旺群、QQ 群", "店铺粉丝群、微信群"),
    ("淘宝群、逛逛", "店铺粉丝群、短视频"),
    ("群与逛逛", "粉丝群与短视频"),
    ("；橱窗推荐", ""),
    ("宝贝页面", "商品页面"),
    ("开通快捷支付", "开通支付与结算账户"),
)
EN = (
    ("Promote by Zhitongche", "Promote by the platform's ads"),
    ("Zhitongche", "Platform ads"),
    ("join the coins campaign", "join the platform's campaigns"),
    ("Taobao coins", "the platform's campaigns"),
    ("Groups and Guangguang", "Groups and short videos"),
    ("; showcase slots", ""),
    ("Quick pay is open", "Payment and settlement are open"),
)


def reworded(words: Words, platform: str, language: str) -> Words:
    """The words of a template for a shop of a platform."""
    if platform in TAOBAO:
        return words
    pairs = ZH if language.startswith("zh") else EN

    def said(text: str) -> str:
        for there, here in pairs:
            text = text.replace(there, here)
        return text

    return Words(said(words.title), said(words.how_to), tuple(map(said, words.steps)))
