"""Bearer tokens for REST: `Authorization: Bearer <token>`."""

from auditlog.context import auditlog_value
from django.utils.translation import gettext as _
from rest_framework.authentication import BaseAuthentication
from rest_framework.exceptions import AuthenticationFailed
from rest_framework.request import Request

from staff.models import ApiToken, User
from staff.services import find_token


class BearerAuthentication(BaseAuthentication):
    """(user, token) of a valid key; 401 with `WWW-Authenticate: Bearer` for a wrong one; None where none is sent."""

    def authenticate(self, request: Request) -> tuple[User, ApiToken] | None:
        scheme, _blank, plaintext = request.headers.get("Authorization", "").partition(" ")
        if scheme.lower() != "bearer":
            return None
        token = find_token(plaintext.strip())
        if token is None:
            raise AuthenticationFailed(_("This token is unknown or was revoked."))
        auditlog_value.get({})["actor"] = token.user
        return token.user, token

    def authenticate_header(self, request: Request) -> str:
        return 'Bearer realm="opsplan"'
