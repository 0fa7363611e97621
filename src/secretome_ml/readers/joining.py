"""Sheet and table meet: each sheet row finds its sample, by name, cleaned name, well, or numbered stem."""

from __future__ import annotations

import difflib
import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field

from secretome_ml.core.errors import Problem
from secretome_ml.readers.sample_names import clean_name, match_key

_NUMBERED = re.compile(r"(?P<stem>.*[^ _.-])[ _.-]+(?P<number>\d{1,3})")
_MOST_LISTED = 100
_SHORTEST = 4  # two letters and the spaces around them


@dataclass(frozen=True)
class Joined:
    """Sheet names to samples of the table.

    Parameters
    ----------
    samples : dict of str to str
        Sheet name to the sample it describes.
    notes : tuple of str
        Which rule matched names that are not the same.
    problems : tuple of Problem
        Every name that is on one side only.
    """

    samples: dict[str, str]
    notes: tuple[str, ...] = ()
    problems: tuple[Problem, ...] = field(default=())


def join_names(
    sheet: Sequence[str],
    lines: Sequence[int],
    table: Sequence[str],
    wells: dict[str, str],
    files: tuple[str, str],
) -> Joined:
    """Match sheet names with the samples of a table.

    Parameters
    ----------
    sheet, lines : sequence
        Names in the sheet, and their lines.
    table : sequence of str
        Samples in the table, in its order.
    wells : dict of str to str
        Sample to well, where the table knows it.
    files : tuple of str
        Names of the sheet and of the table.

    Examples
    --------
    >>> join_names(["A_1", "A_2"], [2, 3], ["A_Slot3_77", "A_Slot3_99"], {}, ("s.csv", "t.tsv")).samples
    {'A_1': 'A_Slot3_77', 'A_2': 'A_Slot3_99'}
    """
    found = {name: name for name in sheet if name in set(table)}
    notes: list[str] = []
    by_well = {well: sample for sample, well in wells.items()}
    for name in sheet:
        if name not in found and by_well.get(name) not in (None, *found.values()):
            found[name] = by_well[name]
    for key, words in ((clean_name, "cleaned names"), (match_key, "names without case and separators")):
        matched = _unique(
            key, [n for n in sheet if n not in found], [t for t in table if t not in found.values()]
        )
        found |= matched
        notes += [f"{len(matched)} samples matched the sheet by {words}"] if matched else []
    stems = _numbered([n for n in sheet if n not in found], [t for t in table if t not in found.values()])
    if stems:
        shown = ", ".join(f"{a} = {b}" for a, b in list(stems.items())[:2])
        notes.append(
            f"{len(stems)} samples matched the sheet by their first part and order in the file ({shown}, ...)"
        )
    found |= stems
    within = _within([n for n in sheet if n not in found], [t for t in table if t not in found.values()])
    if within:
        shown = ", ".join(f"{a} = {b}" for a, b in list(within.items())[:2])
        notes.append(f"{len(within)} samples matched the sheet by a name within the other ({shown}, ...)")
    found |= within
    problems = [
        Problem(files[0], line, "sample", f"'{name[:60]}' is no sample of {files[1]}.", _near(name, table))
        for name, line in zip(sheet, lines, strict=True)
        if name not in found
    ]
    lost = [t for t in table if t not in found.values()]
    remedy = f"Add a row to {files[0]}, or leave the sample out."
    problems += [Problem(files[1], t, None, f"The sample has no row in {files[0]}.", remedy) for t in lost]
    return Joined(found, tuple(notes), tuple(problems[:_MOST_LISTED]))


def _unique(key: object, sheet: list[str], table: list[str]) -> dict[str, str]:
    left, right = [key(n) for n in sheet], [key(n) for n in table]  # type: ignore[operator]
    once, counts = Counter(left), Counter(right)
    at = {k: t for k, t in zip(right, table, strict=True) if counts[k] == 1}
    return {n: at[k] for n, k in zip(sheet, left, strict=True) if once[k] == 1 and k in at}


def _numbered(sheet: list[str], table: list[str]) -> dict[str, str]:
    """Match `62_1`, `62_2` with the first and second sample whose first part is `62`, when all stems fit."""
    stems: dict[str, dict[int, str]] = {}
    for name in sheet:
        parts = _NUMBERED.fullmatch(name)
        if parts is None:
            continue
        stems.setdefault(match_key(parts["stem"]), {})[int(parts["number"])] = name
    found: dict[str, str] = {}
    for stem, numbered in stems.items():
        owned = [t for t in table if match_key(t) == stem or match_key(t).startswith(f"{stem} ")]
        if len(owned) == len(numbered) and sorted(numbered) == list(range(1, len(owned) + 1)):
            found |= {numbered[i + 1]: sample for i, sample in enumerate(owned)}
    return found if len(set(found.values())) == len(found) else {}


def _within(sheet: list[str], table: list[str]) -> dict[str, str]:
    """Match names of which one holds all words of the other, as instruments and search engines decorate them.

    Each name takes part in one pair only: of `hyp_1` and `hyp_10`, or of names that stand in several, none
    is guessed.
    """
    left, right = [f" {match_key(n)} " for n in sheet], [f" {match_key(t)} " for t in table]
    fits = [
        [j for j, b in enumerate(right) if (a in b or b in a) and min(len(a), len(b)) > _SHORTEST]
        for a in left
    ]
    # `asc` and `asc hyp` both stand in `asc hyp 1`: the longer name is meant.
    for j in {j for own in fits for j in own}:
        rivals = [i for i, own in enumerate(fits) if j in own]
        longest = max(len(left[i]) for i in rivals)
        for i in rivals:
            if len(left[i]) < longest:
                fits[i].remove(j)
    taken = Counter(j for own in fits for j in own)
    pairs = zip(sheet, fits, strict=True)
    return {n: table[own[0]] for n, own in pairs if len(own) == 1 and taken[own[0]] == 1}


def _near(name: str, table: Sequence[str]) -> str:
    close = difflib.get_close_matches(match_key(name), [match_key(t) for t in table], 1, 0.7)
    near = next((t for t in table if close and match_key(t) == close[0]), None)
    return f"Is it '{near}'?" if near else "Correct the name, or remove the row."
