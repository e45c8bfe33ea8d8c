"""Tables of a new database, made from the models in one go: `migrate` renders every model again at each of a hundred
steps, which takes half a minute. A database that holds anything is migrated. A test proves both arrive at the same."""

import logging

from django.conf import settings
from django.core.management import call_command
from django.db import OperationalError, connection, transaction
from django.db.migrations.executor import MigrationExecutor
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.recorder import MigrationRecorder

log = logging.getLogger("opsplan.tables")
LOOKED_AT = 400  # rows of an index; SQLite reads the whole of it otherwise


class NoMigrations:
    """What MIGRATION_MODULES looks like to `migrate` when no app has any."""

    def __contains__(self, app: str) -> bool:
        return True

    def __getitem__(self, app: str) -> None:
        return None


def are_current() -> bool:
    """Whether every migration is applied."""
    executor = MigrationExecutor(connection)
    return not executor.migration_plan(executor.loader.graph.leaf_nodes())


def bring_up_to_date() -> None:
    """The tables this version wants; safe to repeat, and to begin again after a kill."""
    if connection.introspection.table_names():
        call_command("migrate", interactive=False, verbosity=0)
    else:
        make_tables()


def make_tables() -> None:
    """Every table of every app in the empty database, as `migrate` leaves it; all of them or none."""
    modules = settings.MIGRATION_MODULES
    settings.MIGRATION_MODULES = NoMigrations()
    try:
        with connection.constraint_checks_disabled(), transaction.atomic():  # SQLite cannot switch them inside
            call_command("migrate", verbosity=0, run_syncdb=True)
            settings.MIGRATION_MODULES = modules
            tell_applied()
    finally:
        settings.MIGRATION_MODULES = modules


def tell_applied() -> None:
    """Note every migration as applied: later versions, backups and the health page go by it."""
    recorder = MigrationRecorder(connection)
    recorder.ensure_schema()
    done = recorder.applied_migrations()
    for app, name in sorted(MigrationLoader(connection).disk_migrations):
        if (app, name) not in done:
            recorder.record_applied(app, name)


def learn(*tables: str) -> None:
    """Have the database learn how much these tables (none told: all) hold now, by which it chooses its ways to an
    answer: SQLite never does so by itself, PostgreSQL only after a while. While others write it is left for another
    time."""
    try:
        with connection.cursor() as cursor:
            if connection.vendor == "sqlite":
                cursor.execute(f"PRAGMA analysis_limit = {LOOKED_AT}")
            for table in tables or ("",):
                cursor.execute(f"ANALYZE {table}")
    except OperationalError as problem:
        log.warning("tables not looked at", extra={"data": {"problem": str(problem)[:200]}})
