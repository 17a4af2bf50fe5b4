import Holdfast.Tactic
