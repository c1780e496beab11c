"""Metrics over gold and predicted records."""
