"""How well a prover does: budgets, intervals, paired comparison, reports."""
