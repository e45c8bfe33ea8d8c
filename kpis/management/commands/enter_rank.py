"""manage.py enter_rank SLUG CODE [--search N] [--category N] [--day YYYY-MM-DD] [--by NAME] [--source TEXT]"""

from typing import Any

from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils.translation import gettext as _

from kpis.queries import judge_stages
from opsplan.commandline import day
from opsplan.lib import clock
from products.models import Product
from products.stages import RankLine, enter_ranks
from staff.management.asked import find_user


class Command(BaseCommand):
    help = "Keep a product's ranks of a week: popularity search rank of its main word, sales rank in its category."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("slug", metavar="SLUG", help="the store's short name")
        parser.add_argument("code", help="merchant code of the product")
        parser.add_argument("--search", type=int, metavar="N", help="popularity search rank, 1 is the first")
        parser.add_argument("--category", type=int, metavar="N", help="sales rank in the category")
        parser.add_argument("--day", type=day, metavar="YYYY-MM-DD", help="a day of the week; today unless told")
        parser.add_argument("--by", help="user name")
        parser.add_argument("--source", default="", metavar="TEXT", help="where it was read")

    def handle(self, **options: Any) -> None:
        product = (
            Product.objects.select_related("store").filter(store__slug=options["slug"], code=options["code"]).first()
        )
        if product is None:
            raise CommandError(_("There is no product %s.") % options["code"], returncode=2)
        by = find_user(options["by"]) if options["by"] else None
        day = options["day"] or clock.today(product.store.timezone)
        line = RankLine(product.pk, options["search"], options["category"])
        try:
            changed = enter_ranks(product.store, day, [line], by, options["source"])
        except ValidationError as problem:
            raise CommandError(" ".join(problem.messages), returncode=2) from None
        made = judge_stages(product.store, products=[product.pk])
        self.stdout.write(f"{product.code} {day} changed={changed} proposals={made}")
