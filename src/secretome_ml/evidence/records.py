"""The evidence record (one JSON object a study, one a line) to tables, and back."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

from secretome_ml.core.errors import InputRefused, Problem
from secretome_ml.evidence.columns import Table
from secretome_ml.evidence.corpus import Evidence, typed_frame
from secretome_ml.evidence.tables import (
    ARMS,
    COMPARISONS,
    FACTORS,
    MANIPULATIONS,
    MEDIATORS,
    OUTCOMES,
    PRECONDITIONING,
    STUDIES,
    TABLES,
)

# Lists inside an arm of the record, and the table that each becomes.
_LISTS: dict[str, Table] = {
    "preconditioning": PRECONDITIONING,
    "manipulations": MANIPULATIONS,
    "factors": FACTORS,
    "outcomes": OUTCOMES,
    "recipient_mediators": MEDIATORS,
}
_COLLECTION = {
    "medium": "collection_medium",
    "serum_free": "serum_free",
    "hours": "collection_hours",
    "isolation": "isolation",
}
# Characters that a UTF-8 CSV file cannot carry faithfully.
_CONTROL = re.compile(r"[\x00\r\ud800-\udfff]")
_LARGEST = 1e15
_MIRROR = {"higher": "lower", "lower": "higher", "equal": "equal"}


def read_records(path: Path | str) -> Evidence:
    """Read evidence records.

    Parameters
    ----------
    path : path
        A `.jsonl` file, one study a line.

    Raises
    ------
    InputRefused
        If a line is not JSON, a field is unknown or of the wrong type, or two arms share a name;
        each with its line and field. Vocabularies and ranges are checked by `validate_evidence`.
    """
    source = Path(path)
    try:
        text = source.read_text(encoding="utf-8-sig")
    except FileNotFoundError:
        raise InputRefused(
            [Problem(str(source), None, None, "The file is not there.", "Check the path.")]
        ) from None
    except (IsADirectoryError, PermissionError) as error:
        what = f"The file cannot be read ({error.strerror})."
        raise InputRefused([Problem(str(source), None, None, what, "Give a readable file.")]) from None
    except UnicodeDecodeError as error:
        what = f"The file is not UTF-8 ({error.reason} at byte {error.start})."
        raise InputRefused([Problem(str(source), None, None, what, "Save it as UTF-8.")]) from None
    return parse_records(text, source.name)


def parse_records(text: str, file: str) -> Evidence:
    """Return the evidence that record lines state; `file` names them in messages.

    Raises
    ------
    InputRefused
        As `read_records`.
    """
    problems: list[Problem] = []
    records = list(_parse_lines(text, file, problems))
    if not records and not problems:
        problems.append(Problem(file, None, None, "The file holds no record.", "Give one study a line."))
    rows: dict[str, list[dict[str, object]]] = {t.name: [] for t in TABLES}
    seen: set[str] = set()
    for line, record in records:
        study = _Study(record, file, line, problems)
        if study.identifier in seen:
            study.refuse(
                "study.id", f"{study.identifier} stands on an earlier line too.", "Join the two records."
            )
            continue
        seen.add(study.identifier)
        study.add_to(rows)
    if problems:
        raise InputRefused(problems)
    return Evidence({t.name: typed_frame(rows[t.name], t) for t in TABLES})


def write_records(evidence: Evidence) -> str:
    """Return the evidence as records, one JSON object a line; `read_records` gives the same tables again."""
    lines = []
    inner = {key: _rows_by_arm(evidence, table) for key, table in _LISTS.items()}
    relative = _rows_by_arm(evidence, COMPARISONS)
    arms = _rows_by_study(evidence)
    for row in _dicts(evidence.studies):
        identifier = row.pop("study")
        basis, note = row.pop("basis"), row.pop("note")
        record_arms = []
        for arm in arms.get(identifier, []):
            key = (identifier, arm["arm"])
            collection = {name: arm.pop(column) for name, column in _COLLECTION.items()}
            arm["collection"] = collection if any(v is not None for v in collection.values()) else None
            for name, rows in inner.items():
                arm[name] = rows.get(key, [])
            arm["relative"] = relative.get(key, [])
            record_arms.append(arm)
        record = {"study": {"id": identifier, **row}, "basis": basis, "arms": record_arms, "note": note}
        lines.append(json.dumps(record, ensure_ascii=False))
    return "".join(line + "\n" for line in lines)


def study_identifier(study: Mapping[str, Any]) -> str:
    """Return the study's own id, else one made from its DOI, PMID, address or locator."""
    if study.get("id"):
        return str(study["id"])
    anchor = next((str(study[k]) for k in ("doi", "pmid", "url", "locator") if study.get(k)), "")
    return "s-" + hashlib.sha1(anchor.lower().encode(), usedforsecurity=False).hexdigest()[:8]


class _Study:
    """One record on its way into the tables; collects what is wrong with it."""

    def __init__(self, record: dict[str, Any], file: str, line: int, problems: list[Problem]) -> None:
        self.record, self.file, self.line, self.problems = record, file, line, problems
        study = record.get("study")
        self.study: dict[str, Any] = study if isinstance(study, dict) else {}
        self.identifier = study_identifier(self.study)

    def refuse(self, field: str, what: str, remedy: str) -> None:
        self.problems.append(Problem(self.file, self.line, field, what, remedy))

    def add_to(self, rows: dict[str, list[dict[str, object]]]) -> None:
        self._known_keys(self.record, {"study", "basis", "arms", "note"}, "")
        if not isinstance(self.record.get("study"), dict):
            self.refuse("study", "The record has no study.", "Give doi, pmid or url.")
        head = {k: v for k, v in self.study.items() if k != "id"}
        if isinstance(head.get("doi"), str):
            head["doi"] = head["doi"].strip().lower()
        head |= {"basis": self.record.get("basis"), "note": self.record.get("note")}
        rows["studies"].append(self._row(head, STUDIES, "study", study=self.identifier))
        arms = self.record.get("arms")
        if not isinstance(arms, list) or not arms:
            self.refuse("arms", "The record has no arms.", "Describe at least one preparation.")
            return
        names: list[str] = []
        arms = [self._tidy_name(arm) for arm in arms]
        for index, arm in enumerate(arms):
            if not isinstance(arm, dict) or not isinstance(arm.get("arm"), str) or not arm["arm"].strip():
                self.refuse(f"arms[{index}].arm", "The arm has no name.", "Name it, unique within the study.")
                continue
            if arm["arm"] in names:
                self.refuse(f"arms[{arm['arm']}]", "Two arms of the study share this name.", "Rename one.")
                continue
            names.append(arm["arm"])
            self._add_arm(arm, rows)
        self._add_comparisons([a for a in arms if isinstance(a, dict)], set(names), rows["comparisons"])

    @staticmethod
    def _tidy_name(arm: Any) -> Any:
        """Return the arm with no blanks around its name, as every other text is read."""
        if isinstance(arm, dict) and isinstance(arm.get("arm"), str):
            return {**arm, "arm": arm["arm"].strip()}
        return arm

    def _add_arm(self, arm: dict[str, Any], rows: dict[str, list[dict[str, object]]]) -> None:
        place = f"arms[{arm['arm']}]"
        head = {
            k: v for k, v in arm.items() if k not in _LISTS and k not in ("relative", "collection", "arm")
        }
        collection = arm.get("collection") or {}
        if isinstance(collection, dict):
            self._known_keys(collection, set(_COLLECTION), f"{place}.collection.")
            head |= {_COLLECTION[k]: v for k, v in collection.items() if k in _COLLECTION}
        rows["arms"].append(self._row(head, ARMS, place, study=self.identifier, arm=arm["arm"]))
        for key, table in _LISTS.items():
            for number, item in enumerate(self._items(arm, key, place), start=1):
                row = self._row(
                    item,
                    table,
                    f"{place}.{key}[{number - 1}]",
                    study=self.identifier,
                    arm=arm["arm"],
                    number=number,
                )
                rows[table.name].append(row)

    def _add_comparisons(
        self, arms: list[dict[str, Any]], names: set[str], rows: list[dict[str, object]]
    ) -> None:
        """Write each compared pair once a readout: a record may state it from both sides."""
        stated: dict[tuple[str, str, str, str], str] = {}
        for arm in arms:
            number = 0
            for index, item in enumerate(self._items(arm, "relative", f"arms[{arm.get('arm')}]")):
                place = f"arms[{arm.get('arm')}].relative[{index}]"
                row = self._row(
                    item, COMPARISONS, place, study=self.identifier, arm=arm.get("arm"), number=number + 1
                )
                this, other, effect = str(row["arm"]), str(row["than"]), str(row["effect"])
                assay, direction = str(row["assay"] or ""), str(row["direction"])
                if this == other:
                    self.refuse(f"{place}.than", "The arm is compared with itself.", "Name the other arm.")
                elif other not in names:
                    self.refuse(
                        f"{place}.than", f"'{other}' is no arm of this study.", f"Use one of {sorted(names)}."
                    )
                elif stated.get((this, other, effect, assay), direction) != direction:
                    self.refuse(
                        place,
                        f"It contradicts the other comparison of {this} and {other} by the same readout.",
                        "Keep one.",
                    )
                elif (this, other, effect, assay) not in stated:
                    stated[this, other, effect, assay] = direction
                    stated[other, this, effect, assay] = _MIRROR.get(direction, direction)
                    rows.append(row)
                    number += 1

    def _items(self, arm: dict[str, Any], key: str, place: str) -> Iterator[dict[str, Any]]:
        items = arm.get(key) or []
        if not isinstance(items, list):
            self.refuse(f"{place}.{key}", "This is not a list.", "Give a list of objects.")
            return
        for index, item in enumerate(items):
            if isinstance(item, dict):
                yield item
            else:
                self.refuse(f"{place}.{key}[{index}]", "This is not an object.", "See the record format.")

    def _known_keys(self, item: Mapping[str, Any], known: set[str], place: str) -> None:
        for key in item:
            if key not in known:
                self.refuse(
                    f"{place}{key}", "The field is unknown.", f"Use one of {', '.join(sorted(known))}."
                )

    def _row(self, item: Mapping[str, Any], table: Table, place: str, **key: object) -> dict[str, object]:
        self._known_keys(item, set(table.names) - set(key), f"{place}.")
        row: dict[str, object] = dict.fromkeys(table.names)
        row |= key
        for column in table.columns:
            if column.name not in key and column.name in item:
                value = self._value(item[column.name], column.kind, f"{place}.{column.name}")
                row[column.name] = column.read(value) if isinstance(value, str) else value
        return row

    def _value(self, value: Any, kind: str, place: str) -> object:
        if value is None:
            return None
        number = isinstance(value, (int, float)) and not isinstance(value, bool)
        if number and not abs(value) < _LARGEST:
            self.refuse(place, "The number is beyond reason.", f"Give one below {_LARGEST:g}, or null.")
            return None
        fits = {
            "string": isinstance(value, str) or number,
            "boolean": isinstance(value, bool),
            "number": number,
            "integer": number and float(value).is_integer(),
        }[kind]
        if not fits:
            self.refuse(place, f"{json.dumps(value)[:80]} is not a {kind}.", f"Give a {kind} or null.")
            return None
        if kind == "string" and _CONTROL.search(str(value)):
            self.refuse(place, "The text holds a control character.", "Remove it.")
            return None
        if kind == "string":
            return str(value).strip() or None
        return value


def _parse_lines(text: str, file: str, problems: list[Problem]) -> Iterator[tuple[int, dict[str, Any]]]:
    for line, content in enumerate(text.split("\n"), start=1):
        if not content.strip():
            continue
        try:
            record = json.loads(content)
        except (ValueError, RecursionError) as error:
            problems.append(
                Problem(file, line, None, f"The line is not JSON: {error}.", "Write one object a line.")
            )
            continue
        if isinstance(record, dict):
            yield line, record
        else:
            problems.append(
                Problem(file, line, None, "The line is not an object.", "Write one object a line.")
            )


def _dicts(frame: Any) -> Iterable[dict[str, Any]]:
    plain = frame.astype(object).where(frame.notna(), None)
    rows: list[dict[str, Any]] = plain.to_dict("records")
    return rows


def _rows_by_arm(evidence: Evidence, table: Table) -> dict[tuple[str, str], list[dict[str, Any]]]:
    grouped: dict[tuple[str, str], list[dict[str, Any]]] = {}
    for row in _dicts(evidence.tables[table.name]):
        row.pop("number", None)
        grouped.setdefault((row.pop("study"), row.pop("arm")), []).append(row)
    return grouped


def _rows_by_study(evidence: Evidence) -> dict[str, list[dict[str, Any]]]:
    grouped: dict[str, list[dict[str, Any]]] = {}
    for row in _dicts(evidence.arms):
        grouped.setdefault(row.pop("study"), []).append(row)
    return grouped
