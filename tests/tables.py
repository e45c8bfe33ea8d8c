"""Tables made from the models in one go: `migrate` takes twenty seconds, and the newcomer's story runs it anyway."""

import json
import os
import sys

import django
from django.conf import settings
from django.core.management import call_command
from django.db import connection
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.recorder import MigrationRecorder


class NoMigrations:
    """What MIGRATION_MODULES looks like to `migrate` when no app has any."""

    def __contains__(self, app: str) -> bool:
        return True

    def __getitem__(self, app: str) -> None:
        return None


def make_tables() -> None:
    """Every table of every app in the empty database, as `migrate` leaves it."""
    modules = settings.MIGRATION_MODULES
    settings.MIGRATION_MODULES = NoMigrations()
    try:
        call_command("migrate", verbosity=0, run_syncdb=True)
    finally:
        settings.MIGRATION_MODULES = modules
    tell_applied()


def tell_applied() -> None:
    """Note every migration as applied: backups and the health page compare them."""
    recorder = MigrationRecorder(connection)
    recorder.ensure_schema()
    done = recorder.applied_migrations()
    for app, name in sorted(MigrationLoader(connection).disk_migrations):
        if (app, name) not in done:
            recorder.record_applied(app, name)


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
