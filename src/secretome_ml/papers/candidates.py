"""Candidates: facts that a paper may state, each with the sentence that it was read from."""

from __future__ import annotations

import importlib
import json
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from secretome_ml.core.errors import InputRefused, NotInstalled, Problem
from secretome_ml.papers.paper import Paper
from secretome_ml.papers.reading import read_facts
from secretome_ml.papers.spotting import factors_in, named_words, readouts_in, tidy
from secretome_ml.vocabulary import FactorVocabulary, normal_form, targets_in

Reader = Callable[[str, str], Iterable[dict[str, Any]]]
"""A further reader: from a sentence and its place to facts, `{"table": ..., "arm": ..., ...}`."""

CANDIDATE_COLUMNS = ("number", "accept", "table", "arm", "fact", "sentence", "place")


@dataclass(frozen=True)
class Candidate:
    """One fact that a paper may state.

    Parameters
    ----------
    number : int
        Running number within the paper.
    table : str
        Table of the evidence that it would be a row of; `studies` for the paper itself.
    arm : str
        Preparation that it is about; empty for the paper itself.
    fact : dict
        Columns of that table and their values.
    sentence, place : str
        Where it was read.
    accept : bool or None
        None until a person has decided.
    """

    number: int
    table: str
    arm: str
    fact: dict[str, Any]
    sentence: str
    place: str
    accept: bool | None = None

    @property
    def key(self) -> tuple[str, ...]:
        """What it states, without where: two candidates of one key are one fact."""
        return (self.table, self.arm, *(f"{k}={v}" for k, v in sorted(self.fact.items())))


def propose(paper: Paper, reader: Reader | None = None) -> list[Candidate]:
    """Return what a paper may state; nothing is imported, and a person decides about each.

    Rules over the package's own vocabulary read preparations, preconditioning with its numbers, factors,
    readouts and comparisons. A sentence that does not hold the words of a fact gives no candidate.

    Parameters
    ----------
    paper : Paper
        As `read_paper` gives it.
    reader : callable, optional
        A further reader, such as a language model that is installed here: called with every sentence and
        its place, it returns facts as dictionaries with `table`, `arm` and the columns of the table. Its
        facts pass the same check. Default: none.

    Raises
    ------
    InputRefused
        If the paper names no preparation of stem cells.

    Examples
    --------
    >>> from secretome_ml.papers.paper import Paper, Sentence
    >>> told = "Exosomes of adipose stem cells promoted tube formation."
    >>> sentences = (Sentence(told, "results", "r"),)
    >>> paper = Paper("p.txt", None, "10.5555/1", 2026, None, None, "abstract", sentences)
    >>> [(c.table, c.fact.get("effect")) for c in propose(paper)]
    [('studies', None), ('arms', None), ('outcomes', 'angiogenic')]
    """
    facts = list(read_facts(paper))
    if reader is not None:
        for sentence in paper.sentences:
            for told in reader(sentence.text, sentence.place):
                rest = {k: v for k, v in told.items() if k not in ("table", "arm")}
                facts.append((str(told["table"]), str(told["arm"]), rest, sentence))
    if not any(table == "arms" for table, *_ in facts):
        what = "The paper names no preparation: no stem or stromal cells, nor what was collected from them."
        remedy = "Give the abstract or full text of a study of a secretome, vesicles or cells."
        raise InputRefused([Problem(paper.file, None, None, what, remedy)])
    head = {
        "doi": paper.doi, "year": paper.year, "first_author": paper.first_author, "journal": paper.journal,
        "title": paper.title, "basis": paper.basis,
    }  # fmt: skip
    found = [Candidate(1, "studies", "", {k: v for k, v in head.items() if v}, paper.title or "", "title")]
    seen: set[tuple[str, ...]] = set()
    for table, arm, fact, sentence in facts:
        one = Candidate(len(found) + 1, table, arm, fact, sentence.text, sentence.place)
        if one.key not in seen and (table == "arms" or holds(one)):
            seen.add(one.key)
            found.append(one)
    return found


def holds(candidate: Candidate) -> bool:
    """Say whether the sentence of a candidate holds the words and numbers of its fact.

    Examples
    --------
    >>> fact = {"name": "VEGF", "state": "elevated"}
    >>> holds(Candidate(2, "factors", "a", fact, "VEGF rose.", "r"))
    True
    >>> holds(Candidate(2, "factors", "a", fact, "HGF rose.", "r"))
    False
    """
    return not lacking(candidate)


def lacking(candidate: Candidate) -> list[str]:
    """Return what of a fact its sentence does not hold: names, effects, numbers."""
    text = tidy(candidate.sentence)
    fact = candidate.fact
    missing = [
        f"{column}={fact[column]}"
        for column in ("o2_percent", "hours", "dose", "value", "n")
        if isinstance(fact.get(column), int | float) and not _number_in(float(fact[column]), column, text)
    ]
    if candidate.table in ("factors", "mediators"):
        missing += [] if _factor_in(str(fact.get("name", "")), text) else [f"name={fact.get('name')}"]
    elif candidate.table in ("outcomes", "comparisons"):
        if fact.get("effect") not in {r.effect for r in readouts_in(text)} and not _words_in(
            fact.get("effect"), text
        ):
            missing.append(f"effect={fact.get('effect')}")
    elif candidate.table == "preconditioning" and isinstance(fact.get("agent"), str):
        targets = targets_in(fact["agent"]) or (fact["agent"],)
        missing += (
            [] if any(_factor_in(t, text) for t in (*targets, fact["agent"])) else [f"agent={fact['agent']}"]
        )
    elif candidate.table == "arms":
        values = {(n.column, n.value) for n in named_words(text)}
        for column in ("cell_source", "species"):
            if column in fact and (column, fact[column]) not in values:
                missing.append(f"{column}={fact[column]}")
    return missing


def _number_in(number: float, column: str, text: str) -> bool:
    stated = {
        float(m.replace(",", "")) for m in re.findall(r"(?<![A-Za-z\d.])\d+(?:,\d{3})*(?:\.\d+)?", text)
    }
    same = {number, number / 24, number / 168, number * 60} if column == "hours" else {number}
    if column == "o2_percent":
        same |= {number * 7.6, number * 1.01325}
    return any(abs(s - t) <= 0.011 * max(1.0, t) for s in stated for t in same)


def _words_in(words: object, text: str) -> bool:
    plain = normal_form(str(words))
    return bool(plain) and plain in normal_form(text[:256]) + normal_form(text[256:512])


def _factor_in(name: str, text: str) -> bool:
    if _words_in(name, text):
        return True
    wanted = FactorVocabulary.load().resolve(name).factor
    return wanted is not None and wanted in {f.factor for f in factors_in(text)}


def load_reader(address: str) -> Reader:
    """Return the function at `module:name`, an installed reader beside the rules.

    Raises
    ------
    NotInstalled
        If there is none.

    Examples
    --------
    >>> load_reader("secretome_ml.papers.candidates:no_facts")("a sentence", "abstract")
    []
    """
    module, _, name = address.partition(":")
    try:
        found: Reader = getattr(importlib.import_module(module), name)
    except (ImportError, AttributeError, ValueError) as error:
        raise NotInstalled(f"There is no reader at '{address}' ({error}); give module:function.") from None
    return found


def no_facts(sentence: str, place: str) -> list[dict[str, Any]]:
    """Return no facts: the form of a further reader."""
    return []


def write_candidates(candidates: Iterable[Candidate]) -> str:
    """Return candidates as JSON lines.

    Examples
    --------
    >>> write_candidates([Candidate(1, "studies", "", {"doi": "10.5555/1"}, "", "title")])[:30]
    '{"number": 1, "accept": null, '
    """
    return "".join(
        json.dumps({c: getattr(one, c) for c in CANDIDATE_COLUMNS}, ensure_ascii=False) + "\n"
        for one in candidates
    )


def fact_words(fact: dict[str, Any]) -> str:
    """Return a fact as a person reads and mends it.

    Examples
    --------
    >>> fact_words({"kind": "hypoxia", "o2_percent": 1.0})
    'kind=hypoxia; o2_percent=1'
    """
    return "; ".join(f"{k}={_plain(v)}" for k, v in fact.items() if v is not None)


def _plain(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    return f"{value:g}" if isinstance(value, float) else str(value).replace(";", ",")
