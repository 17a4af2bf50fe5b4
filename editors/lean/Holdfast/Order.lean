/-!
What the tactics decide without Lean's own library: what comes first, and what was taken.

Nothing here needs more than lists, so that it is checked wherever a Lean is.
-/

namespace Holdfast

/-- What Lean says of a suggestion. -/
inductive Class where
  /-- Nothing is left to prove. -/
  | done
  /-- It holds, and leaves something. -/
  | valid
  /-- It does not hold here, or is no proof. -/
  | invalid

/-- The judgement on a step, by what was seen when it was run. -/
structure Seen where
  /-- Whether anything went wrong: it does not parse, an error was raised or logged, it took too long. -/
  failed : Bool
  /-- Whether it rests on `sorry`, or on an axiom that proofs may not rest on. -/
  unsound : Bool
  /-- Whether the goals are what they were. -/
  same : Bool
  /-- Whether a goal is left, or a hole in what was proved. -/
  open_ : Bool

/-- What is unsound is never done, whatever is left. -/
def Seen.class : Seen → Class
  | ⟨true, _, _, _⟩ => Class.invalid
  | ⟨false, true, _, _⟩ => Class.invalid
  | ⟨false, false, true, _⟩ => Class.invalid
  | ⟨false, false, false, true⟩ => Class.valid
  | ⟨false, false, false, false⟩ => Class.done

/-- Whether two classes are the same. -/
def Class.is : Class → Class → Bool
  | Class.done, Class.done => true
  | Class.valid, Class.valid => true
  | Class.invalid, Class.invalid => true
  | _, _ => false

/-- Those of one class, in their order. -/
def ofClass {α : Type} (c : Class) (classOf : α → Class) : List α → List α
  | List.nil => List.nil
  | List.cons a rest =>
    match Class.is c (classOf a) with
    | true => List.cons a (ofClass c classOf rest)
    | false => ofClass c classOf rest

/-- One list behind the other. -/
def join {α : Type} : List α → List α → List α
  | List.nil, other => other
  | List.cons a rest, other => List.cons a (join rest other)

/-- What is done first, then what is valid, then the rest; each in the order of the server, likeliest first. -/
def ordered {α : Type} (classOf : α → Class) (all : List α) : List α :=
  join (ofClass Class.done classOf all)
    (join (ofClass Class.valid classOf all) (ofClass Class.invalid classOf all))

/-- Whether `whole` begins with `part`. -/
def begins {α : Type} (same : α → α → Bool) : List α → List α → Bool
  | List.nil, _ => true
  | List.cons _ _, List.nil => false
  | List.cons a part, List.cons b whole =>
    match same a b with
    | true => begins same part whole
    | false => false

/-- What is left of `whole` behind its first elements, as many as `part` has. -/
def behind {α : Type} : List α → List α → List α
  | List.nil, whole => whole
  | List.cons _ _, List.nil => List.nil
  | List.cons _ part, List.cons _ whole => behind part whole

/-- Whether `text` was put at the beginning of `line`, and does not only begin a longer word there. -/
def taken {α : Type} (same : α → α → Bool) (inWord : α → Bool) (text line : List α) : Bool :=
  match begins same text line with
  | false => false
  | true =>
    match behind text line with
    | List.nil => true
    | List.cons next _ =>
      match inWord next with
      | true => false
      | false => true

end Holdfast
