"""Clinical documentation integrity: what a record leaves open, and whom to ask."""
