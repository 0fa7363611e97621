"""What a sentence names: cells and their tissue, products, preconditioning, factors, readouts."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache

from secretome_ml.papers.wordings import wording
from secretome_ml.profiles.measures import Measures, plain_text, take_measures
from secretome_ml.vocabulary import FactorVocabulary, Terms, normal_form, parse_mirna
from secretome_ml.vocabulary.agents import VEHICLE, exact_agent
from secretome_ml.vocabulary.tables import rows, split_cell
from secretome_ml.vocabulary.targets import CONTROL, SHAM

_TOKEN = re.compile(r"[^\W_](?:[\w'+/.:α-ωΑ-Ω-]*[\w+α-ω])?")
_LONGEST_NAME = 6
# A word of the vocabulary as short as this is one only in the case that the vocabulary writes it in.
_SHORT = 4
_PRODUCER = re.compile(r"stem|stromal|progenitor|pericyte|amniotic|precursor", re.IGNORECASE)
# `hUC-MSC-Exos`, `ADSCs-CM`: the product hangs on the cells.
_TAIL = wording("tail")
_TAIL_PRODUCTS = {
    "exo": "exosome", "ev": "ev", "sev": "exosome", "mv": "microvesicle",
    "cm": "conditioned_medium", "cdm": "conditioned_medium", "secretome": "conditioned_medium",
}  # fmt: skip
_DONOR_LETTER = {"h": "human", "m": "mouse", "r": "rat"}


@dataclass(frozen=True)
class Named:
    """A word of a vocabulary where it stands in a sentence."""

    column: str
    value: str
    start: int
    end: int


@dataclass(frozen=True)
class Done:
    """One thing that was done to the cells, with its numbers."""

    kind: str
    agent: str | None
    measures: Measures
    start: int
    end: int

    @property
    def sham(self) -> bool:
        """Whether it is a vehicle or a control construct."""
        found = exact_agent(self.agent, factors=False) if self.agent else None
        return bool(found and found.agent_class == VEHICLE) or bool(
            self.agent and (CONTROL.search(self.agent) or SHAM.search(self.agent))
        )


@dataclass(frozen=True)
class Readout:
    """An effect that a sentence speaks of: which way was wanted, and by which words it was told."""

    effect: str
    wanted: str
    words: str
    start: int
    end: int


def tokens(text: str) -> list[tuple[str, int, int]]:
    """Return the words of a text with their places; hyphens, slashes and points inside belong to a word."""
    return [(m[0], m.start(), m.end()) for m in _TOKEN.finditer(text)]


@cache
def _names() -> dict[str, list[tuple[str, str, str]]]:
    """Return, by normal form, (column, identifier, spelling) of the context words that name a preparation."""
    found: dict[str, list[tuple[str, str, str]]] = {}
    for column, table in (
        ("cell_type", "cell_types"),
        ("cell_source", "cell_sources"),
        ("product", "products"),
        ("species", "species"),
    ):
        for row in rows(table):
            for name in (row["label"], *split_cell(row["synonyms"]), row["id"].replace("_", " ")):
                found.setdefault(normal_form(name), []).append((column, row["id"], name))
    return found


def named_words(text: str) -> list[Named]:
    """Return the words of the context vocabularies in a text, none inside another of its column.

    Examples
    --------
    >>> [(n.column, n.value) for n in named_words("exosomes of human umbilical cord MSCs")]
    [('product', 'exosome'), ('species', 'human'), ('cell_source', 'umbilical_cord'), ('cell_type', 'MSC')]
    """
    words = tokens(text)
    found: list[Named] = []
    for length in range(_LONGEST_NAME, 0, -1):
        for i in range(len(words) - length + 1):
            start, end = words[i][1], words[i + length - 1][2]
            for column, value in _of_window(text[start:end]):
                if not any(n.column == column and n.start < end and start < n.end for n in found):
                    found.append(Named(column, value, start, end))
    for word, start, end in words:
        found += _of_compound(word, start, end, found)
    return sorted(found, key=lambda n: (n.start, n.end))


def _of_window(words: str) -> Iterator[tuple[str, str]]:
    plain = words.removesuffix("-derived").removesuffix("-conditioned")
    for form in dict.fromkeys((normal_form(plain), normal_form(plain).removesuffix("s"))):
        for column, value, name in _names().get(form, ()) if form else ():
            if len(form) <= _SHORT and not _same_case(name, plain):
                continue
            yield column, value


def _same_case(name: str, words: str) -> bool:
    return name in (words, words.removesuffix("s")) or (
        name.islower() and len(name) == _SHORT and words.lower() == name
    )


def _of_compound(word: str, start: int, end: int, known: list[Named]) -> Iterator[Named]:
    """Yield what a compound such as `hUC-MSC-Exos` names: cells, their tissue and species, the product."""
    if not re.search(r"(?:SC|PC|DC)s?\b|-(?:CM|[Ee]xo|EV)", word):
        return
    cells = word
    while tail := _TAIL.search(cells):
        product = _TAIL_PRODUCTS.get(tail["tail"].lower().rstrip("s").replace("exosome", "exo"))
        if product:
            yield Named("product", product, start + tail.start("tail"), end)
        cells = cells[: tail.start()]
    terms = Terms()
    parts = cells.split("-")
    for first in range(len(parts)):
        name = "-".join(parts[first:])
        if not re.search(r"(?:SC|PC|DC)s?$", name) or len(name) < 3:
            break
        kind = terms.resolve("cell_type", name)
        if kind is None:
            continue
        if not any(n.column == "cell_type" and n.start < end and start < n.end for n in known):
            yield Named("cell_type", kind, start, end)
        source = terms.source_of(name)
        if source and not any(n.column == "cell_source" and n.start < end and start < n.end for n in known):
            yield Named("cell_source", source, start, end)
        if name[0] in _DONOR_LETTER and name[1:2].isupper():
            yield Named("species", _DONOR_LETTER[name[0]], start, end)
        break


def is_producer(cell_type: str) -> bool:
    """Say whether cells of a type are producers as a rule, not the cells that a product is tried on.

    Examples
    --------
    >>> is_producer("MSC"), is_producer("EPC"), is_producer("macrophage")
    (True, True, False)
    """
    row = next((r for r in rows("cell_types") if r["id"] == cell_type), None)
    if row is None or row["class"] == "immune":
        return False
    return row["class"] in ("mesenchymal", "pluripotent") or _PRODUCER.search(row["label"]) is not None


def near(text: str, one: Named, other: Named, most: int = 45) -> bool:
    """Say whether two names belong together: only `derived from` and the like lies between."""
    if one.start < other.end and other.start < one.end:
        return True
    first, second = (one, other) if one.end <= other.start else (other, one)
    between = text[first.end : second.start]
    if len(between) > most or re.search(r"[.;:]", between):
        return False
    words = [word for word, _, _ in tokens(between)]
    linked = re.search(r"\b(?:of|from)\b", between) is not None
    if linked != (first.column == "cell_type") and words:
        return False
    if first.column == "cell_type" and not words:
        return False
    return all(_LINK.fullmatch(word) for word in words)


_LINK = wording("link")

_AGENT_AFTER = wording("agent_after")
_AGENT_BEFORE = wording("agent_before")
_CLAUSE_END = wording("clause_end")
_LOW_OXYGEN = wording("low_oxygen")
_LOW_OXYGEN_OF_CELLS = wording("low_oxygen_of_cells")
_GENE_BEFORE = wording("gene_before")
_GENE_AFTER = wording("gene_after")
_DOWN_WORDS = wording("down_words")
_OTHER_KINDS = tuple(
    (row["id"].removeprefix("kind "), wording(row["id"]))
    for row in rows("wordings")
    if row["id"].startswith("kind ")
)


def low_oxygen(text: str) -> Named | None:
    """Return where a sentence speaks of low oxygen at all, as a paper does once it has said whose.

    Examples
    --------
    >>> low_oxygen("Hypoxia raised VEGF").start, low_oxygen("normoxia")
    (0, None)
    """
    found = _LOW_OXYGEN.search(text)
    return Named("preconditioning", "hypoxia", found.start(), found.end()) if found else None


def done_to_cells(text: str) -> list[Done]:
    """Return what a sentence says was done to the cells, with the numbers stated beside it.

    Examples
    --------
    >>> [(d.kind, d.agent, d.measures.dose) for d in done_to_cells("ASCs pretreated with IFN-g (50 ng/mL)")]
    [('cytokine', 'IFN-g', 50.0)]
    >>> [d.measures.o2_percent for d in done_to_cells("MSCs cultured under hypoxia (1% O2) for 24 h")]
    [1.0]
    """
    found = [*_genes(text), *_hypoxia(text), *_agents(text)]
    for kind, pattern in _OTHER_KINDS:
        m = pattern.search(text)
        if (
            m
            and _OWN_CELLS.search(text[max(0, m.start() - 60) : m.end() + 60])
            and not _of_others(text[: m.start()][-90:])
        ):
            found.append(Done(kind, None, _measures(text[m.end() : m.end() + 60]), m.start(), m.end()))
    kept: list[Done] = []
    for one in found:
        if not any(k.start < one.end and one.start < k.end for k in kept):
            kept.append(one)
    return sorted(kept, key=lambda d: d.start)


def _hypoxia(text: str) -> Iterator[Done]:
    for m in _LOW_OXYGEN.finditer(text):
        around = text[max(0, m.start() - 60) : m.end() + 60]
        if _of_others(text[max(0, m.start() - 120) : m.start()]):
            continue
        if _LOW_OXYGEN_OF_CELLS.search(around):
            stated = _measures(text[m.end() : m.end() + 70], hypoxic=True)
            yield Done("hypoxia", None, stated, m.start(), m.end())
            if stated.o2_percent is not None:
                return
            break
    for m in re.finditer(r"(?<![\d.])(?P<o2>\d{1,2}(?:\.\d+)?)\s?%\s*(?:O2|oxygen)", text):
        if float(m["o2"]) < _LOW_O2:
            yield Done("hypoxia", None, _measures(text[m.start() : m.end() + 50]), m.start(), m.end())
            return


def _measures(text: str, hypoxic: bool = False) -> Measures:
    """Return the numbers up to the end of the clause; nothing where they are unclear."""
    bare = re.match(r"[^.;]*?(?=\.\s|;|\b(?:were|was|compared|than)\b|$)", text)
    clause = (bare[0] if bare else text).replace("(", " ").replace(")", " ").replace(",", " ")
    if (
        hypoxic
        and not re.search(r"O2|oxygen|hypox", clause)
        and not re.match(r"\s*\d+(?:\.\d+)?\s*%", clause)
    ):
        hypoxic = False
    # Two amounts in one clause belong to two things; the first is that of what stands before it.
    for piece in (clause, re.split(r"\band\b|\bor\b", clause)[0], " ".join(clause.split()[:3])):
        try:
            return take_measures(piece, hypoxic)[0]
        except ValueError:
            continue
    return Measures()


def _of_others(before: str) -> bool:
    """Say whether what stands before a treatment is not the producing cells; a donor is no subject."""
    return _OTHER_SUBJECT.search(_FROM_DONORS.sub(" ", before)) is not None


_FROM_DONORS = re.compile(
    r"\b(?:from|of)\b[^,;]{0,70}?\b(?:mice|rats?|patients|animals|donors|rabbits|pigs|humans)\b",
    re.IGNORECASE,
)


_OWN_CELLS = re.compile(r"MSC|ASC|\bstem\b|stromal|spheroid|exosom|secretome", re.IGNORECASE)


def _agents(text: str) -> Iterator[Done]:
    for m in _AGENT_AFTER.finditer(text):
        if _of_others(text[max(0, m.start() - 120) : m.start()]):
            continue
        rest = text[m.end() : m.end() + 140]
        stop = _CLAUSE_END.search(rest)
        yield from _agent_list(rest[: stop.start()] if stop else rest, m.end())
    for m in _AGENT_BEFORE.finditer(text):
        noun = re.search(r"pre-?condition|priming|pre-?treatment|licens", m[0], re.IGNORECASE)
        if not (
            _OWN_OBJECT.match(text[m.end() :])
            or (noun and not _OTHER_SUBJECT.search(text[m.end() : m.end() + 40]))
        ):
            continue
        head = tokens(text[max(0, m.start() - 50) : m.start()])
        shift = max(0, m.start() - 50)
        for length in (4, 3, 2, 1):
            if len(head) < length:
                continue
            start = shift + head[-length][1]
            words = text[start : m.start()]
            if (kind := _agent_kind(words)) is not None:
                yield Done(kind, words, _measures(text[m.end() : m.end() + 60]), start, m.end())
                break


_OTHER_SUBJECT = wording("other_subject")
_OWN_OBJECT = wording("own_object")


def _agent_list(text: str, shift: int) -> Iterator[Done]:
    """Yield the agents that a list such as `IFN-g and TNF-a (10 ng/mL) for 24 h` names, from its start."""
    position = 0
    for part in re.split(r"(\s+and\s+|,\s*|\s*\+\s*|\s+plus\s+|\s+or\s+|/(?!m?[lL]\b|kg\b|cm))", text):
        words = tokens(part)
        hit = None
        for length in range(min(5, len(words)), 0, -1):
            for first in range(min(4, len(words) - length + 1)):
                name = part[words[first][1] : words[first + length - 1][2]]
                if (kind := _agent_kind(name)) is not None:
                    stated = _measures(part)
                    stated.fill(Measures(hours=_measures(text[position + len(part) :]).hours))
                    # `preconditioned with the GDNF gene`: the gene was given, not the factor.
                    after = part[words[first + length - 1][2] :]
                    if kind == "cytokine" and re.match(r"\)?\s*genes?\b", after):
                        kind, name = "genetic_modification", f"{name} over-expression"
                    hit = Done(kind, name, stated, shift + position + words[first][1],
                               shift + position + words[first + length - 1][2])  # fmt: skip
                    break
            if hit:
                break
        if hit:
            yield hit
        position += len(part)


def _agent_kind(words: str) -> str | None:
    """Return the kind of preconditioning of an agent; None for what is no agent by its whole name."""
    if len(words) < 3 or _PLAIN.fullmatch(words) or re.search(r"\s\(|\d\s", words):
        return None
    found = exact_agent(words, factors=_gene_like(words) or len(words) > 12)
    if found is None or found.agent_class in (VEHICLE, "hypoxia", "cells", "gene", "culture_form"):
        return None
    if Terms().resolve("cell_type", words) or Terms().resolve("product", words):
        return None
    return Terms().kind_of_class(found.agent_class)


_PLAIN = wording("plain")


def _genes(text: str) -> Iterator[Done]:
    for m in _GENE_BEFORE.finditer(text):
        shift = max(0, m.start() - 70)
        for factor in reversed(factors_in(text[shift : m.start()])):
            if shift + factor.end >= m.start() - 2:
                yield _gene(factor.words, m[0], shift + factor.start, m.end())
            break
    for m in _GENE_AFTER.finditer(text):
        for factor in factors_in(text[m.end() : m.end() + 60])[:1]:
            if factor.start <= 12:
                yield _gene(factor.words, m[0], m.start(), m.end() + factor.end)
    for m in re.finditer(r"\b(?:si|sh)-?(?P<gene>[A-Z][A-Z0-9-]{2,10})\b", text):
        if FactorVocabulary.load().resolve(m["gene"]).factor:
            yield _gene(m["gene"], "siRNA", m.start(), m.end())


_MARK = wording("mark")
# Donors that cells are named after: `MetS-EVs`, `aged ADSC`, `female MSC`.
_DONOR_WORDS = (
    r"aged|old|elderly|senescent|young|adult|neonatal|fa?etal|diabetic|T[12]D(?:M)?|obese|lean|healthy|female|male|"
    r"MetS|RA|OA|SLE|MM|HD|CKD|ur(?:a)?emic|CAD|patients?|decidual|BALB/c|C57/?BL/?6"
)
_TITLED_DONOR = wording("titled_donor")
_DONOR_OF = wording("donor_of")
_LOW_O2 = 15.0
_LOW_MARK = re.compile(r"(?:hypo|hyp|hypox|hypoxia|hypoxic|HP|Hx|H)$", re.IGNORECASE)


def donors_in(text: str) -> list[tuple[str, int]]:
    """Return the donors that a text names its cells after, with their places.

    Examples
    --------
    >>> donors_in("Female MSCs did more than male MSCs")
    [('female', 0), ('male', 26)]
    """
    found = [
        (m["donor"], m.start()) for pattern in (_DONOR_OF, _TITLED_DONOR) for m in pattern.finditer(text)
    ]
    return sorted(((d.lower() if d.istitle() else d, at) for d, at in found), key=lambda f: f[1])


def marks_in(text: str) -> list[Done]:
    """Return what the first part of a name such as `LPS-CM` or `miR-126-ADSC-Exos` may stand for.

    Examples
    --------
    >>> [(d.kind, d.agent) for d in marks_in("LPS-CM and IL-10-MSCs did more than MSC-CM")]
    [('tlr_ligand', 'LPS'), ('genetic_modification', 'IL-10 over-expression')]
    """
    found: list[Done] = []
    for m in _MARK.finditer(text):
        mark = m["mark"]
        if _LOW_MARK.match(mark):
            found.append(Done("hypoxia", None, Measures(), m.start(), m.end()))
            continue
        resolved = FactorVocabulary.load().resolve(mark)
        if (
            re.fullmatch(_DONOR_WORDS, mark, re.IGNORECASE)
            or len(mark) < 3
            or Terms().resolve("cell_type", mark)
            or Terms().resolve("cell_source", mark)
        ):
            continue
        if resolved.factor and resolved.kind not in ("class", "family") and _gene_like(mark):
            found.append(_gene(mark, "over-expression", m.start(), m.end()))
        elif (kind := _agent_kind(mark)) is not None and exact_agent(mark, factors=False):
            found.append(Done(kind, mark, Measures(), m.start(), m.end()))
    return found


def _gene(words: str, how: str, start: int, end: int) -> Done:
    down = _DOWN_WORDS.search(how) is not None
    return Done(
        "genetic_modification",
        f"{words} {'knockdown' if down else 'over-expression'}",
        Measures(),
        start,
        end,
    )


@dataclass(frozen=True)
class Factor:
    """A factor that a sentence names."""

    factor: str
    words: str
    start: int
    end: int


_GENE_LIKE = re.compile(
    r"(?=.*[A-Z])(?=.*[A-Z0-9α-ωβγ])[\w/α-ω+.-]{2,}|(?:mi[Rr]|let|microRNA|miRNA)-?\s?\d\S*"
)
_NOT_FACTORS = wording("not_factors")
_NAME_END = wording("name_end")


# One word in small letters that is a factor by itself: `interleukin-10`, `erythropoietin`.
_NAME_ALONE = wording("name_alone")


def factors_in(text: str) -> list[Factor]:
    """Return the secreted factors that a text names, longest names first, in the order of the text.

    Examples
    --------
    >>> [f.factor for f in factors_in("hepatocyte growth factor (HGF), IL-6 and miR-126")]
    ['HGF', 'HGF', 'IL6', 'miR-126']
    """
    vocabulary = FactorVocabulary.load()
    words = tokens(text)
    found: list[Factor] = []
    for length in range(min(_LONGEST_NAME, len(words)), 0, -1):
        for i in range(len(words) - length + 1):
            start, end = words[i][1], words[i + length - 1][2]
            if any(f.start < end and start < f.end for f in found):
                continue
            name = _bare(text[start:end])
            if not _may_be_factor(name, length):
                continue
            resolved = vocabulary.resolve(name)
            if resolved.factor and resolved.kind not in ("class",) and "qualifier" not in resolved.how:
                at = text.find(name, start)
                found.append(Factor(resolved.factor, name, at, at + len(name)))
    return sorted(found, key=lambda f: f.start)


def _bare(name: str) -> str:
    name = re.sub(r"^(?:v|mod|Ad-|LV-)(?=[A-Z])", "", name)
    return re.sub(
        r"-(?:over-?express\w+|modified|transfected|transduced|treated|engineered|loaded|enriched|positive|"
        r"deficient|secreting|expressing|stimulated|primed|MSCs?|\w*MSCs?|ADSCs?|exos?|EVs?|CM|"
        r"preconditioned|pretreated|conditioned|containing|rich|based|null|depleted|knockdown|silenced|gene)$",
        "",
        name,
        flags=re.IGNORECASE,
    )


def _gene_like(name: str) -> bool:
    return _GENE_LIKE.fullmatch(name) is not None


def _may_be_factor(name: str, length: int) -> bool:
    if _NOT_FACTORS.fullmatch(name) or re.search(r"[();,]", name) or name.casefold() in ("mirna", "microrna"):
        return False
    if length == 1:
        return _gene_like(name) or _NAME_ALONE.fullmatch(name) is not None
    if parse_mirna(name) is not None:
        return True
    return _NAME_END.search(name) is not None and not re.search(
        r"\b(?:and|or|of|the|in|with|by|from|to)\b", name
    )


@cache
def _readouts() -> tuple[tuple[str, str, re.Pattern[str]], ...]:
    return tuple(
        (r["effect"], r["wanted"], re.compile(rf"(?<![\w-])(?:{r['pattern']})(?!\w)", re.IGNORECASE))
        for r in rows("readouts")
    )


def readouts_in(text: str) -> list[Readout]:
    """Return the readouts that a text names; of two that overlap and say the same effect, the longer.

    Examples
    --------
    >>> [(r.effect, r.wanted) for r in readouts_in("CM reduced infarct size and collagen deposition")]
    [('cardioprotective', 'decrease'), ('anti_fibrotic', 'decrease')]
    """
    found: list[Readout] = []
    for effect, wanted, pattern in _readouts():
        for m in pattern.finditer(text):
            found.append(Readout(effect, wanted, m[0], m.start(), m.end()))
    found.sort(key=lambda r: r.start - r.end)
    kept: list[Readout] = []
    for one in found:
        if not any(k.start < one.end and one.start < k.end and k.effect == one.effect for k in kept):
            kept.append(one)
    return sorted(kept, key=lambda r: r.start)


@dataclass(frozen=True)
class Cue:
    """A word that says which way something moved, or that it did not."""

    means: str
    kind: str
    start: int
    end: int


@cache
def _cues() -> tuple[tuple[str, str, re.Pattern[str]], ...]:
    return tuple((r["id"], r["means"], re.compile(r["pattern"], re.IGNORECASE)) for r in rows("cues"))


def cues_in(text: str) -> list[Cue]:
    """Return the words of movement in a text.

    Examples
    --------
    >>> [(c.kind, c.means) for c in cues_in("CM did not reduce scarring but promoted tube formation")]
    [('same', 'none'), ('lower', 'decrease'), ('raise', 'increase')]
    """
    found = [
        Cue(means, kind, m.start(), m.end())
        for kind, means, pattern in _cues()
        for m in pattern.finditer(text)
        # `IR-induced injury` says what was done, not what moved.
        if text[max(0, m.start() - 1) : m.start()] != "-"
    ]
    return sorted(found, key=lambda c: c.start)


def tidy(sentence: str) -> str:
    """Return a sentence as it is searched: one kind of hyphen, of digit and of space."""
    return plain_text(sentence)
