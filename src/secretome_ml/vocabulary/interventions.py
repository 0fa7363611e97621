"""What a preconditioning entry does: which target, up or down, or only a sham."""

from __future__ import annotations

import re
from dataclasses import dataclass

from secretome_ml.vocabulary.agents import VEHICLE, exact_agent, find_agent
from secretome_ml.vocabulary.manipulations import parse_manipulation
from secretome_ml.vocabulary.mirna import parse_mirna
from secretome_ml.vocabulary.normalise import MAX_LENGTH
from secretome_ml.vocabulary.targets import (
    AND,
    CONTROL,
    DOWN,
    RAISED,
    SHAM,
    SILENCER_GLUED,
    bare_name,
    targets_in,
)
from secretome_ml.vocabulary.terms import Terms

_RATIO = re.compile(r"\b\d+\s*:\s*\d+\b")
_GENETIC = ("genetic_modification", "immortalisation")
# What silences a gene does so under whatever kind it was written down.
_SILENCER = re.compile(
    r"\b(?:si|sh)-?rna|\bshort hairpin|\bsmall interfering|\bantisense|\bmorpholino|\bcrispr|\blna\b|"
    r"\bantagomir|\bknock-?\s?(?:down|out)|\bsilenc",
    re.IGNORECASE,
)


def names_silencing(text: str) -> bool:
    """Say whether a text silences a gene, under whatever kind it was written down.

    Examples
    --------
    >>> names_silencing("TSG-6 short hairpin RNA"), names_silencing("siTSG6"), names_silencing("simvastatin")
    (True, True, False)
    """
    return _SILENCER.search(text) is not None or SILENCER_GLUED.search(text) is not None


@dataclass(frozen=True)
class Intervention:
    """What was done to the cells, in one signed statement.

    Parameters
    ----------
    target : str or None
        The factor or agent; the first one when several were used together; None for a sham.
    direction : int
        +1 added or over-expressed, -1 removed, silenced or inhibited, 0 a sham, or not told.
    agent_class : str or None
        Class of the agent (`proinflammatory_cytokine`, `statin`, ...); `gene` or `mirna` for genetic ones.
    kind : str
        gene_up, gene_down, gene_unknown, sham, added, inhibited, a manipulation of the product (depleted,
        neutralised, ...), or the preconditioning itself when its agent is not known.
    targets : tuple of str
        All targets, in the order of the text.
    """

    target: str | None
    direction: int
    agent_class: str | None
    kind: str
    targets: tuple[str, ...] = ()


def parse_intervention(kind: str, agent: str | None) -> Intervention:
    """Say what one preconditioning entry of the evidence does; never raises on text.

    Parameters
    ----------
    kind : str
        The kind of preconditioning, for instance `genetic_modification` or `cytokine`.
    agent : str or None
        The agent as written, for instance `CXCR4 siRNA knock-down`.

    Returns
    -------
    Intervention

    Examples
    --------
    >>> parse_intervention("genetic_modification", "CXCR4 siRNA knock-down").target
    'CXCR4'
    >>> parse_intervention("genetic_modification", "miR-146a-5p inhibitor").direction
    -1
    >>> parse_intervention("genetic_modification", "EGFP control vector").kind
    'sham'
    >>> parse_intervention("cytokine", "IFN-γ").agent_class
    'proinflammatory_cytokine'
    >>> parse_intervention("small_molecule", "VEGF siRNA").direction
    -1
    """
    known = Terms().resolve("preconditioning", kind) or kind
    text = " ".join((agent or "").split())[:MAX_LENGTH]
    if not text:
        idle = known in ("none", *_GENETIC)
        return Intervention(None, 0 if idle else 1, Terms().agent_class(known), known)
    if known in _GENETIC or (known != "coculture" and names_silencing(text)):
        return _genetic(text)
    changed = parse_manipulation(kind, text) if known.startswith("other:") else None
    if changed is not None and changed.targets:
        sign = 1 if changed.kind == "added" else -1
        return Intervention(changed.targets[0], sign, "manipulation", changed.kind, changed.targets)
    return _agent(known, text)


def _genetic(text: str) -> Intervention:
    down = DOWN.search(text) is not None or SILENCER_GLUED.search(text) is not None
    targets = targets_in(text)
    vehicle = exact_agent(text, factors=False)
    if vehicle is not None and vehicle.agent_class == VEHICLE:
        return Intervention(None, 0, None, "sham")
    if CONTROL.search(text) or (SHAM.search(text) and not targets):
        return Intervention(None, 0, None, "sham")
    if not targets:
        # Which gene it is nobody knows; that one was added or taken away is still told.
        sign = (-1 if down else 1 if RAISED.search(text) else 0) if bare_name(text) else 0
        return Intervention(None, sign, "gene", "gene_unknown")
    group = "mirna" if parse_mirna(targets[0]) else "gene"
    return Intervention(targets[0], -1 if down else 1, group, "gene_down" if down else "gene_up", targets)


def _agent(kind: str, text: str) -> Intervention:
    if kind == "coculture":
        return _cells(text)
    down = DOWN.search(text) is not None
    found = exact_agent(text, factors=not down)
    if found is not None and found.agent_class == VEHICLE:
        return Intervention(None, 0, None, "sham")
    targets = targets_in(text) if found is None and down else ()
    if targets:
        return Intervention(targets[0], -1, "inhibitor", "inhibited", targets)
    found = found or find_agent(text)
    if found is not None:
        # An inhibitor is an agent that was added; whom it inhibits is a second fact, kept with the agent.
        target = found.factor or found.id
        return Intervention(target, 1, found.agent_class, "added", (target,))
    parts = [part for part in map(find_agent, AND.split(text)) if part is not None]
    if parts:
        names = tuple(dict.fromkeys(part.factor or part.id for part in parts))
        return Intervention(names[0], 1, parts[0].agent_class, "added", names)
    return Intervention(None, 1, Terms().agent_class(kind), kind)


def _cells(text: str) -> Intervention:
    bare = _RATIO.sub(" ", text)
    agent = find_agent(bare, factors=False)
    name = agent.id if agent is not None else Terms().resolve("cell_type", bare)
    return Intervention(name, 1, "cells", "added" if name else "coculture", (name,) if name else ())
