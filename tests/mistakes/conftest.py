"""The right files, all of real data, and the released model that scores them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from conftest import ROOT
from secretome_ml import load_model, read_profiles
from secretome_ml.profiles import Profiles

from .rows import Row, page_rows

EXAMPLES = ROOT / "data" / "examples"


@pytest.fixture
def row(request: pytest.FixtureRequest) -> Iterator[Row]:
    """Return what docs/mistakes.md says about the mistake of this test, which must judge it."""
    rows = page_rows()
    name = request.node.originalname
    if hasattr(request.node, "callspec"):
        name = request.node.name
    assert name in rows, f"{name} has no row in docs/mistakes.md"
    yield rows[name]
    assert rows[name].judged, f"{name} judges nothing"


@pytest.fixture(scope="session")
def released():
    """Return the released model."""
    return load_model()


@pytest.fixture(scope="session")
def score(released) -> Callable[[Profiles], pd.DataFrame]:
    """Return `Model.score`."""
    return released.score


@pytest.fixture
def read(tmp_path: Path) -> Callable[..., Profiles]:
    """Return a function that writes a text (or table) to a file and reads it as a user would."""

    def write_and_read(
        content: str | bytes | pd.DataFrame, name: str = "t.csv", **options: object
    ) -> Profiles:
        path = tmp_path / name
        if isinstance(content, pd.DataFrame):
            content = content.to_csv(index=False, sep="\t" if name.endswith((".tsv", ".txt")) else ",")
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        for option in ("metadata",):
            if isinstance(options.get(option), pd.DataFrame):
                sheet = tmp_path / "sheet.csv"
                options[option].to_csv(sheet, index=False)  # type: ignore[union-attr]
                options[option] = sheet
        return read_profiles(path, **options)  # type: ignore[arg-type]

    return write_and_read


@pytest.fixture(scope="session")
def wide() -> str:
    """Return adipose stromal cells in normoxia and hypoxia: the wide example, as text."""
    return (EXAMPLES / "adipose_hypoxia.csv").read_text(encoding="utf-8")


@pytest.fixture(scope="session")
def long() -> str:
    """Return a fresh and a freeze-dried secretome: the long example, as text."""
    return (EXAMPLES / "adipose_freeze_dried.tsv").read_text(encoding="utf-8")


@pytest.fixture(scope="session")
def wide_scores(score) -> pd.DataFrame:
    """Return the scores of the wide example."""
    return score(read_profiles(EXAMPLES / "adipose_hypoxia.csv"))


@pytest.fixture(scope="session")
def long_scores(score) -> pd.DataFrame:
    """Return the scores of the long example."""
    return score(read_profiles(EXAMPLES / "adipose_freeze_dried.tsv"))


@pytest.fixture(scope="session")
def panel(shared_folder: Path) -> pd.DataFrame:
    """Return six wells of a published 30-plex assay as a canonical wide table in pg/mL.

    The wells hold stimulated blood cells; the table says MSC, because only its numbers matter here.
    """
    name = "pone.0187901.s001_30plex_cytokine_LX200.csv"
    factors = read_profiles(shared_folder / "readers" / "luminex" / name).factors
    values = factors[factors["value"].notna() & factors["unit"].eq("pg/mL")]
    wanted = ["IL6", "IL8", "IP10", "MCP1", "MIP1A", "MIP1B", "HGF", "TNFa", "IL1RA", "IL10"]
    table = values[values["name"].isin(wanted)].pivot(index="sample", columns="name", values="value")
    table = table.dropna().astype(float).head(6)
    assert table.shape[0] == 6
    assert table.shape[1] >= 6
    table.columns = [f"{c} [pg/mL]" for c in table.columns]
    context = {
        "cell_type": "MSC",
        "cell_source": "adipose",
        "species": "human",
        "product": "conditioned medium",
    }
    return table.reset_index().assign(**context)


@pytest.fixture(scope="session")
def fragpipe(shared_folder: Path) -> pd.DataFrame:
    """Return 400 proteins in eight samples of a published secretome, as FragPipe wrote them."""
    folder = shared_folder / "readers" / "fragpipe_msc_secretome"
    table = pd.read_csv(folder / "combined_protein_secr_fragpipe.tsv.gz", sep="\t", nrows=400)
    samples = [c for c in table.columns if c.endswith(" MaxLFQ Intensity")][:8]
    about = [c for c in ("Protein", "Protein ID", "Entry Name", "Gene", "Organism") if c in table.columns]
    return table[[*about, *samples]]


@pytest.fixture(scope="session")
def fragpipe_sheet(shared_folder: Path, fragpipe: pd.DataFrame) -> pd.DataFrame:
    """Return the sample sheet of these eight samples."""
    sheet = pd.read_excel(shared_folder / "readers" / "fragpipe_msc_secretome" / "fact_secr.xlsx")
    names = [c.removesuffix(" MaxLFQ Intensity") for c in fragpipe.columns if c.endswith("Intensity")]
    kept = sheet[sheet["Sample"].isin(names)]
    assert len(kept) == len(names)
    return kept


@pytest.fixture(scope="session")
def fragpipe_scores(score, fragpipe: pd.DataFrame, tmp_path_factory: pytest.TempPathFactory) -> pd.DataFrame:
    """Return the scores of these eight samples."""
    path = tmp_path_factory.mktemp("right") / "t.tsv"
    fragpipe.to_csv(path, sep="\t", index=False)
    return score(read_profiles(path))


@pytest.fixture(scope="session")
def maxquant(shared_folder: Path) -> pd.DataFrame:
    """Return 150 groups of a published `proteinGroups.txt`, contaminants and decoys among them."""
    path = shared_folder / "readers" / "maxquant" / "proteinGroups_maxquant_go.txt.gz"
    table = pd.read_csv(path, sep="\t", low_memory=False)
    ids = table["Majority protein IDs"].astype(str)
    odd = ids.str.startswith(("CON__", "REV__"))
    about = ["Protein IDs", "Majority protein IDs", "Gene names", "Fasta headers"]
    flags = ["Only identified by site", "Reverse", "Potential contaminant"]
    clean = ~odd & table[flags].isna().all(axis=1)
    table = pd.concat([table[odd].head(20), table[clean].head(130)])
    samples = [c for c in table.columns if c.startswith("LFQ intensity ")][:5]
    return table[[c for c in about if c in table] + samples + flags]


@pytest.fixture(scope="session")
def amounts(fragpipe) -> pd.DataFrame:
    """Return genes by samples of a published secretome, as a laboratory would pass it on."""
    samples = [c for c in fragpipe.columns if c.endswith(" MaxLFQ Intensity")]
    kept = fragpipe[~fragpipe["Protein"].str.startswith("contam") & fragpipe["Gene"].notna()]
    table = kept[["Gene", *samples]].rename(columns=lambda c: c.removesuffix(" MaxLFQ Intensity"))
    return table.drop_duplicates("Gene")[table[table.columns[1:]].gt(0).all(axis=1)].reset_index(drop=True)


@pytest.fixture(scope="session")
def changes(fragpipe) -> pd.DataFrame:
    """Return the log2 change of the first sample against the last, of the proteins found in both."""
    samples = [c for c in fragpipe.columns if c.endswith(" MaxLFQ Intensity")]
    kept = fragpipe[~fragpipe["Protein"].str.startswith("contam") & fragpipe["Gene"].notna()]
    kept = kept[kept[samples[0]].gt(0) & kept[samples[-1]].gt(0)].drop_duplicates("Gene")
    change = np.log2(kept[samples[0]].to_numpy() / kept[samples[-1]].to_numpy()).round(4)
    return pd.DataFrame({"Gene": kept["Gene"].to_numpy(), "log2 fold change": change})
