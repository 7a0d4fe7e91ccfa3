"""La documentation, confrontée au code."""
