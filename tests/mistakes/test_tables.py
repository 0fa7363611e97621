"""Tables of genes and results: marks, statistics and scales that look like something else."""

import numpy as np
import pandas as pd


def test_names_through_r(row, read, score, maxquant):
    through_r = maxquant.rename(columns=lambda c: c.replace(" ", "."))
    row.same(score(read(maxquant, "t.txt")), score(read(through_r, "t.txt")))


def test_row_names_of_r(row, read, score, amounts):
    text = amounts.set_index("Gene").to_csv(sep="\t", index_label=False)
    row.same(score(read(amounts, "t.tsv")), score(read(text, "t.tsv")))


def test_a_matrix_on_its_side(row, read, score, amounts):
    wide = amounts.set_index("Gene").T.rename_axis("").reset_index()
    row.same(score(read(amounts)), score(read(wide)))


def test_statistics_beside_samples(row, read, amounts):
    row.warns(read(amounts.assign(**{"p.value": 0.01, "score": 12.5})))


def test_running_numbers(row, read, amounts):
    row.warns(read(amounts.assign(order=range(len(amounts)))))


def test_means_beside_replicates(row, read, amounts):
    samples = list(amounts.columns[1:4])
    renamed = amounts.rename(columns={s: f"norm_{i + 1}" for i, s in enumerate(samples)})
    row.warns(read(renamed.assign(norm=amounts[samples].mean(axis=1))))


def test_a_column_on_another_scale(row, read, amounts):
    row.warns(read(amounts.assign(extra=np.log2(amounts[amounts.columns[1]]).round(3))))


def test_log2_called_fold_change(row, read, changes):
    row.warns(read(changes.rename(columns={"log2 fold change": "fold change"})))


def test_the_same_change_twice(row, read, score, changes):
    twice = changes.assign(**{"fold change": np.exp2(changes["log2 fold change"])})
    row.same(score(read(changes)), score(read(twice)))


def test_marks_of_significance(row, read, score, changes):
    marked = changes.assign(Significant=np.where(changes["log2 fold change"].abs() > 1, "+", ""))
    row.same(score(read(changes)), score(read(marked)))


def test_marks_of_an_annotation(row, read, score, changes):
    marks = np.where(np.arange(len(changes)) % 2, "+", "-")
    row.same(score(read(changes)), score(read(changes.assign(SignalP=marks))))


def test_minus_log_p_beside_a_change(row, read, score, changes):
    row.same(score(read(changes)), score(read(changes.assign(**{"-log p": 4.2, "stat": -3.5}))))


def test_only_what_rose(row, read, changes):
    row.warns(read(changes[changes["log2 fold change"] > 0.6]))


def test_a_list_of_names(row, read, changes):
    row.warns(read(changes.drop(columns="log2 fold change").assign(Secreted=True)))


def test_contaminants_behind_a_bar(row, read, fragpipe):
    marked = fragpipe.assign(Protein=fragpipe["Protein"].str.replace("contam_sp|", "sp|Cont_", regex=False))
    row.warns(read(marked, "t.tsv"))


def test_a_table_of_peptides(row, read, fragpipe):
    row.refuses(lambda: read(fragpipe.assign(**{"Peptide Sequence": "AAK", "Charge": 2}), "t.tsv"))


def test_a_title_above_the_header(row, read, amounts):
    title = "Table S3. Secreted proteins" + "," * (amounts.shape[1] - 1) + "\n"
    row.refuses(lambda: read(title + amounts.to_csv(index=False)))


def test_identifiers_of_genes(row, read, amounts):
    ids = [f"ENSG{i:011d}" for i in range(len(amounts))]
    row.refuses(lambda: read(amounts.assign(Gene=ids)))


def test_design_columns_without_a_sample(row, read, panel):
    table = panel.drop(columns=["cell_type", "cell_source", "species", "product"])
    row.refuses(lambda: read(table.rename(columns={"sample": "Treatment"}).assign(Plate=1)))


def test_design_columns_beside_the_sample(row, read, panel):
    row.warns(read(panel.assign(Plate="Plate 1", Treatment="LPS")))


def test_a_type_of_sample_that_olink_does_not_know(row, read, panel):
    numbers = panel.filter(like="[pg/mL]").iloc[:, :3]
    rows = [
        {"SampleID": s, "SampleType": "PATIENT", "OlinkID": f"OID{i}"}
        | {"Assay": c.split(" ")[0], "NPX": float(v)}
        for s, values in zip(panel["sample"], np.log2(numbers.to_numpy()), strict=True)
        for i, (c, v) in enumerate(zip(numbers.columns, values, strict=True))
    ]  # fmt: skip
    row.refuses(lambda: read(pd.DataFrame(rows)))


def test_ratios_the_other_way_round(row, read, score, changes):
    turned = read(changes.assign(**{"log2 fold change": -changes["log2 fold change"]}))
    row.unseen(score(read(changes)), score(turned), turned)


def test_log10_called_log2(row, read, score, changes):
    short = read(changes.assign(**{"log2 fold change": (changes["log2 fold change"] / np.log2(10)).round(4)}))
    row.unseen(score(read(changes)), score(short), short)
