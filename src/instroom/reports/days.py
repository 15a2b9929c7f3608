"""Days and moments in words, and what a page calls a file."""

from datetime import date

from instroom.core.clock import local_day, local_time
from instroom.core.texts import Texts
from instroom.reports.stored_rows import InputRow


def month_names(t: Texts) -> tuple[str, ...]:
    """Return the months in words."""
    return (
        *(t("januari"), t("februari"), t("maart"), t("april"), t("mei"), t("juni")),
        *(t("juli"), t("augustus"), t("september"), t("oktober"), t("november"), t("december")),
    )


def date_words(iso: str, t: Texts) -> str:
    """Return a day in words, from an ISO date, or a moment as its day is in Amsterdam.

    What is none stays as it is.

    Examples
    --------
    >>> date_words("2026-11-29T23:01:00+00:00", Texts("nl"))
    '30 november 2026'
    """
    try:
        day = date.fromisoformat(local_day(iso))
    except ValueError:
        return iso
    return t(
        "{day} {month} {year}", day=day.day, month=month_names(t)[day.month - 1], year=day.year
    )


def file_words(row: InputRow, t: Texts) -> str:
    """Return what a page calls a file: its name, or the moment of a state of the programme's rows.

    Examples
    --------
    >>> row = {"kind": "rows", "file": None, "vintage": "2026-11-30T09:35:44+00:00"}
    >>> file_words(row, Texts("nl"))
    'stand van 30 november 2026, 10:35'
    """
    if row.get("kind") != "rows":
        return row["file"] or ""
    day, hour = date_words(row["vintage"], t), local_time(row["vintage"])
    return t("stand van {day}, {time}", day=day, time=hour)
