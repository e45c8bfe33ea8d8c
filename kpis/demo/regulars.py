"""What the demo's service desk has noted of its best customers: who wants messages, and who is core by hand."""

import datetime as dt

from kpis.crm import customer_lists, customer_marks
from kpis.crm.customer_lists import Wanted
from opsplan.lib.periods import DAY
from staff.models import User
from stores.models import Store

ASKED = 60  # the best customers have been asked; every third has not answered, one in fifteen refuses


def note(store: Store, today: dt.date, owner: User) -> None:
    best = customer_lists.customers(store, today - DAY, Wanted(), 0, ASKED)
    refused = [each.key for each in best[::15]]
    agreed = [each.key for i, each in enumerate(best) if i % 15 and i % 3]
    by_hand = [each.key for each in best if not each.is_core][:5]
    customer_marks.mark(store, agreed, owner, consent="agreed")
    customer_marks.mark(store, refused, owner, consent="refused")
    customer_marks.mark(store, by_hand, owner, is_core=True)
