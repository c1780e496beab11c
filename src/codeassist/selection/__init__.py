"""Chooses, of what was found in an encounter, what a coder would put on the claim."""
