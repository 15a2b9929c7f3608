"""Where publishers keep their files: known hosts, and the address of every source."""

import re
from urllib.parse import unquote

from instroom.core.errors import DefinitionError, Where
from instroom.core.messages import Message
from instroom.definitions.models import Fetch, SourceDefinition

DUO, CKAN = "https://duo.nl", "https://onderwijsdata.duo.nl"
CBS, EUROSTAT = "https://opendata.cbs.nl", "https://ec.europa.eu"
HOSTS = {"duo.nl", "www.duo.nl", "onderwijsdata.duo.nl", "opendata.cbs.nl", "ec.europa.eu"}
_FILE_ROOTS = {"duo": DUO, "cbs": CBS, "eurostat": EUROSTAT}


def address_of(source: SourceDefinition) -> str:
    """Return the first address that is asked for a source.

    Raises
    ------
    DefinitionError
        For a file of a publisher whose host is not known.
    """
    where = source.fetch
    assert where is not None  # noqa: S101  only sources with a [fetch] table are fetched
    name, query = _identifier(where)
    if where.kind == "ckan":
        return f"{CKAN}/api/3/action/package_show?id={name}"
    if where.kind == "cbs_odata":
        return f"{CBS}/ODataFeed/odata/{name}/UntypedDataSet?$format=json{query}"
    if where.kind == "eurostat":
        path = "api/dissemination/sdmx/2.1/data"
        return f"{EUROSTAT}/{path}/{name}?format=TSV&compressed=false{query}"
    if source.publisher not in _FILE_ROOTS:
        raise DefinitionError(
            "no host is known for files of '{publisher}'",
            code="definition_invalid",
            where=Where(file=f"monitoring/sources/{source.id}.toml", key="fetch.kind"),
            found=source.publisher,
            expected=Message("a file of {names}", names=", ".join(_FILE_ROOTS)),
            hint=Message('use kind = "page" when the file is offered on a page only'),
            publisher=source.publisher,
        )
    return f"{_FILE_ROOTS[source.publisher]}/{where.path.lstrip('/')}"


def _identifier(where: Fetch) -> tuple[str, str]:
    """Return the publisher's id of a dataset, and query parameters that narrow it.

    The id is ``dataset``, else the last part of ``path``; what follows a ``?`` in ``path`` is
    sent along.
    """
    path, _, query = where.path.partition("?")
    parts = [part for part in path.split("/") if part not in ("", "UntypedDataSet")]
    return where.dataset or (parts[-1] if parts else ""), f"&{query}" if query else ""


def dump_of(resource: str) -> str:
    """Return where CKAN gives the rows of a resource as CSV."""
    return f"{CKAN}/datastore/dump/{resource}"


def page_of(source: SourceDefinition) -> str:
    """Return the publisher's page about a source, to follow a word; empty without one."""
    return f" ({source.page})" if source.page else ""


def by_hand(source: SourceDefinition, url: str) -> str:
    """Say where a person finds the file; an interface for programs is no such place."""
    address = url
    if source.fetch and source.fetch.kind == "ckan":
        address = f"{CKAN}/dataset/{_identifier(source.fetch)[0]}"
    elif source.fetch and source.fetch.kind == "cbs_odata":
        table = _identifier(source.fetch)[0]
        address = source.page or f"{CBS}/statline/portal.html?_la=nl&_catalog=CBS&tableId={table}"
    more = page_of(source) if address != source.page else ""
    return Message(
        "download it by hand from {address}{more}, then: instroom read FILE",
        address=address,
        more=more,
    )


def file_name(path: str) -> str:
    """Return the last part of an address as a name that any disk takes."""
    name = unquote(path.partition("?")[0].rstrip("/").rpartition("/")[2])
    return re.sub(r"[^\w.,()+-]", "_", name).lstrip(".")[:150] or "file"
