"""The analytes of kits in the spelling of the kit: every one is a factor, or is named as two."""

import pytest

from secretome_ml.vocabulary import FactorVocabulary

# Spots and beads that catch two proteins at once.
SEVERAL = {"MIP-1α/MIP-1β": ("CCL3", "CCL4"), "PDGF-AB/PDGF-BB": ("PDGF-AB", "PDGFB")}

KITS = {
    "Bio-Plex 27-plex": (
        "FGF basic|Eotaxin|G-CSF|GM-CSF|IFN-g|IL-1b|IL-1ra|IL-2|IL-4|IL-5|IL-6|IL-7|IL-8|IL-9|IL-10|"
        "IL-12(p70)|IL-13|IL-15|IL-17A|IP-10|MCP-1(MCAF)|MIP-1a|MIP-1b|PDGF-bb|RANTES|TNF-a|VEGF"
    ),
    "Bio-Plex, the further 21 of 48": (
        "CTACK|GRO-a|HGF|IFN-a2|IL-1a|IL-2Ra|IL-3|IL-12(p40)|IL-16|IL-18|LIF|MCP-3|M-CSF|MIF|MIG|"
        "b-NGF|SCF|SCGF-b|SDF-1a|TNF-b|TRAIL"
    ),
    "Bio-Plex chemokines 40": (
        "6Ckine/CCL21|BCA-1/CXCL13|CTACK/CCL27|ENA-78/CXCL5|Eotaxin/CCL11|Eotaxin-2/CCL24|"
        "Eotaxin-3/CCL26|Fractalkine/CX3CL1|GCP-2/CXCL6|GM-CSF|Gro-a/CXCL1|Gro-b/CXCL2|I-309/CCL1|"
        "IFN-g|IL-1b|IL-2|IL-4|IL-6|IL-8/CXCL8|IL-10|IL-16|IP-10/CXCL10|I-TAC/CXCL11|MCP-1/CCL2|"
        "MCP-2/CCL8|MCP-3/CCL7|MCP-4/CCL13|MDC/CCL22|MIF|MIG/CXCL9|MIP-1a/CCL3|MIP-1d/CCL15|"
        "MIP-3a/CCL20|MIP-3b/CCL19|MPIF-1/CCL23|SCYB16/CXCL16|SDF-1a+b/CXCL12|TARC/CCL17|TECK/CCL25|"
        "TNF-a"
    ),
    "MILLIPLEX 48-plex": (
        "sCD40L|EGF|Eotaxin|FGF-2|FLT-3L|Fractalkine|G-CSF|GM-CSF|GROα|IFNα2|IFNγ|IL-1α|IL-1β|IL-1RA|"
        "IL-2|IL-3|IL-4|IL-5|IL-6|IL-7|IL-8|IL-9|IL-10|IL-12 (p40)|IL-12 (p70)|IL-13|IL-15|IL-17A|"
        "IL-17E/IL-25|IL-17F|IL-18|IL-22|IL-27|IP-10|M-CSF|MCP-1|MCP-3|MDC|MIG/CXCL9|MIP-1α|MIP-1β|"
        "PDGF-AA|PDGF-AB/BB|RANTES|TGFα|TNFα|TNFβ|VEGF-A"
    ),
    "ProcartaPlex 65": (
        "APRIL|BAFF|BLC|CD30|CD40L|ENA-78|Eotaxin|Eotaxin-2|Eotaxin-3|FGF-2|Fractalkine|G-CSF|GM-CSF|"
        "Gro-alpha|HGF|IFN-alpha|IFN-gamma|IL-10|IL-12p70|IL-13|IL-15|IL-16|IL-17A|IL-18|IL-1alpha|"
        "IL-1beta|IL-2|IL-20|IL-21|IL-22|IL-23|IL-27|IL-2R|IL-3|IL-31|IL-4|IL-5|IL-6|IL-7|IL-8|IL-9|"
        "IP-10|I-TAC|LIF|MCP-1|MCP-2|MCP-3|M-CSF|MDC|MIF|MIG|MIP-1alpha|MIP-1beta|MIP-3alpha|MMP-1|"
        "NGF-beta|SCF|SDF-1alpha|TNF-alpha|TNF-beta|TNF-R2|TRAIL|TSLP|TWEAK|VEGF-A"
    ),
    "ProcartaPlex 45": (
        "BDNF|EGF|Eotaxin/CCL11|FGF-2|GM-CSF|GRO alpha/CXCL1|HGF|IFN alpha|IFN gamma|IL-1 alpha|"
        "IL-1 beta|IL-10|IL-12 p70|IL-13|IL-15|IL-17A/CTLA-8|IL-18|IL-1RA|IL-2|IL-21|IL-22|IL-23|"
        "IL-27|IL-31|IL-4|IL-5|IL-6|IL-7|IL-8/CXCL8|IL-9|IP-10/CXCL10|LIF|MCP-1/CCL2|"
        "MIP-1 alpha/CCL3|MIP-1 beta/CCL4|NGF beta|PDGF-BB|PlGF-1|RANTES/CCL5|SCF|SDF-1 alpha/CXCL12|"
        "TNF alpha|TNF beta/LTA|VEGF-A|VEGF-D"
    ),
    "Proteome Profiler XL cytokines": (
        "Adiponectin/Acrp30|Aggrecan|Angiogenin|Angiopoietin-1|Angiopoietin-2|Apolipoprotein A-I|"
        "BAFF/BLyS/TNFSF13B|BDNF|CD14|CD30|CD31/PECAM-1|CD40 ligand/TNFSF5|Chitinase 3-like 1|"
        "Complement Component C5/C5a|Complement Factor D|C-Reactive Protein/CRP|Cripto-1|Cystatin C|"
        "Dkk-1|DPPIV/CD26|EGF|EMMPRIN|Endoglin/CD105|ENA-78|Fas Ligand|FGF basic|FGF-7|FGF-19|"
        "Flt-3 Ligand|G-CSF|GDF-15|GM-CSF|GROα|Growth Hormone|HGF|ICAM-1/CD54|IFN-γ|IGFBP-2|IGFBP-3|"
        "IL-1α|IL-1β|IL-1ra|IL-2|IL-3|IL-4|IL-5|IL-6|IL-8|IL-10|IL-11|IL-12 p70|IL-13|IL-15|IL-16|"
        "IL-17A|IL-18 BPa|IL-19|IL-22|IL-23|IL-24|IL-27|IL-31|IL-32|IL-33|IL-34|IP-10|I-TAC|"
        "Kallikrein 3/PSA|Leptin|LIF|Lipocalin-2/NGAL|MCP-1|MCP-3|M-CSF|MIF|MIG|MIP-1α/MIP-1β|MIP-3α|"
        "MIP-3β|MMP-9|Myeloperoxidase|Osteopontin|PDGF-AA|PDGF-AB/BB|Pentraxin-3|PF4|RAGE|RANTES|"
        "RBP-4|Relaxin-2|Resistin|SDF-1α|Serpin E1/PAI-1|SHBG|ST2/IL1-R4|TARC|TFF3|TfR|TGF-α|"
        "Thrombospondin-1|TNF-α|uPAR|VEGF|Vitamin D BP|CD71|TIM-3|VCAM-1"
    ),
    "Proteome Profiler angiogenesis": (
        "Activin A|ADAMTS-1|Angiogenin|Angiopoietin-1|Angiopoietin-2|Angiostatin/Plasminogen|"
        "Amphiregulin|Artemin|Coagulation Factor III/TF|CXCL16|DPPIV|EGF|EG-VEGF|Endoglin|"
        "Endostatin/Collagen XVIII|Endothelin-1|FGF acidic|FGF basic|FGF-4|FGF-7|GDNF|GM-CSF|HB-EGF|"
        "HGF|IGFBP-1|IGFBP-2|IGFBP-3|IL-1β|IL-8|LAP (TGF-β1)|Leptin|MCP-1|MIP-1α|MMP-8|MMP-9|NRG1-β1|"
        "Pentraxin 3|PD-ECGF|PDGF-AA|PDGF-AB/PDGF-BB|Persephin|Platelet Factor 4|PlGF|Prolactin|"
        "Serpin B5|Serpin E1|Serpin F1|TIMP-1|TIMP-4|Thrombospondin-1|Thrombospondin-2|uPA|Vasohibin|"
        "VEGF|VEGF-C"
    ),
    "V-PLEX 54": (
        "CRP|Eotaxin|Eotaxin-3|FGF (basic)|GM-CSF|ICAM-1|IFN-γ|IL-10|IL-12/IL-23p40|IL-12p70|IL-13|"
        "IL-15|IL-16|IL-17A|IL-17A/F|IL-17B|IL-17C|IL-17D|IL-1RA|IL-1α|IL-1β|IL-2|IL-21|IL-22|IL-23|"
        "IL-27|IL-3|IL-31|IL-4|IL-5|IL-6|IL-7|IL-8|IL-8 (HA)|IL-9|IP-10|MCP-1|MCP-4|MDC|MIP-1α|"
        "MIP-1β|MIP-3α|PlGF|SAA|TARC|Tie-2|TNF-α|TNF-β|TSLP|VCAM-1|VEGF-A|VEGF-C|VEGF-D|"
        "VEGFR-1/Flt-1"
    ),
    "RayBiotech, names that differ from the others": (
        "4-1BB|Activin A|AgRP|ALCAM|Axl|B2M|BDNF|BLC|BMP-4|BMP-5|BMP-7|bNGF|Cardiotrophin-1|CEA|CNTF|"
        "CXCL14|DAN|Dtk|E-Selectin|EGF R|ENA-78|Eotaxin-2|ErbB3|Fas/TNFRSF6|FGF-4|FGF-6|FGF-9|"
        "Galectin-7|GCP-2|GITR|gp130|HCC-4|HVEM|I-309|ICAM-2|ICAM-3|IGF-I|IGF-I SR|IGF-II|"
        "IL-1 R4/ST2|IL-1 RI|IL-12p40|IL-13 R alpha 2|IL-18 BP alpha|IL-2 R alpha|IL-2 R beta|"
        "IL-2 R gamma|IL-21R|IL-6sR|IL-6 R|IL-10 R beta|L-Selectin|LIF|LIGHT|Lymphotactin|M-CSF R|"
        "MICA|MIF|MIP-1-delta|MMP-1|MMP-2|MMP-10|MMP-13|MSP-alpha|NAP-2|NrCAM|NT-3|NT-4|Oncostatin M|"
        "Osteoprotegerin|P-cadherin|PARC|PDGF R alpha|PDGF R beta|PECAM-1|PIGF|sgp130|Siglec-5|"
        "sTNF RI|sTNF RII|TGF-beta 1|TGF-beta 2|TGF-beta 3|TIMP-1|TIMP-2|TRAIL R3|TRAIL R4|TRANCE|"
        "TPO|uPAR|VE-Cadherin|VEGF R2|VEGF R3|XEDAR|C5a|HB-EGF|KGF"
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
}


@pytest.mark.parametrize("kit", KITS)
def test_every_analyte_of_a_kit_is_known(kit: str):
    vocabulary = FactorVocabulary.load()
    found = {name: vocabulary.resolve(name) for name in KITS[kit].split("|")}
    unknown = {name: one.reason for name, one in found.items() if one.factor is None and name not in SEVERAL}
    assert unknown == {}
    for name in SEVERAL.keys() & found.keys():
        assert set(SEVERAL[name]) <= set(found[name].candidates)


@pytest.mark.parametrize(
    ("name", "factor"),
    [
        ("C5a", "C5"),
        ("IL-6sR", "IL6R"),
        ("EMMPRIN", "BSG"),
        ("IL-12/IL-23p40", "IL12B"),
        ("4E-BP1", "EIF4EBP1"),
    ],
)
def test_names_of_kits_mean_their_protein(name: str, factor: str):
    assert FactorVocabulary.load().resolve(name).factor == factor
