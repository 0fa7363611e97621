"""A report before a score: what was read, what is unknown, what to look at, and what was refused."""

from __future__ import annotations

import json
from collections.abc import Callable, Collection, Iterable
from dataclasses import asdict, dataclass, field
from pathlib import Path

import pandas as pd

from secretome_ml.core.errors import InputRefused, Problem
from secretome_ml.profiles.profiles import CONTEXT_COLUMNS, STATE_LEVELS, Profiles
from secretome_ml.readers.choosing import take_sheet
from secretome_ml.readers.formats import recognise
from secretome_ml.readers.reading import read_source
from secretome_ml.readers.source import open_source

Judge = Callable[[Profiles], pd.DataFrame]
Section = tuple[str, tuple[str, ...], list[tuple[str, ...]]]
_AMBIGUOUS = ("ambiguous", "not one factor")
_MOST_NAMES = 200
_FEW_COLUMNS = 6


@dataclass(frozen=True)
class InputReport:
    """What an input holds.

    Parameters
    ----------
    file, format : str
        Name of the file, and the format that it was read as (empty when it was not).
    samples : list of dict
        Per sample: name, context words, counts of factors, replicates, share of important factors, domain.
    names : list of dict
        Unknown and ambiguous names, with the reason and the number of samples.
    units, routes : dict of str to int
        Values per unit, and levels per route.
    limits : dict of str to int
        Values with a known limit, values below it, values above the range.
    scale : str
        What the numbers are, in words.
    columns : dict of str to str
        What each column (or analyte) became.
    dropped : dict of str to int
        Rows left out, per reason.
    directions : list of dict
        Per sample: levels up, down, unchanged, detected, not detected.
    worked : list of dict
        Three values from the cell to the level.
    notes : tuple of str
        What was decided while reading.
    warnings, problems : tuple of Problem
        What to look at; what made the input refused.
    """

    file: str
    format: str
    samples: list[dict[str, object]] = field(default_factory=list)
    names: list[dict[str, object]] = field(default_factory=list)
    units: dict[str, int] = field(default_factory=dict)
    routes: dict[str, int] = field(default_factory=dict)
    limits: dict[str, int] = field(default_factory=dict)
    scale: str = ""
    columns: dict[str, str] = field(default_factory=dict)
    dropped: dict[str, int] = field(default_factory=dict)
    directions: list[dict[str, object]] = field(default_factory=list)
    worked: list[dict[str, object]] = field(default_factory=list)
    notes: tuple[str, ...] = ()
    warnings: tuple[Problem, ...] = ()
    problems: tuple[Problem, ...] = ()

    @property
    def ok(self) -> bool:
        """Whether the input was read."""
        return not self.problems

    def to_json(self) -> str:
        """Return the report as JSON."""
        return json.dumps({**asdict(self), "ok": self.ok}, ensure_ascii=False, indent=1)

    def grouped_columns(self) -> list[tuple[str, ...]]:
        """Return column and what it was read as; columns of one kind beyond a few share a line."""
        kinds: dict[str, list[str]] = {}
        for name, became in self.columns.items():
            kinds.setdefault(became.partition(" of ")[0], []).append(name)
        rows: list[tuple[str, ...]] = []
        for became, names in kinds.items():
            if len(names) <= _FEW_COLUMNS:
                rows += [(n, self.columns[n]) for n in names]
            else:
                rows.append(
                    (f"{', '.join(names[:_FEW_COLUMNS])} and {len(names) - _FEW_COLUMNS} more", became)
                )
        return rows

    def told_values(self) -> list[tuple[str, ...]]:
        """Return each worked value as a line: the cell, the factor, what it is held against, its level."""
        rows: list[tuple[str, ...]] = []
        for value in self.worked:
            against = f", against {value['against']}" if value["against"] else ""
            way = f"{value['name']} {value['value']}{against} -> {value['factor']} {value['state']}"
            rows.append((str(value["sample"]), f"{way}, level {value['level']} ({value['by']})"))
        return rows

    def sections(self) -> list[Section]:
        """Return the report as tables: title, column names, rows of text.

        The cells hold text of the user's file; a renderer must not read markup in them.
        """
        found: list[Section] = []
        if self.samples:
            columns = tuple(str(c).replace("_", " ") for c in self.samples[0])
            rows = [tuple(_cell(v) for v in row.values()) for row in self.samples]
            found.append((f"Samples of {self.file} (read as {self.format})", columns, rows))
        if self.columns:
            found.append(("Columns", ("column", "read as"), self.grouped_columns()))
        if self.directions:
            names = tuple(str(c).replace("_", " ") for c in self.directions[0])
            rows = [tuple(_cell(v) for v in row.values()) for row in self.directions]
            found.append(("Levels up and down", names, rows))
        if self.worked:
            found.append(
                ("Three values, worked", ("sample", "from the cell to the level"), self.told_values())
            )
        if self.dropped:
            rows = [(reason, str(count)) for reason, count in self.dropped.items()]
            found.append(("Rows left out", ("why", "rows"), rows))
        if self.names:
            rows = [tuple(str(n[k]) for k in ("name", "reason", "samples")) for n in self.names]
            found.append(("Unknown or ambiguous names", ("name", "why", "samples"), rows))
        counts: list[tuple[str, ...]] = [("scale", self.scale, "")] if self.scale else []
        counts += [("unit", k, str(v)) for k, v in self.units.items()]
        counts += [("level", k, str(v)) for k, v in self.routes.items()]
        counts += [("limit", k, str(v)) for k, v in self.limits.items()]
        if counts:
            found.append(("Values", ("", "which", "values"), counts))
        for title, problems in (("Warnings", self.warnings), ("Problems", self.problems)):
            if problems:
                found.append(
                    (title, ("where", "what"), [(_place(p), f"{p.what} {p.remedy}") for p in problems])
                )
        if self.notes:
            found.append(("What was done", ("",), [(note,) for note in self.notes]))
        return found


def check_input(
    path: Path | str,
    format: str | None = None,
    metadata: Path | str | None = None,
    control: str | None = None,
    lenient: bool = False,
    important: Collection[str] = (),
    judge: Judge | None = None,
    sheet: str | None = None,
) -> InputReport:
    """Read an input and report; never raises for what is wrong with the input.

    Parameters
    ----------
    path, format, metadata, control, lenient, sheet
        As for `read_profiles`.
    important : collection of str
        Factors that matter to the model; the share of them that each sample measured is reported.
    judge : callable, optional
        Profiles to a frame with `in_domain` and `domain_reason`, such as `Domain.judge`.
    """
    name = "stdin" if str(path) == "-" else Path(path).name
    shown = format or ""
    try:
        source = open_source(path)
        if sheet is not None:
            take_sheet(source, sheet)
        shown = format or recognise(source)
        profiles = read_source(source, shown, metadata, control, lenient)
    except InputRefused as refused:
        return InputReport(name, shown, problems=tuple(refused.problems))
    return check_profiles(profiles, name, shown, important, judge)


def check_profiles(
    profiles: Profiles,
    file: str = "",
    format: str = "",
    important: Collection[str] = (),
    judge: Judge | None = None,
) -> InputReport:
    """Report on profiles that were read; see `check_input`."""
    factors, unknown = profiles.factors, profiles.unknown
    unclear = unknown["reason"].fillna("").str.startswith(_AMBIGUOUS)
    known = factors.groupby("sample", observed=True)["factor"].nunique()
    lost = unknown[~unclear].groupby("sample")["name"].nunique()
    doubtful = unknown[unclear].groupby("sample")["name"].nunique()
    replicates = factors.groupby("sample", observed=True)["n"].max()
    wanted = (
        factors[factors["factor"].isin(list(important))].groupby("sample", observed=True)["factor"].nunique()
    )
    domain = judge(profiles) if judge is not None else None
    conditions = profiles.preconditioning.groupby("sample")["kind"].agg(
        lambda kinds: " + ".join(dict.fromkeys(kinds))
    )
    samples: list[dict[str, object]] = []
    for sample in profiles.samples:
        row: dict[str, object] = {"sample": str(sample)}
        row |= {
            c: _plain(profiles.context.at[sample, c])
            for c in CONTEXT_COLUMNS
            if profiles.context[c].notna().any()
        }
        if len(conditions):
            row["preconditioning"] = conditions.get(sample)
        row["factors_known"] = int(known.get(sample, 0))
        row["factors_unknown"] = int(lost.get(sample, 0))
        row["factors_ambiguous"] = int(doubtful.get(sample, 0))
        count = replicates.get(sample)
        row["replicates"] = int(count) if count is not None and pd.notna(count) else 1
        if important:
            row["important_measured"] = round(int(wanted.get(sample, 0)) / len(set(important)), 3)
        if domain is not None:
            row["in_domain"] = bool(domain.at[sample, "in_domain"])
            row["domain_reason"] = str(domain.at[sample, "domain_reason"])
        samples.append(row)
    units = factors["unit"].fillna("no unit").value_counts()
    routes = factors["route"].fillna("stated").value_counts()
    low = factors["state"].eq("not_detected").sum()
    above = factors["flag"].eq("above range").sum()
    return InputReport(
        file,
        format,
        samples,
        _names(unknown),
        {str(k): int(v) for k, v in units.items()},
        {str(k): int(v) for k, v in routes.items()},
        {
            "known limit": int(factors["lod"].notna().sum()),
            "below the limit": int(low),
            "above the range": int(above),
        },
        scale="; ".join(dict.fromkeys(o.scale for o in profiles.origins if o.scale)),
        columns={name: became for o in profiles.origins for name, became in o.columns},
        dropped=_summed(pair for o in profiles.origins for pair in o.dropped),
        directions=_directions(factors),
        worked=_worked(factors),
        notes=profiles.notes,
        warnings=profiles.warnings,
    )


def _summed(pairs: Iterable[tuple[str, int]]) -> dict[str, int]:
    found: dict[str, int] = {}
    for reason, count in pairs:
        found[reason] = found.get(reason, 0) + count
    return found


def _directions(factors: pd.DataFrame) -> list[dict[str, object]]:
    states = factors["state"].astype(object).fillna("not stated")
    counted = pd.crosstab(factors["sample"].astype(object), states)
    words = [w for w in (*STATE_LEVELS, "not stated") if w in counted]
    order = [s for s in dict.fromkeys(factors["sample"].astype(object)) if s in counted.index]
    return [{"sample": str(s)} | {w: int(counted.at[s, w]) for w in words} for s in order[:_MOST_NAMES]]


def _worked(factors: pd.DataFrame) -> list[dict[str, object]]:
    """Return three values with their way: one that rose, one that fell, one that did neither."""
    rows = factors[factors["value"].notna()]
    states = rows["state"].astype(object)
    kinds = (states.eq("elevated"), states.eq("decreased"), ~states.isin(["elevated", "decreased"]))
    picked = [int(i) for kind in kinds for i in rows.index[kind][:3]]
    firsts = [int(rows.index[kind][0]) for kind in kinds if kind.any()]
    chosen = list(dict.fromkeys([*firsts, *picked]))[:3]
    return [
        {
            "sample": str(row["sample"]),
            "name": str(row["name"]),
            "factor": str(row["factor"]),
            "value": f"{row['value']:.6g} {row['unit'] if isinstance(row['unit'], str) else ''}".strip(),
            "against": row["vs"] if isinstance(row["vs"], str) else "",
            "state": _plain(row["state"]) or "",
            "level": f"{row['level']:.3g}",
            "by": _plain(row["route"]) or "stated",
        }
        for row in (rows.loc[i] for i in chosen)
    ]


def _place(problem: Problem) -> str:
    row = f"row {problem.row}" if isinstance(problem.row, int) else _cell(problem.row)
    return ", ".join(part for part in (problem.file, row, _cell(problem.column)) if part)


def _names(unknown: pd.DataFrame) -> list[dict[str, object]]:
    counted = unknown.groupby(["name", "reason"], sort=False)["sample"].nunique().reset_index()
    ordered = counted.sort_values("sample", ascending=False, kind="stable").head(_MOST_NAMES)
    return [
        {"name": str(n), "reason": str(r), "samples": int(c)}
        for n, r, c in zip(ordered["name"], ordered["reason"], ordered["sample"], strict=True)
    ]


def _plain(value: object) -> str | None:
    return value if isinstance(value, str) else None


def _cell(value: object) -> str:
    return "" if value is None else str(value)
