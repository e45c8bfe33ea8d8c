"""Who is behind a session: the person, read with a statement that is known already."""

from django.contrib.auth.backends import ModelBackend

from opsplan.statements import Statement
from staff.models import User

PERSON = Statement(lambda pk: User.objects.filter(pk=pk))


class KnownPeople(ModelBackend):
    """Django's own log-in by name and password."""

    def get_user(self, user_id: int) -> User | None:
        user = PERSON.first(user_id)
        return user if self.user_can_authenticate(user) else None
