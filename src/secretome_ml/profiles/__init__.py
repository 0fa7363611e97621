"""What a user brings: one reader per format, one canonical profile table."""

from secretome_ml.profiles.check import InputReport, check_input, check_profiles
from secretome_ml.profiles.from_evidence import profiles_from_evidence
from secretome_ml.profiles.profiles import Profiles, join_profiles, make_profiles
from secretome_ml.profiles.readers import READERS
from secretome_ml.profiles.reading import read_profiles
from secretome_ml.profiles.streaming import stream_profiles
from secretome_ml.profiles.template import TEMPLATES, template

__all__ = [
    "READERS",
    "TEMPLATES",
    "InputReport",
    "Profiles",
    "check_input",
    "check_profiles",
    "join_profiles",
    "make_profiles",
    "profiles_from_evidence",
    "read_profiles",
    "stream_profiles",
    "template",
]
