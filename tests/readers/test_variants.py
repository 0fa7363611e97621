# ruff: noqa: E501 -- tables stay whole
"""One kind of table in many hands: other headers, marks, orders and programs, with what is right by hand."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

from secretome_ml.core.errors import InputRefused
from secretome_ml.readers import read_profiles

UP, SAME, DOWN, FOUND, NOT = "elevated", "unchanged", "decreased", "detected", "not_detected"

LOG2 = [
    "log2FC", "log2 FC", "Log2(FC)", "log2(fold change)", "Log2 Fold Change (hyp/norm)", "logFC", "log2_ratio",
    "Log2 ratio hyp/norm", "log₂FC", "log2.FoldChange", "LogFoldChange", "avg_logFC", "avg_log2FC", "lfc", "l2fc",
    "log2_fc_hyp", "Log2 abundance ratio: (hyp) / (norm)", "Abundance Ratio (log2): (hyp) / (norm)",
    "t-test Difference", "Difference (hyp - norm)", "log ratio", "Fold Change (log2)", "FC (log 2)", "diff_log2",
    "log2 H/L ratio", "log2(H/L)", "X_log2 fold change", "log2 fold-change", "mean difference", "delta log2", "Δlog2",
    "logratio", "log2foldchange_shrunken",
]  # fmt: skip
# Nothing in these says logarithm; the sign of the numbers does, and the reader says so.
SIGNED = [
    "hyp_vs_norm_ratio",
    "hyp-norm (log2)",
    "beta",
    "coef",
    "effect size",
    "hyp/norm",
    "Hypoxia vs normoxia",
]
NEVER = [
    "t", "B", "F", "stat", "Wald statistic", "z-score", "SE", "lfcSE", "-log10(p)", "-Log p", "neg_log10_p", "nlogp",
    "-10lgP", "adj.P.Val", "FDR", "q-value", "padj", "Score", "GRAVY", "MW (kDa)", "pI", "#PSMs", "Peptides",
    "Unique peptides", "Coverage [%]", "Sequence length", "AveExpr", "baseMean", "NES", "CV", "SD",
]  # fmt: skip


def told(folder: Path, text: str, name: str = "t.csv", **options: object) -> dict[tuple[str, str], object]:
    """Return sample and factor to the value, or to the state where no value stands."""
    path = folder / name
    path.write_text(text, encoding="utf-8")
    profiles = read_profiles(path, **options)  # type: ignore[arg-type]
    return {
        (str(r.sample), str(r.factor)): r.state if pd.isna(r.value) else float(r.value)
        for r in profiles.factors.itertuples()
    }


@pytest.mark.parametrize("header", LOG2)
def test_log2_however_it_is_headed(tmp_path: Path, header: str) -> None:
    found = told(tmp_path, f"Gene,{header}\nVEGFA,1.9\nHGF,-0.3\nIL6,-2.4\nTIMP1,0.3\n")
    assert found == {("t", "VEGFA"): 1.9, ("t", "HGF"): -0.3, ("t", "IL6"): -2.4, ("t", "TIMP1"): 0.3}


@pytest.mark.parametrize("header", SIGNED)
def test_ratios_known_by_their_sign_are_doubted(tmp_path: Path, header: str) -> None:
    (tmp_path / "t.csv").write_text(f"Gene,{header}\nVEGFA,1.9\nHGF,-0.3\nIL6,-2.4\n")
    profiles = read_profiles(tmp_path / "t.csv")
    assert profiles.factors["value"].tolist() == [1.9, -0.3, -2.4]
    assert any(header in str(w.column) and "log2" in w.what for w in profiles.warnings)


@pytest.mark.parametrize("header", NEVER)
def test_statistics_are_never_changes(tmp_path: Path, header: str) -> None:
    found = told(tmp_path, f"Gene,{header},log2FC\nVEGFA,9.5,1.9\nHGF,-1.2,-0.3\nIL6,-8.0,-2.4\n")
    assert found == {("t", "VEGFA"): 1.9, ("t", "HGF"): -0.3, ("t", "IL6"): -2.4}
    alone = tmp_path / "u.csv"
    alone.write_text(f"Gene,{header}\nVEGFA,9.5\nHGF,1.2\nIL6,8.0\nDCN,3.3\n")
    try:
        profiles = read_profiles(alone)
    except InputRefused:
        return
    assert set(profiles.factors["state"]) == {FOUND}
    assert header in {"t", "B", "F"} or profiles.factors["value"].isna().all()


# Text, and sample and factor to value or state.
TABLES: dict[str, tuple[str, dict[tuple[str, str], object]]] = {
    "plus alone marks significance": (
        "Gene,log2FC,Regulated\nVEGFA,1.9,+\nHGF,-0.3,\nIL6,-2.4,+\n",
        {("t", "VEGFA"): 1.9, ("t", "HGF"): -0.3, ("t", "IL6"): -2.4},
    ),
    "plus, minus and zero under regulation": (
        "Gene,Regulation\nVEGFA,+\nHGF,-\nIL6,0\n",
        {("t", "VEGFA"): UP, ("t", "HGF"): DOWN, ("t", "IL6"): SAME},
    ),
    "one, zero, minus one under direction": (
        "Gene,direction\nVEGFA,1\nHGF,0\nIL6,-1\n",
        {("t", "VEGFA"): UP, ("t", "HGF"): SAME, ("t", "IL6"): DOWN},
    ),
    "ticks below up and down": (
        "Gene,up,down\nVEGFA,x,\nHGF,,x\n",
        {("t", "VEGFA"): UP, ("t", "HGF"): DOWN},
    ),
    "true below up in": (
        "Gene,Up in hypoxia\nVEGFA,TRUE\nHGF,FALSE\n",
        {("t", "VEGFA"): UP},
    ),
    "arrows, and a dash for no change": (
        "Gene,Hypoxia,Inflammation\nVEGFA,↑,↓\nHGF,-,↑\nIL6,↑↑,↓\n",
        {
            ("t Hypoxia", "VEGFA"): UP, ("t Hypoxia", "HGF"): SAME, ("t Hypoxia", "IL6"): UP,
            ("t Inflammation", "VEGFA"): DOWN, ("t Inflammation", "HGF"): UP, ("t Inflammation", "IL6"): DOWN,
        },
    ),
    "found in, as numbers": (
        "Gene,found in norm,found in hyp\nVEGFA,1,1\nHGF,0,1\n",
        {
            ("found in norm", "VEGFA"): FOUND, ("found in norm", "HGF"): NOT,
            ("found in hyp", "VEGFA"): FOUND, ("found in hyp", "HGF"): FOUND,
        },
    ),
    "found in, as crosses": (
        "Gene,found in norm,found in hyp\nVEGFA,x,x\nHGF,,x\n",
        {
            ("found in norm", "VEGFA"): FOUND, ("found in norm", "HGF"): NOT,
            ("found in hyp", "VEGFA"): FOUND, ("found in hyp", "HGF"): FOUND,
        },
    ),
    "semicolons and decimal commas": (
        "Gene;log2FC;padj\nVEGFA;1,9;0,01\nIL6;-2,4;1,2E-5\n",
        {("t", "VEGFA"): 1.9, ("t", "IL6"): -2.4},
    ),
    "columns in another order": (
        "log2FC hyp/norm,q,Accession,Gene names,log2FC ifn/norm\n1.9,.1,P15692,VEGFA,0.1\n-0.3,.1,P14210,HGF,2\n",
        {
            ("t hyp/norm", "VEGFA"): 1.9, ("t hyp/norm", "HGF"): -0.3,
            ("t ifn/norm", "VEGFA"): 0.1, ("t ifn/norm", "HGF"): 2,
        },
    ),
    "a matrix in a German locale": (
        "gene;norm_1;hyp_1\nVEGFA;1.000,5;2.000,25\nIL6;800,1;50,2\n",
        {("norm_1", "VEGFA"): 1000.5, ("norm_1", "IL6"): 800.1, ("hyp_1", "VEGFA"): 2000.25, ("hyp_1", "IL6"): 50.2},
    ),
    "names behind the samples": (
        "norm,hyp,symbol\n1000.5,2000,VEGFA\n800,50,IL6\n",
        {("norm", "VEGFA"): 1000.5, ("norm", "IL6"): 800, ("hyp", "VEGFA"): 2000, ("hyp", "IL6"): 50},
    ),
    "transposed, accessions above": (
        "sample_id,P15692,P05231\nnorm,1000.5,800\nhyp,2000,50\n",
        {("norm", "VEGFA"): 1000.5, ("norm", "IL6"): 800, ("hyp", "VEGFA"): 2000, ("hyp", "IL6"): 50},
    ),
    "transposed, microRNAs above, row names of R": (
        ",hsa-miR-21-5p,hsa-let-7a-5p\nnorm,1000,3\nhyp,2000,4\n",
        {
            ("norm", "miR-21-5p"): 1000, ("norm", "let-7a-5p"): 3,
            ("hyp", "miR-21-5p"): 2000, ("hyp", "let-7a-5p"): 4,
        },
    ),
    "featureCounts": (
        "Geneid,Chr,Start,End,Strand,Length,a.bam,b.bam\nVEGFA,6,4,9,+,5,100,20\nIL6,7,22,26,-,4,33,44\n",
        {("a.bam", "VEGFA"): 100, ("a.bam", "IL6"): 33, ("b.bam", "VEGFA"): 20, ("b.bam", "IL6"): 44},
    ),
    "deviations beside the samples": (
        "Gene,norm,hyp,norm_SD,hyp_SD\nVEGFA,100.5,200,5,6\nIL6,30,4.4,3,4\n",
        {("norm", "VEGFA"): 100.5, ("norm", "IL6"): 30, ("hyp", "VEGFA"): 200, ("hyp", "IL6"): 4.4},
    ),
    "limits among concentrations": (
        "Cytokine,norm [pg/ml],hyp [pg/ml]\nVEGF,<3,2.0\nIL-6,3,4.4\n",
        {("norm", "VEGFA"): NOT, ("norm", "IL6"): 3, ("hyp", "VEGFA"): 2, ("hyp", "IL6"): 4.4},
    ),
    "spots of an array": (
        "Analyte,norm,hyp\nReference Spot,60000,60000\nVEGF,1200,2500\nNegative Control,20,30\nPOS1,5e4,5e4\n",
        {("norm", "VEGFA"): 1200, ("hyp", "VEGFA"): 2500},
    ),
    "units without brackets, design beside": (
        "ID,Treatment,Timepoint (h),VEGF pg/ml,IL-6_pg_mL\ns1,hyp,24,26,115\ns2,norm,24,28,118\n",
        {("s1", "VEGFA"): 26, ("s1", "IL6"): 115, ("s2", "VEGFA"): 28, ("s2", "IL6"): 118},
    ),
    "QuantStudio": (
        "Block Type,384 Well\nExperiment,X\n\n[Results]\nWell,Omit,Sample Name,Target Name,Task,CT,Ct Mean\n"
        "1,FALSE,norm,hsa-miR-21,UNKNOWN,25.5,25\n2,FALSE,hyp,hsa-miR-21,UNKNOWN,24.5,24\n"
        "3,TRUE,hyp,hsa-miR-21,UNKNOWN,12,24\n4,FALSE,NTC,hsa-miR-21,NTC,39,\n5,FALSE,hyp,hsa-miR-126,UNKNOWN,Undetermined,\n",
        {("norm", "miR-21"): 14.5, ("hyp", "miR-21"): 15.5},
    ),
    "CFX, wells joined by their median": (
        "Well;Fluor;Target;Content;Sample;Cq\nA1;SYBR;VEGFA;Unkn-1;norm;25,5\nA2;SYBR;VEGFA;Unkn-1;norm;25,0\n"
        "A3;SYBR;VEGFA;Unkn-1;norm;29,0\nA4;SYBR;VEGFA;NTC;;N/A\n",
        {("norm", "VEGFA"): 14.5},
    ),
    "delta Ct in long form": (
        "sample,miRNA,dCt\nnorm,miR-21-5p,3\nhyp,miR-21-5p,2\n",
        {("norm", "miR-21-5p"): -3, ("hyp", "miR-21-5p"): -2},
    ),
    "delta-delta Ct in long form": (
        "sample,target,ddCt\nhyp,miR-21-5p,-1.9\nhyp,miR-126-3p,2.4\n",
        {("hyp", "miR-21-5p"): 1.9, ("hyp", "miR-126-3p"): -2.4},
    ),
    "changes of several comparisons in long form": (
        "comparison,gene,log2FC,padj\nhyp,VEGFA,1.9,0.1\nhyp,IL6,-2.4,0.1\nifn,VEGFA,0.1,0.1\n",
        {("hyp", "VEGFA"): 1.9, ("hyp", "IL6"): -2.4, ("ifn", "VEGFA"): 0.1},
    ),
    "MSD Discovery Workbench": (
        "Sample,Assay,Calc. Concentration (pg/mL),Detection Range,Signal\nnorm,VEGF-A,100,In Detection Range,2000\n"
        "norm,IL-6,,Below Fit Curve Range,90\nhyp,VEGF-A,200,In Detection Range,4000\n",
        {("norm", "VEGFA"): 100, ("norm", "IL6"): NOT, ("hyp", "VEGFA"): 200},
    ),
    "MSD with its standards": (
        "Sample,Assay,Well,Concentration,Signal,Calc. Concentration\nS001,VEGF-A,A1,1000,90000,990\n"
        "norm,VEGF-A,A2,,2000,100\nhyp,VEGF-A,A3,,4000,200\n",
        {("norm", "VEGFA"): 100, ("hyp", "VEGFA"): 200},
    ),
}  # fmt: skip


@pytest.mark.parametrize("kind", TABLES)
def test_read_as_by_hand(tmp_path: Path, kind: str) -> None:
    text, expected = TABLES[kind]
    assert told(tmp_path, text) == {
        k: pytest.approx(v) if isinstance(v, float) else v for k, v in expected.items()
    }


def test_a_unit_of_its_own_in_every_row(tmp_path: Path) -> None:
    (tmp_path / "t.csv").write_text("Cytokine,Unit,norm,hyp\nVEGF,pg/mL,1,2\nIL-6,ng/mL,3,4\n")
    factors = read_profiles(tmp_path / "t.csv").factors
    assert dict(zip(factors["factor"], factors["unit"], strict=True)) == {"VEGFA": "pg/mL", "IL6": "ng/mL"}
    (tmp_path / "t.csv").write_text("Cytokine,Unit,norm,hyp\nVEGF,pg/mL,1,2\nIL-6,blobs,3,4\n")
    with pytest.raises(InputRefused, match="'blobs' is no known unit"):
        read_profiles(tmp_path / "t.csv")


# Half understood is not understood: the header promises what the cells do not tell.
ASKED = {
    "percent": ("Gene,Fold change (%)\nVEGFA,370%\nIL6,20%\n", "headed as a change"),
    "percent change": ("Gene,Percent change\nVEGFA,270\nIL6,-80\n", "headed as a change"),
    "fractions": ("Gene,Ratio\nVEGFA,100/27\nHGF,9/10\n", "headed as a change"),
    "a letter behind": ("Gene,Fold change\nVEGFA,3.7x\nHGF,0.9x\n", "headed as a change"),
    "limits": ("Gene,Fold change\nVEGFA,>10\nIL6,<0.1\n", "headed as a change"),
    "with deviation": ("Gene,Fold change\nVEGFA,3.7 ± 0.2\nHGF,0.9 ± 0.1\n", "headed as a change"),
    "marks": ("Gene,normoxia,hypoxia\nVEGFA,+,+++\nHGF,-,+\n", "does not say what they mean"),
    "crosses": ("Gene,normoxia,hypoxia\nVEGFA,x,x\nHGF,,x\n", "does not say what they mean"),
    "zero and one": ("Gene,normoxia,hypoxia\nVEGFA,1,1\nHGF,0,1\n", "hold 0 and 1"),
    "not detected or not done": ("Cytokine,norm,hyp\nVEGF,ND,2\nIL-6,3,4.4\n", "could mean not measured"),
    "limits of an assay": ("Analyte,LoD (pg/mL)\nVEGF,2\nIL-6,0.3\n", "limits of detection"),
}


@pytest.mark.parametrize("kind", ASKED)
def test_asked_about(tmp_path: Path, kind: str) -> None:
    text, word = ASKED[kind]
    (tmp_path / "t.csv").write_text(text, encoding="utf-8")
    with pytest.raises(InputRefused, match=word) as refused:
        read_profiles(tmp_path / "t.csv")
    assert len(refused.value.problems) == 1


# Every reader, its own spelling of a contaminant: VEGFA alone is left.
CONTAMINATED = {
    "maxquant": "Protein IDs\tMajority protein IDs\tGene names\tLFQ intensity a\nP15692\tP15692\tVEGFA\t1e6\n"
    "CON__P02769\tCON__P02769\tALB\t5e6\ncRAP001;P00761\tcRAP001;P00761\t\t1\n",
    "diann": "Protein.Group\tProtein.Names\tGenes\tC:\\a.raw\nP15692\tVEGFA_HUMAN\tVEGFA\t1e6\n"
    "cRAP-P02769\tALBU_BOVIN\tALB\t5\nCont_P04264\tK2C1_HUMAN\tKRT1\t5\n",
    "diann_report": "Run\tProtein.Group\tGenes\tPG.MaxLFQ\na\tP15692\tVEGFA\t1e6\na\tcontam_P02769\tALB\t1e6\n",
    "fragpipe": "Protein\tProtein ID\tEntry Name\tGene\tA MaxLFQ Intensity\n"
    "sp|P15692|VEGFA_HUMAN\tP15692\tVEGFA_HUMAN\tVEGFA\t5e5\ncontam_sp|P02769|ALBU_BOVIN\tP02769\tALBU_BOVIN\tALB\t5\n"
    "rev_sp|P05231|IL6_HUMAN\tP05231\tIL6_HUMAN\tIL6\t6\nsp|Cont_P04264|K2C1_HUMAN\tP04264\tK2C1_HUMAN\tKRT1\t5\n",
    "spectronaut": "R.FileName\tPG.ProteinGroups\tPG.Genes\tPG.Quantity\na\tP15692\tVEGFA\t1e6\na\tCON__P02769\tALB\t1e6\n",
    "proteome_discoverer": "Accession\tDescription\tContaminant\tAbundance: F1: Sample\nP15692\tVEGFA GN=VEGFA\tFalse\t100\n"
    "P02769\tALB GN=ALB\tTrue\t100\n",
    "mztab": "MTD\tmzTab-version\t1.0.0\nPRH\taccession\tprotein_abundance_assay[1]\nPRT\tP15692\t5000\nPRT\tCON__P02769\t700\n",
    "matrix": "Protein\ta\tb\nP15692\t1000.5\t2000\nCON__P02769\t4000\t4000\ncontam_sp|P04264|K2C1_HUMAN\t3\t4\n"
    "rev_sp|P05231|IL6_HUMAN\t3\t4\n##P05231\t3\t4\n#CONTAM#P02768\t3\t4\n",
    "protein_list": "Gene\tlog2FC\tPotential contaminant\nVEGFA\t1.9\t\nKRT1\t3\t+\n",
}


@pytest.mark.parametrize("format", CONTAMINATED)
def test_contaminants_are_left_out_by_every_reader(tmp_path: Path, format: str) -> None:
    from secretome_ml.readers.formats import recognise
    from secretome_ml.readers.source import open_source

    (tmp_path / "t.tsv").write_text(CONTAMINATED[format])
    assert recognise(open_source(tmp_path / "t.tsv")) == format
    profiles = read_profiles(tmp_path / "t.tsv")
    assert set(profiles.factors["factor"]) == {"VEGFA"}
    assert not len(profiles.unknown)
    assert "dropped: contaminant" in " ".join(profiles.notes)
