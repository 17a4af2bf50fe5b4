/- A few theorems of propositional logic: `holdfast dataset run --checker lean --project examples/lean`. -/

namespace Logic

section Connectives

variable (p q r : Prop)

/-- A conjunction can be said the other way round. -/
theorem and_swap (h : p ∧ q) : q ∧ p := by
  constructor
  · exact h.2
  · exact h.1

theorem or_swap : p ∨ q → q ∨ p := by
  intro h
  cases h with
  | inl hp => exact Or.inr hp
  | inr hq =>
    apply Or.inl
    exact hq

theorem trans (f : p → q) (g : q → r) : p → r := by
  intro h; exact g (f h)  -- two steps in one line

end Connectives

theorem itself (p : Prop) (h : p) : p := h

theorem swap_again (p q : Prop) (h : p ∧ q) : q ∧ p := by
  have k : q ∧ p := by
    exact and_swap p q h
  exact k

end Logic

theorem open_end (p : Prop) : p → p := by
  intro h
  sorry
