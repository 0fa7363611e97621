"""What a user brings: one reader per format, and the road that all take to profiles."""

from secretome_ml.readers.check import InputReport, check_input, check_profiles
from secretome_ml.readers.formats import READERS
from secretome_ml.readers.reading import read_profiles
from secretome_ml.readers.streaming import stream_profiles

__all__ = [
    "READERS",
    "InputReport",
    "check_input",
    "check_profiles",
    "read_profiles",
    "stream_profiles",
]
