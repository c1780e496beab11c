"""Suggests procedures and the level of a visit."""
