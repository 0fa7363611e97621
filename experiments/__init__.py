"""Measurements of the package, for those who change it; each is one command and none is installed."""
