"""What happened to an activity, in sentences."""

from instroom.core.texts import Texts
from instroom_web.inflow.activities.models import Activity
from instroom_web.inflow.past import MOST, PastLine, changed_words, names_of
from instroom_web.region.models import Organisation
from instroom_web.shared.history.queries import PastChange, history_of


def past_of_activity(row: Activity, t: Texts) -> list[PastLine]:
    """Return what happened, the newest first."""
    found = sorted(history_of(row), key=lambda one: -one.number)[:MOST]
    names = names_of({one.by for one in found if one.by})
    return [
        PastLine(one.at, _sentence(one, names.get(one.by, "") if one.by else "", t))
        for one in found
    ]


def _sentence(change: PastChange, who: str, t: Texts) -> str:
    said = {one.name: one.after for one in change.fields}
    if change.kind == "activity.recorded":
        return t("{who} vulde deze activiteit in.", who=who)
    if change.kind == "activity.deleted":
        return t("{who} verwijderde deze activiteit.", who=who)
    if change.kind == "activity.restored":
        return t("{who} zette deze activiteit terug.", who=who)
    if change.kind == "contribution.said":
        company = Organisation.objects.filter(pk=int(str(said.get("company") or 0))).first()
        name = company.name if company else t("Een bedrijf")
        return t("{name} antwoordde via de link in de mail.", name=name)
    return t("{who} veranderde deze activiteit: {what}.", who=who, what=changed_words(change, t))
