"""The normal form of a name: what is left when spelling habits are taken away."""

from __future__ import annotations

import re
import unicodedata

MAX_LENGTH = 256
"""Names longer than this are cut: no factor has such a name."""

_GREEK_WORDS = {
    "alpha": "a",
    "beta": "b",
    "gamma": "g",
    "delta": "d",
    "epsilon": "e",
    "zeta": "z",
    "theta": "q",
    "kappa": "k",
    "lambda": "l",
    "omega": "w",
}
# Latin twins of Greek letters are here too: a German sharp s is the commonest way to mistype a beta.
_GREEK_LETTERS = str.maketrans(
    {
        "α": "a",
        "ɑ": "a",
        "β": "b",
        "ß": "b",
        "ẞ": "b",
        "γ": "g",
        "ɣ": "g",
        "δ": "d",
        "∆": "d",
        "ε": "e",
        "ζ": "z",
        "θ": "q",
        "κ": "k",
        "λ": "l",
        "μ": "u",
        "ω": "w",
        "Α": "a",
        "Β": "b",
        "Γ": "g",
        "Δ": "d",
        "Ε": "e",
        "Ζ": "z",
        "Θ": "q",
        "Κ": "k",
        "Λ": "l",
        "Ω": "w",
    }
)
_UNREAD = "?"
_GREEK = re.compile("|".join(_GREEK_WORDS))
_NOT_READ = re.compile(r"[^a-z0-9?]+")


def normal_form(name: str) -> str:
    """Return `name` without the spelling habits that differ between papers.

    Compatibility forms are unified (NFKC), case is folded, accents are dropped, Greek letters become their
    Latin initial whether they are written as a letter or as a word, and hyphens of every kind, spaces, dots,
    slashes and brackets vanish. A letter of another script becomes `?`, so that it never matches by being
    overlooked. Time is linear in the length, which is capped at `MAX_LENGTH`.

    Parameters
    ----------
    name : str
        A name as written in a paper or in a column header.

    Returns
    -------
    str
        Lower-case ASCII letters, digits and `?`; empty when nothing readable was there.

    Examples
    --------
    >>> normal_form("TGF-β1"), normal_form("TGF beta 1"), normal_form("tgfb1")
    ('tgfb1', 'tgfb1', 'tgfb1')
    """
    cut = name[:MAX_LENGTH]
    if cut.isascii():
        plain = _NOT_READ.sub("", cut.lower())
        return plain if _GREEK.search(plain) is None else "".join(_fold_greek_words(list(plain)))
    text = unicodedata.normalize("NFKC", cut).translate(_GREEK_LETTERS).casefold()
    text = unicodedata.normalize("NFKD", text).translate(_GREEK_LETTERS)
    kept: list[str] = []
    for char in text:
        if char.isascii():
            if char.isalnum() or char == _UNREAD:
                kept.append(char)
        elif unicodedata.category(char)[0] in "LN":
            kept.append(_UNREAD)
    return "".join(_fold_greek_words(kept[:MAX_LENGTH]))


def _fold_greek_words(chars: list[str]) -> list[str]:
    """Replace spelled Greek letters, also those that a replacement makes; each character is pushed once."""
    stack: list[str] = []
    for char in chars:
        stack.append(char)
        folded = True
        while folded:
            folded = False
            for word, letter in _GREEK_WORDS.items():
                if len(stack) >= len(word) and stack[-1] == word[-1] and "".join(stack[-len(word) :]) == word:
                    del stack[-len(word) :]
                    stack.append(letter)
                    folded = True
                    break
    return stack
