"""kpi, set_target, enter, rebuild_rollups, kpi_glossary: what scripts rely on."""

import io
import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.core.management import CommandError, call_command, execute_from_command_line

from kpis.metrics import METRICS
from kpis.models import Entry, StoreDay, Target
from stores.models import Store
from tests.kpis.facts import count, cover, march, order


def run(*args: str) -> str:
    out = io.StringIO()
    call_command(*args, stdout=out)
    return out.getvalue()


def refused(*args: str) -> str:
    """The error of a call that is wrong usage (exit 2)."""
    with pytest.raises(CommandError) as caught:
        call_command(*args, stdout=io.StringIO())
    assert caught.value.returncode == 2
    return str(caught.value)


@pytest.fixture
def sold(store: Store) -> Store:
    cover(store, "orders", 1, 2)
    order(store, 1, "10")
    order(store, 2, "15")
    count(store)
    return store


def test_kpi_prints_the_promised_json(sold: Store) -> None:
    text = run(
        "kpi", "lotus", "pay_amt", "uv", "--from", "2026-03-02", "--to", "2026-03-02", "--compare", "previous", "--json"
    )
    answer: dict[str, Any] = json.loads(text)
    assert (answer["store"], answer["from"], answer["to"], answer["rows"]) == ("lotus", "2026-03-02", "2026-03-02", [])
    assert answer["values"]["pay_amt"]["value"] == "15.00"
    compared = answer["values"]["pay_amt"]["compare"]["previous"]
    assert (compared["name"], compared["value"], compared["delta"]) == ("previous", "10.00", "0.500000")
    assert answer["values"]["uv"]["value"] is None
    assert answer["values"]["uv"]["missing"] == [{"code": "no_source", "what": "uv", "days": []}]


def test_kpi_splits_by_day_and_prints_a_table(sold: Store) -> None:
    rows = json.loads(
        run("kpi", "lotus", "pay_amt", "--from", "2026-03-01", "--to", "2026-03-02", "--by", "day", "--json")
    )["rows"]
    assert [(row["key"], row["values"]["pay_amt"]["value"]) for row in rows] == [
        ("2026-03-01", "10.00"), ("2026-03-02", "15.00"),
    ]  # fmt: skip
    text = run("kpi", "lotus", "pay_amt", "uv", "--from", "2026-03-01", "--to", "2026-03-02")
    assert "25.00" in text
    assert "—" in text
    assert "no_source: uv" in text


def test_kpi_refuses_what_it_does_not_know(sold: Store) -> None:
    span = ("--from", "2026-03-01", "--to", "2026-03-02")
    said = refused("kpi", "lotus", "nonsense", *span)
    assert "nonsense" in said
    assert "pay_amt" in said
    assert "nowhere" in refused("kpi", "nowhere", "pay_amt", *span)
    assert refused("kpi", "lotus", "order_cnt", *span, "--by", "channel")
    assert refused("kpi", "lotus", "pay_amt", "--from", "2026-03-02", "--to", "2026-03-01")


WRONG = (
    ["kpi", "lotus", "uv", "--from", "2026-13-01", "--to", "2026-03-01"],
    ["kpi", "lotus", "uv"],
    ["set_target", "lotus", "uv", "2026-3", "5"],
    ["set_target", "lotus", "uv", "0001-01", "5"],
    ["kpi", "lotus", "uv", "--from", "0001-01-01", "--to", "0001-01-02", "--compare", "previous"],
    ["customers", "lotus", "--day", "9999-12-31"],
    ["load_demo", "--today", "tomorrow"],
)


@pytest.mark.parametrize("wrong", WRONG)
def test_wrong_usage_is_told_before_anything_asks_the_database(
    wrong: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as ended:
        execute_from_command_line(["manage.py", *wrong])
    assert ended.value.code == 2
    assert "usage" in capsys.readouterr().err


def test_wrong_usage_exits_with_2_from_the_shell(tmp_path: Path) -> None:
    env = {**os.environ, "OPSPLAN_HOME": str(tmp_path), "DATABASE_URL": ""}
    call = [sys.executable, "manage.py", *WRONG[0]]
    done = subprocess.run(call, cwd=settings.BASE_DIR, env=env, capture_output=True, text=True, check=False)
    assert done.returncode == 2, done.stderr
    assert "usage" in done.stderr


def test_set_target_sets_replaces_and_takes_away(store: Store) -> None:
    run("set_target", "lotus", "real_amt", "2026-03", "1000")
    assert "2000.00" in run("set_target", "lotus", "real_amt", "2026-03", "2000")
    assert Target.objects.get().value == 2000
    run("set_target", "lotus", "real_amt", "2026-03", "-")
    assert not Target.objects.exists()
    assert "real_amt" in refused("set_target", "lotus", "mom", "2026-03", "1")


def test_enter_counts_the_day_at_once(store: Store) -> None:
    run("enter", "lotus", "consult_uv", "2026-03-01", "12")
    assert StoreDay.objects.get(store=store, day=march(1)).consult_uv == 12
    run("enter", "lotus", "consult_uv", "2026-03-01", "-")
    assert not StoreDay.objects.exists()
    assert "consult_uv" in refused("enter", "lotus", "pay_amt", "2026-03-01", "1")


def test_enter_warns_of_brushing(store: Store) -> None:
    errors = io.StringIO()
    call_command("enter", "lotus", "brush_amt", "2026-03-01", "800", stdout=io.StringIO(), stderr=errors)
    assert len(errors.getvalue()) > 40
    assert Entry.objects.get().value == 800


def test_rebuild_rollups_counts_all_days_stale_days_or_a_span(sold: Store) -> None:
    StoreDay.objects.all().delete()
    assert "2" in run("rebuild_rollups", "lotus")
    assert StoreDay.objects.count() == 2
    StoreDay.objects.all().delete()
    run("rebuild_rollups", "--from", "2026-03-02")
    assert StoreDay.objects.count() == 1
    assert "0" in run("rebuild_rollups", "lotus", "--stale")
    assert refused("rebuild_rollups", "--stale", "--from", "2026-03-02")


def test_the_glossary_names_every_metric() -> None:
    text = (Path(settings.BASE_DIR) / "docs" / "kpi-glossary.md").read_text()
    assert [key for key, m in METRICS.items() if f"### {m.label}" not in text or f"\n`{key}` · " not in text] == []
