"""The code sets: hierarchy, terms, instruction notes, axes, and the lexicon beside them."""
