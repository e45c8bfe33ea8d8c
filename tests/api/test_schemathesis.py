"""The figures' endpoints against the OpenAPI document: made-up questions, good and bad, with a fixed seed."""

from collections.abc import Iterator
from typing import Any

import pytest
import schemathesis
from django.core.signals import request_finished, request_started
from django.core.wsgi import get_wsgi_application
from django.db import close_old_connections
from hypothesis import HealthCheck, Phase, given, settings

from staff.services import create_token
from tests.api.test_figures import sell
from tests.world import World

OPERATIONS = [
    ("POST", "/api/v1/kpis/query"),
    ("GET", "/api/v1/stores/{slug}/kpis/explain"),
    ("GET", "/api/v1/metrics"),
    ("GET", "/api/v1/stores"),
]
FEW = settings(
    max_examples=12, derandomize=True, deadline=None, database=None, phases=[Phase.explicit, Phase.generate],
    suppress_health_check=list(HealthCheck),
)  # fmt: skip


@pytest.fixture
def document(world: World) -> Iterator[Any]:
    """The document, through WSGI; a request does not close the connection that holds the test's transaction."""
    sell(world.store, "1", 12_345)
    for signal in (request_started, request_finished):
        signal.disconnect(close_old_connections)
    yield schemathesis.openapi.from_wsgi("/api/schema/?format=json", get_wsgi_application())
    for signal in (request_started, request_finished):
        signal.connect(close_old_connections)


@pytest.mark.parametrize(("method", "path"), OPERATIONS)
def test_whatever_is_asked_is_answered_as_the_document_says(
    document: Any, world: World, method: str, path: str
) -> None:
    _token, key = create_token(world.vera, "robot", "read", [world.store])
    operation = document[path][method]

    @FEW
    @given(case=operation.as_strategy())
    def ask(case: Any) -> None:
        if "slug" in (case.path_parameters or {}):
            case.path_parameters["slug"] = "lotus"
        if isinstance(case.body, dict) and "stores" in case.body:
            case.body["stores"] = "all"  # names nobody could guess: so that questions come as far as the figures
        answer = case.call(headers={"Authorization": f"Bearer {key}"})
        assert answer.status_code < 500
        operation.validate_response(answer)

    ask()
