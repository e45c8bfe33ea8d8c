"""manage.py declare_empty SLUG SOURCE --from D --to D [--channel KEY] [--reason TEXT]"""

from typing import Any

from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils.translation import gettext as _

from kpis import tasks
from kpis.ingest import declaring
from opsplan.commandline import add_days, days_told
from stores.management.asked import find_store


class Command(BaseCommand):
    help = (
        "Say that nothing of a source happened on some days (both ends included), for which a platform gives no file."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("store", metavar="SLUG", help="the store's short name")
        parser.add_argument("source", choices=[str(key) for key in declaring.SAID], help="of what there was nothing")
        add_days(parser)
        parser.add_argument("--channel", default="", metavar="KEY", help="of ads: the channel no money was spent on")
        parser.add_argument("--reason", default="", metavar="TEXT", help="why, for those who read it later")

    def handle(self, *_args: Any, **options: Any) -> None:
        store = find_store(options["store"])
        period = days_told(options)
        said = {"channel": options["channel"], "reason": options["reason"]}
        try:
            upload = declaring.declare(store, options["source"], period, **said)
        except ValidationError as error:
            raise CommandError(" ".join(error.messages), returncode=2) from error
        if upload is None:
            self.stdout.write(_("That was said of these days before: nothing has changed."))
            return
        tasks.count_after(upload)
        self.stdout.write(
            _("%(id)s %(name)s: noted, counts as told, with 0; undo_import %(store)s %(id)s takes it back.")
            % {"id": upload.pk, "name": upload.shown, "store": store.slug}
        )
