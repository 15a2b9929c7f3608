"""A drawing as PNG, for who shows no SVG: letters of a folder, nothing from the network."""

import struct
import zlib
from pathlib import Path


def png_of(svg: str, fonts: Path) -> bytes:
    """Return a card as PNG of the same size, in the letters of a folder; needs no network."""
    import vl_convert  # waits: only who asks for a PNG needs it

    vl_convert.register_font_directory(str(fonts))
    return packed_png(bytes(vl_convert.svg_to_png(svg, scale=1, ppi=72)))


def packed_png(png: bytes) -> bytes:
    """Return the same picture packed more tightly: it was packed in a hurry.

    What shows a link leaves pictures of more than some 300 kB out.
    """
    chunks, place = [], 8
    while place < len(png):
        (size,) = struct.unpack(">I", png[place : place + 4])
        chunks.append((png[place + 4 : place + 8], png[place + 8 : place + 8 + size]))
        place += 12 + size
    raw = zlib.decompress(b"".join(data for kind, data in chunks if kind == b"IDAT"))
    kept = [(kind, data) for kind, data in chunks if kind not in (b"IDAT", b"IEND")]
    found = [*kept, (b"IDAT", zlib.compress(raw, 6)), (b"IEND", b"")]
    return png[:8] + b"".join(map(_chunk, found))


def _chunk(part: tuple[bytes, bytes]) -> bytes:
    kind, data = part
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
