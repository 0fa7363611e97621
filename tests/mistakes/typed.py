# ruff: noqa: E501 -- a table stays on its line
"""Small tables as strangers type them: the mistake, what happens, the message, the table, the right one.

`;;` ends a line, so that a table stays one line here. `V` and `I` are two columns with their units.
"""

SAME, WARNS, REFUSES = "same answer", "warns", "refuses"
_V, _I = "VEGF [pg/mL]", "IL-6 [pg/mL]"
_AMOUNTS = f"sample,{_V},{_I};;a,1200.5,20;;b,2300.1,30"
_CHANGES = "Gene,log2FC;;VEGFA,1.5;;IL6,-2.1;;HGF,0.1"
_LIMITS = f"sample,{_V},{_I};;a,not_detected,20;;b,200,not_detected"
_NOT_A_NUMBER = "is neither a number nor a state"


def _wide(first: str, second: str = "200") -> str:
    return f"sample,{_V},{_I};;a,{first},20;;b,{second},30"


TYPED: dict[str, tuple[str, str, str, str, str | None]] = {
    # How the file was written
    "tabs_and_commas": ("tabs in a .csv, with decimal commas", SAME, "", f"sample\t{_V}\t{_I};;a\t1200,5\t20;;b\t2300,1\t30", _AMOUNTS),
    "utf16": ("saved as Unicode text (UTF-16)", REFUSES, "The file is UTF-16.", "utf-16:" + _AMOUNTS, None),
    "latin_micro": ("a micro sign of Windows-1252", REFUSES, "The file is not UTF-8", "latin-1:" + _AMOUNTS.replace("pg/mL", "µg/mL"), None),
    "numbered_rows": ("row numbers of pandas under an empty header", SAME, "", f",sample,{_V},{_I};;0,a,1200.5,20;;1,b,2300.1,30", _AMOUNTS),
    "single_quotes": ("single quotes round every cell", REFUSES, "The content is of no known format", f"'sample','{_V}','{_I}';;'a','100','20'", None),
    "markdown": ("a table of Markdown", REFUSES, "The column has no name.", f"| sample | {_V} | {_I} |;;|---|---|---|;;| a | 100 | 20 |", None),
    "title_above": ("a title above a narrow table", REFUSES, "below a title", f"Table S2: cytokines;;sample,{_V},{_I};;a,100,20;;b,200,30", None),
    "footnote_below": ("a footnote below the last row", WARNS, "No factor has a value", _AMOUNTS + ";;Mean of three donors,,", None),
    "second_table_below": ("a second table below the first", REFUSES, _NOT_A_NUMBER, f"sample,{_V};;a,100;;b,200;;sample,{_I};;a,20;;b,30", None),
    "column_without_name": ("an empty column as a spacer", REFUSES, "The column has no name.", f"sample,{_V},,{_I};;a,100,,20;;b,200,,30", None),
    # Headers
    "row_of_units": ("a row of units below the header, typed by hand", REFUSES, _NOT_A_NUMBER, "sample,VEGF,IL-6;;x,pg/mL,pg/mL;;a,100,20;;b,200,30", None),
    "two_header_rows": ("two rows of header (`conc`, `SD`)", REFUSES, "Two columns share this name.", "sample,VEGF,VEGF,IL-6,IL-6;;,conc,SD,conc,SD;;a,100,3,20,1", None),
    "deviations_in_a_panel": ("deviations beside the concentrations", WARNS, "names are unknown or ambiguous (such as VEGF SD", f"sample,{_V},VEGF SD,{_I},IL-6 SD;;a,1200.5,12,20,3;;b,2300.1,10,30,4", None),
    "unit_in_the_sample": ("the unit behind the sample's name", WARNS, "numbers without a unit count as present", "sample,VEGF,IL-6;;CM (pg/mL),100,20;;EV (pg/mL),200,30", None),
    "unit_over_the_names": ("the unit above the column of names (`Analyte (pg/mL)`)", SAME, "", "Analyte (pg/mL),a,b;;VEGF,1200.5,2300.1;;IL-6,20,30", "Analyte,unit,a,b;;VEGF,pg/mL,1200.5,2300.1;;IL-6,pg/mL,20,30"),
    "units_by_row": ("another unit in every row", SAME, "", "Analyte,Unit,a,b;;VEGF,ng/mL,1.2005,2.3001;;IL-6,pg/mL,20,30", "Analyte,Unit,a,b;;VEGF,pg/mL,1200.5,2300.1;;IL-6,pg/mL,20,30"),
    "group_for_sample": ("groups in place of samples, under `Group`", REFUSES, "No column names the samples", "Group,VEGF (pg/ml),IL-6 (pg/ml);;Normoxia,100,20;;Hypoxia,200,30", None),
    "log10_of_a_panel": ("log10 in front of the cytokine", WARNS, "None of the factor names is known", "sample,log10 VEGF,log10 IL-6;;a,2.1,1.3;;b,2.3,1.5", None),
    "optical_density": ("optical densities in place of concentrations", WARNS, "None of the factor names is known", "sample,VEGF OD450,IL-6 OD450;;a,1.2,0.4;;b,2.2,0.1", None),
    "percent_of_control": ("percent of the control as unit", REFUSES, "'% of control' is no known unit.", "sample,VEGF [% of control],IL-6 [% of control];;a,150,80", None),
    "dilution_beside": ("the dilution beside the amounts", WARNS, "columns about the samples, not read: Dilution", f"Sample,Dilution,{_V},{_I};;a,2,100,20;;b,10,200,30", None),
    "international_units": ("international units", REFUSES, "units of activity", f"sample,{_V},IFN-g [IU/mL];;a,100,20", None),
    # Cells
    "below_lod_as_word": ("`<LOD` and `<LLOQ` for what was not found", SAME, "", f"sample,{_V},{_I};;a,<LOD,20;;b,200,<LLOQ", _LIMITS),
    "blq": ("`BLQ` and `BDL`", SAME, "", f"sample,{_V},{_I};;a,BLQ,20;;b,200,BDL", _LIMITS),
    "below_detection_limit": ("`below detection limit`", SAME, "", f"sample,{_V},{_I};;a,below detection limit,20;;b,200,below LOD", _LIMITS),
    "not_done": ("`not done` for what was not measured", REFUSES, _NOT_A_NUMBER, _wide("not done"), None),
    "na_of_excel": ("`#N/A` in a table of a person", REFUSES, "could mean not measured or not detected", _wide("#N/A"), None),
    "reference_error": ("`#REF!` of a broken formula", REFUSES, _NOT_A_NUMBER, _wide("#REF!"), None),
    "unit_in_the_cell": ("the unit in every cell", REFUSES, _NOT_A_NUMBER, _wide("100 pg/mL", "200 pg/mL"), None),
    "deviation_in_the_cell": ("mean and deviation in one cell (`100±12`)", REFUSES, _NOT_A_NUMBER, _wide("100±12"), None),
    "deviation_in_brackets": ("the deviation in brackets (`100 (12)`)", REFUSES, _NOT_A_NUMBER, _wide("100 (12)"), None),
    "range_in_the_cell": ("a range in one cell (`100-120`)", REFUSES, _NOT_A_NUMBER, _wide("100-120"), None),
    "about": ("about so much (`~100`)", REFUSES, _NOT_A_NUMBER, _wide("~100"), None),
    "stars_of_significance": ("stars of significance behind the number", REFUSES, _NOT_A_NUMBER, _wide("100*", "200**"), None),
    "letter_for_zero": ("the letter O for a zero", REFUSES, _NOT_A_NUMBER, _wide("1OO"), None),
    "middle_dot": ("a middle dot for the decimal point", REFUSES, _NOT_A_NUMBER, _wide("1·5", "2·1"), None),
    "power_of_ten": ("powers of ten as printed (`1.2x10^3`)", REFUSES, _NOT_A_NUMBER, _wide("1.2x10^3"), None),
    "apostrophe_thousands": ("thousands divided by apostrophes", REFUSES, _NOT_A_NUMBER, _wide("1'200.5", "2'300.1"), None),
    "blank_thousands": ("thousands divided by narrow blanks", REFUSES, _NOT_A_NUMBER, _wide("1\u202f200.5"), None),
    "fold_with_x": ("fold changes with an x (`2.5x`)", REFUSES, _NOT_A_NUMBER, "sample,VEGF,IL-6;;a,2.5x,0.4x", None),
    "percent_in_cells": ("percent in every cell", REFUSES, _NOT_A_NUMBER, "sample,VEGF,IL-6;;a,150%,80%;;b,100%,100%", None),
    "arrows_in_a_panel": ("arrows for the level", REFUSES, _NOT_A_NUMBER, "sample,VEGF,IL-6;;a,↑,↓", None),
    "true_false": ("TRUE and FALSE for the level", REFUSES, _NOT_A_NUMBER, "sample,VEGF,IL-6;;a,TRUE,FALSE", None),
    "negative_amount": ("a negative concentration from the curve", REFUSES, "-3.2 is negative.", _wide("-3.2"), None),
    # Rows
    "row_of_limits": ("the limits of the assay as the last row", WARNS, "named like a limit of detection", _AMOUNTS + ";;LLOD,3.1,0.5", None),
    "mean_and_sd_rows": ("mean and deviation as last rows", WARNS, "named like a mean, a total or a deviation", _AMOUNTS + ";;Mean,1750,25;;SD,70,7", None),
    "medium_as_sample": ("the medium among the samples", WARNS, "a blank or a medium without cells", _AMOUNTS + ";;culture medium,3,1", None),
    "named_control": ("a control that nothing was compared with", WARNS, "Named like a control, but scored as a sample", _AMOUNTS + ";;untreated,900,15", None),
    "sample_twice": ("one sample in two rows of a plate", WARNS, "2 repeated measurements joined", f"sample,{_V},{_I};;a,100,20;;a,200,30", None),
    "numbers_for_samples": ("samples named by numbers", SAME, "", f"sample,{_V},{_I};;1,1200.5,20;;2,2300.1,30", f"sample,{_I},{_V};;1,20,1200.5;;2,30,2300.1"),
    # Changes
    "typeset_minus": ("the minus sign of a printed table", SAME, "", _CHANGES.replace("-", "−"), _CHANGES),
    "en_dash_minus": ("an en dash for the minus", SAME, "", _CHANGES.replace("-", "–"), _CHANGES),
    "inverse_ratios": ("negative fold changes for what fell", SAME, "", "Gene,Fold change;;VEGFA,4;;IL6,-2;;HGF,1", "Gene,log2FC;;VEGFA,2;;IL6,-1;;HGF,0"),
    "control_over_treated": ("the change of the control against the treated cells", WARNS, "up is more in the former", _CHANGES.replace("log2FC", "log2FC (control/hypoxia)"), None),
    "normoxia_vs_hypoxia": ("the same, spelt out (`normoxia vs hypoxia`)", WARNS, "change of 'normoxia' against 'hypoxia'", _CHANGES.replace("log2FC", "normoxia vs hypoxia log2FC"), None),
    "falling_written_as_rising": ("ratios above 1 under `Downregulated`", REFUSES, "The header says that the factors fall", "Gene,Downregulated in hypoxia (fold);;VEGFA,2.5;;IL6,3.1", None),
    "size_and_direction": ("the size without sign, and the direction beside it", SAME, "", "Gene,FC (abs),Regulation;;VEGFA,2.5,up;;IL6,3,down", "Gene,Regulation;;VEGFA,up;;IL6,down"),
    "percent_of_change": ("changes in percent, by name", REFUSES, "headed as a change", "Gene,% change;;VEGFA,150;;IL6,-40", None),
    "log10_by_sample": ("log10 amounts of several samples, by their headers", SAME, "", "Gene,log10 A,log10 B,log10 C;;VEGFA,6.1,6.3,6.2;;IL6,5.1,5.2,5;;HGF,4,4.2,4.4", "Gene,A,B,C;;VEGFA,1258925.4117941673,1995262.3149688789,1584893.1924611153;;IL6,125892.54117941673,158489.31924611153,100000;;HGF,10000,15848.931924611153,25118.864315095823"),
    "z_scores": ("z-scores in place of amounts", WARNS, "negative, like z-scores", "Gene,A,B,C;;VEGFA,-0.7,1.2,0.1;;IL6,0.5,-1.1,0.6;;HGF,1,0.1,-1.1", None),
    "dates_by_day": ("`2-Sep` for SEPTIN2, in a list", WARNS, "gene names are dates that a spreadsheet made", _CHANGES + ";;2-Sep,1.2", None),
    "ensembl_names": ("Ensembl identifiers in place of symbols", REFUSES, "named by identifiers of genes or probes", "gene_id,A,B;;ENSG00000112715,100,200;;ENSG00000136244,20,30;;ENSG00000019991,5,6", None),
    "total_of_a_matrix": ("a total below the genes", WARNS, "names are unknown or ambiguous (such as Total)", "Gene,A,B;;VEGFA,100,200;;IL6,20,30;;Total,120,230", None),
}  # fmt: skip


def content(text: str) -> bytes:
    """Return the bytes of a table of this module."""
    encoding, _, rest = (
        text.partition(":") if text.startswith(("utf-16:", "latin-1:")) else ("utf-8", "", text)
    )
    return (rest.replace(";;", "\n") + "\n").encode(encoding)
