"""Tables of any length, read in batches of bounded memory."""

from secretome_ml.stream.batches import LongTable, open_long

__all__ = ["LongTable", "open_long"]
