"""Pages for one person: made live, of the same blocks and figures as the public pages."""

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from instroom.core.texts import Texts
from instroom.definitions import registry
from instroom_web.accounts.queries import person_of
from instroom_web.programme import queries as amounts
from instroom_web.programme.entering import lines_of
from instroom_web.region.queries import waiting_roles
from instroom_web.reports import scoreboard
from instroom_web.reports.figures import headline
from instroom_web.reports.page_origin import page_origin
from instroom_web.shared.frame import language_of
from instroom_web.shared.homes import home_counters


@require_safe
def my(request: HttpRequest) -> HttpResponse:
    """Greet the person, say what they can do today, and show where the region stands."""
    language = language_of(request)
    shown = headline(language)
    reader = person_of(request)
    roles = registry.roles()
    context = {
        "reader": reader,
        "waiting": [roles[held.role].title for held in waiting_roles(reader)],
        "headline": shown,
        "week": home_counters(reader, Texts(language)),
        "origin": page_origin(request, {"blocks": [shown.block]} if shown else {}, language),
    }
    return render(request, "reports/my.html", context)


@require_safe
def scores(request: HttpRequest) -> HttpResponse:
    """Show all goals beside what was promised."""
    t = Texts(language_of(request))
    lines = scoreboard.board(t)
    context = {
        "lines": lines,
        "counts": scoreboard.counted(lines),
        "all": sum(len(line.sticks) for line in lines),
        "proposes": amounts.proposes(person_of(request)),
        "build_day": scoreboard.build_day(request),
    }
    return render(request, "reports/scoreboard.html", context)


@require_safe
def goal(request: HttpRequest, goal: str) -> HttpResponse:
    """Show one goal, who promised what, and what chance means here."""
    person, t = person_of(request), Texts(language_of(request))
    line = next((one for one in scoreboard.board(t) if one.goal.id == goal), None)
    if line is None:
        raise Http404
    context = {
        "line": line,
        "versions": lines_of(amounts.versions_for(person, goal), t),
        "follows": amounts.follows(person),
        "proposes": amounts.proposes(person) and bool(line.sticks),
    }
    return render(request, "reports/goal.html", context)
