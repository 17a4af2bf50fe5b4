import Lean

/-!
Asks `holdfast serve` through the helper `holdfast ask`: one line of JSON to its standard input, one line back.

What is asked stands in no argument of a program, so its length has no limit and nobody else on the machine sees it.
-/

open Lean

namespace Holdfast

/-- The version of the two records below; the helper refuses others. -/
def protocol : Nat := 1

/-- A suggestion of an earlier answer that now stands in the file. -/
structure Accepted where
  id : String
  suggestion : String
  deriving ToJson

/-- What is asked. -/
structure Question where
  version : Nat := protocol
  goals : Array String
  /-- What every suggestion begins with. -/
  start : String
  count : Nat
  accepted : Array Accepted
  deriving ToJson

/-- What the helper answers. -/
structure Answer where
  /-- What a suggestion is reported under. -/
  id : String
  /-- Likeliest first. -/
  suggestions : Array String
  notes : Array String
  /-- One sentence on why there is no answer; empty where there is one. -/
  error : String
  deriving FromJson

private def failed (error : String) : Answer := ⟨"", #[], #[], error⟩

private def exchange (command line : String) : IO String := do
  let child ← IO.Process.spawn {
    cmd := command, args := #["ask"], stdin := .piped, stdout := .piped, stderr := .null
  }
  let (stdin, child) ← child.takeStdin
  stdin.putStr (line ++ "\n")
  stdin.flush
  let said ← child.stdout.readToEnd
  discard child.wait
  return said

/-- The program to ask: the option, else what the environment names, else the one on the PATH. -/
def helper (chosen : String) : IO String := do
  if !chosen.isEmpty then
    return chosen
  return (← IO.getEnv "HOLDFAST_COMMAND").getD "holdfast"

/-- The answer to a question; never throws, and waits no longer than the helper does. -/
def ask (command : String) (question : Question) : BaseIO Answer := do
  let said ← (exchange command (toJson question).compress).toBaseIO
  match said with
  | .error _ =>
    return failed ("the program " ++ command ++ " cannot be run: install it with pip install holdfast, or set "
      ++ "HOLDFAST_COMMAND, or the option holdfast.command, to where it is")
  | .ok text =>
    match (Json.parse text >>= fromJson? : Except String Answer) with
    | .ok answer => return answer
    | .error _ =>
      return failed ("the program " ++ command ++ " and this package are not of the same version: update both")

end Holdfast
