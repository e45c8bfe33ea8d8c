"""Bearer tokens for REST: `Authorization: Bearer <token>`, and what the OpenAPI document says of them."""

from typing import Any

from auditlog.context import auditlog_value
from django.utils.translation import gettext as _
from drf_spectacular.extensions import OpenApiAuthenticationExtension
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


class BearerScheme(OpenApiAuthenticationExtension):  # type: ignore[no-untyped-call]
    """`Authorization: Bearer <token>`, so that the document's page can try endpoints out."""

    target_class = "staff.authentication.BearerAuthentication"
    name = "token"

    def get_security_definition(self, auto_schema: Any) -> dict[str, str]:
        return {"type": "http", "scheme": "bearer", "description": "A token from your profile page."}
