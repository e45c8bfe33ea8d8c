"""Three believable stores to look at."""

import time
from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.urls import reverse
from django.utils.translation import gettext as _

from kpis.demo import reporting
from kpis.demo.loading import DemoError, Step, load_demo
from kpis.demo.people import demo_logins
from kpis.demo.shop import CHENLU
from opsplan.commandline import day
from opsplan.lib import clock


class Command(BaseCommand):
    help = "Load three demo stores with 25 months of orders, refunds, traffic and ads, and people to log in as."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--today", type=day, metavar="YYYY-MM-DD", help="as if today were this day")
        parser.add_argument(
            "--small", action="store_true", help="three months and a twentieth of the orders, for tests"
        )
        parser.add_argument("--replace", action="store_true", help="take the demo stores away first and load them anew")

    def handle(self, *args: Any, **options: Any) -> None:
        started, self.told = time.monotonic(), ""
        today = options["today"] or clock.today("Asia/Shanghai")
        try:
            stores = load_demo(today, small=options["small"], replace=options["replace"], tell=self.tell)
        except DemoError as problem:
            raise CommandError(str(problem)) from None
        if self.told and self.stdout.isatty():
            self.stdout.write("")
        if not stores:
            self.stdout.write(_("The demo is already there; nothing was changed. --replace loads it anew."))
        for store in stores:
            self.stdout.write(_("%(store)s is ready.") % {"store": f"{store.name} ({store.slug})"})
            if store.slug == CHENLU.slug:
                url = f"{settings.PUBLIC_URL}{reverse('shared', args=[reporting.share(store)])}"
                self.stdout.write(_("The client's weekly report, without an account: %s") % url)
        if stores:
            self.stdout.write(_("Loaded in %(seconds)d s.") % {"seconds": round(time.monotonic() - started)})
        self.stdout.write(_("Demo logins:"))
        for login in demo_logins():
            self.stdout.write(f"  {login.username:<6} {login.password}  {login.level:<8} {login.display_name}")

    def tell(self, step: Step) -> None:
        """One line that is written over on a terminal; elsewhere a line for each phase."""
        line = _("%(percent)3d %%, about %(seconds)d s left: %(phase)s") % {
            "percent": int(step.part * 100),
            "seconds": round(step.seconds_left),
            "phase": step.phase,
        }
        if self.stdout.isatty():
            self.stdout.write(f"\r\x1b[K{line[:110]}", ending="")
            self.stdout.flush()
        elif line != self.told:
            self.stdout.write(line)
        self.told = line
