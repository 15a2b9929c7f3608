"""The tables of a database and this version: made when there are none, else only when asked."""

from django.core.management import call_command
from django.db import connection
from django.db.migrations.executor import MigrationExecutor

from instroom.core.errors import DataError
from instroom.core.messages import Message


def _pending() -> tuple[bool, int, int]:
    """Return whether the database is empty, and how many migrations it lacks and does not know."""
    executor = MigrationExecutor(connection)
    known, applied = executor.loader.disk_migrations, set(executor.loader.applied_migrations)
    plan = executor.migration_plan(executor.loader.graph.leaf_nodes())
    ours = {app for app, _ in known}
    unknown = [name for name in applied - set(known) if name[0] in ours]
    return not applied, len(plan), len(unknown)


def make_or_refuse() -> None:
    """Make the tables of an empty database; refuse one of another version."""
    empty, lacking, unknown = _pending()
    if empty:
        bring_up_to_date()
    elif unknown:
        raise DataError(
            "a later version of Instroom made this database",
            code="database_newer",
            found=Message("{unknown} migrations that this version does not know", unknown=unknown),
            hint="install the version that made it",
        )
    elif lacking:
        raise DataError(
            "an earlier version of Instroom made this database",
            code="database_older",
            found=Message("{lacking} migrations are not applied", lacking=lacking),
            hint="make a copy of the data directory, then run: instroom migrate",
        )


def bring_up_to_date() -> int:
    """Apply what is lacking; return how many migrations that were."""
    _, lacking, _ = _pending()
    call_command("migrate", verbosity=0, interactive=False)
    return lacking
