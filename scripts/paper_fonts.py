"""Inter for papers: WOFF2 of the pages, two parts per weight, to one TrueType file per weight.

Usage: ``python scripts/paper_fonts.py [FOLDER]``. The typesetter and Word's pictures read no WOFF2.
The files are committed, so that nobody needs fontTools to write a paper; run this again when the
fonts of the pages change.
"""

import sys
from pathlib import Path
from tempfile import TemporaryDirectory

from fontTools.merge import Merger
from fontTools.ttLib import TTFont

ROOT = Path(__file__).parents[1]
PAGES = ROOT / "src" / "instroom_web" / "shared" / "static" / "instroom" / "fonts"
FOLDER = ROOT / "src" / "instroom" / "reports" / "paper" / "fonts"
WEIGHTS = (400, 600, 700)
#: Seconds since 1904, as fonts count; the same in every run, so that the files are too.
MADE = 3_800_000_000


def font(weight: int, folder: Path) -> TTFont:
    """Return one weight with the letters of both parts."""
    parts = []
    for part in ("latin", "latin-ext"):
        one = TTFont(PAGES / f"inter-{part}-{weight}-normal.woff2", recalcTimestamp=False)
        one.flavor = None
        one.save(folder / f"{part}.ttf")
        parts.append(str(folder / f"{part}.ttf"))
    merged = Merger().merge(parts)
    merged["head"].created = merged["head"].modified = MADE
    merged.recalcTimestamp = False
    return merged


def write(folder: Path) -> list[Path]:
    """Write all weights, with the licence that goes with them."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "LICENSE").write_bytes((PAGES / "LICENSE").read_bytes())
    files = []
    for weight in WEIGHTS:
        with TemporaryDirectory() as room:
            files.append(folder / f"inter-{weight}.ttf")
            font(weight, Path(room)).save(files[-1])
    return files


if __name__ == "__main__":
    for file in write(Path(sys.argv[1]) if len(sys.argv) > 1 else FOLDER):
        print(f"{file}: {file.stat().st_size} bytes")
