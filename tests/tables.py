"""What the tables of a database look like; run: makes them (`python -m tests.tables`) or tells (`describe`)."""

import json
import os
import sys

import django
from django.db import connection

from opsplan.tables import make_tables

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


if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "opsplan.settings")
    django.setup()
    if sys.argv[1:] == ["describe"]:
        sys.stdout.write(json.dumps(described()))
    else:
        make_tables()
