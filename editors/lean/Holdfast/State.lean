import Lean
import Holdfast.Ask
import Holdfast.Order

/-!
The options, and which suggestions were shown where: the next question tells which of them were taken.
-/

open Lean

register_option holdfast.command : String := {
  defValue := ""
  descr := "the program that is asked for steps; empty for $HOLDFAST_COMMAND, else `holdfast` on the PATH"
}

register_option holdfast.count : Nat := {
  defValue := 10
  descr := "how many steps are asked for"
}

register_option holdfast.maxHeartbeats : Nat := {
  defValue := 40000
  descr := "what Lean may use to judge one step, as `maxHeartbeats` counts it"
}

register_option holdfast.showInvalid : Bool := {
  defValue := false
  descr := "whether steps that do not hold are shown, with Lean's words"
}

namespace Holdfast

/-- Suggestions that were shown in the place of a call. -/
structure Shown where
  file : String
  place : Position
  id : String
  texts : Array String

/-- The latest ones, of all files of this process. -/
initialize shown : IO.Ref (Array Shown) ← IO.mkRef (List.toArray [])

private def kept : Nat := 50

/-- Remember what was shown; an older call at the same place has gone. -/
def Shown.keep (one : Shown) : BaseIO Unit :=
  shown.modify fun all =>
    let others := all.filter fun each => !(each.file == one.file && each.place == one.place)
    (others.toList.drop (others.size + 1 - kept) ++ [one]).toArray

private def inWord (c : Char) : Bool := c.isAlphanum || c == '_' || c == '\'' || c == '.'

/-- What was taken: it stands in the text where the call stood that it was shown for. The longest one counts. -/
def Shown.taken? (one : Shown) (lines : List String) : Option String :=
  let line := ((lines.drop (one.place.line - 1)).headD "").toList.drop one.place.column
  let head (text : String) := ((text.splitOn "\n").headD "").toList
  one.texts.foldl (init := none) fun best text =>
    if text.isEmpty || !taken (· == ·) inWord (head text) line then best
    else match best with
      | none => some text
      | some other => if other.length < text.length then some text else best

/-- What was taken of what was shown in a file, each told once. -/
def acceptedIn (file source : String) : BaseIO (Array Accepted) := do
  let lines := source.splitOn "\n"
  let mut found : Array Accepted := #[]
  let mut rest : Array Shown := #[]
  for one in ← shown.get do
    match (if one.file == file then one.taken? lines else none) with
    | some text => found := found.push { id := one.id, suggestion := text }
    | none => rest := rest.push one
  shown.set rest
  return found

end Holdfast
