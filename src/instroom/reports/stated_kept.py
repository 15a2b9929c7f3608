"""What files of counts state of schools, worked out once for the same files."""

import json

from instroom.monitoring.facts import ClassifiedCounts
from instroom.monitoring.stated import StatedPlace, StatedPlaces
from instroom.reports.result_cache import ResultCache
from instroom.sources.own_rows import is_state


def keep_stated(facts: ClassifiedCounts) -> None:
    """Take what the files state of schools from the cache, when no file changed, or keep it there.

    The answer is the same either way; states of our own rows have no part in it.
    """
    cache = ResultCache.of(facts.store.root, "stated")
    entry = cache.name(sorted(s.receipt["seal"] for s in facts.store if not is_state(s)))
    text = cache.get(entry)
    if text is None:
        known = sorted(facts.stated.known.items())
        rows = [[*key, one.municipality, one.board, sorted(one.files)] for key, one in known]
        cache.put(entry, json.dumps(rows))
    else:
        facts.stated = StatedPlaces(
            {
                (place, example): StatedPlace(municipality, board, frozenset(files))
                for place, example, municipality, board, files in json.loads(text)
            }
        )
    cache.sweep()
