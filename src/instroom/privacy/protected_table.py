"""What ``protect`` gives back: the rows that may go out, as a list that can speak."""

from html import escape

from instroom.core.texts import Texts
from instroom.privacy.table_rows import TableRow


class ProtectedTable(list[TableRow]):
    """Figures of which some are hidden, in the order they were given.

    A list, because its JSON is one; it adds a sentence, lines and a table for notebooks.

    Examples
    --------
    >>> table = ProtectedTable(
    ...     [
    ...         {"dims": {}, "n": 62},
    ...         {"dims": {"gender": "f"}, "n": None, "status": "protected"},
    ...     ]
    ... )
    >>> table, len(table), table[0]["n"]
    (<ProtectedTable: 1 van 2 cijfers afgeschermd>, 2, 62)
    """

    def to_dict(self) -> list[TableRow]:
        """Return the rows, which are the JSON of ``instroom protect``."""
        return list(self)

    def summary(self, language: str = "nl") -> str:
        """Return how many figures are hidden, in a sentence."""
        t = Texts(language)
        hidden = sum(row.get("status") == "protected" for row in self._figures())
        n = len(self._figures())
        return t("{hidden} van {n} cijfers afgeschermd", hidden=t.number(hidden), n=t.number(n))

    def lines(self, language: str = "nl") -> list[str]:
        """Return one line per figure, for a terminal."""
        t = Texts(language)
        rows = [f"{_called(row, t):<48} {_shown(row, t)}" for row in self._figures()]
        return rows or [t("geen cijfers om te beschermen")]

    def __repr__(self) -> str:
        return f"<{type(self).__name__}: {self.summary()}>"

    def _repr_html_(self) -> str:
        """Show the table in a notebook: a line per figure, hidden ones with a word."""
        t = Texts()
        cells = [(escape(_called(row, t)), escape(_shown(row, t))) for row in self._figures()]
        lines = (f"<tr><th scope=row>{name}</th><td>{shown}</td></tr>" for name, shown in cells)
        return f"<p>{escape(self.summary())}</p><table>{''.join(lines)}</table>"

    def _figures(self) -> list[TableRow]:
        return [row for row in self if "dims" in row]  # the others say how values nest


def _called(row: TableRow, t: Texts) -> str:
    return ", ".join(f"{key} {value}" for key, value in row["dims"].items()) or t("totaal")


def _shown(row: TableRow, t: Texts) -> str:
    return t("afgeschermd") if row["n"] is None else t.number(row["n"])
