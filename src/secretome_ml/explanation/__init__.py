"""Contributions, summed to the biological thing behind each."""
