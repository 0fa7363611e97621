"""What is scored: samples, what they are, and the level of every factor measured in them."""

from secretome_ml.profiles.from_evidence import profiles_from_evidence
from secretome_ml.profiles.profiles import Profiles, join_profiles, make_profiles
from secretome_ml.profiles.template import TEMPLATES, template

__all__ = [
    "TEMPLATES",
    "Profiles",
    "join_profiles",
    "make_profiles",
    "profiles_from_evidence",
    "template",
]
