"""Profiles to matrix: one block per idea; every column knows its biological parent."""
