"""Whether a converted set is equivalent to its export, and what is wrong with it."""
