"""Tables of any length, read in batches of bounded memory."""

from secretome_ml.stream.batches import LongTable, open_long
from secretome_ml.stream.long_format import LongFormat

__all__ = ["LongFormat", "LongTable", "open_long"]
