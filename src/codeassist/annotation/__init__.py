"""Finds what a note names, what it says about it, and what it measures; the only stage that knows spaCy."""
