"""The domain's words about many preparations: worked out per combination and per size of panel."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd

from secretome_ml.bulk.cells import Codes
from secretome_ml.profiles.profiles import Profiles, make_profiles
from secretome_ml.trust.domain import LEAST_FACTORS, PANEL, Domain

_STRANGE = "a factor of no study"


def outside(domain: Domain, profiles: Profiles) -> dict[str, list[str]]:
    """Return why each profile lies outside the domain: with no factor, a usual panel, a strange panel."""
    return {
        "none": _judged(domain, profiles, []),
        "usual": _judged(domain, profiles, [f"{_STRANGE} 0"]),
        "strange": _judged(domain, profiles, _panel(domain, 0, PANEL)),
    }


class DomainWords:
    """Puts the words together, row by row.

    Parameters
    ----------
    domain : Domain
        The model's domain.
    factors : list of str
        Factors of the file's columns.
    """

    def __init__(self, domain: Domain, factors: list[str]) -> None:
        self.domain = domain
        counts = domain.studies.get("factor", {})
        self.common = np.array([counts.get(f, 0) >= domain.min_studies for f in factors], dtype=bool)
        self._nothing = make_profiles(pd.DataFrame(index=["any"]))
        self._sentences: dict[tuple[int, int], str] = {}

    def reasons(
        self, texts: dict[str, list[str]], combination: Codes, common: Codes, measured: Codes
    ) -> tuple[Codes, list[str]]:
        """Return the code of each row's reason, and the reasons.

        Parameters
        ----------
        texts : dict of str to list of str
            Per combination, as `outside` gives them.
        combination, common, measured : array of int, rows
            Each row's combination, how many of its factors enough studies measured, how many it has.
        """
        strange = (measured >= PANEL) & (common < LEAST_FACTORS)
        kind = np.where(measured == 0, 0, np.where(strange, 2 + common + LEAST_FACTORS * measured, 1))
        width = int(kind.max(initial=0)) + 1
        met, first, code = np.unique(combination * width + kind, return_index=True, return_inverse=True)
        found: dict[str, int] = {}
        place = np.empty(len(met), dtype=np.int64)
        # In the order of the rows, so that the table does not depend on who met a combination first.
        for number in np.argsort(first).tolist():
            where, which = divmod(int(met[number]), width)
            if which < 2:
                text = texts["none" if which == 0 else "usual"][where]
            else:
                many, few = divmod(which - 2, LEAST_FACTORS)
                told = texts["strange"][where]
                text = told.replace(self._sentence(0, PANEL), self._sentence(few, many), 1)
            place[number] = found.setdefault(text, len(found))
        return place[code], list(found)

    def _sentence(self, common: int, measured: int) -> str:
        if (common, measured) not in self._sentences:
            panel = _panel(self.domain, common, measured)
            self._sentences[common, measured] = _judged(self.domain, self._nothing, panel)[0]
        return self._sentences[common, measured]


def _panel(domain: Domain, common: int, measured: int) -> list[str]:
    """Return a panel of so many factors, of which so many are common."""
    counts = domain.studies.get("factor", {})
    often = [f for f, n in counts.items() if n >= domain.min_studies]
    return [*often[:common], *(f"{_STRANGE} {i}" for i in range(measured - common))]


def _judged(domain: Domain, profiles: Profiles, factors: list[str]) -> list[str]:
    names = profiles.samples.to_numpy()
    rows = pd.DataFrame(
        {
            "sample": np.repeat(names, len(factors)),
            "factor": np.tile(np.array(factors, dtype=object), len(names)),
            "level": 1.0,
        }
    )
    with_panel = replace(profiles, factors=make_profiles(profiles.context, factors=rows).factors)
    words: list[str] = domain.judge(with_panel)["domain_reason"].tolist()
    return words
