"""Decide as somebody: `manage.py approve SLUG ID --by NAME [--note TEXT] [--return | --refuse]`.

Nobody may do more here than on the page: whoever is not asked, or asked for it themselves, is refused.
"""

from typing import Any

from django.core.exceptions import PermissionDenied, ValidationError
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils.translation import gettext as _

from staff import approvals
from staff.approval_flows import flows
from staff.models import Approval, Member


class Command(BaseCommand):
    help = "Move an approval on: approve it (or tell its step done), return it, or refuse it. Exit 2: it may not be."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("slug", metavar="SLUG", help="the store's short name")
        parser.add_argument("id", metavar="ID", type=int, help="its number, as `approvals` lists it")
        parser.add_argument("--by", required=True, metavar="NAME", help="the member who decides")
        parser.add_argument("--note", default="", help="needed to return it")
        way = parser.add_mutually_exclusive_group()
        way.add_argument("--return", dest="verb", action="store_const", const="back", help="back to who wrote it")
        way.add_argument("--refuse", dest="verb", action="store_const", const="no", help="for good")

    def handle(self, **options: Any) -> None:
        members = Member.objects.select_related("store", "user")
        member = members.filter(store__slug=options["slug"], user__username=options["by"], user__is_active=True).first()
        if member is None:
            raise CommandError(
                _("%(name)s is no member of a store %(slug)s.") % {"name": options["by"], "slug": options["slug"]},
                returncode=2,
            )
        found = Approval.objects.filter(store=member.store, pk=options["id"]).first()
        if found is None:
            raise CommandError(_("There is no approval %s.") % options["id"], returncode=2)
        step = flows()[found.flow].steps[found.place]
        verb = options["verb"] or ("yes" if step.kind == "decide" else "done")
        try:
            found = approvals.decide(member.store, found.pk, member, verb, options["note"], found.place)
        except PermissionDenied:
            raise CommandError(_("%s is not asked at this step.") % options["by"], returncode=2) from None
        except ValidationError as problem:
            raise CommandError(" ".join(problem.messages), returncode=2) from None
        where = approvals.standing(found, approvals.people_asked(member.store))
        who = ",".join(x.username for x in where.next_up)
        step_said = f"{where.number} {where.step_name} {who}".strip()
        self.stdout.write(f"{found.pk} {found.state} {step_said if where.step else ''}".strip())
