"""Run the tutorials anew and keep their outputs: `python tools/run_notebooks.py [NOTEBOOK...]`.

Run it after a change of the model, the evidence or a notebook's text. It needs nbclient and ipykernel
(the extra `test`). What a machine would leave behind (times, counts of runs, folders) is not kept.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path

import nbformat
from nbclient import NotebookClient
from nbformat import NotebookNode

ROOT = Path(__file__).resolve().parents[1]
NOTEBOOKS = sorted((ROOT / "notebooks").glob("*.ipynb"))
_SECONDS = 600


def executed(path: Path) -> NotebookNode:
    """Return a notebook, run anew from the top of the checkout; an error in a cell is raised."""
    notebook = nbformat.read(path, as_version=4)
    # Two threads that wait for each other make small work slow.
    os.environ.setdefault("OMP_NUM_THREADS", "1")
    client = NotebookClient(
        notebook, timeout=_SECONDS, kernel_name="python3", resources={}, coalesce_streams=True
    )
    client.resources["metadata"] = {"path": str(ROOT)}
    client.execute()
    return tidied(notebook)


def tidied(notebook: NotebookNode) -> NotebookNode:
    """Return a notebook without what differs from run to run or machine to machine."""
    notebook.metadata = nbformat.from_dict(
        {
            "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
            "language_info": {"name": "python"},
        }
    )
    for cell in notebook.cells:
        cell.metadata = nbformat.from_dict({})
        for number, output in enumerate(cell.get("outputs", []), start=1):
            if "execution_count" in output:
                output["execution_count"] = number
            if "data" in output and "image/svg+xml" in output["data"]:
                output["data"].pop("text/plain", None)
        if cell.cell_type == "code":
            cell["execution_count"] = None
            for output in cell["outputs"]:
                if output["output_type"] == "execute_result":
                    output["execution_count"] = None
    return notebook


def main(paths: list[Path]) -> None:
    """Run notebooks and write them back."""
    for path in paths:
        notebook = executed(path)
        nbformat.write(notebook, path)
        print(f"{path.relative_to(ROOT)}: {path.stat().st_size // 1000} kB")


if __name__ == "__main__":
    main([Path(name).resolve() for name in sys.argv[1:]] or NOTEBOOKS)
