"""The guideline engine: the Official Guidelines as tables, and the small interpreter that applies them."""
