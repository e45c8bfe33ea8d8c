"""What the tables of a database look like; run: makes them by every migration and tells."""

import json
import os
import sys

import django
from django.core.management import call_command
from django.db import connection
from django.db.migrations.state import ProjectState

OURS = ("stores_", "staff_", "products_", "campaigns_", "kpis_")


def described() -> dict[str, list[str]]:
    """Columns (name, type, null) and constraints (kind, columns, target) of each of our tables, names of constraints
    aside."""
    look, found = connection.introspection, {}
    with connection.cursor() as cursor:
        for table in sorted(x for x in look.table_names(cursor) if x.startswith(OURS)):
            columns = [
                f"{x.name} {look.get_field_type(x.type_code, x)} {x.null_ok}"
                for x in look.get_table_description(cursor, table)
            ]
            kinds = ("primary_key", "unique", "foreign_key", "check", "index")
            rules = [
                f"{x['columns']} {[x[kind] for kind in kinds]}" for x in look.get_constraints(cursor, table).values()
            ]
            found[table] = sorted(columns) + sorted(rules)
    return found


def only_itself(state: ProjectState, app_label: str, model_name: str, delay: bool = False) -> set[tuple[str, str]]:
    """The models to render again after one has changed: Django takes all that are related to it, which here are nearly
    all, at each of a thousand steps. Tables need but the one, and Python steps are given a state rendered anew."""
    state.is_delayed = True
    return {(app_label, model_name)}


def migrate() -> None:
    ProjectState._find_reload_model = only_itself
    call_command("migrate", verbosity=0)


if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "opsplan.settings")
    django.setup()
    migrate()
    sys.stdout.write(json.dumps(described()))
