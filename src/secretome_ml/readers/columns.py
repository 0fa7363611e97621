"""What a column of a table of proteins, genes or microRNAs is: said by its header, guarded by its values.

One place decides for all general readers. The header proposes; the values may object: a fold change between
-1 and 0 does not exist, intensities are no changes, a number is no mark and a mark no direction.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

import numpy as np
import pandas as pd

from secretome_ml.core.numbers import to_numbers
from secretome_ml.profiles.units import parse_unit
from secretome_ml.readers.cell_numbers import EXPORT_MISSING, decimal_mark, parse_numbers
from secretome_ml.readers.genes import resolve_name

Role = Literal[
    "accession",  # protein accessions
    "gene",  # symbols, names, microRNAs
    "change",  # a comparison: log2, log10, ln, or fold change
    "value",  # an amount of one sample
    "direction",  # up, down
    "place",  # where it was found
    "contrast",  # names the comparison of its row
    "p value",
    "statistic",
    "flag",
    "decoy",
    "contaminant",
    "annotation",
    "peptide",  # the rows are peptides, ions or spectra
    "empty",
]

# Header words to role; the first that fits decides. Written on `fold_header`: lower case, words apart.
_HEADERS: tuple[tuple[Role, str], ...] = (
    (
        "place",
        r"(?:identified|found|present|detected|expressed) (?:in|by|under)(?: .*)?|"
        r"(?:.* )?(?:identified|found|present|detected)|o2.*percent|.*\bo2\b.*|condition",
    ),
    ("peptide", r"(?:modified |stripped )?(?:peptide )?sequence|peptide|modified peptide|precursor id"),
    ("contaminant", r"(?:potential |is |marked as |common )?(?:contaminants?|keratins?)"),
    ("decoy", r"(?:is )?(?:reverse|decoy)|only identified by site"),
    ("flag", r".*\b(?:signif\w*|quantified|imputed|valid|filter|pass|regulated by chance|outliers?)\b.*"),
    (
        "p value",
        r"n?(?:eg)? ?log ?(?:10|2)? ?p|.*\b(?:p|q|adj|fdr) ?(?:val\w*|adj\w*)\b.*|"
        r".*\b(?:p|q|fdr|padj|pval|qval|pvalue|qvalue|svalue|"
        r"pep)\b"
        r"(?! \d).*|10 ?lgp|.*\b(?:adj|adjusted|corrected|raw) p\b.*|.*\badj p val\b.*",
    ),
    (
        "statistic",
        r"(?:t|b|f|z|n|df|dof|tvalue|zscore)(?: [\w ]*\bvs\b.*)?|.*\b(?:stat|statistics?|lfc ?se|se|sem|"
        r"sd|stdev|"
        r"std|std (?:err|dev)\w*|cv|rsd|scores?|gravy|probability|prob|ranks?|coverage|lengths?|mass|"
        r"weight|mw|kda|da|pi|numbers?|index|no|idx|peptides?|pept|psms?|charge|rt|m z|msms|ms ms|gene "
        r"id|entrez|"
        r"confidence|ci|sites?|ave expr|average expression|base mean|proportional expression|variance|num|"
        r"percent|percentage|year|pmid|taxid|tax id|organism id|odds|degree|reference intensity|number psm|"
        r"max pep prob|razor unique count|spectra count|entropy|spec|nes|t value|z score|missing ?freq|"
        r"test statistic|chr|strand|start|end|exons?|feature length)\b.*|chromosome|"
        r"row names|id \d+|(?:[\w ]+ )?ids?",
    ),
    ("statistic", r"(?:[lum]?lo[dq]|mdd|limits? of (?:detection|quantification))(?: [\w /%]*)?"),
    ("annotation", r".*(?:\bsignal ?p\b|secretome ?p\b|tmhmm|target ?p|transmembrane|signal ?peptide|"
        r"\bdomain\b|"
        r"secreted|secretion|localization|localisation|location|exocarta|vesiclepedia|pathway|process|function|"
        r"component|ontology|\bgo\b|kegg|reactome|\bec\b|keywords?|class|family|species|organism|taxonomy|"
        r"description|protein names?|full name|comments?|notes?|remarks?|references?|doi|fasta headers?|"
        r"chromosome|biotype|known|novel|database|link|url|cluster|module|markers?|issue|normali[sz]ation$).*"),
    ("contrast", r"(?:label|comparison|contrasts?|coefficient|comparison group1 ?/? ?group2)"),
    ("direction", r".*\b(?:(?:up|down) ?regulat\w*|regulat\w*|modulation|directions?|trend|diff ?expressed|"
        r"up ?down|up or down|de)\b.*|changes?|expression change|status"),
)  # fmt: skip
_ACCESSION = (
    "entry", "uniprot accession", "uniprot id", "uniprot ids", "uniprot", "uniprot kb", "swissprot",
    "accession number", "accession", "accessions", "accession numbers", "protein accession",
    "protein accessions", "majority protein ids", "leading razor protein", "leading proteins", "protein ids",
    "protein id", "protein group", "protein groups", "protein", "proteins", "id",
)  # fmt: skip
_GENE = (
    "gene symbol", "genesymbol", "gene symbols", "symbol", "hgnc symbol", "hgnc", "external gene name",
    "gene name", "gene names", "genes", "gene", "pg genes", "mirna", "micro rna", "mi rna", "mir", "mirna id",
    "mirna name",
    "name", "target", "target name", "analyte", "cytokine", "protein name", "factor", "assay", "marker",
    "entrez gene symbol", "gene id", "feature", "features", "index", "row names", "",
)  # fmt: skip


# Headers under which anything may stand: they name factors where the cells do.
_GENERAL = (
    "id",
    "name",
    "index",
    "feature",
    "features",
    "row names",
    "target",
    "assay",
    "factor",
    "marker",
    "",
)


def names_rows(header: str) -> bool:
    """Say whether a header is one under which proteins, genes or microRNAs are listed.

    Examples
    --------
    >>> names_rows("Gene Symbol"), names_rows("UniProt accession"), names_rows("What we found")
    (True, True, False)
    """
    return _squeezed(fold_header(header)) in _IDENTIFIERS - {""}


def _squeezed(words: str) -> str:
    return words.replace(" ", "")


_IDENTIFIERS = {_squeezed(n) for n in (*_ACCESSION, *_GENE)}
_LOG = re.compile(r"\b(?P<base>log ?2|lb|log ?10|lg|ln|log)\b|\b(?P<own>l2?fc|log(?:2|10|e)?(?:fc|ratio))\b")
_CHANGE = re.compile(
    r"\b(?:fold ?changes?|foldchange|fold|fc|f c|ratios?|i ?traq|lfc|l2fc|log(?:2|10)?fc|log(?:2|10)?ratio|"
    r"changes?|diff|differences?|delta|dd ?ct|delta delta ct|mean diff\w*|estimate|enrichment)\b"
)
_VERSUS = re.compile(r"[/:]|\b(?:vs|versus|minus|over|against)\b|_vs_|[a-z] ?[-–] ?[a-z]", re.IGNORECASE)
_SLASH = re.compile(r"\b\w+ ?/ ?\w+\b")
_KINDS: tuple[tuple[str, str], ...] = (
    ("log2", r"npx"),
    ("ct", r"(?:delta |d ?)?c[tqp](?: (?:value|mean)s?)?"),
    ("intensity", r"lfq(?: intensit\w+)?|max ?lfq(?: intensit\w+)?|i ?baq|normali[sz]ed (?:abundances?|"
        r"areas?|intensit\w+)|"
        r"(?:raw |imputed |reporter |razor |total |unique |sum |summed |precursor )?intensit\w+|"
        r"abundances?|areas?|"
        r"quantit\w+|tmt|signals?|pixel densit\w+|mean pixel densit\w+|spot densit\w+|densit\w+|"
        r"expression|rfu|top3|nsaf|empai"),
    ("mfi", r"mfi|net mfi|median fluorescence(?: intensity)?"),
    ("count", r"(?:raw |read |normali[sz]ed |spectral |umi )*(?:read ?counts?|counts?|reads?|spectra)|"
        r"[ctf]pm|[fr]pkm|tpm|rpm"),
    ("concentration", r"conc(?:entrations?)?"),
)  # fmt: skip
_SAID = {
    "elevated": (
        "up", "increased", "increase", "elevated", "upregulated", "up regulated", "higher", "induced",
        "enriched", "+", "↑", "↑↑", "↑↑↑", "⬆", "▲",
    ),
    "decreased": (
        "down", "decreased", "decrease", "downregulated", "down regulated", "lower", "reduced", "repressed",
        "depleted", "-", "−", "–", "↓", "↓↓", "↓↓↓", "⬇", "▼",
    ),
    "unchanged": (
        "unchanged", "no change", "no", "ns", "n s", "n.s.", "nc", "n.c.", "not significant", "stable",
        "none", "not sig", "notsig", "non significant", "unaltered", "equal", "0", "=", "→", "↔", "~", "±",
    ),
}  # fmt: skip
_WORDS = {word: state for state, words in _SAID.items() for word in words}
_MARKS = {"+", "-", "−", "–"}
_CERTAIN = {"elevated", "decreased"}
_BOOLEAN = {"true", "false", "yes", "no", "t", "f", "y", "n"}
TRUE = {"true", "yes", "t", "y", "+", "x", "✓", "✔", "1", "1.0"}
_TICKS = TRUE | _BOOLEAN | {"", "0", "0.0"}
_MOST_PLACES = 12
_LOG_CEILING = 64.0
_FEW_COUNTS = 100
# What a logarithm is multiplied by to be one to the base of two.
TO_LOG2 = {"log2": 1.0, "log10": float(np.log2(10)), "ln": float(np.log2(np.e)), "minus log2": -1.0}
# Beyond these, a log2 change or a fold change is an intensity.
_LARGEST_LOG, _LARGEST_MEDIAN_FOLD = 30.0, 200.0


@dataclass(frozen=True)
class Column:
    """What one column is.

    Parameters
    ----------
    name : str
        Header as written.
    role : str
        One of `Role`.
    kind : str
        Of a change: `log2`, `log10`, `ln`, `fold`, `minus log2` (delta-delta Ct). Of a value: the words of
        its quantity (`lfq intensity`; empty where the header says none).
    of : str
        The sample or the comparison that the header names.
    numeric : bool
        Whether its cells are numbers.
    """

    name: str
    role: Role
    kind: str = ""
    of: str = ""
    numeric: bool = False


# What describes a sample in a table of assays, as its owner heads it.
_DESIGN = re.compile(
    r"plates?(?: id)?|groups?|treatments?|conditions?|"
    r"(?:days?|times?(?: ?points?)?)(?: (?:h|hours?|d|days?|min))?|"
    r"locations?|wells?(?: "
    r"id)?|donors?|"
    r"passages?|batch(?: id)?|sex|age|cells?|cell (?:type|source|line)|doses?|replicates?|rep|"
    r"dilution(?: factor)?|runs?|"
    r"cohort|species|product|medium|media|visit|date|type|sample type|region|position|row|column|notes?|"
    r"comments?|"
    r"total events|operator|patient|subject|time h|hours?|arm|spots?"
)


def is_design(header: str) -> bool:
    """Say whether a header describes samples: their group, plate, day and the like.

    Examples
    --------
    >>> is_design("Well ID"), is_design("Time (h)"), is_design("VEGF-A")
    (True, True, False)
    """
    return _DESIGN.fullmatch(fold_header(header)) is not None


@lru_cache(maxsize=8192)
def fold_header(header: str) -> str:
    """Return a header as words: lower case, without Perseus' type marks, R's points and camel case.

    Examples
    --------
    >>> fold_header("log2FoldChange"), fold_header("X.Log.p.value"), fold_header("T: Gene names")
    ('log2 fold change', 'log p value', 'gene names')
    """
    text = unicodedata.normalize("NFKC", re.sub(r"^\s*[TNCEM]: ?", "", header.strip()))
    text = re.sub(r"^X(?=[._]|\d)", "", text.replace("Δ", "delta "))
    text = re.sub(r"(?<=[a-z])(?=[A-Z][a-z])|(?<=[a-z])(?=[A-Z]{2})|(?<=\d)(?=[A-Z][a-z])", " ", text)
    return re.sub(r"[^a-z0-9/%]+", " ", text.casefold()).strip()


def numbers_of(cells: pd.Series) -> np.ndarray | None:
    """Return a column as numbers, NaN where a cell is missing; None where it is not one of numbers."""
    if pd.api.types.is_bool_dtype(cells):
        return None
    if pd.api.types.is_numeric_dtype(cells):
        return np.asarray(cells.to_numpy(dtype=float, na_value=np.nan))
    try:
        return np.asarray(to_numbers(cells.where(cells != "", np.nan)), dtype=float)
    except (ValueError, TypeError):
        pass
    distinct = cells.astype(str).unique()
    mark = decimal_mark(distinct)
    parsed = parse_numbers(cells, mark or ".", EXPORT_MISSING)
    usable = parsed.where("number") | parsed.where("infinite")
    if mark is None or usable.sum() < 0.5 * max(1, int((~parsed.where("missing")).sum())):
        return None
    value = np.where(parsed.where("number"), parsed.value, np.nan)
    endless = parsed.where("infinite")
    signs = cells.astype(str).str.strip().str.startswith("-").to_numpy(dtype=bool)
    return np.where(endless, np.where(signs, -np.inf, np.inf), value)


def bad_cells(cells: pd.Series) -> np.ndarray:
    """Return the places of cells in a column of numbers that are neither numbers nor missing."""
    if pd.api.types.is_numeric_dtype(cells):
        return np.array([], dtype=int)
    try:
        to_numbers(cells.where(cells != "", np.nan))
    except (ValueError, TypeError):
        mark = decimal_mark(cells.astype(str).unique()) or "."
        parsed = parse_numbers(cells, mark, EXPORT_MISSING)
        return np.flatnonzero(~np.isin(parsed.kind, ["number", "infinite", "missing"]))
    return np.array([], dtype=int)


def directions_of(cells: pd.Series, marks: bool = True) -> pd.Series | None:
    """Return the states that up, down and their like say; None where the cells are other words.

    Marks (`+`, `-`) are directions only where the header says so and both of them stand below it; a dash
    among words or arrows means no change.
    """
    words = cells.astype(str).str.strip().str.casefold().str.replace(r"[\s_-]+(?=\w)", " ", regex=True)
    filled = words.ne("") & ~words.isin({"nan", "na"})
    said = words.map(_WORDS).where(filled)
    signs = cells.astype(str).str.strip().str.replace(r"\.0$", "", regex=True)
    if marks and set(signs[filled]) <= {"1", "-1", "0"}:
        said = signs.map({"1": "elevated", "-1": "decreased", "0": "unchanged"}).where(filled)
    marked = words.isin(_MARKS) & filled
    if marked.any() and (filled & ~marked & said.isin(_CERTAIN)).any():
        said = said.mask(marked & words.ne("+"), "unchanged")
    elif marked.any() and (not marks or set(said[marked]) != _CERTAIN):
        return None
    if not filled.any() or said[filled].isna().mean() > 0.1 or not set(said.dropna()) & _CERTAIN:
        return None
    return said


def speaks_of_change(header: str) -> bool:
    """Say whether a header promises a change or a direction, whatever the cells below it hold.

    Examples
    --------
    >>> speaks_of_change("Fold change (%)"), speaks_of_change("Regulation"), speaks_of_change("Localization")
    (True, True, False)
    """
    words = fold_header(header)
    if re.search(r"\b(?:se|sd|stdev|std|err|error|cv|counts?|variability|p|q|pval\w*|qval\w*)\b", words):
        return False
    role = next((r for r, pattern in _HEADERS if re.fullmatch(pattern, words)), None)
    return role == "direction" or (role in (None, "statistic") and _CHANGE.search(words) is not None)


def are_marks(cells: pd.Series) -> bool:
    """Say whether cells hold marks (`+`, `++`, `x`, `-`) and nothing else, under a header that says nothing.

    Examples
    --------
    >>> are_marks(pd.Series(["+++", "", "-"])), are_marks(pd.Series(["x", "y"]))
    (True, False)
    """
    text = cells.astype(str).str.strip()
    told = text[text.ne("") & text.ne("nan")]
    return len(told) > 0 and bool(told.str.fullmatch(r"[+xX•●✓✔*-]+").all())


def direction_in(words: str) -> str | None:
    """Return the state that a header itself says, such as `Up in hypoxia` above ticks.

    Examples
    --------
    >>> direction_in("up in hypoxia"), direction_in("decreased"), direction_in("hypoxia")
    ('elevated', 'decreased', None)
    """
    found = re.match(r"(?P<word>[a-z]+)(?: ?regulated)?(?: (?:in|by|under|upon|after|with)\b.*)?$", words)
    state = _WORDS.get(found["word"]) if found else None
    return state if state in _CERTAIN else None


def column_roles(header: Sequence[str], rows: pd.DataFrame) -> list[Column]:
    """Return what every column is.

    Parameters
    ----------
    header : sequence of str
        Column names.
    rows : pandas.DataFrame
        The cells, or the first hundred rows of them, columns in the same order.

    Examples
    --------
    >>> rows = pd.DataFrame([["VEGFA", "1.9", "-1.0", "1e-8"], ["HGF", "-0.3", "9.5", "0.3"]])
    >>> [c.role for c in column_roles(["gene", "log2FoldChange", "stat", "padj"], rows)]
    ['gene', 'change', 'statistic', 'p value']
    """
    columns = [_role(str(name), rows.iloc[:, i]) for i, name in enumerate(header)]
    if not any(c.role == "change" for c in columns):
        # t, B, F, n beside a change are its statistics; without one they are samples.
        columns = [
            Column(c.name, "value", "", c.name, True)
            if c.numeric and c.role == "statistic" and re.fullmatch(r"[a-z]", fold_header(c.name))
            else c
            for c in columns
        ]
    return _with_identifiers(_logarithms_of_amounts(columns, rows), rows)


def _logarithms_of_amounts(columns: list[Column], rows: pd.DataFrame) -> list[Column]:
    """Tell `log10 A, log10 B` from comparisons: a word for a change is missing, and nothing falls."""
    found = [
        i
        for i, c in enumerate(columns)
        if c.role == "change"
        and c.of
        and _CHANGE.search(fold_header(c.name)) is None
        and _VERSUS.search(c.name) is None
        and (number := numbers_of(rows.iloc[:, i])) is not None
        and not (number < 0).any()
    ]
    logged = [c for c in columns if c.role == "value" and c.kind.startswith("log")]
    if not found or len(found) + len(logged) < 2:
        return columns
    result = list(columns)
    for i in found:
        c = columns[i]
        result[i] = Column(c.name, "value", *_quantity(c.name, fold_header(c.name)), numeric=True)
    return result


def _role(name: str, cells: pd.Series) -> Column:
    words = fold_header(name)
    number = numbers_of(cells)
    text = cells.astype(str).str.strip()
    role: Role | None = next((r for r, pattern in _HEADERS if re.fullmatch(pattern, words)), None)
    if role == "direction" and directions_of(cells) is not None:
        return Column(name, "direction", of=name)
    if number is not None and not np.isfinite(number).any() and not np.isinf(number).any():
        return Column(name, "empty", numeric=True)
    if number is None and text.eq("").all():
        return Column(name, "empty")
    if re.search(r"\b(?:centered|centred)\b", words):
        return Column(name, "statistic", numeric=number is not None)
    minus_log = re.match(r"\s*(?:[TNCEM]: ?)?[-−–] ?(?:10 ?)?(?:log|lg)", name, re.IGNORECASE) is not None
    # SE 1, CI 2: initials of samples.
    initials = re.fullmatch(r"[a-z]{2,4} \d+", words) is not None
    role = None if initials and role in ("statistic", "p value") else role
    if number is None:
        return _of_words(name, words, role, cells)
    if minus_log:
        return Column(name, "p value", numeric=True)
    change = _change(name, words, number, role)
    if change is not None:
        return change
    if role == "place" and set(np.unique(number[np.isfinite(number)])) <= {0.0, 1.0}:
        return Column(name, "place", numeric=True)
    if role == "place" and re.fullmatch(r"o2(?: percent)?|oxygen(?: percent)?", words) and _oxygens(number):
        return Column(name, "place", numeric=True)
    if role in ("place", "contrast") or (role == "annotation" and _amounts(number)):
        role = None
    kind, of = _quantity(name, words)
    if kind.startswith("ct") and not _may_be_ct(number):
        kind, of = "", name.strip()
    if kind and (role in (None, "statistic") and not _is_tally(words)):
        return Column(name, "value", kind, of, numeric=True)
    if role is None and (_squeezed(words) in _IDENTIFIERS or _is_tally(words)) and not initials:
        role = "statistic"
    if role is not None:
        return Column(name, "annotation" if role == "direction" else role, numeric=True)
    return Column(name, "value", "", name.strip(), numeric=True)


def _of_words(name: str, words: str, role: Role | None, cells: pd.Series) -> Column:
    if direction_in(words) is not None and cells.astype(str).str.strip().str.casefold().isin(_TICKS).all():
        return Column(name, "direction", of=name)
    said = directions_of(cells, marks=role == "direction")
    if said is not None and role not in ("flag", "annotation", "contaminant", "decoy"):
        return Column(name, "direction", of=name)
    distinct = cells.astype(str).str.strip().str.casefold()
    distinct = distinct[distinct.ne("")].unique()
    if set(distinct) <= _BOOLEAN:
        return Column(
            name,
            "place"
            if role == "place" and words != "condition"
            else role
            if role in ("flag", "contaminant", "decoy")
            else "annotation",
        )
    if role == "place" and len(distinct) > _MOST_PLACES:
        role = None
    if role in ("direction", "p value", "statistic", None):
        role = "annotation"
    return Column(name, role)


def _amounts(number: np.ndarray) -> bool:
    """Say whether numbers may be amounts, although the header sounds like an annotation: not a few codes."""
    told = number[np.isfinite(number)]
    return len(told) > 0 and bool((told != np.round(told)).any() or told.max() > 1000)


def _oxygens(number: np.ndarray) -> bool:
    """Say whether numbers are a few oxygen contents that repeat."""
    told = number[~np.isnan(number)]
    few = len(np.unique(told)) <= min(_MOST_PLACES, len(told) / 2)
    return few and bool(((told > 0) & (told <= 21)).all())


def _may_be_ct(number: np.ndarray) -> bool:
    """Say whether numbers lie where cycles of a qPCR do; a sample may be called CT."""
    told = number[np.isfinite(number)]
    return bool((np.abs(told) <= 50).all())


def _is_tally(words: str) -> bool:
    """Say whether a header counts peptides, spectra or the like of the whole row."""
    if re.search(
        r"\b(?:reference intensity|average expression|base mean|ave expr|proportional expression)\b", words
    ):
        return True
    return re.search(
        r"\b(?:peptides?|psms?|pept|ms ?/? ?ms|spectra count|razor|number|coverage|reference|average|"
        r"ave|base|proportional|percent|cv|rsd|sd|stdev|std|sem|se|probability|quality|localization)\b",
        words,
    ) is not None and not re.search(r"\bintensit|\barea\b", words)


def _change(name: str, words: str, number: np.ndarray, role: Role | None) -> Column | None:
    """Return the column as a comparison, where the header says so and the values may be one."""
    if role in ("p value", "flag", "decoy", "contaminant", "peptide"):
        return None
    log = _LOG.search(words)
    said = _CHANGE.search(words)
    kind, _ = _quantity(name, words)
    if role == "statistic" and not said:
        return None
    if said and re.search(
        r"\b(?:se|sd|stdev|std|err|error|cv|counts?|variability|abs|absolute|percent)\b|%", words
    ):
        return Column(name, "statistic", numeric=True)
    ratio = log is not None and _SLASH.search(words) is not None
    if said is None and not ratio and (log is None or kind):
        return None
    finite = number[np.isfinite(number)]
    if not len(finite):
        return Column(name, "change", "log2" if log else "fold", _contrast(name), numeric=True)
    impossible = ((finite > -1) & (finite < 0)).any()
    if log is None and re.search(r"dd ?ct\b|delta delta ct\b", words):
        inverse = re.search(r"\b2 ?(?:dd|delta)|fold|\brq\b", words) is not None and not (finite < 0).any()
        return Column(name, "change", "fold" if inverse else "minus log2", _contrast(name), numeric=True)
    if (
        log is None
        and said is not None
        and said[0] in ("diff", "difference", "differences", "mean diff", "estimate", "delta")
    ):
        both = (finite < 0).any() and np.abs(finite).max() < _LARGEST_LOG
        return Column(name, "change", "log2", _contrast(name), numeric=True) if both else None
    if log is not None:
        if np.abs(finite).max() > _LARGEST_LOG or (
            said is None and not (finite < 0).any() and np.median(finite) > 5
        ):
            return None
        base = (log["base"] or log["own"] or "").replace(" ", "")
        kind = (
            "log10"
            if "10" in base or base == "lg"
            else "ln"
            if base == "ln" or base.startswith("loge")
            else "log2"
        )
        return Column(name, "change", kind, _contrast(name), numeric=True)
    if np.median(np.abs(finite)) > _LARGEST_MEDIAN_FOLD or (
        said is not None and said[0].startswith("enrichment") and (finite < 0).any() and not impossible
    ):
        return None
    return Column(name, "change", "log2" if impossible else "fold", _contrast(name), numeric=True)


_DRESS = re.compile(
    r"student'?s?[ .]t[- .]test|welch'?s?[ .]t[- .]test|t[- .]test|log[ _.]?(?:2|10|e)?[ _.]*(?=\W|_|f|r|$)|"
    r"\(?fold[ _.-]?change\)?|(?<![a-z])l2?fc(?![a-z])|(?<![a-z])fc(?![a-z])|(?<![a-z])fold(?![a-z])|"
    r"(?<![a-z])(?:avg|average|mean|median|shrunken|estimate)(?![a-z])|(?<![a-z])ratios?(?![a-z])|(?<![a-z])differences?(?![a-z])|(?<![a-z])diff(?![a-z])|itraq|shrunken|"
    r"^[tncem]: ?|^x(?=[._])",
    re.IGNORECASE,
)


def _contrast(name: str) -> str:
    """Return what a header of changes compares, without the words that say that it compares.

    Examples
    --------
    >>> _contrast("hyp_vs_norm_log2 fold change"), _contrast("log2FoldChange"), _contrast("logFC_A__vs__B")
    ('hyp vs norm', '', 'A vs B')
    """
    text = re.sub(r"(?<=[a-z])(?=F[oC])|(?<=[0-9])(?=F[oC])", " ", name)
    return re.sub(r"[\s_.()]+", " ", _DRESS.sub(" ", text)).strip(" -:[]")


def _quantity(name: str, words: str) -> tuple[str, str]:
    """Return the words of the quantity that a header names, and the rest: the sample."""
    unit = re.search(r"[\[(](?P<unit>[^\[\]()]+)[\])]\s*$", name)
    parsed = parse_unit(unit["unit"]) if unit else None
    for kind, pattern in _KINDS:
        found = re.search(
            rf"(?:^|(?<=[^a-z0-9]))(?:log ?2 ?|log ?10 ?|normali[sz]ed )*(?:{pattern})(?=$|[^a-z])", words
        )
        if found:
            rest = _without(name, found[0])
            return (
                f"{kind}: {found[0].strip()}" + (f" [{unit['unit'].strip()}]" if unit and parsed else "")
            ), rest
    if unit and parsed:
        return f"{parsed.quantity}: [{unit['unit'].strip()}]", name[: unit.start()].strip()
    log = re.match(r"(?P<base>log ?2|log ?10|ln)\b", words)
    if log:
        base = log["base"].replace(" ", "")
        return f"{base}: {base}", _without(name, base)
    return "", name.strip()


def _without(name: str, words: str) -> str:
    """Return a header without the words of its quantity, as its owner wrote the rest."""
    loose = r"[\W_]*".join(re.escape(c) for w in words.split() for c in w)
    text = re.sub(r"^\s*[TNCEM]: ?", "", name)
    text = re.sub(loose, " ", text, count=1, flags=re.IGNORECASE)
    text = re.sub(r"\(\s*\)|\[[^\]]*\]\s*$|\([^)]*\)\s*$", " ", text)
    return re.sub(r"\s+", " ", text).strip(" _.:-()[]") or name.strip()


def is_accession(text: str) -> bool:
    """Say whether a cell holds a UniProt accession, bare or in a FASTA name."""
    return (
        re.match(
            r"(?:\w{2,3}\|)?(?:\w*_)?(?:[OPQ]\d[A-Z0-9]{3}\d|[A-NR-Z]\d(?:[A-Z][A-Z0-9]{2}\d){1,2})\b",
            text.strip(),
        )
        is not None
    )


def named_share(cells: Sequence[str]) -> float:
    """Return the share of the cells that name a factor: an accession, a symbol, a microRNA, an entry name."""
    told = [c for c in dict.fromkeys(str(c).strip() for c in cells) if c and c != "NA"][:60]
    if not told:
        return 0.0
    hits = sum(_is_name(c) for c in told)
    return hits / len(told)


def _is_name(text: str) -> bool:
    # A sentence is a description; a list of symbols has no blank but behind its marks.
    first = (
        re.split(r"[;,]\s*", text, maxsplit=1)[0]
        if re.fullmatch(r"[^\s;,]+(?:[;,]\s*[^\s;,]+)*", text)
        else text
    )
    if (
        is_accession(first)
        or re.match(r"(?:[a-z]{3}-)?(?:mi?R|let)-\d", first)
        or re.search(r"[A-Z0-9]_(?:HUMAN|MOUSE|RAT|BOVIN)\b", first)
    ):
        return True
    try:
        float(text)
    except ValueError:
        return _names_factor(first) or _names_factor(text)
    return False


def _names_factor(text: str) -> bool:
    """Say whether a name is known, also with the letter of the species that kits write before it."""
    bare = text[1:] if re.match(r"[hmr][A-Z]", text) else text
    return resolve_name(text).factor is not None or resolve_name(bare).factor is not None


def _with_identifiers(columns: list[Column], rows: pd.DataFrame) -> list[Column]:
    """Choose the columns of accessions and of names: by header where the cells agree, else by the cells."""
    folded = [_squeezed(fold_header(c.name)) for c in columns]
    texts = [
        None if c.numeric else [str(v) for v in rows.iloc[:, i].head(200)] for i, c in enumerate(columns)
    ]
    free: tuple[Role, ...] = ("annotation", "statistic", "empty", "contrast", "direction")

    def best(names: tuple[str, ...]) -> int | None:
        order = [i for n in names for i, f in enumerate(folded) if f == _squeezed(n)]
        usable = [
            i
            for i in order
            if (texts[i] is not None and columns[i].role in free) or columns[i].role == "peptide"
        ]
        usable = [i for i in usable if columns[i].role != "peptide"]
        scored = [(named_share(texts[i] or []), i) for i in usable]
        good = [i for share, i in scored if share >= 0.3]
        return good[0] if good else None

    accession, gene = best(_ACCESSION), best(_GENE)
    if accession is None and gene is None and not _names_above(columns):
        shares = [
            (named_share(t), -i) for i, t in enumerate(texts) if t is not None and columns[i].role in free
        ]
        share, at = max(shares, default=(0.0, 0))
        gene = -at if share >= 0.5 else None
    if accession is None and gene is None:
        named = (
            []
            if _names_above(columns)
            else [
                i
                for n in (*_ACCESSION, *_GENE)
                for i, f in enumerate(folded)
                if f == _squeezed(n) and n not in _GENERAL and texts[i] is not None
            ]
        )
        gene = named[0] if named else None
    if accession == gene:
        gene = None
    result = list(columns)
    if accession is not None:
        result[accession] = Column(columns[accession].name, "accession")
    if gene is not None:
        result[gene] = Column(columns[gene].name, "gene")
    return result


def _names_above(columns: list[Column]) -> bool:
    """Say whether it is the headers of the numbers that name factors, so that the rows are samples."""
    told = [c.name for c in columns if c.numeric and c.role in ("value", "empty")]
    return len(told) > 1 and named_share([re.sub(r"\s*[\[(].*", "", t) for t in told]) >= 0.5


def scale_of(matrix: np.ndarray, kind: str) -> tuple[str, str]:
    """Return the scale of amounts (`intensity`, `log2`, `log10`, `ln`, `ct`, `count`) and why.

    Parameters
    ----------
    matrix : numpy.ndarray
        The numbers of all samples.
    kind : str
        What the headers call them; empty where they say nothing.
    """
    finite = matrix[np.isfinite(matrix)]
    if re.match(r"ct\b", kind):
        return "ct", "the header says Ct"
    if not len(finite):
        return "intensity", "no number"
    whole = bool((finite == np.round(finite)).all())
    counted = "count" in kind or not kind
    low, high = float(finite.min()), float(finite.max())
    log = re.search(r"\b(?:log ?2|log ?10|ln)\b", kind)
    if log:
        base = log[0].replace(" ", "")
        return base, f"the header says {base}"
    if low < 0:
        return "log2", "it holds negative numbers"
    if whole and counted and low < _FEW_COUNTS:
        return "count", f"whole numbers from {low:.0f} to {high:.0f}"
    if high < _LOG_CEILING and low > 0 and (len(finite) >= 30 or (low > 5 and high / low < 6)):
        return "log2", f"all numbers lie between {low:.3g} and {high:.3g}"
    return "intensity", f"numbers from {low:.3g} to {high:.3g}"
