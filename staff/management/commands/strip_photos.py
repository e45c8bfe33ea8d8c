"""manage.py strip_photos: photos kept before photos were stripped on arrival lose what cameras wrote into them."""

from typing import Any

from django.core.management.base import BaseCommand
from django.utils.translation import gettext as _

from staff import photos


class Command(BaseCommand):
    help = "Take what cameras wrote (place, phone, time) out of photos kept since the last time; upgrades do it."

    def handle(self, **options: Any) -> None:
        count, damaged = photos.strip()
        if count:
            self.stdout.write(_("Photos stripped of what cameras had written: %d.") % count)
        if damaged:
            self.stderr.write(_("No whole pictures, left as they are: %s.") % ", ".join(damaged))
