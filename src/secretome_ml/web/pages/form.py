"""The form of the first page, empty or with what could not be used still in it."""

from __future__ import annotations

from dataclasses import dataclass
from http import HTTPStatus

from starlette.requests import Request
from starlette.responses import Response

from secretome_ml.web.pages.rendering import show
from secretome_ml.web.refusals import Refusal
from secretome_ml.web.service import service_of

_CHARACTERS_A_SAMPLE = 20_000

# The names of the readers, written out: importing the readers would hold up the first page.
FORMATS = (
    "evidence",
    "h5ad",
    "mztab",
    "maxquant",
    "diann_report",
    "diann",
    "fragpipe",
    "spectronaut",
    "proteome_discoverer",
    "olink",
    "olink_wide",
    "somascan",
    "xponent",
    "intelliflex",
    "bioplex",
    "long_results",
    "plate",
    "long",
    "elisa",
    "wide",
    "protein_list",
    "matrix",
    "assay_table",
)  # fmt: skip


@dataclass(frozen=True)
class Example:
    """A file that ships with the package, and what it holds."""

    file: str
    words: str
    sheet: str = ""


EXAMPLES = (
    Example("adipose_hypoxia.csv", "adipose stromal cells with and without hypoxia, three factors in pg"),
    Example("bone_marrow_lps.xlsx", "mouse bone-marrow MSC with and without LPS, in words"),
    Example(
        "bone_marrow_tgf_alpha.csv",
        "bone-marrow MSC with two doses of TGF-alpha, and a sample sheet",
        "bone_marrow_tgf_alpha_sheet.csv",
    ),
    Example("hypoxic_coculture.jsonl", "a study with three arms, as an evidence record"),
)


@dataclass(frozen=True)
class Submitted:
    """What a user sent; the text comes back into the form when it could not be used."""

    content: bytes
    name: str
    sheet: bytes | None = None
    format_name: str = ""
    control: str = ""
    sheet_name: str = ""
    pasted: str = ""

    @property
    def weight(self) -> int:
        """How much room it takes among the kept results, in samples."""
        return 1 + len(self.pasted) // _CHARACTERS_A_SAMPLE


def show_form(
    request: Request,
    status: int = HTTPStatus.OK,
    remark: str = "",
    sent: Submitted | None = None,
    refusal: Refusal | None = None,
) -> Response:
    """Return the first page, with what the user had pasted still in it."""
    return show(
        request,
        "start",
        status,
        formats=[("", "Recognise it from the content"), *((n, n.replace("_", " ")) for n in FORMATS)],
        examples=EXAMPLES,
        largest=service_of(request).settings.max_body_bytes // 2**20,
        most=service_of(request).settings.max_samples,
        remark=remark,
        sent=sent,
        refusal=refusal,
    )
