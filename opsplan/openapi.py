"""What the OpenAPI document says of every endpoint alike: what it answers to a bad question."""

from typing import Any

TEXT = {"type": "string"}
DETAIL = {"type": "object", "properties": {"detail": TEXT}}
ERROR = {"type": "object", "properties": {"field": TEXT, "message": TEXT}, "required": ["field", "message"]}
PROBLEM = {"type": "object", "properties": {"errors": {"type": "array", "items": ERROR}}}
ANSWERS = {
    "400": ("The request cannot be read.", DETAIL),
    "401": ("No token, or one that is unknown or was revoked.", DETAIL),
    "403": ("The token or its owner's level does not allow this.", DETAIL),
    "404": ("There is no such thing in the stores of the token.", DETAIL),
    "422": ("A field has a value we cannot use; the answer names it, and what would do.", PROBLEM),
    "429": ("Too many requests; `Retry-After` tells the seconds.", DETAIL),
}


def tell_refusals(result: dict[str, Any], generator: Any, request: Any, public: bool) -> dict[str, Any]:
    """Hook: every operation names the answers it shares with all others, unless it describes them itself."""
    for operations in result["paths"].values():
        for operation in operations.values():
            for status, (said, schema) in ANSWERS.items():
                told = operation["responses"].setdefault(status, {"description": said})
                told["description"] = told["description"] or said
                told.setdefault("content", {"application/json": {"schema": schema}})
    return result
