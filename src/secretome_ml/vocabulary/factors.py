"""From the name of a secreted factor, as anyone writes it, to one identifier with the reason why."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace

from secretome_ml.vocabulary.dates import genes_behind_date
from secretome_ml.vocabulary.index import FactorIndex, factor_index, light_form
from secretome_ml.vocabulary.mirna import mirna_family, parse_circrna, parse_mirna
from secretome_ml.vocabulary.normalise import MAX_LENGTH, normal_form
from secretome_ml.vocabulary.qualifiers import (
    class_of,
    group_of,
    is_qualifier,
    names_a_group,
    without_qualifiers,
)
from secretome_ml.vocabulary.resolution import (
    AMBIGUOUS,
    NOT_ONE_FACTOR,
    UNKNOWN,
    Resolution,
    combine,
    unresolved,
)

_ACCESSION = re.compile(
    r"(?:(?:sp|tr|trm)\|)?(?P<id>[OPQ][0-9][A-Z0-9]{3}[0-9]|[A-NR-Z][0-9](?:[A-Z][A-Z0-9]{2}[0-9]){1,2})"
    r"(?:-\d{1,3})?(?:\|\w{1,24})?",
    re.ASCII,
)
_ORTHOLOG = re.compile(r"[A-Z](?=[a-z0-9-]*[a-z])[a-z0-9-]+")
_GENE_LIKE = re.compile(r"[A-Z0-9][A-Za-z0-9-]*")
_SPLITS = (re.compile(r"[()\[\]]"), re.compile(r"/"), re.compile(r"[,;+&]| and | or | plus ", re.IGNORECASE))
_SHORT = 2
# Keys of databases that are no names: what they are, and what to give in their place.
_ELSEWHERE = tuple(
    (re.compile(form), f"an accession of {base}; give {instead} in its place")
    for form, base, instead in (
        (r"MI(?:MAT)?\d{7}", "miRBase", "the name (hsa-miR-21-5p)"),
        (r"ENS[A-Z]{0,4}[GTP]\d{11}(?:\.\d{1,3})?", "Ensembl", "the gene symbol"),
        (r"[NX][MPR]_\d{6,9}(?:\.\d{1,3})?", "RefSeq", "the gene symbol"),
        (r"(?:HGNC|MGI|RGD):\d{1,9}", "a gene nomenclature", "the gene symbol"),
        (r"IPI\d{8}(?:\.\d{1,3})?", "IPI, which ended in 2011", "the accession of UniProt"),
        (r"OID\d{5}", "Olink", "the name of the assay, or UniProt's accession"),
        (r"\d{4,6}-\d{1,3}(?:_\d{1,2})?", "SomaScan", "the gene symbol, or UniProt's accession"),
    )
)


@dataclass(frozen=True)
class FactorVocabulary:
    """The factors that the package knows, by any of their names."""

    index: FactorIndex

    @classmethod
    def load(cls) -> FactorVocabulary:
        """Return the vocabulary that ships with the package.

        Examples
        --------
        >>> FactorVocabulary.load().label("CXCL8")
        'Interleukin-8'
        """
        return cls(factor_index())

    def resolve(self, name: str) -> Resolution:
        """Say which factor a name stands for; never raises on text.

        Parameters
        ----------
        name : str
            For instance `SDF-1α`, `hsa-miR-126-3p`, `CCL2/MCP-1`, `soluble VEGFR-1`, `P15692`.

        Returns
        -------
        Resolution
            With `factor=None` and a `reason` when the name stands for no single known factor.

        Examples
        --------
        >>> vocabulary = FactorVocabulary.load()
        >>> vocabulary.resolve("SDF-1α").factor, vocabulary.resolve("FGF").factor
        ('CXCL12', 'FGF family')
        >>> vocabulary.resolve("angiogenic cytokines").factor
        'angiogenic factors'
        >>> vocabulary.resolve("VEGF and bFGF secretion").candidates
        ('VEGFA', 'FGF2')
        """
        text = " ".join(name.split())
        if not text:
            return unresolved(name, f"{UNKNOWN}: the name is empty")
        if len(text) > MAX_LENGTH:
            return unresolved(name, f"{UNKNOWN}: longer than {MAX_LENGTH} characters")
        dated = genes_behind_date(text)
        if dated:
            what = f"{UNKNOWN}: a spreadsheet turned it into a date; it was probably {' or '.join(dated)}"
            return unresolved(name, what, dated)
        listed = self.index.unresolved.get(light_form(text))
        if listed is not None:
            split = self._parts(text, 0)
            reviewed = unresolved(name, f"{NOT_ONE_FACTOR}: {listed}", split.candidates if split else ())
            single = [c for c in reviewed.candidates if self.kind(c) != "class"]
            return reviewed if len(single) > 1 else _collective(reviewed, text)
        found = self._nested(text, 0)
        if found is not None and not (found.factor is None and names_a_group(text)):
            return replace(found, name=name)
        if names_a_group(text):
            return _collective(unresolved(name, f"{NOT_ONE_FACTOR}: a group of factors"), text)
        elsewhere = next((words for form, words in _ELSEWHERE if form.fullmatch(text)), None)
        return unresolved(name, f"{UNKNOWN}: {elsewhere or 'not in the vocabulary'}")

    def family(self, factor: str) -> str | None:
        """Return the biological family of a factor, a microRNA's stem, or None.

        Examples
        --------
        >>> FactorVocabulary.load().family("CXCL8"), FactorVocabulary.load().family("miR-126-3p")
        ('chemokine CXC', 'miR-126')
        """
        row = self.index.factors.get(factor)
        if row is not None:
            return row["family"] or None
        return mirna_family(factor) if parse_mirna(factor) else None

    def label(self, factor: str) -> str:
        """Return the readable name of a factor; a factor outside the table is its own label."""
        row = self.index.factors.get(factor)
        return row["label"] if row is not None else factor

    def kind(self, factor: str) -> str | None:
        """Return the kind of a factor identifier, or None when it is no identifier."""
        row = self.index.factors.get(factor)
        if row is not None:
            return row["kind"]
        if parse_mirna(factor) == factor:
            return "mirna"
        return "protein" if factor in self.index.proteins.accessions else None

    def accession(self, factor: str) -> str | None:
        """Return the UniProt accession of a protein, or None.

        Examples
        --------
        >>> FactorVocabulary.load().accession("VEGFA")
        'P15692'
        """
        row = self.index.factors.get(factor)
        return (row["uniprot"] or None) if row is not None else self.index.proteins.accessions.get(factor)

    def resolve_accession(self, text: str) -> Resolution:
        """Say which factor a UniProt accession stands for, with isoform or FASTA header form allowed.

        Examples
        --------
        >>> FactorVocabulary.load().resolve_accession("sp|P15692-2|VEGFA_HUMAN").factor
        'VEGFA'
        """
        given = text.strip()
        found = _ACCESSION.fullmatch(given) if len(given) <= MAX_LENGTH else None
        if found is None:
            return unresolved(text, f"{UNKNOWN}: not a UniProt accession")
        factor = self.index.proteins.by_accession.get(found["id"])
        if factor is None:
            return unresolved(text, f"{UNKNOWN}: not an accession of a reviewed human protein")
        return Resolution(text, factor, "protein", "accession")

    def _nested(self, text: str, level: int) -> Resolution | None:
        """Try the name, the name without qualifiers, then its parts."""
        found = self._whole(text)
        if found is None:
            bare = without_qualifiers(text)
            found = self._whole(bare) if bare != text else None
            if found is not None and found.factor is not None:
                found = replace(found, how=f"{found.how}, qualifier removed")
        return found if found is not None else self._parts(text, level)

    def _parts(self, text: str, level: int) -> Resolution | None:
        """Resolve `A (B)`, `A/B`, `A and B`: one factor when all parts agree, candidates when they do not."""
        for depth in range(level, len(_SPLITS)):
            pieces = [piece.strip(" -") for piece in _SPLITS[depth].split(text)]
            pieces = [piece for piece in pieces if piece and not is_qualifier(piece)]
            if len(pieces) == 1 and pieces[0] != text:
                return self._nested(pieces[0], depth + 1)
            if len(pieces) > 1:
                return combine(text, [self._nested(piece, depth + 1) for piece in pieces])
        return None

    def _whole(self, text: str) -> Resolution | None:
        """Look the name up as it stands."""
        form = normal_form(text)
        decision = self.index.exact.get(text) or self.index.decisions.get(form)
        if decision is not None:
            if decision.factor is None:
                return unresolved(text, f"{AMBIGUOUS}: {decision.reason}", decision.candidates)
            return Resolution(
                text,
                decision.factor,
                self.kind(decision.factor),
                "decided name",
                decision.candidates,
                decision.reason,
            )
        mirna = parse_mirna(text)
        if mirna is not None:
            return Resolution(text, mirna, "mirna", "miRNA rule")
        circular = parse_circrna(text)
        if circular is not None:
            return Resolution(text, circular, "rna", "circRNA rule")
        named = self.index.names.get(form)
        if named is not None and (len(form) > _SHORT or self._case_fits(text, named[0])):
            factor, how = named
            kind = self.kind(factor)
            ortholog = (
                kind == "protein" and _ORTHOLOG.fullmatch(text) and text.casefold() == factor.casefold()
            )
            return Resolution(text, factor, kind, "ortholog symbol" if ortholog else how)
        if _ACCESSION.fullmatch(text):
            accession = self.resolve_accession(text)
            if accession.factor is not None:
                return accession  # else a symbol that looks like one, such as P2RY12
        current = self.index.current.get(text) or self.index.current.get(text.upper())
        if current is not None:
            return Resolution(text, self._current(current), "protein", "current symbol")
        return self._any_protein(text, form)

    def _case_fits(self, text: str, factor: str) -> bool:
        """Demand the symbol's own case, or a mouse gene's, of names so short that a word could be meant."""
        protein = self.kind(factor) == "protein"
        return text == text.upper() or (protein and _ORTHOLOG.fullmatch(text) is not None)

    def _any_protein(self, text: str, form: str) -> Resolution | None:
        """Fall back on all human proteins; only gene-like spelling counts, so that words stay words."""
        if _GENE_LIKE.fullmatch(text) is None or len(form) < _SHORT:
            return None
        symbol = self.index.proteins.symbols.get(form)
        if symbol is not None and (text == text.upper() or text == symbol):
            return Resolution(text, symbol, "protein", "UniProt gene name")
        if symbol is not None and _ORTHOLOG.fullmatch(text):
            return Resolution(text, symbol, "protein", "ortholog symbol")
        owners = self.index.proteins.aliases.get(form, ())
        if symbol is None and owners and len(form) > _SHORT and sum(map(str.isupper, text)) > 1:
            if len(owners) == 1:
                return Resolution(text, self._current(owners[0]), "protein", "UniProt gene name")
            return unresolved(text, f"{AMBIGUOUS}: UniProt gives the name to several genes", owners)
        return None

    def _current(self, symbol: str) -> str:
        """Return the factor id of UniProt's symbol, which may be older than the id."""
        return self.index.proteins.symbols.get(normal_form(symbol), symbol)


def _collective(found: Resolution, text: str) -> Resolution:
    """Return a collective name as the class that it stands for, if there is one; never as a member."""
    group = group_of(text)
    name = class_of(group)
    if name is None or "state of a pathway" in (found.reason or ""):
        return replace(found, group=group)
    return replace(found, factor=name, kind="class", how="collective name", group=group)
