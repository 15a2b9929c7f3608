"""CBS metadata: several CSV tables in one file, each under its own name."""

import csv
import io
from dataclasses import dataclass, field


@dataclass(slots=True)
class MetadataPart:
    """One of the tables of a metadata file; rows may be shorter than the header."""

    name: str
    header: list[str] = field(default_factory=list)
    rows: list[list[str]] = field(default_factory=list)


def is_metadata(text: str) -> bool:
    """Return whether this is a CBS metadata file."""
    return text.lstrip("\ufeff").startswith('"TableInfos"')


def tables(text: str) -> list[MetadataPart]:
    """Return the tables of a metadata file; line breaks inside quotes stay inside."""
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=";")
    result: list[MetadataPart] = []
    for row in reader:
        if not row or not any(cell.strip() for cell in row):
            continue
        if len(row) == 1 and row[0].isidentifier():
            result.append(MetadataPart(row[0]))
        elif result and not result[-1].header:
            result[-1].header = row
        elif result:
            result[-1].rows.append(row)
    return result


def titles(table: MetadataPart) -> list[tuple[str, str]]:
    """Return the keys of a table with their titles, such as those of ``Woonplaatsen``."""
    if "Key" not in table.header or "Title" not in table.header:
        return []
    key, title = table.header.index("Key"), table.header.index("Title")
    rows = [row for row in table.rows if len(row) > max(key, title)]
    return [(row[key].strip(), row[title].strip()) for row in rows]
