"""Files to fill in, with comments that the readers skip."""

from __future__ import annotations

from secretome_ml.core.registry import Registry
from secretome_ml.profiles.profiles import STATE_LEVELS

_STATES = ", ".join(STATE_LEVELS)
_WIDE = f"""\
# Profile table, wide: one row per sample. Lines that begin with "# " are comments and are skipped.
# The first columns say what the sample is; leave a cell empty where it is not known.
# Every further column is a factor, under any usual name; put the unit in square brackets.
# A cell is a number, or one of: {_STATES}.
# Empty = not measured. <3.2 = below the detection limit 3.2. >5000 = above the range.
# preconditioning: none, or for instance hypoxia(o2=1%, hours=48) + cytokine(IFNG, 10 ng/mL, hours=24)
# Units: pg/mL, ng/mL, ng/L, pM, pg/10^6 cells, pg/10^6 cells/24 h, NPX, MFI, log2, fold change.
sample,cell_type,cell_source,species,stage,product,culture,preconditioning,VEGF-A [pg/mL],IL-6 [pg/mL],HGF
example_1,MSC,bone_marrow,human,adult,conditioned medium,2d,none,500,<3.2,detected
example_2,MSC,bone_marrow,human,adult,conditioned medium,2d,"hypoxia(o2=1%, hours=48)",1200,8.5,elevated
"""
_LONG = f"""\
# Profile table, long: one row per sample and factor. Lines that begin with "# " are comments and are skipped.
# value: a number, or <3.2 below the detection limit, or >5000 above the range; or empty, with a state.
# state: {_STATES}. lod: the detection limit, where it is known.
# The context columns (cell_type to preconditioning) may be filled on the first row of a sample only,
# or stand in a sample sheet instead (--metadata).
sample,factor,value,unit,state,lod,cell_type,cell_source,species,product,preconditioning
example_1,VEGF-A,500,pg/mL,,3.1,MSC,bone_marrow,human,conditioned medium,none
example_1,IL-6,<3.2,pg/mL,,,,,,,
example_2,VEGF-A,1200,pg/mL,,3.1,MSC,bone_marrow,human,conditioned medium,"hypoxia(o2=1%, hours=48)"
example_2,HGF,,,elevated,,,,,,
"""
_LUMINEX_SHEET = """\
# Sample sheet for a Luminex or mass-spectrometry export (--metadata). Lines that begin with "# " are skipped.
# sample: the name in the export (paths and extensions do not matter), or the well (A1 to H12).
# role: sample, control (what the others of its batch are compared with), blank, standard.
# replicate: fill it to join replicates; rows that agree in everything else become one sample.
# group: a name for the joined replicates. batch: the plate or run.
sample,role,group,replicate,batch,cell_type,cell_source,species,donor,product,culture,preconditioning
Unknown1,control,normoxia,1,plate 1,MSC,bone_marrow,human,,conditioned medium,2d,none
Unknown2,control,normoxia,2,plate 1,MSC,bone_marrow,human,,conditioned medium,2d,none
Unknown3,sample,hypoxia,1,plate 1,MSC,bone_marrow,human,,conditioned medium,2d,"hypoxia(o2=1%, hours=48)"
Unknown4,sample,hypoxia,2,plate 1,MSC,bone_marrow,human,,conditioned medium,2d,"hypoxia(o2=1%, hours=48)"
"""

TEMPLATES: Registry[str] = Registry(
    "template", {"wide": _WIDE, "long": _LONG, "luminex-sheet": _LUMINEX_SHEET}
)


def template(format: str) -> str:
    """Return the text of a file to fill in.

    Parameters
    ----------
    format : {"wide", "long", "luminex-sheet"}
        Which file.

    Raises
    ------
    UnknownName
        If there is no such template.

    Examples
    --------
    >>> template("wide").splitlines()[-1].split(",")[0]
    'example_2'
    """
    return TEMPLATES[format]
