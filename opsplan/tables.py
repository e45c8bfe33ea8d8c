"""Tables of a new database, made from the models in one go: `migrate` renders every model again at each of a hundred
steps, which takes half a minute. A database that holds anything is migrated. A test proves both arrive at the same."""

from django.conf import settings
from django.core.management import call_command
from django.db import connection, transaction
from django.db.migrations.executor import MigrationExecutor
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.recorder import MigrationRecorder


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
