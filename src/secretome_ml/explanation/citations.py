"""How a study is named to a reader: title, DOI or place, year."""

from __future__ import annotations

import pandas as pd


def cited_studies(studies: pd.DataFrame) -> pd.DataFrame:
    """Return `author, title, doi, locator, year` by study; empty text where nothing is stated.

    `locator` says where a study stands that has no DOI; `title` is the journal where the source prints
    no title.

    Parameters
    ----------
    studies : pandas.DataFrame
        The studies table of the evidence.

    Examples
    --------
    >>> from secretome_ml import load_evidence
    >>> cited = cited_studies(load_evidence().studies)
    >>> bool(((cited["doi"] == "") | (cited["locator"] == "")).all())
    True
    """
    table = studies.set_index("study")
    place = table["locator"].fillna(table["url"]).where(table["doi"].isna())
    return pd.DataFrame(
        {
            "author": table["first_author"].fillna(""),
            "title": table["title"].fillna(table["journal"]).fillna(""),
            "doi": table["doi"].fillna(""),
            "locator": place.fillna(""),
            "year": table["year"],
        }
    )
