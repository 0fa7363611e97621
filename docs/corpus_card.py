"""Bring the numbers of corpus-card.md up to date: what the commands named beside them print today.

Usage: python docs/corpus_card.py
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

CARD = Path(__file__).with_name("corpus-card.md")

_TOTALS = {
    "studies": "studies",
    "studies_with_several_arms": "studies with several arms",
    "arms": "arms",
    "factor_rows": "statements about factors",
    "factor_names": "names of factors",
    "outcomes": "outcomes",
    "headline_null_or_adverse": "null or adverse outcomes on the headline effects",
    "comparisons": "comparisons",
    "headline_comparisons": "pairs of arms compared on a headline effect",
    "headline_comparisons_decided": "comparisons on a headline effect that are not `equal`",
}
_COUNTED = {
    "by_basis": "read from",
    "by_cell_source": "cell source (arms)",
    "by_product": "product (arms)",
    "by_preconditioning": "preconditioning (agents)",
}
_IDENTIFIED = {
    "title": "title",
    "first_author": "first author",
    "year": "year",
    "journal": "journal",
    "doi_or_pmid": "DOI or PubMed number",
    "doi_pmid_or_pmc": "DOI, PubMed or PubMed Central number",
}
_AGREEMENT = {
    "studies": "studies read twice",
    "arms_matched": "arms matched",
    "results_compared": "results compared",
    "results_agree": "results that agree",
    "kappa_result": "kappa of the result",
    "directions_compared": "directions of comparisons compared",
    "directions_agree": "directions that agree",
    "kappa_direction": "kappa of the direction",
}
_SHOWN = 6


def blocks() -> dict[str, str]:
    """Return every block of numbers: of `secretome-ml evidence stats`, and of `evidence agreement`."""
    from secretome_ml.core.paths import data_dir
    from secretome_ml.evidence import (
        HEADLINE_EFFECTS,
        evidence_stats,
        load_evidence,
        read_records,
        reading_agreement,
    )

    evidence = load_evidence()
    agreement = reading_agreement(evidence, read_records(data_dir() / "second_readings.jsonl"))
    counts = evidence_stats(evidence)
    return {
        "totals": _table(("", "number"), ((words, counts[key]) for key, words in _TOTALS.items())),
        "digest": f"Evidence digest: `{counts['digest']}`",
        "effects": _table(
            ("effect", "beneficial", "null", "adverse", "share beneficial", "comparisons"),
            (_effect_row(e, counts["by_effect"][e]) for e in HEADLINE_EFFECTS),
        ),
        "represented": _table(
            ("", "most frequent"), ((words, _frequent(counts[key])) for key, words in _COUNTED.items())
        ),
        "years": _table(("year of publication", "studies"), _spans(counts["by_year"])),
        "identified": _table(
            ("stated", "studies", "share", "share of those not known from a review alone"),
            _identified_rows(counts),
        ),
        "agreement": _table(("", "number"), _agreement(agreement)),
        "recall": _table(
            (
                "fact",
                "in both",
                "only in the corpus",
                "only in the second reading",
                "found by the corpus",
                "found by the second reader",
                "estimated in neither",
            ),
            (_recall_row(kind, row) for kind, row in agreement["recall"].items()),
        ),
        "thin": _table(
            ("effect", "cell sources with fewer than five tested arms"),
            (
                (e, _listed(s for s in counts["thin"][e] if not s.startswith("other:")))
                for e in HEADLINE_EFFECTS
            ),
        ),
    }


def filled(text: str, new: Mapping[str, str]) -> str:
    """Return a text with new numbers between each `<!-- numbers: NAME -->` and its `<!-- end -->`."""
    for name, block in new.items():
        pattern = re.compile(rf"(<!-- numbers: {name} -->\n)(?:(?!<!-- ).)*(<!-- end -->)", re.DOTALL)
        if not pattern.search(text):
            raise ValueError(f"The card has no block '{name}'.")
        text = pattern.sub(lambda m, block=block: f"{m[1]}{block}\n{m[2]}", text)  # type: ignore[misc]
    return text


def _agreement(found: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    yield from ((words, _number(found[key])) for key, words in _AGREEMENT.items())
    yield from ((f"agreement: {f.replace('_', ' ')}", _number(v)) for f, v in found["fields"].items())


def _recall_row(kind: str, row: Mapping[str, Any]) -> tuple[object, ...]:
    shares = (
        _percent(row[f"found_by_{who}"], row[f"found_by_{who}_interval"]) for who in ("first", "second")
    )
    return kind, row["both"], row["only_first"], row["only_second"], *shares, f"{row['missed']:.0f}"


def _percent(share: float | None, bounds: tuple[float, float] | None) -> str:
    if share is None or bounds is None:
        return "–"
    return f"{100 * share:.0f} % ({100 * bounds[0]:.0f} to {100 * bounds[1]:.0f})"


def _identified_rows(counts: Mapping[str, Any]) -> Iterator[tuple[object, ...]]:
    every, read = counts["identified"], counts["identified_without_reviews"]
    for key, words in _IDENTIFIED.items():
        yield words, every[key], *(f"{100 * c[key] / c['studies']:.0f} %" for c in (every, read))


def _effect_row(effect: str, counts: Mapping[str, int]) -> tuple[object, ...]:
    results = [counts.get(r, 0) for r in ("beneficial", "null", "adverse")]
    return (effect, *results, f"{100 * results[0] / sum(results):.0f} %", counts["comparisons"])


def _frequent(counts: Mapping[str, int]) -> str:
    """Return the largest counts of named values; what is not stated last."""
    named = {k: n for k, n in counts.items() if k != "not stated"}
    top = sorted(named.items(), key=lambda item: (-item[1], item[0]))[:_SHOWN]
    rest = sum(named.values()) - sum(n for _, n in top)
    shown = [f"{k.replace('_', ' ')} {n}" for k, n in top]
    shown += [f"all others {rest}"] if rest else []
    shown += [f"not stated {counts['not stated']}"] if "not stated" in counts else []
    return ", ".join(shown)


def _spans(counts: Mapping[str, int]) -> Iterator[tuple[str, int]]:
    years = {int(y): n for y, n in counts.items() if y != "not stated"}
    for first, last in ((1960, 2009), (2010, 2014), (2015, 2019), (2020, 2100)):
        inside = {y: n for y, n in years.items() if first <= y <= last}
        if inside:
            yield f"{min(inside)} to {max(inside)}", sum(inside.values())
    yield "not stated", counts.get("not stated", 0)


def _listed(names: Iterator[str]) -> str:
    return ", ".join(n.replace("_", " ") for n in names) or "none"


def _number(value: Any) -> str:
    if value is None:
        return "not defined"
    return str(value) if isinstance(value, int) else f"{value:.3f}"


def _table(head: Sequence[str], rows: Iterator[Sequence[object]] | Sequence[Sequence[object]]) -> str:
    lines = ["| " + " | ".join(head) + " |", "|" + "---|" * len(head)]
    lines += ["| " + " | ".join(map(str, row)) + " |" for row in rows]
    return "\n".join(lines)


def main() -> None:
    """Write the card anew."""
    CARD.write_text(filled(CARD.read_text(encoding="utf-8"), blocks()), encoding="utf-8")


if __name__ == "__main__":
    main()
