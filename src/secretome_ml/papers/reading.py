"""From the sentences of a paper to facts: preparations first, then what is said of each."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import Any

from secretome_ml.papers.paper import Paper, Sentence
from secretome_ml.papers.spotting import (
    Cue,
    Done,
    Factor,
    Named,
    Readout,
    cues_in,
    done_to_cells,
    donors_in,
    factors_in,
    is_producer,
    low_oxygen,
    marks_in,
    named_words,
    near,
    readouts_in,
    tidy,
)
from secretome_ml.papers.wordings import wording
from secretome_ml.vocabulary import FactorVocabulary, Terms, parse_intervention
from secretome_ml.vocabulary.columns import context_columns

Fact = tuple[str, str, dict[str, Any], Sentence]

_GIVEN = wording("given")
_AIM = wording("aim")
_STUDY = wording("study")
_SET_UP = wording("set_up")
_FOUND = re.compile(r"signific|compared|than|increas|reduc|improv|enhanc|decreas|higher|lower", re.IGNORECASE)
_OWN = wording("own")
_ANAPHORA = wording("anaphora")
_THAN = wording("than")
_PLAIN_ARM = wording("plain_arm")
_NO_ARM = wording("no_arm")
_LOSS = wording("loss")
_THE_EFFECT = wording("the_effect")
_IN_RECIPIENT = wording("in_recipient")
_AMOUNT = wording("amount")
_PROPERTY = re.compile(r"protecti|anti-?|immuno|pro-?angio|angiogenic|osteogenic|neurotroph", re.IGNORECASE)
_BREAK = re.compile(r";|\.\s|,? (?:but|whereas|while|although|however)\b", re.IGNORECASE)
_NO_READOUT = wording("no_readout")
_BAD_OBJECT = re.compile(
    r"resol|protect|alleviat|ameliorat|repair|treat|mitigat|attenuat|reliev|relief", re.IGNORECASE
)
_HAVING = wording("having")
_NORMAL_MARK = wording("normal_mark")
_LEADING = 15
_PASSIVE = re.compile(r"\b(?:was|were|is|are|been|be)\b")
_KNOCKED = ("gene_down", "inhibited")


@dataclass(frozen=True)
class _Arm:
    """A preparation as a paper tells of it."""

    cell_type: str
    cell_source: str | None
    species: str | None
    product: str
    done: tuple[Done, ...] = ()
    donor: str | None = None
    changed: tuple[str, str | None] | None = None

    @property
    def name(self) -> str:
        words = [self.cell_source or self.cell_type.removeprefix("other:"), self.product]
        words += [
            self.donor or "",
            *(d.agent or d.kind for d in self.done),
            *(w or "" for w in self.changed or ()),
        ]
        return re.sub(r"[^a-z0-9]+", "_", " ".join(words).lower()).strip("_")[:80]

    @property
    def fact(self) -> dict[str, Any]:
        stated = {c.name: getattr(self, c.name, None) for c in context_columns()}
        return {k: v for k, v in stated.items() if v}


@dataclass
class _Reading:
    """A paper being read: its usual cells and product, and the preparation that was last spoken of."""

    usual: _Arm
    products: tuple[str, ...]
    sources: tuple[str, ...]
    known: dict[tuple[str, ...], Done] = field(default_factory=dict)
    last: tuple[_Arm, ...] = ()
    prior: tuple[_Arm, ...] = ()
    effects: tuple[str, ...] = ()
    abbreviated: dict[str, str] = field(default_factory=dict)
    told: Sentence | None = None
    carried: tuple[tuple[str, ...], Sentence] | None = None


def read_facts(paper: Paper) -> Iterator[Fact]:
    """Yield the facts that the sentences of a paper may state: arms before what is said of them.

    Examples
    --------
    >>> told = "Hypoxic MSC secretome promoted tube formation more than normoxic secretome."
    >>> paper = Paper("p", None, None, None, None, None, "abstract", (Sentence(told, "results", "r"),))
    >>> [(table, fact.get("direction")) for table, _, fact, _ in read_facts(paper) if table == "comparisons"]
    [('comparisons', 'higher')]
    """
    reading = _first_look(paper)
    if reading is None:
        return
    found: list[Fact] = []
    arms: dict[str, tuple[_Arm, Sentence]] = {}
    for sentence in _without_background(paper.sentences):
        for arm, table, fact in _of_sentence(reading, sentence):
            arms.setdefault(arm.name, (arm, sentence))
            if table:
                told = sentence
                if table == "comparisons" and reading.carried and fact["effect"] in reading.carried[0]:
                    before = reading.carried[1]
                    text, place = f"{before.text} … {told.text}", f"{before.place} … {told.place}"
                    told = Sentence(text, told.part, place)
                found.append((table, arm.name, fact, told))
    if not arms:
        arms[reading.usual.name] = (reading.usual, paper.sentences[0])
    for name, (arm, sentence) in arms.items():
        yield "arms", name, arm.fact, _where_named(paper, arm, sentence)
        if arm.changed is not None:
            kind, target = arm.changed
            yield "manipulations", name, {"kind": kind, **({"target": target} if target else {})}, sentence
        for done in arm.done:
            yield "preconditioning", name, _done_fact(done), _where_done(paper, done, sentence)
    yield from _once(found)


def _without_background(sentences: tuple[Sentence, ...]) -> Iterator[Sentence]:
    """Yield sentences; those of an undivided abstract before its own study is named count as background."""
    undivided = {s.part for s in sentences} <= {"title", "abstract"}
    own = next((i for i, s in enumerate(sentences) if s.part == "abstract" and _STUDY.search(s.text)), 0)
    for i, sentence in enumerate(sentences):
        before = undivided and sentence.part == "abstract" and i < own
        yield replace(sentence, part="background") if before else sentence


def _first_look(paper: Paper) -> _Reading | None:
    """Return the cells, tissues and products that a paper is about; None where it names no stem cells."""
    cells: Counter[str] = Counter()
    sources: Counter[str] = Counter()
    abbreviated = _abbreviations(paper)
    species: Counter[str] = Counter()
    products: Counter[str] = Counter()
    given = 0
    done: dict[tuple[str, ...], Done] = {}
    marks: list[Done] = []
    for sentence in paper.sentences:
        text = tidy(sentence.text)
        weight = 4 if sentence.part == "title" else 0 if sentence.part == "background" else 1
        names = _names(text, abbreviated)
        producers = _producers(names)
        for name in producers:
            cells[name.value] += 1 + weight
        for name in names:
            if name.column in ("cell_source", "species") and any(near(text, name, p) for p in producers):
                (sources if name.column == "cell_source" else species)[name.value] += 1 + weight
            if name.column == "product" and _collected(name.value):
                products[name.value] += weight
        if producers and _GIVEN.search(text) and weight:
            given += weight
        if weight:
            marks += marks_in(text)
            for one in done_to_cells(text):
                if not one.sham and (producers or sentence.part != "results"):
                    known = done.get(_done_key(one))
                    done[_done_key(one)] = _fuller(known, one) if known else one
    if not cells:
        return None
    for mark in marks:
        if not any(_same_target(mark, d) for d in done.values()) and mark.kind != "hypoxia":
            done[_done_key(mark)] = mark
    chosen = [p for p, _ in products.most_common(3)]
    if chosen and given > 2 * products[chosen[0]]:
        chosen.insert(0, "cells")
    kept = tuple(dict.fromkeys(chosen)) or ("cells",)
    usual = _Arm(
        cells.most_common(1)[0][0],
        sources.most_common(1)[0][0] if sources else None,
        species.most_common(1)[0][0] if species else None,
        kept[0],
    )
    return _Reading(usual, kept, tuple(sources), done, abbreviated=abbreviated)


_ABBREVIATED = re.compile(r"\((?:\S+-)?(?P<short>(?!HSC)\w*[A-Z]SCs?|EPCs?)(?:-\w+)?\)")


def _abbreviations(paper: Paper) -> dict[str, str]:
    """Return the tissues of abbreviations that a paper makes itself: `adipose-derived MSCs (AMSCs)`."""
    found: dict[str, str] = {}
    for sentence in paper.sentences:
        text = tidy(sentence.text)
        for m in _ABBREVIATED.finditer(text):
            before = [
                n for n in named_words(text[max(0, m.start() - 90) : m.start()]) if n.column == "cell_source"
            ]
            short = m["short"].rstrip("s")
            if before and short != "MSC":
                found.setdefault(short, before[-1].value)
    return found


def _names(text: str, abbreviated: dict[str, str]) -> list[Named]:
    """Return the words of the vocabularies in a sentence; the paper's own abbreviations mean what it says."""
    found = []
    for name in named_words(text):
        own = next(
            (
                s
                for a, s in abbreviated.items()
                if re.search(rf"{re.escape(a)}s?\b", text[name.start : name.end])
            ),
            None,
        )
        if own and name.column == "cell_source":
            name = replace(name, value=own)
        if own and name.column == "cell_type" and not name.value.endswith("SC"):
            name = replace(name, value="MSC")
        found.append(name)
    return found


def _collected(product: str) -> bool:
    """Say whether a product is collected from cells: medium or vesicles, in whatever form."""
    return Terms().parent("product", product) in ("whole", "vesicle", "soluble", "formulated")


def _producers(names: list[Named]) -> list[Named]:
    return [n for n in names if n.column == "cell_type" and is_producer(n.value)]


def _done_key(done: Done) -> tuple[str, ...]:
    meant = parse_intervention(done.kind, done.agent)
    return (done.kind, str(meant.direction), *(meant.targets or (done.agent or "",)))


def _same_target(mark: Done, done: Done) -> bool:
    """Say whether an abbreviation such as `LPS-CM` or `Hypo-MSC` stands for a treatment."""
    if mark.kind == "hypoxia":
        return done.kind == "hypoxia"
    return set(_done_key(mark)[2:]) & set(_done_key(done)[2:]) != set()


def _all_done(reading: _Reading, text: str) -> list[Done]:
    """Return what a sentence says was done to the cells, in words or by an abbreviation of the paper."""
    found = [
        replace(reading.known.get(_done_key(d), d), start=d.start, end=d.end)
        for d in done_to_cells(text)
        if not d.sham
    ]
    found = [d for d in found if _done_key(d) in reading.known]
    hypoxic = next((d for d in reading.known.values() if d.kind == "hypoxia"), None)
    for done in reading.known.values():
        # `the GDNF gene` is what the cells were given, once the paper has said so.
        for factor in factors_in(text) if done.kind == "genetic_modification" else ():
            known = factor.factor in _done_key(done)[2:] and re.match(r"\)?\s*genes?\b", text[factor.end :])
            if known and done not in found:
                found.append(replace(done, start=factor.start, end=factor.end))
    low = low_oxygen(text)
    if hypoxic and low and not any(f.kind == "hypoxia" for f in found):
        found.append(replace(hypoxic, start=low.start, end=low.end))
    for mark in marks_in(text):
        if any(f.start < mark.end and mark.start < f.end for f in found):
            continue
        meant = next((d for d in reading.known.values() if _same_target(mark, d)), None)
        if meant is not None:
            found.append(replace(meant, start=mark.start, end=mark.end))
    return sorted(found, key=lambda d: d.start)


def _fuller(one: Done, other: Done) -> Done:
    """Return the mention with the numbers that either states."""
    measures = replace(one.measures)
    measures.fill(other.measures)
    return replace(one, measures=measures)


def _of_sentence(reading: _Reading, sentence: Sentence) -> Iterator[tuple[_Arm, str, dict[str, Any]]]:
    text = _untwisted(tidy(sentence.text))
    names = _names(text, reading.abbreviated)
    subject, other = _arms_of(reading, text, names)
    other = other or _plain_of(subject, text)
    mentioned = bool(_producers(names)) or any(n.column == "product" and _collected(n.value) for n in names)
    if sentence.part == "background" or (not mentioned and not subject and not _ANAPHORA.search(text)):
        return
    aim = _AIM.search(text) is not None or (_SET_UP.search(text) is not None and not _FOUND.search(text))
    for arm in (*subject, *other):
        if (arm.done and sentence.part in ("methods", "title")) or (arm.done and not aim):
            yield arm, "", {}
    if sentence.part == "methods" or (aim and sentence.part != "title"):
        reading.last = subject or reading.last
        return
    if sentence.part in ("abstract", "body") and not _OWN.search(text) and not subject:
        return
    spoken = subject or reading.last or (reading.usual,)
    reading.prior, reading.last = reading.last, spoken
    cues = cues_in(text)
    readouts = readouts_in(text)
    here = {r.effect for r in readouts}
    carried = tuple(e for e in reading.effects if e not in here)
    reading.carried = (carried, reading.told) if reading.told and carried else None
    yield from _outcomes(reading, spoken, other, text, readouts, cues)
    reading.told = sentence if here & set(reading.effects) else reading.told
    yield from _factors(spoken, text, readouts, cues)


def _plain_of(subject: tuple[_Arm, ...], text: str) -> tuple[_Arm, ...]:
    """Return the plain preparation where the treated one was better, and it is not said than what."""
    treated = [a for a in subject if any(not _knocked(d) for d in a.done)]
    if not treated or _THAN.search(text) or not (_BETTER.search(text) or _BETTER_OF.search(text)):
        return ()
    return (replace(treated[0], done=()),)


_BETTER = wording("better")
_BETTER_OF = wording("better_of")


def _untwisted(text: str) -> str:
    """Return `A did more than B` for `A but not B did more`.

    Examples
    --------
    >>> _untwisted("Lean-EVs but not MetS-EVs restored flow.")
    'Lean-EVs restored flow than MetS-EVs'
    """
    return _BUT_NOT.sub(r"\g<who> \g<did> than \g<other>", text)


_BUT_NOT = wording("but_not")


def _arms_of(reading: _Reading, text: str, names: list[Named]) -> tuple[tuple[_Arm, ...], tuple[_Arm, ...]]:
    """Return the arms that a sentence is about, and those that it compares them with."""
    than = _THAN.search(text)
    cut, end = (than.start(), len(text)) if than else (len(text), len(text))
    comma = text.find(", ", than.end()) if than and than.start() < _LEADING else -1
    done = _all_done(reading, text)
    # `Compared with A, B did more`: what is compared with stands first.
    inside = range(than.start(), comma) if than and comma > 0 else range(cut, end)
    before = list({_done_key(d): d for d in done if d.start not in inside}.values())
    after = [d for d in done if d.start in inside]
    own = text[: inside.start] + " " * len(inside) + text[inside.stop :]
    bases = _bases(reading, own, [n for n in names if n.start not in inside])
    cut = inside.start
    first = tuple(replace(b, done=(d,)) for d in before for b in bases[:1]) if before else ()
    if first and _NORMAL_MARK.search(own):
        first = (*first, *bases[:1])
    if not first and bases and (names_producer(names) or _named_products(names)):
        first = tuple(bases)
    second: tuple[_Arm, ...] = ()
    if than:
        rest = text[inside.start : inside.stop]
        others = _bases(reading, rest, [_moved(n, cut) for n in names if n.start in inside])
        apart = any(n.start in inside for n in names if n.column == "cell_source") or donors_in(rest)
        if after:
            second = tuple(replace(others[0] if others else reading.usual, done=(d,)) for d in after[:1])
        elif _PLAIN_ARM.search(rest) or (apart and not _NO_ARM.search(rest)):
            second = tuple(o for o in others[:3] if o not in first) or tuple(
                a for a in (replace(f, done=(), donor=None) for f in first[:1]) if a not in first
            )
    return first, second


def names_producer(names: list[Named]) -> bool:
    """Say whether a sentence names producing cells."""
    return bool(_producers(names))


def _moved(name: Named, by: int) -> Named:
    return replace(name, start=name.start - by, end=name.end - by)


def _named_products(names: list[Named]) -> list[str]:
    return list(dict.fromkeys(n.value for n in names if n.column == "product" and _collected(n.value)))


def _bases(reading: _Reading, text: str, own: list[Named]) -> list[_Arm]:
    """Return the preparations without preconditioning that a stretch of text names, else the usual one."""
    producers = _producers(own)
    sources = list(
        dict.fromkeys(
            n.value for n in own if n.column == "cell_source" and any(near(text, n, p) for p in producers)
        )
    )
    sources = [s for s in sources if s in reading.sources]
    products = _named_products(own)
    if products:
        product = next((p for p in reading.products if p in products), products[0])
        if _vesicles(product) and _vesicles(reading.usual.product):
            product = reading.usual.product
    elif producers and _GIVEN.search(text) and "cells" in reading.products:
        product = "cells"
    else:
        product = reading.usual.product
    base = replace(reading.usual, product=product)
    donors = list(dict.fromkeys(d for d, _ in donors_in(text)))[:2]
    if donors:
        return [replace(base, donor=d) for d in donors]
    return [replace(base, cell_source=s) for s in sources] or [base]


def _outcomes(
    reading: _Reading,
    spoken: tuple[_Arm, ...],
    other: tuple[_Arm, ...],
    text: str,
    readouts: list[Readout],
    cues: list[Cue],
) -> Iterator[tuple[_Arm, str, dict[str, Any]]]:
    lost = _lost_arm(reading, text)
    told: list[str] = []
    found: list[tuple[str, str, Readout]] = []
    primed = _of_primed_cells(spoken, text) and factors_in(text)
    for readout in readouts:
        if primed and readout.effect == "anti_inflammatory":
            continue
        cue = _governing(readout, cues, text)
        # What two preparations did alike they did both.
        bare = [c for c in cues if c.kind != "same"] if len(spoken) > 1 and _BOTH_ALIKE.search(text) else cues
        result = _result(readout, cue, text, bare)
        if result is None or _NO_READOUT.match(text[readout.end :]) or _of_the_cells(readout, text):
            continue
        told.append(readout.effect)
        found.append((readout.effect, result, readout))
    if lost is not None:
        base = replace(lost, done=tuple(d for d in lost.done if not _knocked(d)), changed=None)
        yield base, "", {}
        for effect in dict.fromkeys(told or reading.effects):
            yield lost, "comparisons", {"effect": effect, "than": base.name, "direction": "lower"}
        return
    for effect, result, readout in found:
        for arm in spoken:
            yield arm, "outcomes", {
                "effect": effect, "result": result, "readout": readout.words, **_no_arm_words(text),
                **_moved_words(readout, result),
            }  # fmt: skip
    alike = _BOTH_ALIKE.search(text) is not None and len(spoken) > 1 and not other
    if alike:
        for effect in dict.fromkeys(e for e, _, _ in found):
            yield spoken[0], "comparisons", {"effect": effect, "than": spoken[1].name, "direction": "equal"}
    if found and _WEAKER.search(text):
        for arm in (a for a in spoken if a.donor):
            yield replace(arm, donor=None), "", {}
            for effect in dict.fromkeys(told):
                yield (
                    arm,
                    "comparisons",
                    {"effect": effect, "than": replace(arm, donor=None).name, "direction": "lower"},
                )
        return
    direction = _direction_alone(cues, text) if other and not told else None
    pairs = [(e, {"beneficial": "higher", "adverse": "lower", "null": "equal"}[r]) for e, r, _ in found]
    pairs += [(e, direction) for e in reading.effects if direction]
    for effect, higher in pairs:
        for arm in spoken:
            for than in (o for o in other if o.name != arm.name):
                yield than, "", {}
                yield arm, "comparisons", {"effect": effect, "than": than.name, "direction": higher}
    if told:
        reading.effects = tuple(dict.fromkeys(told))


_BOTH_ALIKE = wording("both_alike")
_WEAKER = wording("weaker")


def _direction_alone(cues: list[Cue], text: str) -> str | None:
    """Return which of two arms did more where a sentence says it of `the effect` alone."""
    if not _THE_EFFECT.search(text):
        return None
    for cue in cues:
        if cue.kind == "same":
            return "equal"
        if cue.kind in ("more", "fewer", "raise"):
            return "lower" if cue.kind == "fewer" else "higher"
    return None


def _of_the_cells(readout: Readout, text: str) -> bool:
    """Say whether a readout is of the producing cells themselves, which is no effect of their product."""
    if readout.effect not in ("proliferative", "migratory", "anti_apoptotic"):
        return False
    before = text[max(0, readout.start - 45) : readout.start]
    after = text[readout.end : readout.end + 90]
    own = _PRODUCERS.search(before) and not re.search(r"\b(?:of|in)\s+(?!the effect)", before[-12:])
    return bool(own) or _OF_PRODUCERS.match(after) is not None


_OF_PRODUCERS = re.compile(
    r"[^.;,]{0,60}?\b(?:of|in) (?:\w+ ){0,2}\w*(?:MSC|ADSC|ASC|BMSC)s?\b(?![- ](?:treated|group))"
)


_PRODUCERS = re.compile(r"(?:MSCs?|ADSCs?|ASCs?|BMSCs?|stem cells?|stromal cells?)(?:\s+\w+){0,3}\s*$")


def _moved_words(readout: Readout, result: str) -> dict[str, str]:
    """Return which way the readout moved, and which way was wanted."""
    turned = {"increase": "decrease", "decrease": "increase"}
    moved = {"beneficial": readout.wanted, "adverse": turned[readout.wanted], "null": "none"}[result]
    return {"readout_direction": moved, "wanted_direction": readout.wanted}


def _no_arm_words(text: str) -> dict[str, str]:
    than = _THAN.search(text)
    found = _NO_ARM.search(text[than.start() :]) if than else None
    return {"vs": found[0]} if found else {}


def _lost_arm(reading: _Reading, text: str) -> _Arm | None:
    """Return the arm in which something was taken away, where a sentence says that an effect went with it."""
    if not (_LOSS.search(text) and _THE_EFFECT.search(text)):
        return None
    # `these effects` are those of what was spoken of before.
    pointed = reading.prior if _POINTED.search(text) else ()
    base = (pointed or reading.last or (reading.usual,))[0]
    base = replace(base, done=tuple(d for d in base.done if not _knocked(d)), changed=None)
    for done in done_to_cells(text):
        if _knocked(done):
            return replace(base, done=(*base.done, done))
    taken = _TAKEN.search(text)
    if taken is None:
        return None
    kind = _taking(taken[0])
    near_by = factors_in(text[max(0, taken.start() - 30) : taken.end() + 70])
    if kind in ("neutralised", "inhibited") and not near_by:
        return None
    return replace(base, changed=(kind, near_by[0].words if near_by else None))


_POINTED = re.compile(r"\b(?:these|this|such|its)\b", re.IGNORECASE)


def _vesicles(product: str) -> bool:
    return Terms().parent("product", product) == "vesicle"


def _knocked(done: Done) -> bool:
    return parse_intervention(done.kind, done.agent).kind in _KNOCKED


_TAKEN = wording("taken")


def _taking(word: str) -> str:
    """Return the manipulation that a word which `taken` finds stands for."""
    return next(k for k in Terms().ids("manipulation") if wording(f"taken_{k}").match(word))


def _governing(readout: Readout, cues: list[Cue], text: str) -> Cue | None:
    """Return the word of movement of a readout: the nearest before it, or after it in the passive."""
    best: tuple[float, Cue] | None = None
    for cue in cues:
        # `the elevated levels` says what was, not what moved.
        if re.search(r"\b(?:the|of|with|from) $", text[: cue.start]) and text[: cue.end].endswith("ed"):
            continue
        if cue.kind in ("contained", "absent", "same") or (
            cue.start < readout.end and readout.start < cue.end
        ):
            continue
        between = text[cue.end : readout.start] if cue.end <= readout.start else text[readout.end : cue.start]
        if _BREAK.search(between) or len(between) > 150:
            continue
        distance = float(len(between))
        if cue.start >= readout.end:
            passive = _PASSIVE.search(between) or cue.kind in ("fewer", "more")
            distance += 10 if passive and len(between) < 60 else 90
        elif re.search(r",? and \w+ed\b|,\s*\w+ed\b", between):
            distance += 30
        if best is None or distance < best[0]:
            best = distance, cue
    return best[1] if best else None


def _result(readout: Readout, cue: Cue | None, text: str, cues: list[Cue]) -> str | None:
    own = [
        c for c in cues if c.start < readout.end and readout.start < c.end and c.kind in ("raise", "lower")
    ]
    if cue is None and own:
        cue = own[0]
    if cue is None:
        has = _HAVING.search(text[max(0, readout.start - 60) : readout.start])
        return (
            "beneficial" if has and readout.wanted == "increase" and _PROPERTY.search(readout.words) else None
        )
    for c in cues:
        if c.kind != "same" or c.end > max(cue.start, readout.start) + 2:
            continue
        # `failed to` holds for all that follows in its clause.
        far = _FAILED.match(text[c.start : c.end]) is not None
        gap = min(cue.start, readout.start) - c.end
        if gap < (130 if far else 40) and not _BREAK.search(text[c.end : max(cue.start, readout.start)]):
            return "null"
    if (
        cue.means == "increase"
        and readout.wanted == "decrease"
        and cue.kind == "raise"
        and _restores(text, cue)
    ):
        return "beneficial"
    if cue.means == readout.wanted:
        return "beneficial"
    away = max(readout.start - cue.end, cue.start - readout.end)
    unclear = cue.means == "decrease" and _BAD_OBJECT.match(text[cue.start : cue.end])
    return None if unclear or away > 60 else "adverse"


_FAILED = re.compile(r"fail|did not|could not|cannot", re.IGNORECASE)


def _restores(text: str, cue: Cue) -> bool:
    return (
        re.match(r"improv|restor|rescu|recover|ameliorat|benefi", text[cue.start : cue.end].lstrip(), re.I)
        is not None
    )


def _factors(
    spoken: tuple[_Arm, ...], text: str, readouts: list[Readout], cues: list[Cue]
) -> Iterator[tuple[_Arm, str, dict[str, Any]]]:
    done = done_to_cells(text) + marks_in(text)
    causal = _LOSS.search(text) is not None and _THE_EFFECT.search(text) is not None
    own = _of_primed_cells(spoken, text)
    added = {t for arm in spoken[:1] for d in arm.done for t in _done_key(d)[2:] if _done_key(d)[1] == "1"}
    for factor in factors_in(text):
        if factor.factor in added and _MADE.search(text[max(0, factor.start - 40) : factor.end + 30]):
            yield spoken[0], "factors", {"name": factor.words, "state": "elevated"}
            continue
        taken = next((d for d in done if d.start <= factor.start and factor.end <= d.end + 1), None)
        knocked = taken is not None and parse_intervention(taken.kind, taken.agent).kind in _KNOCKED
        if taken is not None and not (knocked and causal):
            continue
        in_readout = any(
            r.start <= factor.start and factor.end <= r.end + 30 for r in readouts if r.wanted == "decrease"
        )
        around = text[max(0, factor.start - 90) : factor.end + 60]
        if own or (not in_readout and not _after_the_recipient(text, factor) and _CARRIED.search(around)):
            state = _state(factor, text, cues)
            fact: dict[str, Any] = {"name": factor.words, "state": state or "detected"}
            if amount := _AMOUNT.search(text[factor.end : factor.end + 40]):
                fact |= {"value": float(amount["value"]), "unit": amount["unit"]}
            if knocked and causal:
                fact["causal"] = True
            for arm in spoken[:3]:
                yield arm, "factors", fact
        elif (moved := _state(factor, text, cues)) in ("elevated", "decreased", "unchanged"):
            for arm in spoken[:1]:
                yield arm, "mediators", {"name": factor.words, "state": moved}


_CARRIED = wording("carried")
_MADE = re.compile(r"expression|secretion|releas|production|produce|secret", re.IGNORECASE)
_ANIMALS = wording("animals")


def _of_primed_cells(spoken: tuple[_Arm, ...], text: str) -> bool:
    """Say whether a sentence tells what primed or modified cells themselves make."""
    return bool(spoken and spoken[0].done and _MADE.search(text) and not _ANIMALS.search(text))


def _after_the_recipient(text: str, factor: Factor) -> bool:
    """Say whether a factor was looked for in the recipient, by the words around it."""
    clause = re.split(r";|,? (?:but|whereas|while)\b", text[factor.end : factor.end + 70])[0]
    return _IN_RECIPIENT.search(text[max(0, factor.start - 40) : factor.start] + " | " + clause) is not None


def _state(factor: Factor, text: str, cues: list[Cue]) -> str | None:
    probe = Readout("", "increase", "", factor.start, factor.end)
    cue = _governing(probe, cues, text)
    for c in cues:
        if c.kind == "absent" and abs(c.start - factor.end) < 30:
            return "not_detected"
        if c.kind == "same" and cue is not None and 0 <= cue.start - c.end < 25:
            return "unchanged"
    near_by = [
        c
        for c in cues
        if c.kind == "contained"
        and not _BREAK.search(text[min(c.end, factor.end) : max(c.start, factor.start)])
    ]
    closest = min((abs(c.start - factor.start) for c in near_by), default=10**6)
    if cue is not None and abs(cue.start - factor.start) <= max(closest, 60):
        return "elevated" if cue.means == "increase" else "decreased"
    return "detected" if near_by else None


def _done_fact(done: Done) -> dict[str, Any]:
    stated = {"kind": done.kind, "agent": done.agent, **vars(done.measures)}
    return {k: v for k, v in stated.items() if v is not None}


def _where_named(paper: Paper, arm: _Arm, sentence: Sentence) -> Sentence:
    """Return the sentences that together name an arm's tissue, species and product, as few as may be."""
    wanted = {(column, value) for column, value in arm.fact.items() if column not in ("cell_type", "donor")}
    held = [
        (one, {(n.column, n.value) for n in named_words(tidy(one.text))} & wanted)
        for one in (sentence, *paper.sentences[:60])
    ]
    taken: list[Sentence] = []
    while wanted:
        best, names = max(held, key=lambda h: len(h[1] & wanted))
        if not names & wanted:
            break
        taken.append(best)
        wanted -= names
    taken = taken or [sentence]
    text, place = (" … ".join(getattr(t, c) for t in taken) for c in ("text", "place"))
    return Sentence(text, taken[0].part, place)


def _where_done(paper: Paper, done: Done, sentence: Sentence) -> Sentence:
    """Return the sentence that states a treatment with all of its numbers, else the first that names it."""
    best, most = sentence, -1
    for one in paper.sentences:
        for found in done_to_cells(tidy(one.text)):
            if _done_key(found) == _done_key(done):
                stated = sum(v is not None for v in vars(found.measures).values())
                if stated > most:
                    best, most = one, stated
    return best


def _once(facts: list[Fact]) -> Iterator[Fact]:
    """Yield each effect and result of an arm once, each factor once, where it is told first."""
    seen: set[tuple[str, ...]] = set()
    for table, arm, fact, sentence in facts:
        keys = {
            "outcomes": ("effect", "result"), "comparisons": ("effect", "than", "direction"),
            "factors": ("name", "state"), "mediators": ("name", "state"),
        }[table]  # fmt: skip
        stated = dict(fact)
        if "name" in stated:
            stated["name"] = FactorVocabulary.load().resolve(fact["name"]).factor or fact["name"]
        key = (table, arm, *(str(stated[k]) for k in keys))
        if key not in seen:
            seen.add(key)
            yield table, arm, fact, sentence
