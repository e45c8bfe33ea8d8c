"""The OpenAPI document: names that programs made from it can live with."""

import json
from collections import Counter
from io import StringIO

import pytest
from django.core.management import call_command


@pytest.fixture(scope="module")
def names() -> dict[str, str]:
    """By `METHOD path`, what the operation is called."""
    told = StringIO()
    call_command("spectacular", "--fail-on-warn", "--format", "openapi-json", stdout=told)
    paths = json.loads(told.getvalue())["paths"]
    return {
        f"{method.upper()} {path}": operation["operationId"]
        for path, operations in paths.items()
        for method, operation in operations.items()
    }


def test_every_operation_has_a_name_of_its_own_without_a_number(names: dict[str, str]) -> None:
    assert [name for name, count in Counter(names.values()).items() if count > 1 or name[-1].isdigit()] == []


@pytest.mark.parametrize(
    ("operation", "name"),
    [
        ("GET /api/v1/stores/{slug}/tasks", "list"),
        ("GET /api/v1/stores/{slug}/tasks/{id}", "retrieve"),
        ("POST /api/v1/stores/{slug}/tasks/{id}", "act"),
        ("GET /api/v1/stores/{slug}/deals/{id}/sales", "list"),
        ("PATCH /api/v1/stores/{slug}/products", "bulk_update"),
        ("PATCH /api/v1/stores/{slug}/products/{id}", "partial_update"),
        ("GET /api/v1/stores/{slug}/kpis/summary", "retrieve"),
    ],
)
def test_a_list_is_told_from_one_of_its_rows(names: dict[str, str], operation: str, name: str) -> None:
    assert names[operation].endswith(f"_{name}")
