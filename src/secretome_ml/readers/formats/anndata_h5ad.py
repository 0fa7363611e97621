"""AnnData `.h5ad`: samples by proteins; `obs` may carry the context. Needs the `anndata` extra."""

from __future__ import annotations

import math
from pathlib import Path

import numpy as np
import pandas as pd

from secretome_ml.core.errors import InputRefused, Problem
from secretome_ml.core.files import scratch_folder
from secretome_ml.profiles.context import context_frame, manipulations_of, read_preconditioning
from secretome_ml.profiles.profiles import CONTEXT_COLUMNS
from secretome_ml.readers.formats.protein_matrix import find
from secretome_ml.readers.measurements import Measurements, Role, Scale, from_matrix
from secretome_ml.readers.opening import refuse
from secretome_ml.readers.source import Source
from secretome_ml.readers.tables import MAX_CELLS, too_large

NAME = "h5ad"

_LOG_CEILING = 64.0
_GENES = ("gene", "genes", "gene_symbol", "gene_symbols", "gene_name", "symbol", "factor")
_ACCESSIONS = ("accession", "uniprot", "protein_id", "protein.group", "protein_ids", "uniprot_id")


def recognises(source: Source) -> bool:
    """Say whether the file is HDF5."""
    return source.kind == "h5ad"


def read(source: Source) -> Measurements:
    """Read `X` and the context columns of `obs`; values below 64 throughout are read as log2."""
    try:
        import anndata
    except ImportError:
        raise refuse(
            source.name, "AnnData files need a further package.", "Run `pip install secretome-ml[anndata]`."
        ) from None
    with scratch_folder() as folder:
        path = folder / "input.h5ad"
        path.write_bytes(source.content)
        _audit(path, source.name)
        try:
            data = anndata.read_h5ad(path)
            raw = data.X.toarray() if hasattr(data.X, "toarray") else data.X
            matrix = np.array(raw, dtype=float).T
        except Exception as error:
            what = f"The AnnData file cannot be read ({type(error).__name__})."
            raise refuse(source.name, what, "Write it again with anndata.") from None
    samples = [str(s) for s in data.obs_names]
    repeated = (
        sorted({s for s in samples if samples.count(s) > 1}) if len(set(samples)) < len(samples) else []
    )
    problems = [
        Problem(source.name, s, "obs_names", "The name stands twice.", "Make obs_names unique.")
        for s in repeated
    ]
    if np.isinf(matrix).any():
        column = samples[int(np.argwhere(np.isinf(matrix))[0][1])]
        problems.append(Problem(source.name, column, "X", "A value is infinite.", "Replace it by NaN."))
    header = [str(c) for c in data.var.columns]
    gene, accession = find(header, *_GENES), find(header, *_ACCESSIONS)
    index = pd.Series([str(v) for v in data.var_names])
    names = data.var[gene].astype(str).reset_index(drop=True) if gene else index
    ids = (
        data.var[accession].astype(str).reset_index(drop=True)
        if accession
        else pd.Series("", index=index.index)
    )
    finite = matrix[np.isfinite(matrix)]
    log2 = len(finite) > 0 and float(finite.max()) < _LOG_CEILING
    if not log2 and (finite < 0).any():
        problems.append(
            Problem(source.name, None, "X", "A linear intensity is negative.", "Give intensities or log2.")
        )
    scale: Scale = "log2" if log2 else "intensity"
    if not log2:
        matrix[matrix == 0] = np.nan
    obs = data.obs.rename(columns={c: str(c).casefold() for c in data.obs.columns}).reset_index(drop=True)
    lines = list(range(1, len(samples) + 1))
    own = [c for c in (*CONTEXT_COLUMNS, "preconditioning") if c in obs]
    text = obs[own].astype("string")
    context = context_frame(text, samples, source.name, lines, problems)
    words = text["preconditioning"].fillna("").tolist() if "preconditioning" in own else [None] * len(samples)
    preconditioning = list(read_preconditioning(samples, words, source.name, lines, problems))
    if problems:
        raise InputRefused(problems)
    roles: dict[str, Role] = dict.fromkeys(samples, "sample")
    shown = "log2 values" if log2 else "intensities"
    note = f"AnnData: {matrix.shape[0]} variables x {matrix.shape[1]} samples, read as {shown}"
    values = from_matrix(matrix, names, ids, samples)
    return Measurements(
        values, scale, roles, context, preconditioning, manipulations_of(context), notes=(note,)
    )


def _audit(path: Path, file: str) -> None:
    """Refuse a file that would have other files read, or a matrix beyond reason."""
    import h5py  # type: ignore[import-untyped]

    said: list[InputRefused] = []

    def look(name: str, link: object) -> None:
        if isinstance(link, h5py.ExternalLink):
            said.append(
                refuse(file, f"'{name[:60]}' points into another file.", "Write it again, as one file.")
            )

    def weigh(name: str, found: object) -> None:
        if not isinstance(found, h5py.Dataset):
            return
        if found.external or found.is_virtual:
            said.append(refuse(file, f"'{name[:60]}' lies in another file.", "Write it again, as one file."))
        elif found.size is not None and found.size > MAX_CELLS:
            said.append(too_large(file))

    try:
        with h5py.File(path, "r") as opened:
            opened.visititems_links(look)
            if said:
                raise said[0]
            opened.visititems(weigh)
            shape = getattr(opened.get("X"), "shape", None) or opened["X"].attrs["shape"]
            if math.prod(int(n) for n in shape) > MAX_CELLS:
                said.append(too_large(file))
    except InputRefused:
        raise
    except Exception as error:
        what = f"The AnnData file cannot be read ({type(error).__name__})."
        raise refuse(file, what, "Write it again with anndata.") from None
    if said:
        raise said[0]
