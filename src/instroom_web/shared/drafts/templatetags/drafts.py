"""The tag that gives a form its draft; see ``instroom_web.shared.drafts``."""

from django import template
from django.template import Context
from django.utils import timezone

from instroom_web.shared.drafts.queries import draft_of

register = template.Library()


@register.inclusion_tag("drafts/draft.html", takes_context=True)
def draft(context: Context, *names: object) -> dict[str, object]:
    """Keep what is typed in the form around this tag, under these names together."""
    key = "/".join(str(name) for name in names if name)[:120]
    person = context.get("person")
    found = draft_of(person.uuid, key) if person is not None else None
    return {
        "texts": context["texts"],
        "key": key,
        "language": context["language"],
        "values": found.values if found else {},
        "time": timezone.localtime(found.kept_at).strftime("%H:%M") if found else "",
        "day": timezone.localtime(found.kept_at).date().isoformat() if found else "",
    }
