"""What an endpoint raises where a field has a value we cannot use; how it is told: `opsplan/refusals.py`."""

from collections.abc import Sequence
from typing import Any

from rest_framework.exceptions import APIException


class Unprocessable(APIException):
    """422: the request is well-formed, but a field has a value we cannot use. Names the field and what would do."""

    status_code = 422

    def __init__(self, field: str, message: str, valid: Sequence[str] = ()) -> None:
        super().__init__()
        self.errors: list[Any] = []
        self.detail = {"errors": self.errors}
        self.also(field, message, valid)

    def also(self, field: str, message: str, valid: Sequence[str] = ()) -> None:
        """Another field of the same request."""
        self.errors.append({"field": field, "message": message, "valid": list(valid)})

    def within(self, where: str) -> "Unprocessable":
        """The same of what stands there, like `lines[2].`."""
        for error in self.errors:
            error["field"] = f"{where}{error['field']}".rstrip(".")
        return self
