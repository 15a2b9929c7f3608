"""The mark at the end of a file of sums: who wrote it, or at least that it arrived whole.

The mark is over the bytes of the file with the mark itself left empty, so that any tool can
check it without knowing how numbers are written.
"""

import hashlib
import hmac
import re

from instroom.core.errors import PrivacyError, Where
from instroom.core.messages import Message

_SIGNED, _DIGEST = "hmac-sha256", "sha256"
_END = re.compile(rb'"signature":\{"method":"([a-z0-9-]+)","value":"([0-9a-f]{64})"\}\}\n\Z')


def seal(body: bytes, key: bytes | None) -> bytes:
    """Return the whole file: its body, and the mark at its end."""
    method = _DIGEST if key is None else _SIGNED
    blank = body + f'"signature":{{"method":"{method}","value":""}}}}\n'.encode()
    return blank.replace(b'"value":""}}\n', f'"value":"{_mark(blank, key)}"}}}}\n'.encode())


def _mark(blank: bytes, key: bytes | None) -> str:
    if key is None:
        return hashlib.sha256(blank).hexdigest()
    return hmac.new(key, blank, hashlib.sha256).hexdigest()


def verify(raw: bytes, name: str, key: bytes | None) -> bool:
    """Check digest or signature; return whether it was a signature."""
    where, found = Where(file=name, key="signature"), _END.search(raw)
    if found is None or found[1].decode() not in (_SIGNED, _DIGEST):
        raise PrivacyError(
            "the file does not end in its signature",
            code="sums_changed",
            where=where,
            hint=Message("ask for the file again, and do not open and save it in between"),
        )
    signed = found[1].decode() == _SIGNED
    if signed and key is None:
        raise PrivacyError(
            "the file is signed; its key is needed to check it",
            code="sums_key_needed",
            where=where,
        )
    if key is not None and not signed:
        raise PrivacyError(
            "the file is not signed, so it is unknown who wrote it",
            code="sums_unsigned",
            where=where,
            found=_DIGEST,
            expected=_SIGNED,
        )
    blank = raw[: found.start(2)] + raw[found.end(2) :]
    if not hmac.compare_digest(_mark(blank, key), found[2].decode()):
        raise PrivacyError(
            "the contents were changed, or signed with another key",
            code="sums_changed",
            where=where,
            hint=Message("ask for the file again; check that both sides use the same key"),
        )
    return signed
