"""A toy checker: natural deduction for a small propositional calculus, in process."""
