"""One address of every kind of page, reached by plain HTTP."""

from __future__ import annotations

import time
from pathlib import Path

import httpx
import pytest

EXAMPLE = Path("data") / "examples" / "adipose_hypoxia.csv"


def every_kind(address: str, root: Path) -> dict[str, str]:
    """Return kind of page to address."""
    with httpx.Client(base_url=address, timeout=60, follow_redirects=True, trust_env=False) as client:

        def at_last(answer: httpx.Response) -> str:
            """Wait on a page that waits."""
            end = time.monotonic() + 120
            while "/jobs/" in answer.url.path and 'http-equiv="refresh"' in answer.text:
                if time.monotonic() > end:
                    pytest.fail("the work did not end")
                time.sleep(0.1)
                answer = client.get(answer.url)
            return str(answer.url)

        content = (root / EXAMPLE).read_bytes()
        result = at_last(client.post("/upload", files={"file": (EXAMPLE.name, content)}))
        key = result.rpartition("/")[2]
        change = {"factor": "HGF", "level": "elevated"}
        start = {"cell_source": "adipose", "product": "conditioned_medium", "preconditioning": "none"}
        outside = {"cell_source": "tonsil", "preconditioning": "electrical", "name": "outside"}
        return {
            "start": f"{address}/",
            "describe": f"{address}/describe",
            "result": result,
            "sample": f"{result}/samples/2",
            "changed": at_last(client.post(f"{result}/samples/1/change", data=change)),
            "outside": at_last(client.post("/describe", data=outside)),
            "compare": at_last(client.get("/compare", params={"first": f"{key}.1", "second": f"{key}.2"})),
            "design": f"{address}/design?sample={key}.1",
            "designed": at_last(
                client.post("/design", data={**start, "angiogenic": "gain", "anti_inflammatory": "gain"})
            ),
            "evidence": f"{address}/evidence?factor=VEGF",
            "study": f"{address}/evidence/studies/10.1186/s13287-020-01780-x",
            "factor": f"{address}/evidence/factors/VEGFA",
            "models": f"{address}/models",
            "model": f"{address}/models/default",
            "runs": f"{address}/models/runs",
            "refused": at_last(client.post("/upload", data={"pasted": "sample,VEGF-A\na,much\n"})),
            "missing": f"{address}/nowhere",
            "sign in": f"{address}/login",
        }


KINDS = (
    "start", "describe", "result", "sample", "changed", "outside", "compare", "design", "designed",
    "evidence", "study", "factor", "models", "model", "runs", "refused", "missing", "sign in",
)  # fmt: skip
