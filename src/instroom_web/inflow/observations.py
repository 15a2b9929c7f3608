"""The ledger of cooperations as one more source: its rows as a state in the data directory."""

from pathlib import Path

from instroom.inflow.ledger import keep_ledger, registered_schools
from instroom.reports.place_names import told_apart
from instroom_web.inflow import queries
from instroom_web.region.actions import take_register
from instroom_web.shared.clock import now, today


def keep_states(data: Path) -> None:
    """Take the schools of the registers, and keep what the rows say now.

    As long as nobody recorded anything there is nothing to say: no state is written.
    """
    take_register(told_apart(registered_schools(data)))
    if queries.anything_recorded():
        keep_ledger(data, queries.ledger(), queries.ladder(), today=today(), at=now())
