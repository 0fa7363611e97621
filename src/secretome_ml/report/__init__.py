"""Figures, the HTML page, the model card and tables for the terminal."""
