"""Finds the codes that a mention may mean, each with its points and their reasons."""
