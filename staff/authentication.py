"""Bearer tokens for REST: `Authorization: Bearer <token>`."""

from rest_framework.authentication import BaseAuthentication


class BearerAuthentication(BaseAuthentication):
    pass
