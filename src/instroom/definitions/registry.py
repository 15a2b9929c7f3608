"""Find, read and check definition files; an overlay folder adds or replaces them by id.

``INSTROOM_DEFINITIONS`` names the overlay: a folder laid out like ``instroom/definitions``.
"""

import os
from collections.abc import Mapping
from difflib import get_close_matches
from functools import cache
from pathlib import Path
from typing import Any

from instroom.core.errors import DefinitionError, Where
from instroom.core.messages import Message
from instroom.core.texts import brought_by
from instroom.definitions import models, reading
from instroom.definitions.definition_set import HERE, DefinitionSet, Registry, one_of, unknown_id
from instroom.definitions.kinds import KINDS, KindName
from instroom.definitions.references import references


def overlay() -> Path | None:
    """Return the overlay folder, if one is set."""
    folder = os.environ.get("INSTROOM_DEFINITIONS", "")
    return Path(folder) if folder else None


#: The definitions with an overlay, by its name; of no overlay the name is empty.
_set_of = cache(DefinitionSet)


def _set() -> DefinitionSet:
    return _set_of(str(overlay() or ""))


def _get(kind: KindName) -> Registry[Any]:
    return _set().of(kind)


def _words(language: str) -> Mapping[str, str]:
    """Return what the overlay translates."""
    return _set().words.get(language, {})


brought_by(_words)


def untranslated(language: str) -> frozenset[str]:
    """Return the texts of definitions that a page in this language shows in Dutch."""
    return _set().untranslated(language)


def kind(name: KindName) -> Registry[Any]:
    """Return the definitions of a kind by its name, a key of ``KINDS``."""
    return _get(name)


def organisation_kinds() -> Registry[models.OrganisationKind]:
    """Return the kinds of organisation."""
    return _get("organisation_kind")


def roles() -> Registry[models.Role]:
    """Return what people can be in the programme."""
    return _get("role")


def ladders() -> Registry[models.Ladder]:
    """Return the ladders of cooperation."""
    return _get("ladder")


def yearly_questions() -> Registry[models.YearlyQuestions]:
    """Return what a school states once a year."""
    return _get("yearly_questions")


def competences() -> Registry[models.Competence]:
    """Return what counts as competent."""
    return _get("competence")


def sources() -> Registry[models.SourceDefinition]:
    """Return the layouts of publishers."""
    return _get("source")


def publishers() -> Registry[models.Publisher]:
    """Return the publishers, with what their tables have in common."""
    return _get("publisher")


def codes() -> Registry[models.CodeList]:
    """Return the code lists, one per dimension."""
    return _get("codes")


def indicators() -> Registry[models.Indicator]:
    """Return the indicators."""
    return _get("indicator")


def classifications() -> Registry[models.Classification]:
    """Return the classifications, by ``kind/id``."""
    return _get("classification")


def counted_by(indicator: models.Indicator, wanted: str = "") -> str | None:
    """Return the classification ``wanted`` where an indicator has it, else its usual one."""
    if wanted and f"{indicator.classification}/{wanted}" in classifications():
        return wanted
    return indicator.default_classification


def pipelines() -> Registry[models.PipelineDefinition]:
    """Return the pipelines."""
    return _get("pipeline")


def reasons() -> dict[str, str]:
    """Return the words for every reason code; overlays add reasons."""
    return {code: text for found in _get("reasons").values() for code, text in found.texts.items()}


def verdicts() -> Registry[models.VerdictRule]:
    """Return the rules that turn two figures into a verdict."""
    return _get("verdict")


def kpis() -> Registry[models.Kpi]:
    """Return the seven goals."""
    return _get("kpi")


def claims() -> Registry[models.Claim]:
    """Return the claims of the programme outline."""
    return _get("claim")


def regions() -> Registry[models.Region]:
    """Return the regions."""
    return _get("region")


def places() -> Registry[models.Places]:
    """Return the lists of municipalities, one per country."""
    return _get("places")


def alike() -> Registry[models.AlikeSchools]:
    """Return the rules for schools alike, by the kind of place they are for."""
    return _get("alike")


def pages() -> Registry[models.PageDefinition]:
    """Return the pages of which every word stands in a file."""
    return _get("page")


def glossary() -> models.Glossary:
    """Return the words of the house; overlays add terms."""
    merged = {term.identifier: term for g in _get("glossary").values() for term in g.terms}
    return models.Glossary(id="glossary", title="Woordenlijst", terms=list(merged.values()))


def check_all() -> dict[KindName, int]:
    """Load every kind and return how many definitions each has.

    Raises
    ------
    DefinitionError
        For the first file that cannot be used, that names another which is not there, that
        translates a text as no other file does, or that stands where no kind has its folder.
    """
    counts = {kind: len(_get(kind)) for kind in KINDS}
    _ = _set().words
    _refuse_lost_files()
    for one in references(_get):
        if one.value not in one.known:
            where = Where(file=f"{KINDS[one.kind][0]}/{one.id}.toml", key=one.key)
            raise unknown_id(one.value, one.known, one.called, where)
    return counts


def _refuse_lost_files() -> None:
    """Refuse a file of the overlay in a folder that no kind reads."""
    extra, homes = overlay(), [folder for folder, _ in KINDS.values()]
    for file in reading.files(extra, extra) if extra else ():
        name = file.relative_to(extra or file).as_posix()
        if any(name.startswith(f"{home}/") for home in homes):
            continue
        folder = file.parent.relative_to(extra or file).as_posix()
        near = [home for home in homes if home.endswith(f"/{folder.rpartition('/')[2]}")]
        near = near or get_close_matches(folder, homes, 1)
        raise DefinitionError(
            "no kind of definition stands in this folder",
            code="definition_lost",
            where=Where(file=name),
            found=folder,
            expected=one_of(homes),
            hint=Message("move the file to {folder}", folder=near[0])
            if near
            else Message("move the file to one of these folders"),
        )


__all__ = ["HERE", "KINDS"]
