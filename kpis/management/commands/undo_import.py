"""manage.py undo_import SLUG UPLOAD_ID [--dry-run]"""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from kpis import tasks
from kpis.files import uploads
from kpis.ingest import undo
from kpis.sums import rollups
from stores.management.asked import find_store


class Command(BaseCommand):
    help = "Take an import back: exit code 0 when it is undone, 1 when later files are in the way, 2 when it cannot be."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("store", metavar="SLUG", help="the store's short name")
        parser.add_argument(
            "upload",
            metavar="UPLOAD_ID",
            type=int,
            help="its number, as the import history and import_file --json tell it",
        )
        parser.add_argument("--dry-run", action="store_true", help="say what would happen, undo nothing")

    def handle(self, *_args: Any, **options: Any) -> None:
        store = find_store(options["store"])
        upload = uploads.find(store, options["upload"])
        if upload is None:
            raise CommandError(_("There is no upload %s.") % options["upload"], returncode=2)
        found, (gone, changed) = undo.effect(upload), undo.met(upload)
        try:
            if options["dry_run"] and found.later:
                raise undo.Refused(found.later)
            if not (undo.can_undo(upload) if options["dry_run"] else undo.request(upload)):
                raise CommandError(_("This file cannot be undone (any more)."), returncode=2)
        except undo.Refused as refused:
            raise CommandError(in_the_way(refused.later, found), returncode=1) from refused
        if not options["dry_run"]:
            undo.undo(upload, rollups.rebuild)
            undo.undo_parts(upload, rollups.rebuild)
            if upload.state != upload.State.UNDONE:
                raise CommandError(_("It could not be undone: %s") % upload.error, returncode=1)
            tasks.count_after(upload)
        if options["dry_run"]:
            text = _(
                "%(name)s: %(removed)s rows go, %(changed)s get their former values back, %(days)s days counted again."
            )
        else:
            text = _(
                "%(name)s is undone: %(removed)s rows gone, %(changed)s as they were, %(days)s days counted again."
            )
        counts = {"removed": found.removed, "changed": found.changed + found.restored, "days": len(found.days)}
        self.stdout.write(text % {"name": upload.shown, **{key: f"{count:,}" for key, count in counts.items()}})
        for word, names, count in (
            (_("deleted rows"), gone, found.removed),
            (_("rows as before"), changed, found.changed),
            (_("days counted again"), [str(day) for day in sorted(found.days)], len(found.days)),
        ):
            if names:
                self.stdout.write(f"  {word}: {listed(names, count)}")


def listed(names: list[str], count: int) -> str:
    """The first of them; that there are more is said by three dots."""
    return ", ".join(names[: undo.NAMED]) + (" …" if count > len(names[: undo.NAMED]) else "")


def in_the_way(later: list[uploads.Upload], found: undo.Effect) -> str:
    files = ", ".join(f"{upload.pk} {upload.shown}" for upload in later)
    told = _("Later files tell of the same rows; undo them first: %s") % files
    rows = ngettext("%(n)s row stands in the way: %(rows)s", "%(n)s rows stand in the way: %(rows)s", found.shared)
    return told + "\n" + rows % {"n": f"{found.shared:,}", "rows": listed(found.names, found.shared)}
