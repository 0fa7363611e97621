"""The verbs: train, score, explain, evaluate; each a page long."""
