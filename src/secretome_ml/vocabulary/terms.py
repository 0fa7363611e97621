"""The words for context: cells, tissues, species, products, cultures, preconditioning, effects."""

from __future__ import annotations

import re
from dataclasses import dataclass
from difflib import get_close_matches
from functools import cache

from secretome_ml.core.errors import UnknownName
from secretome_ml.vocabulary.columns import context_columns
from secretome_ml.vocabulary.normalise import normal_form
from secretome_ml.vocabulary.tables import Row, rows, split_cell

_TABLES = {c.name: c.vocabulary for c in context_columns() if c.vocabulary} | {
    "preconditioning": "preconditioning",
    "manipulation": "manipulations",
    "effect": "effects",
    "assay_system": "assay_systems",
}
_OTHER = re.compile(r"other\s*:\s*(?P<words>\S.*)", re.IGNORECASE | re.DOTALL)
_REMARK = re.compile(r"\([^()]*\)")
_TOGETHER = re.compile(r"\s\+\s|\sand\s|\swith\s")
_KEYWORDS = (
    (
        "photobiomodulation",
        re.compile(r"\b(?:laser|led|o?led light|photobiomodulation|light)\b", re.IGNORECASE),
    ),
    ("ischemic_conditioning", re.compile(r"\bischa?emic\b", re.IGNORECASE)),
    ("apoptosis_induction", re.compile(r"\bapopto\w*", re.IGNORECASE)),
    ("tissue_extract", re.compile(r"\btissue extract\b", re.IGNORECASE)),
)
_DONOR = re.compile(r"^(?:(?:human|mouse|murine|rat|primary)\s+|[hmr](?=[A-Z]))")
_CELLS = re.compile(
    r"(?P<tissue>.+?)[- ]*(?:derived)?[- ]*(?:MSCs?|(?:mesenchymal )?(?:stem|stromal|stem/stromal) cells?)",
    re.IGNORECASE,
)
_STROMAL = ("adult_connective", "perinatal", "dental", "reproductive")
_LONGEST_WORDS = 200
_CUTOFF = 0.72


@dataclass(frozen=True)
class _Column:
    rows: dict[str, Row]
    names: dict[str, str]


@cache
def _column(column: str) -> _Column:
    if column not in _TABLES:
        raise UnknownName(f"There is no vocabulary '{column}'. Known: {', '.join(_TABLES)}.")
    table = {row["id"]: row for row in rows(_TABLES[column])}
    names: dict[str, str] = {}
    for row in table.values():
        for name in (row["label"], *split_cell(row["synonyms"])):
            names.setdefault(normal_form(name), row["id"])
    names.update({normal_form(identifier): identifier for identifier in table})
    return _Column(table, names)


@dataclass(frozen=True)
class Terms:
    """The context vocabularies, one per column of the evidence."""

    columns: tuple[str, ...] = tuple(_TABLES)

    def ids(self, column: str) -> tuple[str, ...]:
        """Return the identifiers of one vocabulary, in its own order.

        Examples
        --------
        >>> Terms().ids("assay_system")[:2]
        ('in_vitro', 'ex_vivo')
        """
        return tuple(_column(column).rows)

    def resolve(self, column: str, text: str) -> str | None:
        """Return the identifier that a word stands for, or None when it is unknown.

        `other:<words>` is allowed in every column: it becomes the identifier when the words are known, else
        it stays, with its spaces tidied.

        Parameters
        ----------
        column : str
            A context column of terms, preconditioning, manipulation, effect or assay_system.
        text : str
            A word as a scientist writes it.

        Raises
        ------
        UnknownName
            When there is no such column.

        Examples
        --------
        >>> terms = Terms()
        >>> terms.resolve("cell_source", "Wharton's jelly"), terms.resolve("species", "Rattus norvegicus")
        ('umbilical_cord', 'rat')
        >>> terms.resolve("cell_source", "other: limbal niche"), terms.resolve("cell_source", "moon")
        ('other:limbal niche', None)
        """
        names = _column(column).names
        other = _OTHER.fullmatch(text.strip())
        words = " ".join((other["words"] if other else text).split())
        known = self._known(names, words) or self._known(names, _REMARK.sub(" ", words))
        if known is None and column == "cell_type":
            plain = _DONOR.sub("", words)
            known = self._known(names, plain) or self._mixed(names, words) or self._stromal(plain)
        if known is None and other is not None and column == "preconditioning":
            known = next((identifier for identifier, pattern in _KEYWORDS if pattern.search(words)), None)
        if known is not None or other is None:
            return known
        return f"other:{words[:_LONGEST_WORDS]}"

    def close(self, column: str, text: str, count: int = 3) -> tuple[str, ...]:
        """Return the identifiers that look most like an unknown word, for an error message.

        Examples
        --------
        >>> Terms().close("cell_source", "umbilical chord", count=1)
        ('umbilical_cord',)
        """
        names = _column(column).names
        near = get_close_matches(normal_form(text), names, n=count, cutoff=_CUTOFF)
        return tuple(dict.fromkeys(names[name] for name in near))

    def label(self, column: str, identifier: str) -> str:
        """Return the readable form of an identifier; an `other:` value is its own words."""
        row = _column(column).rows.get(identifier)
        return row["label"] if row is not None else identifier.removeprefix("other:")

    def parent(self, column: str, identifier: str) -> str | None:
        """Return the group that an identifier belongs to, or None.

        Examples
        --------
        >>> Terms().parent("cell_source", "umbilical_cord")
        'perinatal'
        """
        row = _column(column).rows.get(identifier)
        return (row.get("parent") or None) if row is not None else None

    def agent_class(self, kind: str) -> str | None:
        """Return the class of an agent of which only the kind of preconditioning is known, or None.

        Examples
        --------
        >>> Terms().agent_class("nutrient")
        'medium'
        """
        row = _column("preconditioning").rows.get(kind)
        return next(iter(split_cell(row["agent_classes"])), None) if row is not None else None

    def kind_of_class(self, agent_class: str) -> str:
        """Return the kind of preconditioning that agents of a class are; drugs of every class are one kind.

        Examples
        --------
        >>> Terms().kind_of_class("growth_factor"), Terms().kind_of_class("statin")
        ('cytokine', 'pharmacological')
        """
        table = _column("preconditioning").rows
        found = (
            kind for kind, row in reversed(table.items()) if agent_class in split_cell(row["agent_classes"])
        )
        return next(found, "pharmacological")

    def takes_percentage(self, kind: str) -> bool:
        """Say whether a kind of preconditioning is given in percent: of the medium, or of a length.

        Examples
        --------
        >>> Terms().takes_percentage("nutrient"), Terms().takes_percentage("cytokine")
        (True, False)
        """
        row = _column("preconditioning").rows.get(kind)
        return row is None or row["percentage"] == "yes"

    def source_of(self, cell_type: str) -> str | None:
        """Return the tissue that the name of a cell type states, or None.

        Examples
        --------
        >>> terms = Terms()
        >>> [terms.source_of(name) for name in ("hADSCs", "WJ-MSC", "bone marrow-derived MSC", "MSC")]
        ['adipose', 'umbilical_cord', 'bone_marrow', None]
        """
        words = " ".join(cell_type.removeprefix("other:").split())
        known = self.cell_class(self.resolve("cell_type", words) or "")
        if known in ("mesenchymal", "pluripotent"):
            return self._tissue(words)
        # Of other cells only a name that is the tissue's own tells it: gingival fibroblasts (`GFs`).
        return (
            self._known(_column("cell_source").names, words)
            if known not in (None, "none", "immune")
            else None
        )

    @classmethod
    def _tissue(cls, words: str) -> str | None:
        names = _column("cell_source").names
        for name in (words, _DONOR.sub("", words)):
            found = _CELLS.fullmatch(name)
            known = cls._known(names, name) or (cls._known(names, found["tissue"]) if found else None)
            if known is not None:
                return known
        return None

    @classmethod
    def _stromal(cls, words: str) -> str | None:
        """Return MSC for stromal cells that are named by their tissue alone, such as `GMSC` or `WJ-MSCs`."""
        row = _column("cell_source").rows.get(cls._tissue(words) or "")
        if row is None or _CELLS.fullmatch(words) is None:
            return None
        return "MSC" if "msc" in words.casefold() or row["parent"] in _STROMAL else None

    def cell_class(self, cell_type: str) -> str | None:
        """Return the class of a cell type: mesenchymal, endothelial, epithelial, pluripotent, ...

        Examples
        --------
        >>> Terms().cell_class("DPSC")
        'mesenchymal'
        """
        row = _column("cell_type").rows.get(cell_type)
        return row["class"] if row is not None else None

    def ontology(self, column: str, identifier: str) -> str | None:
        """Return the ontology identifier (CL, UBERON, NCBITaxon, GO) of a term, or None."""
        row = _column(column).rows.get(identifier)
        return (row.get("ontology") or None) if row is not None else None

    def headline_effects(self) -> tuple[str, ...]:
        """Return the effects that every model is trained on.

        Examples
        --------
        >>> Terms().headline_effects()
        ('angiogenic', 'anti_inflammatory', 'anti_fibrotic')
        """
        table = _column("effect").rows
        return tuple(identifier for identifier, row in table.items() if row["headline"] == "true")

    @classmethod
    def _mixed(cls, names: dict[str, str], words: str) -> str | None:
        parts = [cls._known(names, _REMARK.sub(" ", part)) for part in _TOGETHER.split(words)]
        return "mixed" if len(parts) > 1 and all(parts) else None

    @staticmethod
    def _known(names: dict[str, str], words: str) -> str | None:
        form = normal_form(words)
        if form in names:
            return names[form]
        if form.endswith("s") and form[:-1] in names:
            return names[form[:-1]]
        return names.get(f"{form}s") if form else None
