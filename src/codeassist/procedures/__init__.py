"""Procedures and the level of the visit: CPT and HCPCS suggestions."""
