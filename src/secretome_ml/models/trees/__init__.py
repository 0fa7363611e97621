"""Boosted trees worked by tables of split outcomes: exact contributions, interactions and margins."""

from secretome_ml.models.trees.forest import Forest, TreesRefused, read_forest
from secretome_ml.models.trees.lookup import PatternTables
from secretome_ml.models.trees.small import SmallTrees

__all__ = ["Forest", "PatternTables", "SmallTrees", "TreesRefused", "read_forest"]
