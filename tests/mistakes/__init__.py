"""Mistakes that users make with their files: what happens with each, as docs/mistakes.md says."""
