import Lean
import Holdfast.Order

/-!
Runs a suggestion at the goals of a proof, within a limit, and puts everything back as it was.
-/

open Lean Meta Elab Tactic

namespace Holdfast

/-- A suggestion and what Lean says of it. -/
structure Judged where
  text : String
  verdict : Class
  /-- How many goals it leaves. -/
  left : Nat := 0
  /-- Why it is invalid. -/
  why : String := ""

/-- What proofs may rest on. -/
private def standard : List Name := [``propext, ``Classical.choice, ``Quot.sound]

/-- The first name that a proof may not rest on: an axiom in it, or below what the step has just added. -/
private def forbidden? (before : Environment) (proof : Expr) : MetaM (Option Name) := do
  if proof.hasSorry then
    return some ``sorryAx
  for name in proof.getUsedConstants do
    if let some (.axiomInfo _) := (← getEnv).find? name then
      unless standard.contains name do
        return some name
    unless before.contains name do
      for one in ← collectAxioms name do
        unless standard.contains one do
          return some one
  return none

private def parsed (text : String) : TacticM (Except String Syntax) := do
  let env ← getEnv
  match Parser.runParserCategory env `tactic text "<suggestion>" with
  | .ok stx => return .ok stx
  | .error message =>
    -- Several tactics are one in parentheses.
    match Parser.runParserCategory env `tactic ("(" ++ text ++ "\n)") "<suggestion>" with
    | .ok stx => return .ok stx
    | .error _ => return .error message

private def firstError : TacticM (Option String) := do
  for message in (← Core.getMessageLog).toList do
    if message.severity == .error then
      return some (← message.data.toString)
  return none

private def run (text : String) (stx : Syntax) : TacticM Judged := do
  let before ← getEnv
  let goals ← getUnsolvedGoals
  -- Only what is said from here on is about this suggestion.
  Core.resetMessageLog
  Term.withoutErrToSorry (Tactic.withoutRecover (evalTactic stx))
  Term.synthesizeSyntheticMVarsNoPostponing
  let left ← getUnsolvedGoals
  let error ← firstError
  let mut bad : Option Name := none
  let mut hasHole := !left.isEmpty
  for goal in goals do
    let proof ← instantiateMVars (.mvar goal)
    hasHole := hasHole || proof.hasExprMVar
    if bad.isNone then
      bad ← forbidden? before proof
  let seen : Seen := { failed := error.isSome, unsound := bad.isSome, same := left == goals, open_ := hasHole }
  let why :=
    match error, bad with
    | some said, _ => said
    | none, some name => "it rests on " ++ name.toString
    | none, none => if left == goals then "it changes nothing" else ""
  return { text, verdict := seen.class, left := left.length, why }

/-- The judgement on one suggestion, for which Lean may use `heartbeats` (as `maxHeartbeats` counts them). -/
def judge (heartbeats : Nat) (text : String) : TacticM Judged := do
  match ← parsed text with
  | .error message => return { text, verdict := .invalid, why := message }
  | .ok stx =>
    let saved ← Tactic.saveState
    let bounded := Core.withCurrHeartbeats
      (withTheReader Core.Context (fun c => { c with maxHeartbeats := heartbeats * 1000 }) (run text stx))
    let judged ← tryCatchRuntimeEx bounded fun error => do
      return { text, verdict := .invalid, why := ← error.toMessageData.toString }
    saved.restore (restoreInfo := true)
    return judged

end Holdfast
