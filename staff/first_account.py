"""The first account of an empty installation: a secret link, shown by the terminal, that opens nothing afterwards."""

import os
import secrets
from pathlib import Path

from django.conf import settings

from staff.models import User


def note() -> Path:
    """Where the secret of the link lies, readable for whoever runs the server."""
    return Path(settings.OPSPLAN_HOME) / "run" / "first-account"


def is_wanted() -> bool:
    """Whether nobody can log in yet."""
    return not User.objects.exists()


def keep_note() -> None:
    """A secret where an account is wanted, none where there is one."""
    path = note()
    if not is_wanted():
        path.unlink(missing_ok=True)
    elif not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT, 0o600), "w") as file:
            file.write(secrets.token_urlsafe(24))


def opens(token: str) -> bool:
    """Whether `token` is the secret and still good."""
    try:
        secret = note().read_text()
    except FileNotFoundError:
        return False
    return bool(secret) and secrets.compare_digest(secret.encode(), token.encode()) and is_wanted()
