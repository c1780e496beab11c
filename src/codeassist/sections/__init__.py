"""Divides a note into sections under their headings, and finds the problem headings inside them."""
