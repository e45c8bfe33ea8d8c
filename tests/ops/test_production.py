"""The production shape, read: there is no container engine where tests run."""

import re
from pathlib import Path
from typing import Any

import pytest
import yaml

ROOT = Path(__file__).resolve().parents[2]
COMPOSE: dict[str, Any] = yaml.safe_load((ROOT / "docker-compose.yml").read_text())
SERVICES: dict[str, dict[str, Any]] = COMPOSE["services"]
DOCKERFILE = (ROOT / "Dockerfile").read_text()

pytestmark = pytest.mark.once


def test_the_five_are_there_and_each_is_asked_how_it_is() -> None:
    lasting = {"postgres", "redis", "web", "worker", "beat"}
    assert lasting <= set(SERVICES)
    assert [
        x for x in lasting if x in ("postgres", "redis", "worker", "beat") and "test" not in SERVICES[x]["healthcheck"]
    ] == []
    assert "HEALTHCHECK" in DOCKERFILE


def test_nothing_starts_before_the_tables_are_up_to_date() -> None:
    for name in ("web", "worker", "beat"):
        assert SERVICES[name]["depends_on"]["migrate"]["condition"] == "service_completed_successfully"
    assert SERVICES["migrate"]["depends_on"]["postgres"]["condition"] == "service_healthy"


def test_data_lies_in_volumes() -> None:
    mounted = {x.split(":")[0] for service in SERVICES.values() for x in service.get("volumes", [])}
    assert mounted == set(COMPOSE["volumes"]) == {"data", "postgres", "redis"}


def test_no_secret_and_no_open_door_is_built_in() -> None:
    text = (ROOT / "docker-compose.yml").read_text()
    assert re.findall(r"(?:SECRET_KEY|POSTGRES_PASSWORD): (?!\$\{)", text) == []
    assert SERVICES["web"]["ports"] == ["${BIND:-127.0.0.1}:${PORT:-8000}:8000"]
    assert "ports" not in SERVICES["postgres"]
    assert "ports" not in SERVICES["redis"]


def test_every_variable_it_sets_is_a_setting() -> None:
    readme = (ROOT / "README.md").read_text()
    assert [x for x in SERVICES["web"]["environment"] if f"| `{x}`" not in readme] == []


def test_every_setting_of_the_table_reaches_the_containers() -> None:
    built_in = {"OPSPLAN_HOME", "STATIC_ROOT", "HOST", "PORT", "OPSPLAN_TODAY", "DEBUG"}
    table = set(re.findall(r"^\| `([A-Z_]+)`", (ROOT / "README.md").read_text(), re.M))
    assert table - built_in == set(SERVICES["web"]["environment"])


def test_the_image_runs_as_nobody_in_particular_and_carries_no_tools() -> None:
    last = DOCKERFILE.split("FROM ")[-1]
    assert re.search(r"^USER 10001$", last, re.M)
    assert "apt" not in DOCKERFILE
    assert "--require-hashes" in DOCKERFILE
    assert last.index("collectstatic") < last.index("USER 10001") < last.index("CMD")
