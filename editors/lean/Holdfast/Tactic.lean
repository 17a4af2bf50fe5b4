import Lean
import Holdfast.Judge
import Holdfast.State

/-!
`llmsuggest` and `llmstep "prefix"`: steps from `holdfast serve`, each tried here, to be clicked.
-/

open Lean Meta Elab Tactic

namespace Holdfast

/-- Offers steps that could be taken here. -/
syntax (name := llmsuggest) "llmsuggest" : tactic

/-- Offers steps that could be taken here and begin with a prefix. -/
syntax (name := llmstep) "llmstep" str : tactic

private def goalTexts : TacticM (Array String) := do
  let mut texts : Array String := #[]
  for goal in ← getUnsolvedGoals do
    texts := texts.push (toString (← ppGoal goal))
  return texts

private def mark : Class → String
  | .done => "🟢 "
  | .valid => "🔵 "
  | .invalid => "⚪ "

private def remark (judged : Judged) : String :=
  match judged.verdict with
  | .done => "  -- nothing is left"
  | .valid => if judged.left == 1 then "  -- 1 goal is left" else "  -- " ++ toString judged.left ++ " goals are left"
  | .invalid => "  -- " ++ judged.why.replace "\n" " "

/-- A step whose further lines begin where its first one does. -/
private def atColumn (column : Nat) (text : String) : String :=
  text.replace "\n" ("\n" ++ "".pushn ' ' column)

private def asSuggestion (column : Nat) (judged : Judged) : Lean.Meta.Tactic.TryThis.Suggestion := {
  suggestion := .string (atColumn column judged.text)
  preInfo? := some (mark judged.verdict)
  postInfo? := some (remark judged)
}

/-- The judged suggestions that are to be shown, in the order of `ordered`. -/
private def shownOf (all : List Judged) (withInvalid : Bool) : List Judged :=
  (ordered Judged.verdict all).filter fun one => withInvalid || !one.verdict.is .invalid

private def tell (ref : Syntax) (answer : Answer) (all : List Judged) (place : Position) : TacticM Unit := do
  let best := shownOf all (holdfast.showInvalid.get (← getOptions))
  for note in answer.notes do
    logInfoAt ref ("holdfast: " ++ note)
  if best.isEmpty then
    logInfoAt ref (if all.isEmpty then "holdfast: nothing is offered here"
      else "holdfast: nothing that is offered holds here; set_option holdfast.showInvalid true shows it")
  else
    Lean.Meta.Tactic.TryThis.addSuggestions ref (best.map (asSuggestion place.column)).toArray (header := "Try these (holdfast):")
  let texts := (all.map fun one => atColumn place.column one.text).toArray
  Shown.keep { file := ← getFileName, place, id := answer.id, texts }

private def suggest (ref : Syntax) (start : String) : TacticM Unit := do
  let map ← getFileMap
  let options ← getOptions
  let goals ← goalTexts
  if goals.isEmpty then
    logInfoAt ref "holdfast: nothing is left to prove here"
    return
  let answer ← ask (← helper (holdfast.command.get options)) {
    goals
    start
    count := holdfast.count.get options
    accepted := ← acceptedIn (← getFileName) map.source
  }
  if !answer.error.isEmpty then
    logWarningAt ref ("holdfast: " ++ answer.error)
    return
  let mut all : List Judged := []
  for text in answer.suggestions do
    all := (← judge (holdfast.maxHeartbeats.get options) text) :: all
  if let some place := ref.getPos? then
    tell ref answer all.reverse (map.toPosition place)

@[tactic llmsuggest] def evalLlmsuggest : Tactic := fun stx => suggest stx ""

@[tactic llmstep] def evalLlmstep : Tactic := fun stx => suggest stx ((stx.getArg 1).isStrLit?.getD "")

end Holdfast
