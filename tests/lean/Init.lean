/-
A small library in place of Lean's own, which the wheel that tests take Lean from does not carry. What is
declared, and under which names, is what the compiler asks for; everything is in the simplest form that it takes.
-/
prelude

universe u v w

/-! What the compiler calls by name. -/

unsafe axiom lcErased : Type
unsafe axiom lcAny : Type
unsafe axiom lcProof {α : Prop} : α
unsafe axiom lcUnreachable {α : Sort u} : α

/-! Functions. -/

@[inline] def id {α : Sort u} (a : α) : α := a

@[inline] abbrev Function.const {α : Sort u} (β : Sort v) (a : α) : β → α := fun _ => a

@[reducible] def outParam (α : Sort u) : Sort u := α
@[reducible] def semiOutParam (α : Sort u) : Sort u := α
@[reducible] def optParam (α : Sort u) (_ : α) : Sort u := α
@[reducible] def autoParam.{w1} (α : Sort w1) (_ : α) : Sort w1 := α

/-! Logic. -/

set_option bootstrap.inductiveCheckResultingUniverse false in
inductive PUnit : Sort u where
  | unit : PUnit

abbrev Unit : Type := PUnit
@[match_pattern] abbrev Unit.unit : Unit := PUnit.unit

inductive True : Prop where
  | intro : True

inductive False : Prop

inductive Empty : Type

def Not (a : Prop) : Prop := a → False

@[macro_inline] def False.elim {C : Sort u} (h : False) : C := h.rec

@[macro_inline] def absurd {a : Prop} {b : Sort v} (h₁ : a) (h₂ : Not a) : b := (h₂ h₁).rec

inductive Eq : α → α → Prop where
  | refl (a : α) : Eq a a

abbrev Eq.ndrec.{u1, u2} {α : Sort u2} {a : α} {motive : α → Sort u1} (m : motive a) {b : α} (h : Eq a b) : motive b :=
  h.rec m

theorem rfl {α : Sort u} {a : α} : Eq a a := Eq.refl a

theorem Eq.subst {α : Sort u} {motive : α → Prop} {a b : α} (h₁ : Eq a b) (h₂ : motive a) : motive b :=
  Eq.ndrec h₂ h₁

theorem Eq.symm {α : Sort u} {a b : α} (h : Eq a b) : Eq b a := h.rec (Eq.refl a)

theorem Eq.trans {α : Sort u} {a b c : α} (h₁ : Eq a b) (h₂ : Eq b c) : Eq a c := h₂.rec h₁

@[macro_inline] def cast {α β : Sort u} (h : Eq α β) (a : α) : β := h.rec a

theorem congrArg {α : Sort u} {β : Sort v} {a₁ a₂ : α} (f : α → β) (h : Eq a₁ a₂) : Eq (f a₁) (f a₂) :=
  h.rec (Eq.refl (f a₁))

theorem congr {α : Sort u} {β : Sort v} {f₁ f₂ : α → β} {a₁ a₂ : α} (h₁ : Eq f₁ f₂) (h₂ : Eq a₁ a₂) : Eq (f₁ a₁) (f₂ a₂) :=
  h₁.rec (h₂.rec (Eq.refl (f₁ a₁)))

theorem congrFun {α : Sort u} {β : α → Sort v} {f g : (x : α) → β x} (h : Eq f g) (a : α) : Eq (f a) (g a) :=
  h.rec (Eq.refl (f a))

inductive HEq : {α : Sort u} → α → {β : Sort u} → β → Prop where
  | refl (a : α) : HEq a a

protected theorem HEq.rfl {α : Sort u} {a : α} : HEq a a := HEq.refl a

theorem eq_of_heq {α : Sort u} {a a' : α} (h : HEq a a') : Eq a a' :=
  have (α β : Sort u) (a : α) (b : β) (h₁ : HEq a b) : (h : Eq α β) → Eq (cast h a) b :=
    h₁.rec (fun _ => rfl)
  this α α a a' h rfl

theorem heq_of_eq {α : Sort u} {a a' : α} (h : Eq a a') : HEq a a' := h.rec (HEq.refl a)

structure Prod (α : Type u) (β : Type v) where
  mk ::
  fst : α
  snd : β

structure PProd (α : Sort u) (β : Sort v) where
  fst : α
  snd : β

@[pp_using_anonymous_constructor]
structure And (a b : Prop) : Prop where
  intro ::
  left : a
  right : b

inductive Or (a b : Prop) : Prop where
  | inl (h : a) : Or a b
  | inr (h : b) : Or a b

structure Iff (a b : Prop) : Prop where
  intro ::
  mp : a → b
  mpr : b → a

inductive Exists {α : Sort u} (p : α → Prop) : Prop where
  | intro (w : α) (h : p w) : Exists p

inductive Bool : Type where
  | false : Bool
  | true : Bool

export Bool (false true)

class inductive Decidable (p : Prop) where
  | isFalse (h : Not p) : Decidable p
  | isTrue (h : p) : Decidable p

@[macro_inline] def cond {α : Sort u} (c : Bool) (x y : α) : α :=
  match c with
  | true => x
  | false => y

structure PULift.{r, s} (α : Sort s) : Sort (max s r 1) where
  up ::
  down : α

@[macro_inline] def dite {α : Sort u} (c : Prop) [d : Decidable c] (t : c → α) (e : Not c → α) : α :=
  match d with
  | .isTrue h => t h
  | .isFalse h => e h

@[macro_inline] def ite {α : Sort u} (c : Prop) [d : Decidable c] (t e : α) : α :=
  match d with
  | .isTrue _ => t
  | .isFalse _ => e

set_option genCtorIdx false in
inductive Nat : Type where
  | zero : Nat
  | succ (n : Nat) : Nat

class OfNat (α : Type u) (_ : Nat) where
  ofNat : α

@[default_instance 100]
instance instOfNatNat (n : Nat) : OfNat Nat n where
  ofNat := n

theorem Bool.noConf (h : Eq Bool.false Bool.true) : False :=
  cast (congrArg (fun b => @Bool.rec (fun _ => Prop) True False b) h) True.intro

set_option bootstrap.genMatcherCode false in
@[extern "lean_nat_add"]
protected def Nat.add : Nat → Nat → Nat
  | n, .zero => n
  | n, .succ m => .succ (Nat.add n m)

set_option bootstrap.genMatcherCode false in
@[extern "lean_nat_mul"]
protected def Nat.mul : Nat → Nat → Nat
  | _, .zero => .zero
  | n, .succ m => Nat.add (Nat.mul n m) n

set_option bootstrap.genMatcherCode false in
@[extern "lean_nat_dec_eq"]
def Nat.beq : Nat → Nat → Bool
  | .zero, .zero => true
  | .zero, .succ _ => false
  | .succ _, .zero => false
  | .succ n, .succ m => beq n m

set_option bootstrap.genMatcherCode false in
@[extern "lean_nat_dec_le"]
def Nat.ble : Nat → Nat → Bool
  | .zero, .zero => true
  | .zero, .succ _ => true
  | .succ _, .zero => false
  | .succ n, .succ m => ble n m

set_option bootstrap.genMatcherCode false in
theorem Nat.eq_of_beq_eq_true : (n m : Nat) → Eq (beq n m) true → Eq n m
  | .zero, .zero, _ => rfl
  | .zero, .succ _, h => (Bool.noConf h).elim
  | .succ _, .zero, h => (Bool.noConf h).elim
  | .succ n, .succ m, h =>
    have : Eq n m := Nat.eq_of_beq_eq_true n m h
    this.rec rfl

theorem Nat.beq_self : (n : Nat) → Eq (beq n n) true
  | .zero => rfl
  | .succ n => Nat.beq_self n

@[reducible, extern "lean_nat_dec_eq"]
def Nat.decEq (n m : Nat) : Decidable (Eq n m) :=
  match h : beq n m with
  | true => .isTrue (Nat.eq_of_beq_eq_true n m h)
  | false => .isFalse (fun e => Bool.noConf (Eq.trans h.symm (Eq.subst (motive := fun k => Eq (beq n k) true) e (Nat.beq_self n))))

class HAdd (α : Type u) (β : Type v) (γ : outParam (Type w)) where
  hAdd : α → β → γ

class Add (α : Type u) where
  add : α → α → α

class HMul (α : Type u) (β : Type v) (γ : outParam (Type w)) where
  hMul : α → β → γ

class Mul (α : Type u) where
  mul : α → α → α

@[default_instance] instance instHAdd [Add α] : HAdd α α α where
  hAdd a b := Add.add a b

@[default_instance] instance instHMul [Mul α] : HMul α α α where
  hMul a b := Mul.mul a b

instance instAddNat : Add Nat := ⟨Nat.add⟩

instance instMulNat : Mul Nat := ⟨Nat.mul⟩

inductive List (α : Type u) where
  | nil : List α
  | cons (head : α) (tail : List α) : List α

/-! ## What tactics build proofs with -/

theorem trivial : True := True.intro

@[macro_inline] def Eq.mp {α β : Sort u} (h : Eq α β) (a : α) : β := h.rec a

@[macro_inline] def Eq.mpr {α β : Sort u} (h : Eq α β) (b : β) : α := h.symm.rec b

theorem id_eq (a : α) : Eq (id a) a := rfl

theorem noConfusion_of_Nat {α : Sort u} (f : α → Nat) {a b : α} (h : Eq a b) :
    Nat.rec (motive := fun _ => Nat → Prop) (fun m => Nat.rec True (fun _ _ => False) m)
      (fun n _ m => Nat.rec False (fun k _ => Eq n k) m) (f a) (f b) :=
  h.rec (Nat.rec True.intro (fun _ _ => rfl) (f a))

axiom propext {a b : Prop} : Iff a b → Eq a b

init_quot

axiom Quot.sound : {α : Sort u} → {r : α → α → Prop} → {a b : α} → r a b → Eq (Quot.mk r a) (Quot.mk r b)

class inductive Nonempty (α : Sort u) : Prop where
  | intro (val : α) : Nonempty α

axiom Classical.choice {α : Sort u} : Nonempty α → α

theorem eq_true {p : Prop} (h : p) : Eq p True := propext ⟨fun _ => trivial, fun _ => h⟩

theorem eq_false {p : Prop} (h : Not p) : Eq p False := propext ⟨h, False.elim⟩

theorem of_eq_true {p : Prop} (h : Eq p True) : p := h.symm.rec trivial

theorem eq_self (a : α) : Eq (Eq a a) True := eq_true rfl

theorem implies_congr {p₁ p₂ : Sort u} {q₁ q₂ : Sort v} (h₁ : Eq p₁ p₂) (h₂ : Eq q₁ q₂) : Eq (p₁ → q₁) (p₂ → q₂) :=
  h₁.rec (h₂.rec rfl)

def Decidable.decide (p : Prop) [h : Decidable p] : Bool :=
  h.casesOn (fun _ => false) (fun _ => true)

export Decidable (decide)

theorem of_decide_eq_true {p : Prop} [d : Decidable p] (h : Eq (decide p) true) : p :=
  match d, h with
  | .isTrue g, _ => g
  | .isFalse _, g => (Bool.noConf g).elim

abbrev DecidableEq (α : Sort u) := (a b : α) → Decidable (Eq a b)

instance instDecidableEqNat : DecidableEq Nat := Nat.decEq

instance instDecidableAnd [dp : Decidable p] [dq : Decidable q] : Decidable (And p q) :=
  match dp, dq with
  | .isTrue hp, .isTrue hq => .isTrue ⟨hp, hq⟩
  | .isFalse hp, _ => .isFalse (fun h => hp h.left)
  | _, .isFalse hq => .isFalse (fun h => hq h.right)

theorem and_self (p : Prop) : Eq (And p p) p := propext ⟨fun h => h.left, fun h => ⟨h, h⟩⟩

theorem and_true (p : Prop) : Eq (And p True) p := propext ⟨fun h => h.left, fun h => ⟨h, trivial⟩⟩

theorem true_and (p : Prop) : Eq (And True p) p := propext ⟨fun h => h.right, fun h => ⟨trivial, h⟩⟩

attribute [simp] eq_self and_self and_true true_and


/-! ## Text, names and holes -/

structure Char where
  code : Nat

structure String where
  characters : List Char

namespace Lean

inductive Name where
  | anonymous : Name
  | str (pre : Name) (str : String) : Name
  | num (pre : Name) (i : Nat) : Name

namespace Name

abbrev mkStr1 (a : String) : Name := str anonymous a
abbrev mkStr2 (a b : String) : Name := str (mkStr1 a) b
abbrev mkStr3 (a b c : String) : Name := str (mkStr2 a b) c
abbrev mkStr4 (a b c d : String) : Name := str (mkStr3 a b c) d
abbrev mkStr5 (a b c d e : String) : Name := str (mkStr4 a b c d) e
abbrev mkStr6 (a b c d e f : String) : Name := str (mkStr5 a b c d e) f
abbrev mkStr7 (a b c d e f g : String) : Name := str (mkStr6 a b c d e f) g
abbrev mkStr8 (a b c d e f g h : String) : Name := str (mkStr7 a b c d e f g) h
abbrev mkStr (pre : Name) (a : String) : Name := str pre a
abbrev mkNum (pre : Name) (i : Nat) : Name := num pre i

end Name
end Lean

@[never_extract] axiom sorryAx (α : Sort u) (synthetic : Bool) : α

/-! ## Tactics

The compiler carries Lean's parsers and macros as compiled code; here each gets its name back. -/

class Inhabited (α : Sort u) where
  default : α

instance instInhabitedFun [Inhabited β] : Inhabited (α → β) := ⟨fun _ => Inhabited.default⟩

structure Lean.ParserDescr where
  hidden : Unit

structure Lean.TrailingParserDescr where
  hidden : Unit

structure Lean.Syntax where
  hidden : Unit

structure Lean.Hidden where
  hidden : Unit

instance : Inhabited Lean.ParserDescr := ⟨⟨()⟩⟩
instance : Inhabited Lean.TrailingParserDescr := ⟨⟨()⟩⟩
instance : Inhabited Lean.Hidden := ⟨⟨()⟩⟩

def Lean.Macro : Type := Lean.Syntax → Lean.Hidden → Lean.Hidden → Lean.Hidden
def Lean.PrettyPrinter.Unexpander : Type := Lean.Syntax → Lean.Hidden → Lean.Hidden → Lean.Hidden

namespace Lean.Parser.Tactic

@[tactic_parser, extern "native"] opaque assumption : ParserDescr
@[tactic_parser, extern "native"] opaque intro : ParserDescr
@[tactic_parser, extern "native"] opaque intros : ParserDescr
@[tactic_parser, extern "native"] opaque exact : ParserDescr
@[tactic_parser, extern "native"] opaque apply : ParserDescr
@[tactic_parser, extern "native"] opaque refine : ParserDescr
@[tactic_parser, extern "native"] opaque constructor : ParserDescr
@[tactic_parser, extern "native"] opaque contradiction : ParserDescr
@[tactic_parser, extern "native"] opaque cases : ParserDescr
@[tactic_parser, extern "native"] opaque induction : ParserDescr
@[tactic_parser, extern "native"] opaque skip : ParserDescr
@[tactic_parser, extern "native"] opaque done : ParserDescr
@[tactic_parser, extern "native"] opaque first : ParserDescr
@[tactic_parser, extern "native"] opaque clear : ParserDescr
@[tactic_parser, extern "native"] opaque subst : ParserDescr
@[tactic_parser, extern "native"] opaque left : ParserDescr
@[tactic_parser, extern "native"] opaque right : ParserDescr
@[tactic_parser, extern "native"] opaque revert : ParserDescr
@[tactic_parser, extern "native"] opaque «rename» : ParserDescr
@[tactic_parser, extern "native"] opaque change : ParserDescr
@[tactic_parser, extern "native"] opaque generalize : ParserDescr
@[tactic_parser, extern "native"] opaque injection : ParserDescr
@[tactic_parser, extern "native"] opaque case : ParserDescr
@[tactic_parser, extern "native"] opaque focus : ParserDescr
@[tactic_parser, extern "native"] opaque allGoals : ParserDescr
@[tactic_parser, extern "native"] opaque anyGoals : ParserDescr
@[tactic_parser, extern "native"] opaque tacticTry_ : ParserDescr
@[tactic_parser, extern "native"] opaque tacticRepeat_ : ParserDescr
@[tactic_parser, extern "native"] opaque tacticRfl : ParserDescr
@[tactic_parser, extern "native"] opaque eqRefl : ParserDescr
@[tactic_parser, extern "native"] opaque applyRfl : ParserDescr
@[tactic_parser, extern "native"] opaque tacticExfalso : ParserDescr
@[tactic_parser, extern "native"] opaque tacticTrivial : ParserDescr
@[tactic_parser, extern "native"] opaque tacticSorry : ParserDescr
@[tactic_parser, extern "native"] opaque tacticAdmit : ParserDescr
@[tactic_parser, extern "native"] opaque paren : ParserDescr
@[tactic_parser, extern "native"] opaque tacticHave__ : ParserDescr
@[tactic_parser, extern "native"] opaque tacticSuffices_ : ParserDescr
@[tactic_parser, extern "native"] opaque «show» : ParserDescr
@[tactic_parser, extern "native"] opaque «tacticExists_,,» : ParserDescr
@[tactic_parser, extern "native"] opaque rewriteSeq : ParserDescr
@[tactic_parser, extern "native"] opaque rwSeq : ParserDescr
@[tactic_parser, extern "native"] opaque unfold : ParserDescr
@[tactic_parser, extern "native"] opaque decide : ParserDescr
@[tactic_parser, extern "native"] opaque specialize : ParserDescr
@[tactic_parser, extern "native"] opaque split : ParserDescr
@[tactic_parser, extern "native"] opaque renameI : ParserDescr
@[tactic_parser, extern "native"] opaque tacticRefine_lift_ : ParserDescr
@[tactic_parser, extern "native"] opaque «tacticNext_=>_» : ParserDescr
@[tactic_parser, extern "native"] opaque rotateLeft : ParserDescr
@[tactic_parser, extern "native"] opaque simp : ParserDescr
@[tactic_parser, extern "native"] opaque «exact?» : ParserDescr
@[tactic_parser, extern "native"] opaque «tactic_<;>_» : TrailingParserDescr

@[extern "native"] opaque «_aux_Init_Tactics___macroRules_Lean_Parser_Tactic_rwSeq_1» : Syntax → Hidden → Hidden → Hidden
@[macro Lean.Parser.Tactic.rwSeq] def «rwSeq.1» : Macro := fun s c t => «_aux_Init_Tactics___macroRules_Lean_Parser_Tactic_rwSeq_1» s c t
@[extern "native"] opaque «_aux_Init_Tactics___macroRules_Lean_Parser_Tactic_tacticAdmit_1» : Syntax → Hidden → Hidden → Hidden
@[macro Lean.Parser.Tactic.tacticAdmit] def «tacticAdmit.1» : Macro := fun s c t => «_aux_Init_Tactics___macroRules_Lean_Parser_Tactic_tacticAdmit_1» s c t
@[extern "native"] opaque «_aux_Init_Tactics___macroRules_Lean_Parser_Tactic_tacticExfalso_1» : Syntax → Hidden → Hidden → Hidden
@[macro Lean.Parser.Tactic.tacticExfalso] def «tacticExfalso.1» : Macro := fun s c t => «_aux_Init_Tactics___macroRules_Lean_Parser_Tactic_tacticExfalso_1» s c t
@[extern "native"] opaque «_aux_Init_Tactics___macroRules_Lean_Parser_Tactic_tacticRfl_2» : Syntax → Hidden → Hidden → Hidden
@[macro Lean.Parser.Tactic.tacticRfl] def «tacticRfl.2» : Macro := fun s c t => «_aux_Init_Tactics___macroRules_Lean_Parser_Tactic_tacticRfl_2» s c t
@[extern "native"] opaque «_aux_Init_Tactics___macroRules_Lean_Parser_Tactic_tacticRfl_1» : Syntax → Hidden → Hidden → Hidden
@[macro Lean.Parser.Tactic.tacticRfl] def «tacticRfl.1» : Macro := fun s c t => «_aux_Init_Tactics___macroRules_Lean_Parser_Tactic_tacticRfl_1» s c t
@[extern "native"] opaque «_aux_Init_Tactics___macroRules_Lean_Parser_Tactic_tacticSorry_1» : Syntax → Hidden → Hidden → Hidden
@[macro Lean.Parser.Tactic.tacticSorry] def «tacticSorry.1» : Macro := fun s c t => «_aux_Init_Tactics___macroRules_Lean_Parser_Tactic_tacticSorry_1» s c t
@[extern "native"] opaque «_aux_Init_Tactics___macroRules_Lean_Parser_Tactic_tacticTrivial_6» : Syntax → Hidden → Hidden → Hidden
@[macro Lean.Parser.Tactic.tacticTrivial] def «tacticTrivial.6» : Macro := fun s c t => «_aux_Init_Tactics___macroRules_Lean_Parser_Tactic_tacticTrivial_6» s c t
@[extern "native"] opaque «_aux_Init_Tactics___macroRules_Lean_Parser_Tactic_tacticTrivial_5» : Syntax → Hidden → Hidden → Hidden
@[macro Lean.Parser.Tactic.tacticTrivial] def «tacticTrivial.5» : Macro := fun s c t => «_aux_Init_Tactics___macroRules_Lean_Parser_Tactic_tacticTrivial_5» s c t
@[extern "native"] opaque «_aux_Init_Tactics___macroRules_Lean_Parser_Tactic_tacticTrivial_4» : Syntax → Hidden → Hidden → Hidden
@[macro Lean.Parser.Tactic.tacticTrivial] def «tacticTrivial.4» : Macro := fun s c t => «_aux_Init_Tactics___macroRules_Lean_Parser_Tactic_tacticTrivial_4» s c t
@[extern "native"] opaque «_aux_Init_Tactics___macroRules_Lean_Parser_Tactic_tacticTrivial_3» : Syntax → Hidden → Hidden → Hidden
@[macro Lean.Parser.Tactic.tacticTrivial] def «tacticTrivial.3» : Macro := fun s c t => «_aux_Init_Tactics___macroRules_Lean_Parser_Tactic_tacticTrivial_3» s c t
@[extern "native"] opaque «_aux_Init_Tactics___macroRules_Lean_Parser_Tactic_tacticTrivial_2» : Syntax → Hidden → Hidden → Hidden
@[macro Lean.Parser.Tactic.tacticTrivial] def «tacticTrivial.2» : Macro := fun s c t => «_aux_Init_Tactics___macroRules_Lean_Parser_Tactic_tacticTrivial_2» s c t
@[extern "native"] opaque «_aux_Init_Tactics___macroRules_Lean_Parser_Tactic_tacticTrivial_1» : Syntax → Hidden → Hidden → Hidden
@[macro Lean.Parser.Tactic.tacticTrivial] def «tacticTrivial.1» : Macro := fun s c t => «_aux_Init_Tactics___macroRules_Lean_Parser_Tactic_tacticTrivial_1» s c t
@[extern "native"] opaque «_aux_Init_Tactics___macroRules_Lean_Parser_Tactic_tacticTry__1» : Syntax → Hidden → Hidden → Hidden
@[macro Lean.Parser.Tactic.tacticTry_] def «tacticTry_.1» : Macro := fun s c t => «_aux_Init_Tactics___macroRules_Lean_Parser_Tactic_tacticTry__1» s c t
@[extern "native"] opaque «_aux_Init_Tactics___macroRules_Lean_Parser_Tactic_tactic_<;>__1» : Syntax → Hidden → Hidden → Hidden
@[macro Lean.Parser.Tactic.«tactic_<;>_»] def «tactic_<;>_.1» : Macro := fun s c t => «_aux_Init_Tactics___macroRules_Lean_Parser_Tactic_tactic_<;>__1» s c t
@[extern "native"] opaque «_aux_Init_Tactics___macroRules_Lean_Parser_Tactic_tacticHave___1» : Syntax → Hidden → Hidden → Hidden
@[macro Lean.Parser.Tactic.tacticHave__] def «tacticHave__.1» : Macro := fun s c t => «_aux_Init_Tactics___macroRules_Lean_Parser_Tactic_tacticHave___1» s c t
@[extern "native"] opaque «_aux_Init_Tactics___macroRules_Lean_Parser_Tactic_tacticSuffices__1» : Syntax → Hidden → Hidden → Hidden
@[macro Lean.Parser.Tactic.tacticSuffices_] def «tacticSuffices_.1» : Macro := fun s c t => «_aux_Init_Tactics___macroRules_Lean_Parser_Tactic_tacticSuffices__1» s c t
@[extern "native"] opaque «_aux_Init_Tactics___macroRules_Lean_Parser_Tactic_tacticExists_,,_1» : Syntax → Hidden → Hidden → Hidden
@[macro Lean.Parser.Tactic.«tacticExists_,,»] def «tacticExists_,,.1» : Macro := fun s c t => «_aux_Init_Tactics___macroRules_Lean_Parser_Tactic_tacticExists_,,_1» s c t
@[extern "native"] opaque «_aux_Init_Tactics___macroRules_Lean_Parser_Tactic_tacticRefine_lift__1» : Syntax → Hidden → Hidden → Hidden
@[macro Lean.Parser.Tactic.«tacticRefine_lift_»] def «tacticRefine_lift_.1» : Macro := fun s c t => «_aux_Init_Tactics___macroRules_Lean_Parser_Tactic_tacticRefine_lift__1» s c t
@[extern "native"] opaque «_aux_Init_Tactics___macroRules_Lean_Parser_Tactic_tacticNext_=>__1» : Syntax → Hidden → Hidden → Hidden
@[macro Lean.Parser.Tactic.«tacticNext_=>_»] def «tacticNext_=>_.1» : Macro := fun s c t => «_aux_Init_Tactics___macroRules_Lean_Parser_Tactic_tacticNext_=>__1» s c t

end Lean.Parser.Tactic

/-! ## Notation -/

open Lean

@[tactic_parser, extern "native"] opaque Lean.cdot : ParserDescr
@[term_parser, extern "native"] opaque «term_∧_» : TrailingParserDescr
@[extern "native"] opaque «_aux_Init_Notation___macroRules_term_∧__1» : Syntax → Hidden → Hidden → Hidden
@[macro «term_∧_»] def «term_∧_.macro» : Macro := fun s c t => «_aux_Init_Notation___macroRules_term_∧__1» s c t
@[extern "native"] opaque «_aux_Init_Notation___unexpand_And_1» : Syntax → Hidden → Hidden → Hidden
@[app_unexpander And] def «term_∧_.unexpander» : PrettyPrinter.Unexpander := fun s c t => «_aux_Init_Notation___unexpand_And_1» s c t
@[term_parser, extern "native"] opaque «term_∨_» : TrailingParserDescr
@[extern "native"] opaque «_aux_Init_Notation___macroRules_term_∨__1» : Syntax → Hidden → Hidden → Hidden
@[macro «term_∨_»] def «term_∨_.macro» : Macro := fun s c t => «_aux_Init_Notation___macroRules_term_∨__1» s c t
@[extern "native"] opaque «_aux_Init_Notation___unexpand_Or_1» : Syntax → Hidden → Hidden → Hidden
@[app_unexpander Or] def «term_∨_.unexpander» : PrettyPrinter.Unexpander := fun s c t => «_aux_Init_Notation___unexpand_Or_1» s c t
@[term_parser, extern "native"] opaque «term_=_» : TrailingParserDescr
@[extern "native"] opaque «_aux_Init_Notation___macroRules_term_=__1» : Syntax → Hidden → Hidden → Hidden
@[macro «term_=_»] def «term_=_.macro» : Macro := fun s c t => «_aux_Init_Notation___macroRules_term_=__1» s c t
@[extern "native"] opaque «_aux_Init_Notation___unexpand_Eq_1» : Syntax → Hidden → Hidden → Hidden
@[app_unexpander Eq] def «term_=_.unexpander» : PrettyPrinter.Unexpander := fun s c t => «_aux_Init_Notation___unexpand_Eq_1» s c t
@[term_parser, extern "native"] opaque «term_+_» : TrailingParserDescr
@[extern "native"] opaque «_aux_Init_Notation___macroRules_term_+__1» : Syntax → Hidden → Hidden → Hidden
@[macro «term_+_»] def «term_+_.macro» : Macro := fun s c t => «_aux_Init_Notation___macroRules_term_+__1» s c t
@[extern "native"] opaque «_aux_Init_Notation___unexpand_HAdd_hAdd_1» : Syntax → Hidden → Hidden → Hidden
@[app_unexpander HAdd.hAdd] def «term_+_.unexpander» : PrettyPrinter.Unexpander := fun s c t => «_aux_Init_Notation___unexpand_HAdd_hAdd_1» s c t
@[term_parser, extern "native"] opaque «term_*_» : TrailingParserDescr
@[extern "native"] opaque «_aux_Init_Notation___macroRules_term_*__1» : Syntax → Hidden → Hidden → Hidden
@[macro «term_*_»] def «term_*_.macro» : Macro := fun s c t => «_aux_Init_Notation___macroRules_term_*__1» s c t
@[extern "native"] opaque «_aux_Init_Notation___unexpand_HMul_hMul_1» : Syntax → Hidden → Hidden → Hidden
@[app_unexpander HMul.hMul] def «term_*_.unexpander» : PrettyPrinter.Unexpander := fun s c t => «_aux_Init_Notation___unexpand_HMul_hMul_1» s c t
@[term_parser, extern "native"] opaque «term¬_» : ParserDescr
@[extern "native"] opaque «_aux_Init_Notation___macroRules_term¬__1» : Syntax → Hidden → Hidden → Hidden
@[macro «term¬_»] def «term¬_.macro» : Macro := fun s c t => «_aux_Init_Notation___macroRules_term¬__1» s c t
@[extern "native"] opaque «_aux_Init_Notation___unexpand_Not_1» : Syntax → Hidden → Hidden → Hidden
@[app_unexpander Not] def «term¬_.unexpander» : PrettyPrinter.Unexpander := fun s c t => «_aux_Init_Notation___unexpand_Not_1» s c t
@[term_parser, extern "native"] opaque «term_↔_» : TrailingParserDescr
@[extern "native"] opaque «_aux_Init_Core___macroRules_term_↔__1» : Syntax → Hidden → Hidden → Hidden
@[macro «term_↔_»] def «term_↔_.macro» : Macro := fun s c t => «_aux_Init_Core___macroRules_term_↔__1» s c t
@[extern "native"] opaque «_aux_Init_Core___unexpand_Iff_1» : Syntax → Hidden → Hidden → Hidden
@[app_unexpander Iff] def «term_↔_.unexpander» : PrettyPrinter.Unexpander := fun s c t => «_aux_Init_Core___unexpand_Iff_1» s c t
