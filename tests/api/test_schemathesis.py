"""The endpoints against the OpenAPI document: made-up questions, good and bad, with a fixed seed."""

from collections.abc import Iterator
from functools import cache
from typing import Any

import pytest
import schemathesis
from django.core.signals import request_finished, request_started
from django.core.wsgi import get_wsgi_application
from django.db import close_old_connections, transaction
from hypothesis import HealthCheck, Phase, given, settings
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from products.models import Product
from staff import approvals, handover
from staff.models import Task
from staff.services import create_token
from tests.api.test_figures import sell
from tests.staff.tasks import SUNDAY, template
from tests.world import World

FIGURES = [
    ("POST", "/api/v1/kpis/query"),
    ("GET", "/api/v1/stores/{slug}/kpis/explain"),
    ("GET", "/api/v1/metrics"),
    ("GET", "/api/v1/stores"),
]
OF_STORE = "/api/v1/stores/{slug}/"
PARTS = {
    "people": ("approvals", "desk", "handovers", "my-shifts", "notices", "roster", "task"),
    "goods": ("products", "stock", "purchases", "price", "competitors"),
    "plans": ("enrolments", "plan/documents", "plan/milestones", "deals/{id}/sales", "campaigns"),
}
CHECKS = [not_a_server_error, status_code_conformance, content_type_conformance, response_schema_conformance]


def few(examples: int) -> Any:
    return settings(
        max_examples=examples, derandomize=True, deadline=None, database=None,
        phases=[Phase.explicit, Phase.generate], suppress_health_check=list(HealthCheck),
    )  # fmt: skip


@cache
def told() -> Any:
    """The document, through WSGI."""
    return schemathesis.openapi.from_wsgi("/api/schema/?format=json", get_wsgi_application())


@pytest.fixture
def document(world: World) -> Iterator[Any]:
    """A request does not close the connection that holds the test's transaction."""
    for signal in (request_started, request_finished):
        signal.disconnect(close_old_connections)
    yield told()
    for signal in (request_started, request_finished):
        signal.connect(close_old_connections)


def ask(operation: Any, key: str, ids: dict[str, int], examples: int) -> None:
    """Nothing but what the document says comes back; what an answer changed is forgotten before the next."""

    @few(examples)
    @given(case=operation.as_strategy())
    def every(case: Any) -> None:
        if "slug" in (case.path_parameters or {}):
            case.path_parameters["slug"] = "lotus"
        if "id" in (case.path_parameters or {}):
            case.path_parameters["id"] = ids.get(operation.path.removeprefix(OF_STORE).partition("/{id}")[0], 1)
        if isinstance(case.body, dict) and "stores" in case.body:
            case.body["stores"] = "all"  # names nobody could guess: so that questions come as far as the figures
        with transaction.atomic():
            try:
                answer = case.call(headers={"Authorization": f"Bearer {key}"})
            finally:
                transaction.set_rollback(True)
        case.validate_response(answer, checks=CHECKS)

    every()


@pytest.mark.parametrize(("method", "path"), FIGURES)
def test_whatever_is_asked_about_figures_is_answered_as_the_document_says(
    document: Any, world: World, method: str, path: str
) -> None:
    sell(world.store, "1", 12_345)
    _token, key = create_token(world.vera, "robot", "read", [world.store])
    ask(document[path][method], key, {}, 6)


@pytest.mark.parametrize("part", PARTS)
def test_whatever_is_asked_or_done_elsewhere_is_answered_as_the_document_says(
    document: Any, world: World, part: str
) -> None:
    _token, key = create_token(world.alice, "robot", "write", [world.store])
    task = template(world.store, world.alice, since=SUNDAY, steps=["a"], evidence="number").tasks.first() or Task()
    ids = {
        "tasks": task.pk,
        "approvals": approvals.ask(world.store, "single", "面霜", world.alice).pk,
        "handovers": handover.write(world.store, world.alice, [], "x").pk,
        "products": Product.objects.create(store=world.store, code="A1", title="面霜").pk,
    }
    operations = [x.ok() for x in document.get_all_operations()]
    mine = [x for x in operations if x.path.removeprefix(OF_STORE).startswith(PARTS[part])]
    assert len(mine) > 15
    for operation in mine:
        ask(operation, key, ids, 2)
