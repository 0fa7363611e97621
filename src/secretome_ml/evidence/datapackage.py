"""The Frictionless data package of the corpus, made from the one description of the columns."""

from __future__ import annotations

import json
from typing import Any

from secretome_ml.evidence.columns import Column, Table
from secretome_ml.evidence.tables import TABLES


def datapackage_json() -> str:
    """Return `datapackage.json` for the tables of the corpus (Data Package v1 descriptor)."""
    package = {
        "name": "secretome-evidence",
        "title": "What stem-cell secretomes were reported to do",
        "description": (
            "Published studies as tidy tables, one fact a row. "
            "An absent row means not measured or not tested."
        ),
        "profile": "tabular-data-package",
        "licenses": [
            {
                "name": "CC-BY-4.0",
                "path": "https://creativecommons.org/licenses/by/4.0/",
                "title": "CC BY 4.0",
            }
        ],
        "resources": [_resource(t) for t in TABLES],
    }
    return json.dumps(package, indent=1, ensure_ascii=False) + "\n"


def _resource(table: Table) -> dict[str, Any]:
    schema: dict[str, Any] = {
        "fields": [_field(c) for c in table.columns],
        "missingValues": [""],
        "primaryKey": list(table.key),
    }
    if table.references:
        schema["foreignKeys"] = [
            {"fields": list(r.columns), "reference": {"resource": r.table, "fields": list(r.target)}}
            for r in table.references
        ]
    return {
        "name": table.name,
        "path": f"{table.name}.csv",
        "profile": "tabular-data-resource",
        "description": table.meaning,
        "format": "csv",
        "mediatype": "text/csv",
        "encoding": "utf-8",
        "schema": schema,
    }


def _field(column: Column) -> dict[str, Any]:
    described: dict[str, Any] = {"name": column.name, "type": column.kind, "description": column.meaning}
    if column.unit:
        described["unit"] = column.unit
    constraints: dict[str, Any] = {"required": True} if column.required else {}
    if column.values and not column.open_values:
        constraints["enum"] = list(column.values)
    elif column.values:
        constraints["pattern"] = f"({'|'.join(column.values)}|other:.+)"
    if column.pattern:
        constraints["pattern"] = column.pattern
    if column.minimum is not None:
        constraints["minimum"] = column.minimum
    if column.maximum is not None:
        constraints["maximum"] = column.maximum
    if constraints:
        described["constraints"] = constraints
    return described
