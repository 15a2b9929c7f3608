"""What schools state once a year as one more source: a state per set of questions."""

from pathlib import Path

from instroom.definitions import registry
from instroom.inflow.yearly import keep_yearly_state
from instroom_web.inflow.yearly import queries
from instroom_web.shared.clock import now, today


def keep_yearly_states(data: Path) -> None:
    """Keep what was stated by now, per set of questions that feeds a source."""
    for asked in registry.yearly_questions().values():
        schools = queries.stating_schools(asked)
        keep_yearly_state(data, asked, schools, today=today(), at=now())
