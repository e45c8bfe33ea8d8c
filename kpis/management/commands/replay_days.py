"""manage.py replay_days SLUG [--days 60] [--product CODE]... [--confirm NAME] [--keep]"""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import transaction
from django.utils.translation import gettext as _

from kpis.queries import judge_stages, names_changed
from opsplan.lib import clock
from opsplan.lib.periods import DAY
from products.lifecycle import RULES
from products.models import Move, Product, Stage
from products.stages import decide, stage_on
from staff.management.asked import find_user
from staff.models import User
from stores.management.asked import find_store
from stores.models import Store


class Command(BaseCommand):
    help = "Let the days pass again and tell which products move to which stage. Nothing is kept unless --keep."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("slug", metavar="SLUG", help="the store's short name")
        parser.add_argument("--days", type=int, default=60, help="how far back to begin, 1 to 365; 60 unless told")
        parser.add_argument("--product", action="append", default=[], metavar="CODE", help="only this one (repeatable)")
        parser.add_argument("--confirm", metavar="NAME", help="this user confirms whatever is proposed")
        parser.add_argument("--keep", action="store_true", help="keep the proposals and decisions")

    def handle(self, **options: Any) -> None:
        store = find_store(options["slug"])
        by = find_user(options["confirm"]) if options["confirm"] else None
        if not 0 < options["days"] <= 365:
            raise CommandError(_("Give whole days from 1 to 365."), returncode=2)
        products = Product.objects.filter(store=store)
        if options["product"]:
            products = products.filter(code__in=options["product"])
            strange = set(options["product"]) - {x.code for x in products}
            if strange:
                raise CommandError(_("There is no product %s.") % min(strange), returncode=2)
        with transaction.atomic():
            moved = self.replay(store, list(products), options["days"], by)
            if options["keep"]:
                names_changed(store)
            else:
                transaction.set_rollback(True)
        self.stdout.write(_("%(days)d days, %(moves)d moves.") % {"days": options["days"], "moves": moved})

    def replay(self, store: Store, products: list[Product], days: int, by: User | None) -> int:
        """From `days` ago to today, each product beginning in the stage it had then."""
        today, ids, told = clock.today(store.timezone), [x.pk for x in products], 0
        Move.objects.filter(product__in=ids, state=Move.State.OPEN, proposed_by=None).delete()
        for product in products:
            product.stage = stage_on(product, today - days * DAY)
        Product.objects.bulk_update(products, ["stage"], batch_size=500)
        names = dict(Stage.choices)
        for back in range(days, -1, -1):
            day = today - back * DAY
            if not judge_stages(store, day, ids):
                continue
            for move in Move.objects.filter(product__in=ids, day=day, state=Move.State.OPEN).select_related("product"):
                told += 1
                what = f"{names[move.source]} → {names[move.target]}: {_(RULES[move.rule])}"
                self.stdout.write(f"{day} {move.product.code} {what}")
                if by:
                    decide(move, by, confirm=True, day=day)
        return told
