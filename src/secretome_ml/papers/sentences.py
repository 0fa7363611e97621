"""Sentences of a paragraph."""

from __future__ import annotations

import re

_END = re.compile(r"(?<=[.!?])[\"')\]]*\s+(?=[\"'(\[]?[A-Z0-9α-ωΑ-Ω])")
# What ends with a point and ends no sentence.
_SHORT = re.compile(
    r"(?:\b(?:Figs?|Tabs?|Refs?|Nos?|vs|cf|ca|approx|resp|et al|e\.g|i\.e|Dr|St|spp?|conc|vol|Inc|Ltd|Co|"
    r"pH|Eq|Suppl?|min|max|a\.m|p\.m|[A-Z])|\(p|\bp)\.$"
)


def split_sentences(text: str) -> list[str]:
    """Return the sentences of a paragraph; abbreviations, initials and numbers end none.

    Examples
    --------
    >>> split_sentences("MSC (Fig. 2) released VEGF. Tubes grew vs. control by 2.5 fold.")
    ['MSC (Fig. 2) released VEGF.', 'Tubes grew vs. control by 2.5 fold.']
    """
    sentences: list[str] = []
    start = 0
    for end in _END.finditer(text):
        if _SHORT.search(text[start : end.start()]):
            continue
        sentences.append(text[start : end.start()].strip())
        start = end.end()
    return [s for s in (*sentences, text[start:].strip()) if s]
