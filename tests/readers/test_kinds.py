"""One small table of each kind that is met in public repositories, with the values that stand in it."""

import contextlib
import warnings
from pathlib import Path

import numpy as np
import openpyxl
import pandas as pd
import pytest

from secretome_ml.core.errors import InputRefused
from secretome_ml.readers import check_input, read_profiles
from secretome_ml.readers.formats import recognise
from secretome_ml.readers.formats.not_read import NOT_READ
from secretome_ml.readers.source import open_source

# name: (text, sample to factor to log2 fold change)
RESULTS: dict[str, tuple[str, dict[str, dict[str, float]]]] = {
    "deseq2_row_names.csv": (
        '"","baseMean","log2FoldChange","lfcSE","stat","pvalue","padj"\n'
        '"VEGFA",1500,1.9,0.2,9.5,1e-8,1e-6\n"HGF",300,-0.3,0.3,-1,0.3,0.5\n"IL6",250,-2.4,0.3,-8,1e-9,NA\n',
        {"deseq2_row_names": {"VEGFA": 1.9, "HGF": -0.3, "IL6": -2.4}},
    ),
    "edger.csv": (
        '"genes","logFC","logCPM","LR","PValue","FDR"\nVEGFA,1.9,5,3,0.1,0.2\nIL6,-2.4,4,2,0.1,0.2\n',
        {"edger": {"VEGFA": 1.9, "IL6": -2.4}},
    ),
    "limma.tsv": (
        "logFC\tAveExpr\tt\tP.Value\tadj.P.Val\tB\nVEGFA\t1.9\t10\t5\t0.1\t0.2\t3\nIL6\t-2.4\t9\t-1\t0.5\t0.6\t-4\n",
        {"limma": {"VEGFA": 1.9, "IL6": -2.4}},
    ),
    "msstats.csv": (
        "Protein,Label,log2FC,SE,Tvalue,DF,pvalue,adj.pvalue,issue,MissingPercentage\n"
        "P15692,hyp vs norm,1.9,0.1,5,4,0.01,0.02,NA,0\nP05231,hyp vs norm,-2.4,0.1,5,4,0.01,0.02,NA,0\n"
        "P15692,ifn vs norm,0.1,0.1,5,4,0.01,0.02,NA,0\nP05231,ifn vs "
        "norm,Inf,NA,NA,NA,0,0,oneConditionMissing,0\n",
        {"hyp vs norm": {"VEGFA": 1.9, "IL6": -2.4}, "ifn vs norm": {"VEGFA": 0.1, "IL6": 10}},
    ),
    "fragpipe_analyst.csv": (
        "Gene Name,Protein ID,hyp_vs_norm_log2 fold "
        "change,hyp_vs_norm_p.val,hyp_vs_norm_significant,significant,"
        "imputed,num_NAs,norm_1,hyp_1\nVEGFA,P15692,1.9,0.1,TRUE,TRUE,FALSE,0,20.1,22\n"
        "IL6,P05231,-2.4,0.1,TRUE,TRUE,FALSE,0,24.1,22\n",
        {"fragpipe_analyst": {"VEGFA": 1.9, "IL6": -2.4}},
    ),
    "amica.tsv": (
        "Majority.protein.IDs\tGene.names\tspectraCount\tPotential.contaminant\tquantified\tlogFC_A__vs__B\tt_A__vs__B\t"
        "logFC_C__vs__B\tB_C__vs__B\tiBAQ_A_1\nP15692\tVEGFA\t33\t\t+\t1.9\t3\t0.2\t4\t23.1\n"
        "P05231\tIL6\t3\t\t\t-2.4\t-3\t-0.2\t4\t25.1\nP04264\tKRT1\t30\t+\t+\t9\t3\t9\t4\t30\n",
        {"amica A vs B": {"VEGFA": 1.9, "IL6": -2.4}, "amica C vs B": {"VEGFA": 0.2, "IL6": -0.2}},
    ),
    "candidates.tsv": (
        "Valid\tComparison (group1/group2)\tAVG Log2 Ratio\tAbsolute AVG Log2 Ratio\t% "
        "Change\tRatio\tQvalue\tGenes\tUniProtIds\n"
        "True\thyp / norm\t1.9\t1.9\t273\t3.732\t0.1\tVEGFA\tP15692\nTrue\thyp / "
        "norm\t-2.4\t2.4\t-81\t0.189\t0.1\tIL6\tP05231\n",
        {"candidates": {"VEGFA": 1.9, "IL6": -2.4}},
    ),
    "seurat.csv": (
        '"","p_val","avg_log2FC","pct.1","pct.2","p_val_adj"\n"VEGFA",0.1,1.9,0.9,0.3,1\n"IL6",0.1,-2.4,0.9,0.3,1\n',
        {"seurat": {"VEGFA": 1.9, "IL6": -2.4}},
    ),
    "cuffdiff.tsv": (
        "gene\tsample_1\tsample_2\tstatus\tvalue_1\tvalue_2\tlog2(fold_change)\ttest_stat\tsignificant\n"
        "VEGFA\tnorm\thyp\tOK\t1.5\t5.6\t1.9\t3\tyes\nIL6\tnorm\thyp\tNOTEST\t5.3\t1\t-2.4\t3\tno\n",
        {"cuffdiff": {"VEGFA": 1.9, "IL6": -2.4}},
    ),
    "olink_analyze.csv": (
        "Assay,OlinkID,UniProt,Panel,estimate,statistic,p.value,conf.low,conf.high,Threshold\n"
        "VEGFA,OID1,P15692,I,1.9,3,0.01,1,2.5,Significant\nIL6,OID2,P05231,I,-2.4,3,0.01,-3,-1,Non-significant\n",
        {"olink_analyze": {"VEGFA": 1.9, "IL6": -2.4}},
    ),
    "silac.csv": (
        "Protein IDs,Gene names,Ratio H/L,Ratio H/L normalized,Ratio H/L variability [%],Ratio H/L count\n"
        "P15692,VEGFA,3.0,4,5,4\nP05231,IL6,0.3,0.25,5,4\n",
        {"silac": {"VEGFA": 2, "IL6": -2}},
    ),
    "signed_fold.csv": (
        "Gene Symbol,Fold Change,p-value\nVEGFA,4,0.01\nIL6,-4,0.01\nHGF,-1,0.5\n",
        {"signed_fold": {"VEGFA": 2, "IL6": -2, "HGF": 0}},
    ),
    "called_fold.csv": (
        "Gene Symbol,Fold Change,p-value\nVEGFA,1.9,0.01\nIL6,-2.4,0.01\nHGF,-0.1,0.5\n",
        {"called_fold": {"VEGFA": 1.9, "IL6": -2.4, "HGF": -0.1}},
    ),
    "log10.csv": (
        "Gene,log10 fold change\nVEGFA,1\nIL6,-2\n",
        {"log10": {"VEGFA": np.log2(10), "IL6": -2 * np.log2(10)}},
    ),
    "ddct.csv": (
        "miRNA,ddCt hyp\nmiR-21-5p,-1.9\nmiR-126-3p,2.4\n",
        {"ddct": {"miR-21-5p": 1.9, "miR-126-3p": -2.4}},
    ),
    "rq.csv": (
        "miRNA,Fold change (2^-ddCt)\nmiR-21-5p,4\nmiR-126-3p,0.25\n",
        {"rq": {"miR-21-5p": 2, "miR-126-3p": -2}},
    ),
    "perseus.txt": (
        "Norm 1\tHyp 1\tC: Student's T-test Significant Hyp_Norm\tN: Student's T-test Difference Hyp_Norm\t"
        "N: -Log Student's T-test p-value Hyp_Norm\tT: Gene names\n#!{Type}E\tE\tC\tN\tN\tT\n"
        "25.1\t27\t+\t1.9\t4.1\tVEGFA\n26.5\t24.1\t+\t-2.4\t4.1\tIL6\n",
        {"perseus": {"VEGFA": 1.9, "IL6": -2.4}},
    ),
}

# name: (text, format, sample to factor to value)
MATRICES: dict[str, tuple[str, str, dict[str, dict[str, float]]]] = {
    "no_name_above.csv": (
        ",norm_1,hyp_1\nmiR-1,4,3\nmiR-21-5p,120,40\n",
        "matrix",
        {"norm_1": {"miR-1": 4, "miR-21-5p": 120}, "hyp_1": {"miR-1": 3, "miR-21-5p": 40}},
    ),
    "write_table.tsv": (
        "norm_1\thyp_1\nVEGFA\t25.1\t27\nIL6\t26.5\t24.1\n",
        "matrix",
        {"norm_1": {"VEGFA": 25.1, "IL6": 26.5}, "hyp_1": {"VEGFA": 27, "IL6": 24.1}},
    ),
    "initials.csv": (
        "Gene,P1,SE_1,CT 2,T1,b\nVEGFA,1000.5,2000,3000,4000,1\nIL6,800,50,60,70,9\n",
        "matrix",
        {
            "P1": {"VEGFA": 1000.5, "IL6": 800},
            "SE_1": {"VEGFA": 2000, "IL6": 50},
            "CT 2": {"VEGFA": 3000, "IL6": 60},
            "T1": {"VEGFA": 4000, "IL6": 70},
            "b": {"VEGFA": 1, "IL6": 9},
        },
    ),
    "symbols_as_protein.csv": (
        "Protein,Secreted_1,Secreted_2\nVEGFA,1000000.5,1100000\nIL6,8e5,7.9e5\n",
        "matrix",
        {"Secreted_1": {"VEGFA": 1000000.5, "IL6": 8e5}, "Secreted_2": {"VEGFA": 1.1e6, "IL6": 7.9e5}},
    ),
    "means_beside.csv": (
        "Gene,a_1,a_2,b_1,b_2,a,b\nVEGFA,1000.5,3000.5,20,40,2000.5,30\nIL6,7,9,50,70,8,60\n",
        "matrix",
        {
            "a_1": {"VEGFA": 1000.5, "IL6": 7},
            "a_2": {"VEGFA": 3000.5, "IL6": 9},
            "b_1": {"VEGFA": 20, "IL6": 50},
            "b_2": {"VEGFA": 40, "IL6": 70},
        },
    ),
    "profiler.csv": (
        "Coordinate,Analyte,Entrez Gene ID,Mean Pixel Density norm,Mean Pixel Density hyp\n"
        '"A3, A4",VEGF,7422,1200.2,2500.1\n"A5, A6",IL-6,3569,900.5,300.4\n',
        "matrix",
        {"norm": {"VEGFA": 1200.2, "IL6": 900.5}, "hyp": {"VEGFA": 2500.1, "IL6": 300.4}},
    ),
    "normalised_before_raw.csv": (
        "Gene,Intensity a,Intensity b,LFQ intensity a,LFQ intensity "
        "b\nVEGFA,1,2,3000,4000\n"
        "IL6,5,6,7000,8000\n",
        "matrix",
        {"a": {"VEGFA": 3000, "IL6": 7000}, "b": {"VEGFA": 4000, "IL6": 8000}},
    ),
    "delta_ct.csv": (
        "miRNA,dCt norm,dCt hyp\nmiR-21-5p,3.1,1.2\nmiR-126-3p,2.4,4.8\n",
        "matrix",
        {"norm": {"miR-21-5p": -3.1, "miR-126-3p": -2.4}, "hyp": {"miR-21-5p": -1.2, "miR-126-3p": -4.8}},
    ),
    "ct.csv": (
        "miRNA,Ct norm,Ct hyp\nmiR-21-5p,25,24\nmiR-126-3p,30,31\n",
        "matrix",
        {"norm": {"miR-21-5p": 15, "miR-126-3p": 10}, "hyp": {"miR-21-5p": 16, "miR-126-3p": 9}},
    ),
    "transposed.csv": (
        '"","VEGFA","IL6","HGF"\n"norm_1",1e6,4e5,8e5\n"hyp_1",2.1e6,2.1e5,8.1e5\n',
        "assay_table",
        {
            "norm_1": {"VEGFA": 1e6, "IL6": 4e5, "HGF": 8e5},
            "hyp_1": {"VEGFA": 2.1e6, "IL6": 2.1e5, "HGF": 8.1e5},
        },
    ),
    "msd.csv": (
        "Sample,Group,Plate,VEGF-A (pg/mL),IL-6 (pg/mL)\ns1,norm,Plate 1,120.5,33\ns2,hyp,Plate 1,250,50\n",
        "wide",
        {"s1": {"VEGFA": 120.5, "IL6": 33}, "s2": {"VEGFA": 250, "IL6": 50}},
    ),
}

WRONG_FILES = {
    "peaks.csv": ("Peptide,Quality,-10LgP,m/z,a.raw Area\nAAAK,9,97,500,1e6\n", "PEAKS' table of peptides"),
    "evidence.txt": (
        "Sequence\tModified sequence\tProteins\tRaw file\tIntensity\nAAK\t_AAK_\tP15692\ta\t1e5\n",
        "proteinGroups.txt",
    ),
    "pr_matrix.tsv": (
        "Protein.Group\tGenes\tStripped.Sequence\tPrecursor.Id\ta.raw\nP15692\tVEGFA\tAAK\tAAK2\t1e5\n",
        "pg_matrix",
    ),
    "skyline.csv": ("Protein,Peptide Modified Sequence,Replicate,Total Area\nVEGFA,AAK,a,1e5\n", "Skyline"),
    "pd_psms.txt": (
        "Annotated Sequence\tMaster Protein Accessions\tIntensity\n[K].AAK\tP15692\t1e5\n",
        "sheet Proteins",
    ),
    "msstats_in.csv": (
        "ProteinName,PeptideSequence,PrecursorCharge,Intensity\nP15692,AAK,2,1e5\n",
        "groupComparison",
    ),
    "progenesis.csv": (
        ",,Normalized abundance,,Raw abundance,\n,,norm,hyp,norm,hyp\nAccession,Anova "
        "(p),n1,h1,n1,h1\nP15692,0.1,1,2,3,4\n",
        "Progenesis",
    ),
    "a.rcc": ("<Header>\nFileVersion,1.7\nSoftwareVersion,4.0\n</Header>\n", "NanoString"),
    "series.txt": ('!Series_title\t"MSC"\n!Series_geo_accession\t"GSE1"\n', "GEO series matrix"),
    "a.gct": ("#1.2\n2\t2\nName\tDescription\ta\tb\nVEGFA\tx\t1\t2\n", "GCT"),
    "a.mgf": ("BEGIN IONS\nTITLE=1\n1 2\nEND IONS\n", "mass spectra"),
    "a.fcs": ("FCS3.0         58     100\n", "flow cytometry"),
    "ensembl.csv": ("gene_id,a,b\nENSG00000112715,100,200\nENSG00000136244,30,20\n", "not by symbols"),
    "title.csv": (
        "Table S3. Secreted proteins,,,\n,,,\nGene,a,b,c\nVEGFA,1000,1100,2100\n",
        "The header seems to stand in row",
    ),
    "two_meanings.csv": (
        "miRNA,a,b\n" + "".join(f"miR-{i},{20 + i / 7:.2f},{34 - i / 9:.2f}\n" for i in range(21, 60)),
        "may be Ct",
    ),
}


def written(folder: Path, name: str, text: str) -> Path:
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return path


def told(path: Path) -> dict[str, dict[str, float]]:
    profiles = read_profiles(path)
    found: dict[str, dict[str, float]] = {str(s): {} for s in profiles.samples}
    for row in profiles.factors.itertuples():
        found[str(row.sample)][str(row.factor)] = pytest.approx(float(row.value), abs=5e-4)
    return found


@pytest.mark.parametrize("name", RESULTS)
def test_results_of_a_test_are_changes(tmp_path: Path, name: str) -> None:
    text, expected = RESULTS[name]
    path = written(tmp_path, name, text)
    assert recognise(open_source(path)) == "protein_list"
    assert told(path) == expected
    for row in read_profiles(path).factors.itertuples():
        assert (row.level > 1) == (row.value > np.log2(1.5)), row
        assert (row.level < 1) == (row.value < -np.log2(1.5)), row


@pytest.mark.parametrize("name", MATRICES)
def test_matrices_are_amounts(tmp_path: Path, name: str) -> None:
    text, format, expected = MATRICES[name]
    path = written(tmp_path, name, text)
    assert recognise(open_source(path)) == format
    assert told(path) == expected


@pytest.mark.parametrize("name", WRONG_FILES)
def test_what_is_not_read_is_named(tmp_path: Path, name: str) -> None:
    text, word = WRONG_FILES[name]
    with pytest.raises(InputRefused) as refused:
        read_profiles(written(tmp_path, name, text))
    assert len(refused.value.problems) == 1
    assert word in str(refused.value)


def test_every_kind_that_is_not_read_says_what_to_give() -> None:
    for kind in NOT_READ:
        assert kind.what.startswith(("This is ", "These are "))
        assert kind.remedy.endswith(".")


def test_a_list_without_changes_is_detected(tmp_path: Path) -> None:
    profiles = read_profiles(written(tmp_path, "a.csv", "Uniprot Accession,Gene "
        "Symbol,Probability,Transmembrane?\n"
        "VEGFA,VEGFA,1,True\nIL6,IL6,1,False\n"))  # fmt: skip
    assert list(profiles.samples) == ["a"]
    assert dict(zip(profiles.factors["factor"], profiles.factors["state"], strict=True)) == {
        "VEGFA": "detected",
        "IL6": "detected",
    }


def test_the_last_cycle_is_no_amount(tmp_path: Path) -> None:
    rng = np.random.default_rng(3)
    cycles = np.minimum(rng.uniform(22, 46, (60, 4)).round(2), 40)
    names = [f"hsa-miR-{i}-3p" for i in range(100, 160)]
    table = pd.DataFrame(cycles, columns=list("abcd"))
    table.insert(0, "miRNA", names)
    table.to_csv(tmp_path / "t.csv", index=False)
    profiles = read_profiles(tmp_path / "t.csv")
    row = {(str(r.sample), str(r.name)): float(r.value) for r in profiles.factors.itertuples(name="R")}
    known = [n for n in names if ("a", n) in row]
    for name in known:
        assert row["a", name] == pytest.approx(40 - cycles[names.index(name), 0])
    lost = {names[i] for i in np.flatnonzero(cycles[:, 0] == 40)}
    assert lost
    assert not lost & set(known)
    assert f"{int((cycles == 40).sum())} cells at 40" in " ".join(profiles.notes)


def test_several_sheets_are_asked_about(tmp_path: Path) -> None:
    table = pd.DataFrame({"Gene": ["VEGFA", "IL6"], "log2FC": [1.9, -2.4]})
    notes = pd.DataFrame({"read me": ["nothing here"]})
    with pd.ExcelWriter(tmp_path / "one.xlsx") as book:
        notes.to_excel(book, sheet_name="Notes", index=False)
        table.to_excel(book, sheet_name="Result", index=False)
    profiles = read_profiles(tmp_path / "one.xlsx")
    assert profiles.factors["value"].tolist() == [1.9, -2.4]
    assert "Only the sheet 'Result' was read, not Notes" in str(profiles.warnings[0])
    with pd.ExcelWriter(tmp_path / "two.xlsx") as book:
        notes.to_excel(book, sheet_name="Notes", index=False)
        table.to_excel(book, sheet_name="Hypoxia", index=False)
        table.to_excel(book, sheet_name="IFNG", index=False)
    with pytest.raises(InputRefused, match=r"hold a table that can be read: 'Hypoxia', 'IFNG'.*with --sheet"):
        read_profiles(tmp_path / "two.xlsx")
    for title in ("Hypoxia", "IFNG"):
        assert read_profiles(tmp_path / "two.xlsx", sheet=title).factors["value"].tolist() == [1.9, -2.4]
    with pytest.raises(InputRefused, match=r"called 'Hypoxja'. The sheets are 'Notes', 'Hypoxia', 'IFNG'"):
        read_profiles(tmp_path / "two.xlsx", sheet="Hypoxja")
    table.to_csv(tmp_path / "plain.csv", index=False)
    with pytest.raises(InputRefused, match=r"The file has no sheets. Leave out --sheet"):
        read_profiles(tmp_path / "plain.csv", sheet="Hypoxia")


def test_a_first_sheet_is_no_reason_to_take_it(tmp_path: Path) -> None:
    table = pd.DataFrame({"Gene": ["VEGFA", "IL6"], "log2FC": [1.9, -2.4]})
    raw = pd.DataFrame({"Gene": ["VEGFA", "IL6", "HGF"], "CM1": [120, 700, 20], "CM2": [140, 600, 30]})
    with pd.ExcelWriter(tmp_path / "t.xlsx") as book:
        table.to_excel(book, sheet_name="DE", index=False)
        raw.to_excel(book, sheet_name="Raw", index=False)
    with pytest.raises(InputRefused, match="'DE', 'Raw'"):
        read_profiles(tmp_path / "t.xlsx")
    book = openpyxl.load_workbook(tmp_path / "t.xlsx")
    book["DE"].sheet_state = "hidden"
    book.save(tmp_path / "t.xlsx")
    profiles = read_profiles(tmp_path / "t.xlsx")
    assert list(profiles.samples) == ["CM1", "CM2"]
    assert "Only the sheet 'Raw' was read, not DE" in str(profiles.warnings[-1])
    assert read_profiles(tmp_path / "t.xlsx", sheet="DE").factors["value"].tolist() == [1.9, -2.4]


def test_a_sample_sheet_beside_the_data_is_not_asked_about(tmp_path: Path) -> None:
    data = pd.DataFrame({"sample": ["a", "b"], "VEGF [pg/mL]": [10, 20], "IL-6 [pg/mL]": [5, 8]})
    said = pd.DataFrame({"sample": ["a", "b"], "cell_source": ["adipose"] * 2, "product": ["CM", "EV"]})
    with pd.ExcelWriter(tmp_path / "t.xlsx") as book:
        said.to_excel(book, sheet_name="Samples", index=False)
        data.to_excel(book, sheet_name="Data", index=False)
    profiles = read_profiles(tmp_path / "t.xlsx", metadata=tmp_path / "t.xlsx")
    assert profiles.factors["factor"].tolist() == ["VEGFA", "VEGFA", "IL6", "IL6"]
    assert profiles.context["cell_source"].tolist() == ["adipose", "adipose"]


def test_explore_ht_in_parquet(tmp_path: Path) -> None:
    frame = pd.DataFrame(
        {
            "SampleID": ["a", "a", "b", "b", "NC", "NC"],
            "SampleType": ["SAMPLE"] * 4 + ["NEGATIVE_CONTROL"] * 2,
            "OlinkID": ["OID1", "OID2"] * 3,
            "UniProt": ["P15692", "P05231"] * 3,
            "Assay": ["VEGFA", "IL6"] * 3,
            "AssayType": ["assay", "assay"] * 3, "PlateID": ["P1"] * 6, "Count": [10, 20] * 3,
            "NPX": [7.1, 3.1, 8.4, 4.4, 0.1, 0.2], "SampleQC": ["PASS"] * 6,
        }
    )  # fmt: skip
    frame.to_parquet(tmp_path / "t.parquet")
    assert recognise(open_source(tmp_path / "t.parquet")) == "olink"
    assert told(tmp_path / "t.parquet") == {"a": {"VEGFA": 7.1, "IL6": 3.1}, "b": {"VEGFA": 8.4, "IL6": 4.4}}
    frame["SampleType"] = frame["SampleType"].replace("NEGATIVE_CONTROL", "MYSTERY")
    frame.to_parquet(tmp_path / "t.parquet")
    with pytest.raises(InputRefused, match="'MYSTERY' is no known type of a sample"):
        read_profiles(tmp_path / "t.parquet")


def test_diann_report_in_parquet(tmp_path: Path) -> None:
    rows = [("a", "P15692", "VEGFA", 7e4, 0.001), ("a", "P15692", "VEGFA", 7e4, 0.001),
            ("b", "P15692", "VEGFA", 9e4, 0.001), ("b", "P05231", "IL6", 3e4, 0.5),
            ("a", "contam_sp|P02769", "ALB", 5e6, 0.001)]  # fmt: skip
    frame = pd.DataFrame(rows, columns=["Run", "Protein.Group", "Genes", "PG.MaxLFQ", "Global.PG.Q.Value"])
    frame.assign(Decoy=0).to_parquet(tmp_path / "report.parquet")
    assert recognise(open_source(tmp_path / "report.parquet")) == "diann_report"
    assert told(tmp_path / "report.parquet") == {"a": {"VEGFA": 7e4}, "b": {"VEGFA": 9e4}}


def test_an_adat_by_hand(tmp_path: Path) -> None:
    text = (
        "^HEADER\n!Version\t1.2\n^COL_DATA\n!Name\tSeqId\n^ROW_DATA\n!Name\tPlateId\n^TABLE_BEGIN\n"
        "\t\t\tSeqId\t1-1\t2-2\t3-3\n\t\t\tUniProt\tP15692\tP05231\t\n\t\t\tEntrezGeneSymbol\tVEGFA\tIL6\t\n"
        "\t\t\tOrganism\tHuman\tHuman\tHuman\n\t\t\tType\tProtein\tProtein\tHybridization Control Elution\n"
        "PlateId\tSampleId\tSampleType\t\n"
        "P1\tmsc\tSample\t\t812.5\t1203\t9\nP1\tmsc\tCalibrator\t\t1\t2\t9\nP1\tx\tBuffer\t\t90\t80\t9\n"
    )
    profiles = read_profiles(written(tmp_path, "a.adat", text))
    values = {str(r.factor): float(r.value) for r in profiles.factors.itertuples()}
    assert values == {"VEGFA": 812.5, "IL6": 1203}
    assert list(profiles.samples) == ["msc"]
    assert set(profiles.factors["unit"]) == {"RFU"}
    assert "1 rows dropped: no human protein (control or other aptamer)" in profiles.notes


def test_check_shows_the_reading(tmp_path: Path) -> None:
    text, _ = RESULTS["amica.tsv"]
    report = check_input(written(tmp_path, "amica.tsv", text))
    assert report.ok
    assert report.columns["quantified"] == "flag"
    assert report.columns["logFC_A__vs__B"] == "log2 fold change"
    assert report.columns["t_A__vs__B"] == "statistic"
    assert report.dropped == {"contaminant": 1}
    assert report.directions[0] == {"sample": "amica A vs B", "elevated": 1, "unchanged": 0, "decreased": 1}
    assert [w["factor"] for w in report.worked][:2] == ["VEGFA", "IL6"]
    assert report.worked[0]["value"] == "1.9 log2 fold change"
    titles = [title for title, _, _ in report.sections()]
    assert {"Columns", "Levels up and down", "Three values, worked", "Rows left out"} <= set(titles)


def test_columns_without_an_amount_warn_in_words_alone(tmp_path: Path) -> None:
    # Found by coverage-guided fuzzing: NumPy's warning reached the user.
    (tmp_path / "t.csv").write_text("Gene,A,B,C\nVEGFA,0,0,0\nIL6,0,0,0\nHGF,0,0,0\n")
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        with contextlib.suppress(InputRefused):
            read_profiles(tmp_path / "t.csv")
