"""Whole kits: every analyte as the kit spells it is one known factor, or is asked about by name."""

import pytest

from secretome_ml.readers.genes import resolve_name

# Analytes divided by bars, as the manufacturers list them.
KITS = {
    "Bio-Plex Pro 27-plex": (
        "FGF basic|Eotaxin|G-CSF|GM-CSF|IFN-γ|IL-1β|IL-1ra|IL-2|IL-4|IL-5|IL-6|IL-7|IL-8|IL-9|IL-10|"
        "IL-12 (p70)|IL-13|IL-15|IL-17A|IP-10|MCP-1 (MCAF)|MIP-1α|MIP-1β|PDGF-BB|RANTES|TNF-α|VEGF"
    ),
    "Bio-Plex Manager 27": (
        "Hu FGF basic|Hu Eotaxin|Hu G-CSF|Hu GM-CSF|Hu IFN-g|Hu IL-1b|Hu IL-1ra|Hu IL-2|"
        "Hu IL-12(p70)|Hu IL-17|Hu IP-10|Hu MCP-1(MCAF)|Hu MIP-1a|Hu MIP-1b|Hu PDGF-bb|Hu RANTES|"
        "Hu TNF-a|Hu VEGF"
    ),
    "Bio-Plex 48 extra": (
        "CTACK|GRO-α|HGF|IFN-α2|IL-1α|IL-2Rα|IL-3|IL-12 (p40)|IL-16|IL-18|LIF|MCP-3|M-CSF|MIF|MIG|"
        "β-NGF|SCF|SCGF-β|SDF-1α|TNF-β|TRAIL"
    ),
    "Bio-Plex chemokine 40": (
        "6Ckine/CCL21|BCA-1/CXCL13|CTACK/CCL27|ENA-78/CXCL5|Eotaxin/CCL11|Eotaxin-2/CCL24|"
        "Eotaxin-3/CCL26|Fractalkine/CX3CL1|GCP-2/CXCL6|GM-CSF|Gro-α/CXCL1|Gro-β/CXCL2|I-309/CCL1|"
        "IFN-γ|IL-1β|IL-2|IL-4|IL-6|IL-8/CXCL8|IL-10|IL-16|IP-10/CXCL10|I-TAC/CXCL11|MCP-1/CCL2|"
        "MCP-2/CCL8|MCP-3/CCL7|MCP-4/CCL13|MDC/CCL22|MIF|MIG/CXCL9|MIP-1α/CCL3|MIP-1δ/CCL15|"
        "MIP-3α/CCL20|MIP-3β/CCL19|MPIF-1/CCL23|SCYB16/CXCL16|SDF-1α+β/CXCL12|TARC/CCL17|TECK/CCL25|"
        "TNF-α"
    ),
    "Bio-Plex inflammation 37": (
        "APRIL/TNFSF13|BAFF/TNFSF13B|sCD30/TNFRSF8|sCD163|Chitinase-3-like 1|gp130/sIL-6Rβ|IFN-α2|"
        "IFN-β|IFN-γ|IL-2|sIL-6Rα|IL-8|IL-10|IL-11|IL-12 (p40)|IL-12 (p70)|IL-19|IL-20|IL-22|IL-26|"
        "IL-27 (p28)|IL-28A/IFN-λ2|IL-29/IFN-λ1|IL-32|IL-34|IL-35|LIGHT/TNFSF14|MMP-1|MMP-2|MMP-3|"
        "Osteocalcin|Osteopontin|Pentraxin-3|sTNF-R1|sTNF-R2|TSLP|TWEAK/TNFSF12"
    ),
    "MILLIPLEX 41": (
        "EGF|FGF-2|Eotaxin|TGF-α|G-CSF|Flt-3L|GM-CSF|Fractalkine|IFNα2|IFNγ|GRO|IL-10|MCP-3|IL-12P40|"
        "MDC|IL-12P70|PDGF-AA|IL-13|PDGF-AB/BB|IL-15|sCD40L|IL-17A|IL-1RA|IL-1α|IL-9|IL-1β|IL-2|IL-3|"
        "IL-4|IL-5|IL-6|IL-7|IL-8|IP-10|MCP-1|MIP-1α|MIP-1β|RANTES|TNFα|TNFβ|VEGF"
    ),
    "MILLIPLEX 48": (
        "sCD40L|EGF|Eotaxin|FGF-2|FLT-3L|Fractalkine|G-CSF|GM-CSF|GROα|IFNα2|IFNγ|IL-1α|IL-1β|IL-1RA|"
        "IL-2|IL-3|IL-4|IL-5|IL-6|IL-7|IL-8|IL-9|IL-10|IL-12 (p40)|IL-12 (p70)|IL-13|IL-15|IL-17A|"
        "IL-17E/IL-25|IL-17F|IL-18|IL-22|IL-27|IP-10|MCP-1|MCP-3|M-CSF|MDC|MIG/CXCL9|MIP-1α|MIP-1β|"
        "PDGF-AA|PDGF-AB/BB|RANTES|TGFα|TNFα|TNFβ|VEGF-A"
    ),
    "ProcartaPlex 45": (
        "BDNF|Eotaxin/CCL11|EGF|FGF-2|GM-CSF|GRO alpha/CXCL1|HGF|NGF beta|LIF|IFN alpha|IFN gamma|"
        "IL-1 beta|IL-1 alpha|IL-1RA|IL-2|IL-4|IL-5|IL-6|IL-7|IL-8/CXCL8|IL-9|IL-10|IL-12 p70|IL-13|"
        "IL-15|IL-17A|IL-18|IL-21|IL-22|IL-23|IL-27|IL-31|IP-10/CXCL10|MCP-1/CCL2|MIP-1 alpha/CCL3|"
        "MIP-1 beta/CCL4|RANTES/CCL5|SDF-1 alpha/CXCL12|TNF alpha|TNF beta/LTA|PDGF-BB|PLGF|SCF|"
        "VEGF-A|VEGF-D"
    ),
    "ProcartaPlex 65": (
        "APRIL|BAFF|BLC|CD30|CD40L|ENA-78|Eotaxin-2|Eotaxin-3|Fractalkine|G-CSF|Gro-alpha|I-TAC|"
        "IL-16|IL-18|IL-20|IL-2R|IL-3|MCP-2|MCP-3|M-CSF|MDC|MIF|MIG|MIP-3 alpha|MMP-1|TNF-RII|TRAIL|"
        "TSLP|TWEAK|HGF|LIF|SCF|bNGF"
    ),
    "Luminex 30 Invitrogen": (
        "EGF|Eotaxin|FGF-Basic|G-CSF|GM-CSF|HGF|IFN-alpha|IFN-gamma|IL-1RA|IL-1beta|IL-2|IL-2R|IL-4|"
        "IL-5|IL-6|IL-7|IL-8|IL-10|IL-12 (p40/p70)|IL-13|IL-15|IL-17|IP-10|MCP-1|MIG|MIP-1alpha|"
        "MIP-1beta|RANTES|TNF-alpha|VEGF"
    ),
    "RayBiotech Quantibody growth/infl": (
        "AR|BDNF|bFGF|BMP-4|BMP-5|BMP-7|b-NGF|EGF|EGFR|EG-VEGF|FGF-4|FGF-7|GDF-15|GDNF|GH|HB-EGF|HGF|"
        "IGFBP-1|IGFBP-2|IGFBP-3|IGFBP-4|IGFBP-6|IGF-I|Insulin|MCSF R|NGF R|NT-3|NT-4|"
        "Osteoprotegerin|PDGF-AA|PIGF|SCF|SCF R|TGFa|TGFb1|TGFb3|VEGF|VEGF R2|VEGF R3|VEGF-D|BLC|"
        "Eotaxin|Eotaxin-2|G-CSF|GM-CSF|I-309|ICAM-1|IFNg|IL-1a|IL-1b|IL-1ra|IL-2|IL-4|IL-5|IL-6|"
        "IL-6sR|IL-7|IL-8|IL-10|IL-11|IL-12p40|IL-12p70|IL-13|IL-15|IL-16|IL-17|MCP-1|MCSF|MIG|"
        "MIP-1a|MIP-1b|MIP-1d|PDGF-BB|RANTES|TIMP-1|TIMP-2|TNFa|TNFb|TNF RI|TNF RII"
    ),
    "RayBiotech C1000": (
        "Angiogenin|BDNF|BLC|BMP-4|BMP-6|CK beta 8-1|CNTF|EGF|Eotaxin|Eotaxin-2|Eotaxin-3|FGF-6|"
        "FGF-7|Flt-3 Ligand|Fractalkine|GCP-2|GDNF|GM-CSF|I-309|IFN-gamma|IGFBP-1|IGFBP-2|IGFBP-4|"
        "IGF-I|IL-10|IL-13|IL-15|IL-16|IL-1 alpha|IL-1 beta|IL-1 ra|IL-2|IL-3|IL-4|IL-5|IL-6|IL-7|"
        "Leptin|LIGHT|MCP-1|MCP-2|MCP-3|MCP-4|M-CSF|MDC|MIG|MIP-1 delta|MIP-3 alpha|NAP-2|NT-3|PARC|"
        "PDGF-BB|RANTES|SCF|SDF-1|TARC|TGF-beta 1|TGF-beta 3|TNF-alpha|TNF-beta|Acrp30|AgRP|"
        "Amphiregulin|Angiopoietin-2|Axl|bFGF|beta-NGF|BTC|CCL-28|CTACK|Dtk|EGF-R|ENA-78|Fas/TNFRSF6|"
        "FGF-4|FGF-9|GCSF|GITR ligand|GITR|GRO|GRO-alpha|HCC-4|HGF|ICAM-1|ICAM-3|IGFBP-3|IGFBP-6|"
        "IGF-I SR|IL-1 R4/ST2|IL-1 RI|IL-11|IL-12 p40|IL-12 p70|IL-17|IL-2 Ra|IL-6 R|IL-8|I-TAC|"
        "Lymphotactin|MIF|MIP-1 alpha|MIP-1 beta|MIP-3 beta|MSP alpha-chain|NT-4|Osteoprotegerin|"
        "Oncostatin M|PIGF|sgp130|sTNF RI|sTNF-RII|TECK|TIMP-1|TIMP-2|Thrombopoietin|TRAIL R3|"
        "TRAIL R4|uPAR|VEGF|VEGF-D"
    ),
    "RayBiotech C1000 rest": (
        "Activin A|ALCAM|B7-1 (CD80)|BMP-5|BMP-7|Cardiotrophin-1|CD14|CXCL16|DR6|Endoglin|ErbB3|"
        "E-Selectin|Fas Ligand|ICAM-2|IGF-II|IL-1 R II|IL-10 Rb|IL-13 R2|IL-18 BP alpha|IL-18 Rb|"
        "IL-2 Rb|IL-2 Rg|IL-21 R|IL-5 Ra|IL-9|IP-10|LAP|Leptin R|LIF|L-Selectin|M-CSF R|MMP-1|MMP-13|"
        "MMP-9|MPIF-1|NGF R|PDGF AA|PDGF AB|PDGF Ra|PDGF Rb|PECAM-1|Prolactin|SCF R|SDF-1 beta|"
        "Siglec-5|TGF-alpha|TGF-beta 2|Tie-1|Tie-2|TIMP-4|VE-Cadherin|VEGF R2|VEGF R3"
    ),
    "Proteome Profiler XL": (
        "Adiponectin|Aggrecan|Angiogenin|Angiopoietin-1|Angiopoietin-2|BAFF|BDNF|"
        "Complement Component C5/C5a|CD14|CD30|CD31|CD40 ligand|Chitinase 3-like 1|"
        "Complement Factor D|C-Reactive Protein|Cripto-1|Cystatin C|Dkk-1|DPPIV|EGF|EMMPRIN|ENA-78|"
        "Endoglin|Fas Ligand|FGF basic|FGF-7|FGF-19|Flt-3 Ligand|G-CSF|GDF-15|GM-CSF|GROα|"
        "Growth Hormone|HGF|ICAM-1|IFN-γ|IGFBP-2|IGFBP-3|IL-1α|IL-1β|IL-1ra|IL-2|IL-3|IL-4|IL-5|IL-6|"
        "IL-8|IL-10|IL-11|IL-12 p70|IL-13|IL-15|IL-16|IL-17A|IL-18 Bpa|IL-19|IL-22|IL-23|IL-24|IL-27|"
        "IL-31|IL-32α/β/γ|IL-33|IL-34|IP-10|I-TAC|Kallikrein 3|Leptin|LIF|Lipocalin-2|MCP-1|MCP-3|"
        "M-CSF|MIF|MIG|MIP-1α/MIP-1β|MIP-3α|MIP-3β|MMP-9|Myeloperoxidase|Osteopontin|PDGF-AA|"
        "PDGF-AB/BB|Pentraxin-3|PF4|RAGE|RANTES|RBP4|Relaxin-2|Resistin|SDF-1α|Serpin E1|SHBG|ST2|"
        "TARC|TFF3|TfR|TGF-α|Thrombospondin-1|TIM-1|TNF-α|uPAR|VCAM-1|VEGF|Vitamin D BP"
    ),
    "Proteome Profiler Angiogenesis": (
        "Activin A|ADAMTS-1|Angiogenin|Angiopoietin-1|Angiopoietin-2|Angiostatin/Plasminogen|"
        "Amphiregulin|Artemin|Coagulation Factor III|CXCL16|DPPIV|EGF|EG-VEGF|Endoglin|"
        "Endostatin/Collagen XVIII|Endothelin-1|FGF acidic|FGF basic|FGF-4|FGF-7|GDNF|GM-CSF|HB-EGF|"
        "HGF|IGFBP-1|IGFBP-2|IGFBP-3|IL-1β|IL-8|LAP (TGF-β1)|Leptin|MCP-1|MIP-1α|MMP-8|MMP-9|NRG1-β1|"
        "Pentraxin 3|PD-ECGF|PDGF-AA|PDGF-AB/PDGF-BB|Persephin|Platelet Factor 4|PlGF|Prolactin|"
        "Serpin B5|Serpin E1|Serpin F1|TIMP-1|TIMP-4|Thrombospondin-1|Thrombospondin-2|uPA|Vasohibin|"
        "VEGF|VEGF-C"
    ),
    "Proteome Profiler Cytokine 36": (
        "CCL1/I-309|CCL2/MCP-1|MIP-1α/MIP-1β|CCL5/RANTES|CD40 Ligand/TNFSF5|"
        "Complement Component C5/C5a|CXCL1/GROα|CXCL10/IP-10|CXCL11/I-TAC|CXCL12/SDF-1|G-CSF|GM-CSF|"
        "ICAM-1/CD54|IFN-γ|IL-1α/IL-1F1|IL-1β/IL-1F2|IL-1ra/IL-1F3|IL-2|IL-4|IL-5|IL-6|IL-8|IL-10|"
        "IL-12 p70|IL-13|IL-16|IL-17A|IL-17E|IL-18/IL-1F4|IL-21|IL-27|IL-32α|MIF|Serpin E1/PAI-1|"
        "TNF-α|TREM-1"
    ),
    "Olink Target 96 Inflammation": (
        "IL8|VEGFA|CD8A|MCP-3|GDNF|CDCP1|CD244|IL7|OPG|LAP TGF-beta-1|uPA|IL6|IL-17C|MCP-1|IL-17A|"
        "CXCL11|AXIN1|TRAIL|IL-20RA|CXCL9|CST5|IL-2RB|IL-1 alpha|OSM|IL2|CXCL1|TSLP|CCL4|CD6|SCF|"
        "IL18|SLAMF1|TGF-alpha|MCP-4|CCL11|TNFSF14|FGF-23|IL-10RA|FGF-5|MMP-1|LIF-R|FGF-21|CCL19|"
        "IL-15RA|IL-10RB|IL-22 RA1|IL-18R1|PD-L1|Beta-NGF|CXCL5|TRANCE|HGF|IL-12B|IL-24|IL13|ARTN|"
        "MMP-10|IL10|TNF|CCL23|CD5|CCL3|Flt3L|CXCL6|CXCL10|4E-BP1|IL-20|SIRT2|CCL28|DNER|EN-RAGE|"
        "CD40|IL33|IFN-gamma|FGF-19|IL4|LIF|NRTN|MCP-2|CASP-8|CCL25|CX3CL1|TNFRSF9|NT-3|TWEAK|CCL20|"
        "ST1A1|STAMBP|IL5|ADA|TNFB|CSF-1"
    ),
    "Olink CVD II": (
        "BMP-6|ANGPT1|ADM|CD40-L|SLAMF7|PGF|ADAM-TS13|BOC|IL-4RA|IL-1ra|SRC|IL6|TNFRSF10A|STK4|IDUA|"
        "TNFRSF11A|PAR-1|TRAIL-R2|PRSS27|TIE2|TF|IL1RL2|PDGF subunit B|IL-27|IL-17D|CXCL1|LOX-1|"
        "Gal-9|GIF|SCF|IL18|FGF-21|PIgR|RAGE|SOD2|CTRC|FGF-23|SPON2|GH|FS|GLO1|CD84|PAPPA|SERPINA12|"
        "REN|DECR1|MERTK|KIM1|THBS2|TM|VSIG2|AMBP|PRELP|HO-1|XCL1|IL16|SORT1|CEACAM8|PTX3|PSGL-1|"
        "CCL17|CCL3|MMP7|ITGB1BP2|DCN|Dkk-1|LPL|PRSS8|AGRP|HB-EGF|GDF-2|FABP2|THPO|MARCO|GT|BNP|"
        "MMP12|ACE2|PD-L2|CTSL1|hOSCAR|TNFRSF13B|TGM2|LEP|CA5A|HSP 27|CD4|NEMO|VEGFD|PARP-1|HAOX1"
    ),
    "Olink CVD III": (
        "TNFRSF14|LDL receptor|ITGB2|IL-17RA|TNF-R2|MMP-9|EPHB4|IL2-RA|OPG|ALCAM|TFF3|SELP|CSTB|"
        "MCP-1|CD163|Gal-3|GRN|NT-proBNP|MEPE|BLM hydrolase|PLC|LTBR|Notch 3|TIMP4|CNTN1|CDH5|TLT-2|"
        "FABP4|TFPI|PAI|CCL24|TR|TNFRSF10C|GDF-15|SELE|AZU1|DLK-1|SPON1|MPO|CXCL16|IL-6RA|RETN|"
        "IGFBP-1|CHIT1|TR-AP|CCL22|PSP-D|PI3|Ep-CAM|AP-N|AXL|IL-1RT1|MMP-2|FAS|MB|TNFSF13B|PRTN3|"
        "PCSK9|U-PAR|OPN|CTSD|PGLYRP1|CPA1|JAM-A|Gal-4|IL-1RT2|SHPS-1|CCL15|CASP-3|uPA|CPB1|CHI3L1|"
        "ST2|t-PA|SCGB3A2|EGFR|IGFBP-7|CD93|IL-18BP|COL1A1|PON3|CTSZ|MMP-3|RARRES2|ICAM-2|KLK6|"
        "PDGF subunit A|TNF-R1|IGFBP-2|vWF|PECAM-1|CCL16"
    ),
    "MSD V-PLEX 54": (
        "IFN-γ|IL-1β|IL-2|IL-4|IL-6|IL-8|IL-10|IL-12p70|IL-13|TNF-α|GM-CSF|IL-1α|IL-5|IL-7|"
        "IL-12/IL-23p40|IL-15|IL-16|IL-17A|TNF-β|VEGF-A|Eotaxin|MIP-1β|Eotaxin-3|TARC|IP-10|MIP-1α|"
        "IL-8 (HA)|MCP-1|MDC|MCP-4|VEGF-C|VEGF-D|Tie-2|Flt-1|PlGF|bFGF|SAA|CRP|VCAM-1|ICAM-1|IL-1RA|"
        "IL-3|IL-9|IL-17A/F|IL-17B|IL-17C|IL-17D|IL-21|IL-22|IL-23|IL-27|IL-31|MIP-3α|TSLP|"
        "IL-17A Gen. B|IL-12p40"
    ),
}
# Two proteins on one spot, and names of one to three letters that Olink tells apart by UniProt's accession.
NOT_ONE = {
    "MIP-1α/MIP-1β": "names CCL3, CCL4",
    "PAR-1": "several genes",
    "FS": "not in the vocabulary",
    "TM": "not in the vocabulary",
    "GT": "not in the vocabulary",
    "BLM hydrolase": "not in the vocabulary",
    "TR": "not in the vocabulary",
}
# What they are, written down from the manufacturer's list and not from the vocabulary.
BIO_PLEX_27 = (
    "FGF2 CCL11 CSF3 CSF2 IFNG IL1B IL1RN IL2 IL4 IL5 IL6 IL7 CXCL8 IL9 IL10 IL-12 IL13 IL15 IL17A CXCL10 "
    "CCL2 CCL3 CCL4 PDGFB CCL5 TNF VEGFA"
)
ACCESSIONS = {
    "MIMAT0000062": "miRBase",
    "ENSG00000112715.23": "Ensembl",
    "ENSMUSG00000023951": "Ensembl",
    "NM_001025366.3": "RefSeq",
    "HGNC:12680": "nomenclature",
    "OID00467": "Olink",
    "2597-8_3": "SomaScan",
}


@pytest.mark.parametrize("kit", KITS)
def test_whole_kits_are_known(kit: str) -> None:
    found = {name: resolve_name(name) for name in KITS[kit].split("|")}
    lost = {name: r.reason for name, r in found.items() if r.factor is None}
    assert set(lost) == set(found) & set(NOT_ONE)
    assert all(NOT_ONE[name] in str(reason) for name, reason in lost.items())


def test_the_sizes_are_those_of_the_kits() -> None:
    sizes = {kit: len(names.split("|")) for kit, names in KITS.items()}
    assert sizes["Bio-Plex Pro 27-plex"] == 27
    assert sizes["Bio-Plex Pro 27-plex"] + sizes["Bio-Plex 48 extra"] == 48
    assert sizes["Bio-Plex chemokine 40"] == 40
    assert (sizes["MILLIPLEX 41"], sizes["MILLIPLEX 48"]) == (41, 48)
    assert sizes["ProcartaPlex 45"] == 45
    assert sizes["Proteome Profiler XL"] == 105
    assert sizes["Proteome Profiler Angiogenesis"] == 55


def test_each_is_the_gene_that_it_is() -> None:
    spelt = KITS["Bio-Plex Pro 27-plex"].split("|")
    assert [resolve_name(name).factor for name in spelt] == BIO_PLEX_27.split()


@pytest.mark.parametrize("both", [n for n in KITS["Bio-Plex chemokine 40"].split("|") if "/C" in n])
def test_the_trivial_name_is_the_gene_beside_it(both: str) -> None:
    trivial, _, gene = both.partition("/")
    assert resolve_name(trivial).factor == resolve_name(both).factor == gene


@pytest.mark.parametrize("name", ACCESSIONS)
def test_an_accession_of_another_database_is_said_to_be_one(name: str) -> None:
    found = resolve_name(name)
    assert found.factor is None
    assert "an accession of" in str(found.reason)
    assert ACCESSIONS[name] in str(found.reason)


@pytest.mark.parametrize(
    ("name", "factor"),
    [
        ("C5a", "C5"), ("C3a", "C3"), ("IL-6sR", "IL6R"), ("IL-6 sR", "IL6R"), ("TGF-β1 (free)", "TGFB1"),
        ("TGFB1 active", "TGFB1"), ("MMP2 (72 kDa)", "MMP2"), ("IL-17A Gen. B", "IL17A"),
        ("IL-10 (HS)", "IL10"), ("pan-GRO", "GRO family"),
    ],
)  # fmt: skip
def test_spellings_of_kits(name: str, factor: str) -> None:
    assert resolve_name(name).factor == factor
