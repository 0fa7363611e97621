"""Write the table of cross-validated figures into README.md, from the metrics of the released bundle.

python tools/build_readme.py
"""

from __future__ import annotations

import json
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
START, END = "<!-- figures of the released bundle -->", "<!-- end of figures -->"
COLUMNS = (
    ("this model (`blend`)", "blend", "concordance"),
    ("known factor list", "known_factor_list", "concordance"),
    ("cell source only", "cell_source_only", "concordance"),
    ("log loss, this model", "blend", "log_loss"),
    ("log loss, prevalence", "prevalence", "log_loss"),
)


def table(metrics: list[dict[str, object]]) -> str:
    """Return the table as Markdown, one row an effect in the order of the bundle, all together last."""
    found = {(r["effect"], r["model"], r["metric"]): r for r in metrics}
    effects = [e for e in dict.fromkeys(r["effect"] for r in metrics) if e != "all"]
    head = ["effect", "pairs", *(title for title, _, m in COLUMNS if m == "concordance"), "outcomes"]
    head += [title for title, _, m in COLUMNS if m == "log_loss"]
    lines = [head, ["---"] * len(head)]
    for effect in (*effects, "all"):
        name = "all together" if effect == "all" else named(str(effect))
        row = [name, str(found[effect, "blend", "concordance"]["n"])]
        row += [cell(found[effect, model, m], model, m) for _, model, m in COLUMNS if m == "concordance"]
        tested = found.get((effect, "blend", "log_loss"))
        row += [str(tested["n"]) if tested else ""]
        row += [cell(found.get((effect, model, m)), model, m) for _, model, m in COLUMNS if m == "log_loss"]
        lines.append(row)
    return "\n".join(f"| {' | '.join(row)} |" for row in lines)


def cell(figure: dict[str, object] | None, model: str, metric: str) -> str:
    """Return a figure with its interval; the prevalence alone needs none."""
    if figure is None:
        return ""
    if model == "prevalence":
        return f"{figure['value']:.3f}"
    told = f"{figure['value']:.3f} ({figure['low']:.3f} to {figure['high']:.3f})"
    return f"**{told}**" if model == "blend" and metric == "concordance" else told


def named(effect: str) -> str:
    """Return an effect as README writes it."""
    return effect.replace("anti_", "anti-").replace("_", " ")


def main() -> None:
    """Rewrite what stands between the two marks."""
    metrics = json.loads((ROOT / "models" / "default" / "metrics.json").read_text(encoding="utf-8"))
    readme = ROOT / "README.md"
    before, rest = readme.read_text(encoding="utf-8").split(START)
    readme.write_text(
        f"{before}{START}\n{table(metrics['metrics'])}\n{END}{rest.split(END)[1]}", encoding="utf-8"
    )


if __name__ == "__main__":
    main()
