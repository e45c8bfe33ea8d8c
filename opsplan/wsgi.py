"""The door for gunicorn: every page is loaded before the first is asked for."""

import os

from django.core.wsgi import get_wsgi_application
from django.urls import reverse

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "opsplan.settings")
application = get_wsgi_application()
reverse("home")  # looks through all addresses, and with them through all views: a second and a half
