"""Which figures are told: those of the files that were read, else those that come along.

The one rule of commands and pages. Who tells the goals (pages, ``kpi``, ``paper``, ``demo``) takes
the figures at hand, and says so when they are those that come along. Who counts or opens the files
themselves (``series``, ``pipeline``, ``explain``, ``export``, ``compute``) has nothing to take
instead: it answers that the file was not read, or refuses.
"""

from dataclasses import replace

from instroom.core.errors import DataError, Where
from instroom.core.messages import Message
from instroom.core.printing import printable
from instroom.core.progress import Progress
from instroom.monitoring.facts import ClassifiedCounts
from instroom.region.locate import home_region
from instroom.reports.results import PACKAGE, Results, compute_results, load
from instroom.sources import leftovers
from instroom.sources.store import Store


def results_of(store: Store, region: str | None, progress: Progress | None = None) -> Results:
    """Compute results from what was read.

    Raises
    ------
    DataError
        ``nothing_read`` when there is nothing to compute from.
    """
    make_sure(store, region)
    return compute_results(region or home_region(store), ClassifiedCounts(store), progress)


def make_sure(store: Store, region: str | None = None) -> None:
    """Clear what killed runs left, and refuse what nothing can be computed from.

    It comes before anything is written.

    Raises
    ------
    DataError
        ``nothing_read``; ``damaged_store`` for a file that is not as it was stored.
    """
    leftovers.sweep(store.files)
    leftovers.sweep_scratch()
    for stored in store:
        _ = stored.observations, stored.companion
    if store.nothing_read():
        place = region or home_region(store)
        said = Message("there are no observations to compute '{value}' from", value=place)
        raise nothing_read(store, said)


def results_at_hand(store: Store, progress: Progress | None = None) -> Results:
    """Compute results from what was read, or take those that come along when nothing was."""
    return results_along(store) or results_of(store, None, progress)


def results_along(store: Store) -> Results | None:
    """Return the results that come along, as long as nothing was read."""
    if not store.nothing_read():
        return None
    return replace(load(PACKAGE), came_along=True, uncounted=store.uncounted())


def nothing_read(store: Store, said: Message) -> DataError:
    """Return the refusal of what needs files, when none were read."""
    return DataError(
        said,
        code="nothing_read",
        where=Where(file=printable(str(store.root), 120)),
        found=(
            Message("files were read here, and none of them holds counts")
            if store.uncounted()
            else Message("nothing was read here yet")
        ),
        expected=Message("publishers' files that were read"),
        hint=Message(
            "read them first: instroom read FOLDER; or look at the results that come along: "
            "instroom demo"
        ),
    )
