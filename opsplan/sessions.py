"""Sessions in the database, as Django keeps them; found with one statement that is known already."""

import datetime as dt

from django.contrib.sessions.backends import db
from django.contrib.sessions.models import Session

from opsplan.statements import Statement

LIVING = Statement(lambda key, now: Session.objects.filter(session_key=key, expire_date__gt=now))


class SessionStore(db.SessionStore):
    """The session engine (`SESSION_ENGINE`). Whether a session has run out is a question of the real time."""

    def _get_session_from_db(self) -> Session | None:
        found = LIVING.first(self.session_key, dt.datetime.now(dt.UTC))
        if found is None:
            self._session_key = None
        return found
