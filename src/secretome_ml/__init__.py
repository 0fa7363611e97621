"""Learn from published studies which therapeutic effects a stem-cell secretome has."""

from secretome_ml.version import __version__

__all__ = ["__version__"]
