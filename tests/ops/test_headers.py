"""What browsers and proxies are told to keep, and by which way they are to come back."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from django.test import Client

from staff.services import create_token
from tests.ops.test_settings import ROOT, read
from tests.world import World, at


def test_what_a_person_was_shown_is_kept_nowhere(world: World, client: Client) -> None:
    client.force_login(world.alice)
    shown = [
        client.get(x)
        for x in (
            "/",
            "/me/",
            "/stores/",
            at("products"),
            at(
                "products",
            )
            + "nothing/",
        )
    ]
    assert {x.headers["Cache-Control"] for x in shown} == {"private, no-store"}
    client.post("/logout/")
    assert client.get("/me/").status_code == 302  # where the back button leads then


def test_nor_is_what_a_program_was_told(world: World) -> None:
    _token, key = create_token(world.alice, "x", "read", [world.store])
    client = Client(headers={"Authorization": f"Bearer {key}"})
    for address in ("stores", "stores/lotus/products", "stores/lotus/products/99", "stores/other/products"):
        assert client.get(f"/api/v1/{address}").headers["Cache-Control"] == "private, no-store"
    assert client.get("/api/v1/nowhere").json() == {"detail": "未找到。"}
    figures = client.get("/api/v1/stores/lotus/kpis/summary?from=2026-11-01&to=2026-11-02&metrics=pay_amt")
    assert figures.headers["Cache-Control"] == "private, no-cache"  # asked for again by its ETag


@pytest.mark.once
def test_browsers_come_back_by_https_where_it_is_set_up(tmp_path: Path) -> None:
    told = "settings.SECURE_HSTS_SECONDS, settings.LANGUAGE_COOKIE_SECURE, settings.SESSION_COOKIE_SECURE"
    assert [read(tmp_path, told, **x).stdout for x in ({}, {"HTTPS": "1"}, {"HTTPS": "1", "HSTS_SECONDS": "0"})] == [
        "0 False False\n", "2592000 True True\n", "0 True True\n",
    ]  # fmt: skip


@pytest.mark.once
def test_django_finds_nothing_to_say_about_the_settings_of_production(tmp_path: Path) -> None:
    env = {"PATH": os.environ["PATH"], "OPSPLAN_HOME": str(tmp_path), "HTTPS": "1", "ALLOWED_HOSTS": "ops.example.com"}
    asked = [sys.executable, "manage.py", "check", "--deploy", "--fail-level", "WARNING"]
    done = subprocess.run(asked, cwd=ROOT, env=env, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")
