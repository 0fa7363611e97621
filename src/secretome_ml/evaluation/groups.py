"""Studies that evidently repeat each other, joined so that no split parts them."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pandas as pd

# A version or a supplement of the same article: `.v2`, `/v1`, `.s001`, `.t001`, `.g003`, `_1`.
_DOI_TAIL = re.compile(r"(?:[./_-](?:v\d+|[sgt]\d{1,3}|supp\w*|full|pdf|abstract))+$")
_PMC = re.compile(r"pmc\d+", re.IGNORECASE)
_PUBMED = re.compile(r"(?:pubmed(?:\.ncbi\.nlm\.nih\.gov)?|nih\.gov/pubmed)/(\d{6,9})", re.IGNORECASE)
_LEAST_TITLE = 30


def study_groups(studies: pd.DataFrame) -> pd.Series:
    """Return study to group; a group is named after its first study.

    Two studies are joined when they share one of: the DOI without version or supplement; the PubMed or
    PMC number, stated or in the address; the title, in letters and digits, if it has 30 or more; the
    address; or first author and year, where the journal is the same or one of them does not state it.
    The last rule joins some that only share a name: that costs a little, a leak would cost the claim.

    Parameters
    ----------
    studies : pandas.DataFrame
        The studies table of the evidence.

    Examples
    --------
    >>> table = pd.DataFrame({"study": ["a", "b", "c"], "doi": ["10.1/x", "10.1/X.v2", "10.1/y"]})
    >>> study_groups(table).tolist()
    ['a', 'a', 'c']
    """
    names = studies["study"].astype(str).tolist()
    parent = {name: name for name in names}

    def root(name: str) -> str:
        while parent[name] != name:
            name = parent[name]
        return name

    first: dict[tuple[str, str], str] = {}
    for row in studies.to_dict("records"):
        for key in _keys({str(k): v for k, v in row.items() if isinstance(v, str | int) and v != ""}):
            other = root(first.setdefault(key, str(row["study"])))
            parent[root(str(row["study"]))] = other
    for one, two in _same_author_and_year(studies):
        parent[root(two)] = root(one)
    return pd.Series([root(name) for name in names], index=names, name="group")


def _keys(row: dict[str, str | int]) -> Iterator[tuple[str, str]]:
    """Yield what names the article, whichever table cell holds it."""
    url = str(row.get("url", "")).strip().lower().rstrip("/")
    if "doi" in row:
        yield "doi", _DOI_TAIL.sub("", str(row["doi"]).strip().lower())
    if "pmid" in row:
        yield "pmid", str(row["pmid"]).strip()
    for found in _PUBMED.findall(url):
        yield "pmid", found
    for found in _PMC.findall(url):
        yield "pmc", found.lower()
    title = re.sub(r"[^a-z0-9]", "", str(row.get("title", "")).lower())
    if len(title) >= _LEAST_TITLE:
        yield "title", title
    if url:
        yield "url", re.sub(r"^https?:/+(?:www\.)?", "", url)


def _same_author_and_year(studies: pd.DataFrame) -> Iterator[tuple[str, str]]:
    if not {"first_author", "year", "journal"} <= set(studies.columns):
        return
    named = studies.dropna(subset=["first_author", "year"])
    author, year = named["first_author"].str.lower().str.strip(), named["year"].astype(int)
    for _, same in named.groupby([author, year]):
        journals = same["journal"].fillna("").str.lower().str.replace(r"[^a-z0-9]", "", regex=True).tolist()
        members = list(zip(same["study"].astype(str), journals, strict=True))
        for i, (one, journal) in enumerate(members):
            for two, other in members[i + 1 :]:
                if journal == other or not journal or not other:
                    yield one, two
