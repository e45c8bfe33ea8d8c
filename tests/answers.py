"""Every JSON answer that a test gets below /api/v1/ is held against what the OpenAPI document says of it."""

import re
from functools import cache
from typing import Any

import jsonschema_rs
from django.http import HttpResponse
from drf_spectacular.generators import SchemaGenerator

WRITTEN = {"date-time": {"pattern": r"\dZ$"}, "decimal": {"pattern": r"^-?\d+(\.\d+)?$"}}  # instants are UTC
FREE = ({}, {"type": "object", "additionalProperties": {}})


@cache
def document() -> dict[str, Any]:
    told: dict[str, Any] = SchemaGenerator().get_schema(request=None, public=True)
    return told


@cache
def operations() -> dict[str, Any]:
    """By address; what stands in it has no name (an id is called pk in ours)."""
    return {re.sub(r"{\w+}", "{}", path): found for path, found in document()["paths"].items()}


def plain(x: Any) -> Any:
    """A piece of the document as JSON schema: null is a type of its own there."""
    if isinstance(x, list):
        return [plain(each) for each in x]
    if not isinstance(x, dict):
        return x
    found = {key: plain(value) for key, value in x.items() if key != "nullable"} | WRITTEN.get(x.get("format"), {})
    return {"anyOf": [found, {"type": "null"}]} if x.get("nullable") is True else found


@cache
def components() -> dict[str, Any]:
    return {"schemas": plain(document()["components"]["schemas"])}


@cache
def validator(path: str, method: str, status: str) -> Any:
    """None where the document says nothing of this answer."""
    answers = operations().get(path, {}).get(method, {}).get("responses")
    if answers is None:  # left out of the document, like the pieces of large files
        return None
    assert status in answers, f"{method} {path} answers {status}, which the document does not know."
    shape = answers[status].get("content", {}).get("application/json", {}).get("schema", {})
    if shape in FREE:
        return None
    return jsonschema_rs.Draft4Validator({"allOf": [plain(shape)], "components": components()})


def hold(answer: HttpResponse, method: str) -> None:
    """AssertionError where the answer is not what the document says."""
    match = getattr(answer, "resolver_match", None)
    if match is None or "json" not in answer.headers.get("Content-Type", "") or not 200 <= answer.status_code < 300:
        return
    path = "/" + re.sub(r"<[^>]+>", "{}", match.route)
    found = validator(path, method.lower(), str(answer.status_code))
    for error in found.iter_errors(answer.json()) if found else ():  # type: ignore[attr-defined]
        where = "/".join(str(x) for x in error.instance_path)
        raise AssertionError(f"{method} {path} answers otherwise than the document says, at “{where}”: {error.message}")
