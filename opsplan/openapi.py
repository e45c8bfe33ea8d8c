"""What the OpenAPI document says of every endpoint alike: its name, and what it answers to a bad question."""

import re
from typing import Any

from django.urls import Resolver404, resolve
from drf_spectacular.openapi import AutoSchema

TEXT = {"type": "string"}
SENTENCE = TEXT | {"description": "What is wrong, in the language asked for (`Accept-Language`: zh-hans, en)."}
DETAIL = {"type": "object", "properties": {"detail": SENTENCE}, "required": ["detail"]}
ERROR = {
    "type": "object",
    "properties": {
        "field": TEXT | {"description": "Its name, like `lines[2].sku`; empty for the whole of it."},
        "value": TEXT | {"nullable": True, "description": "What was sent there, as text; never a password."},
        "message": SENTENCE,
        "valid": {"type": "array", "items": TEXT, "description": "What would do, where there is a choice."},
    },
    "required": ["field", "message", "valid"],
}
PROBLEM = {
    "type": "object",
    "properties": {"detail": SENTENCE, "errors": {"type": "array", "items": ERROR}},
    "required": ["detail", "errors"],
}
ANSWERS = {
    "400": ("The request cannot be read.", DETAIL),
    "401": ("No token, or one that is unknown or was revoked.", DETAIL),
    "403": ("The token or its owner's level does not allow this.", DETAIL),
    "404": ("There is no such thing in the stores of the token.", DETAIL),
    "422": ("A field has a value we cannot use; the answer names it, and what would do.", PROBLEM),
    "429": ("Too many requests; `Retry-After` tells the seconds.", DETAIL),
}


class Named(AutoSchema):
    """Names of operations that stay what they are when others are added: what lists (`…_list`) and what changes many
    (`…_bulk_update`) is told from what is about one of them (`…_retrieve`, `…_partial_update`; a deed: `…_act`)."""

    def get_operation_id(self) -> str:
        name: str = super().get_operation_id()
        if self.path.endswith("}"):
            return re.sub("_create$", "_act", name)
        if self.method in ("GET", "PATCH") and self._has_items():
            return re.sub("_partial_update$", "_bulk_update", re.sub("_retrieve$", "_list", name))
        return name

    def _has_items(self) -> bool:
        """Whether one more step leads to one of those the path is about."""
        path = re.sub(r"{\w+}", "1", self.path)
        try:
            found = resolve(f"{path}/1")
        except Resolver404:
            return False
        return found.route.endswith(">") and found.route.startswith(re.sub(r"{.*", "", self.path).lstrip("/"))


def tell_refusals(result: dict[str, Any], generator: Any, request: Any, public: bool) -> dict[str, Any]:
    """Hook: every operation names the answers it shares with all others, unless it describes them itself."""
    for operations in result["paths"].values():
        for operation in operations.values():
            for status, (said, schema) in ANSWERS.items():
                told = operation["responses"].setdefault(status, {"description": said})
                if told["description"] in ("", "No response body"):
                    told["description"] = said
                told.setdefault("content", {"application/json": {"schema": schema}})
    return result


def name_shapes(result: dict[str, Any], generator: Any, request: Any, public: bool) -> dict[str, Any]:
    """Hook: what has a name (`opsplan.shapes.thing`) stands once, among the components. AssertionError for two shapes
    of one name."""
    schemas = result.setdefault("components", {}).setdefault("schemas", {})
    mine: dict[str, Any] = {}

    def named(x: Any) -> Any:
        if isinstance(x, list):
            return [named(each) for each in x]
        if not isinstance(x, dict):
            return x
        found = {key: named(value) for key, value in x.items()}
        name = found.get("title")
        if not isinstance(name, str) or found.get("type") != "object":
            return found
        bare = {key: value for key, value in found.items() if key not in ("nullable", "description")}
        assert name not in schemas, f"A body is called {name}, too."
        assert mine.setdefault(name, bare) == bare, f"Two shapes are called {name}."
        beside = {key: found[key] for key in ("nullable", "description") if key in found}
        reference = {"$ref": f"#/components/schemas/{name}"}
        return {"allOf": [reference], **beside} if beside else reference

    for operations in result["paths"].values():
        for operation in operations.values():
            operation["responses"] = named(operation["responses"])
    schemas.update(mine)
    result["components"]["schemas"] = dict(sorted(schemas.items()))
    return result
