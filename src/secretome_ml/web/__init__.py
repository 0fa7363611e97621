"""The web: a scoring service with a JSON API, and the pages around it."""
