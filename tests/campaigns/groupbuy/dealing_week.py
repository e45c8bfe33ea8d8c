"""A deal of a week: quota 20, 18 pieces sold, one given back before and one after shipping."""

from campaigns.models import GroupDeal
from stores.models import Store
from tests.campaigns.groupbuy.shop import deal, over, sell


def week(store: Store, *, ends: bool = True) -> GroupDeal:
    made = deal(store, quota=20)
    sell(made, 18, back=(0,), after=(1,))
    return over(made) if ends else made
