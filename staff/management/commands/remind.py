"""manage.py remind [SLUG]: what beat does every five minutes, by hand."""

from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from staff.tasks import remind_of
from stores.management.asked import find_store
from stores.models import Store


class Command(BaseCommand):
    help = "Call to mind what is due, and send the digests whose time has come."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("slug", nargs="?", help="one store; all unless told")

    def handle(self, **options: Any) -> None:
        slug = options["slug"]
        stores = [find_store(slug)] if slug else Store.objects.in_use().order_by("pk")
        for store in stores:
            self.stdout.write(f"{store.slug} {remind_of(store)}")
