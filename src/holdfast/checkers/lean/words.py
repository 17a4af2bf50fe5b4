"""Lean's words, as far as reading a file and guarding a proof need them."""

__all__ = [
    "CODE_ATTRIBUTES",
    "COMMANDS",
    "LINE_COMMANDS",
    "MODIFIERS",
    "NOTATIONS",
    "OPEN_COMMANDS",
    "PLAIN_ATTRIBUTES",
    "QUESTIONS",
    "RUNS_CODE",
    "SEARCHES",
    "THEOREMS",
    "UNFINISHED",
]

THEOREMS = frozenset({"theorem", "lemma"})
"""The declarations whose proofs are looked at."""

MODIFIERS = frozenset(
    {
        "private",
        "protected",
        "public",
        "noncomputable",
        "partial",
        "unsafe",
        "nonrec",
        "local",
        "scoped",
        "meta",
    }
)
"""What may stand before the word that begins a declaration."""

COMMANDS = frozenset(
    {
        *THEOREMS,
        *("def", "abbrev", "opaque", "axiom", "example", "instance", "inductive", "coinductive", "structure"),
        *("class", "deriving", "namespace", "section", "end", "mutual", "variable", "universe", "export"),
        *("attribute", "macro", "macro_rules", "syntax", "elab", "elab_rules", "notation", "notation3"),
        *("infix", "infixl", "infixr", "prefix", "postfix", "declare_syntax_cat", "import", "prelude"),
        *("initialize", "builtin_initialize", "run_cmd", "run_elab", "run_meta", "simproc", "dsimproc"),
        *("register_simp_attr", "register_option", "add_decl_doc", "unif_hint", "init_quot", "library_note"),
        *("alias", "irreducible_def", "omit", "include", "suppress_compilation", "unsuppress_compilation"),
        *("binder_predicate", "scoped_notation", "declare_aesop_rule_sets", "simproc_decl", "grind_pattern"),
        *("gen_injective_theorems%", "set_premise_selector", "module", "compile_inductive", "recall"),
        *("seal", "unseal", "variable?", "proof_wanted", "restate_axiom", "mk_iff_of_inductive_prop"),
        *("initialize_simps_projections", "add_aesop_rules", "erase_aesop_rules", "assert_not_exists"),
        *(
            "assert_not_imported",
            "deprecated_module",
            "extend_docs",
            "declare_config_elab",
            "reset_grind_attrs%",
        ),
        *("declare_command_config_elab", "declare_simp_like_tactic", "show_panel_widgets", "compile_def%"),
        *("reprove", "recommended_spelling", "unset_option", "tactic_extension", "test_extern"),
        *(
            "register_label_attr",
            "register_parser_alias",
            "register_builtin_option",
            "set_library_suggestions",
        ),
    }
)
"""Words that begin a command. None of them can stand inside a proof, except as a name of the user's own."""

LINE_COMMANDS = frozenset(
    {"alias", "initialize", "omit", "include", "prefix", "module", "recall", "export", "lemma", "prelude"}
)
"""Those that are names as well: they begin a command where they are the first word of a line."""

OPEN_COMMANDS = frozenset({"open", "set_option"})
"""Commands that are tactics and terms too, followed by `in`."""

UNFINISHED = frozenset({"sorry", "admit", "sorryAx", "stop", "exit", "trust_me!"})
"""Ways to leave something unproved."""

SEARCHES = frozenset(
    {
        *("exact?", "apply?", "rw?", "simp?", "simp_all?", "dsimp?", "simpa?", "aesop?", "hint", "show_term"),
        *(
            "says",
            "try?",
            "decide?",
            "omega?",
            "grind?",
            "have?",
            "observe?",
            "rfl?",
            "polyrith",
            "plausible",
        ),
        *("slim_check", "llmsuggest", "llmstep", "loogle", "exact?!", "by?", "suggest", "library_search"),
    }
)
"""Tactics that look for a proof and tell it: they find the theorem itself, or leave a hole behind."""

RUNS_CODE = frozenset(
    {
        *("run_tac", "by_elab", "eval%", "run_cmd", "run_elab", "run_meta", "elab", "elab_rules", "macro"),
        *("macro_rules", "syntax", "initialize", "builtin_initialize", "simproc", "dsimproc", "simproc_decl"),
        *("unsafe", "native_decide", "bv_decide", "declare_syntax_cat", "binder_predicate", "run_conv"),
        *("ofReduceBool", "reduceBool", "ofReduceNat", "reduceNat", "trustCompiler", "include_str"),
        *("unsafeCast", "unsafeIO", "unsafeBaseIO", "unsafeEIO", "lcProof", "lcUnreachable", "lcAny"),
        *("addDecl", "addDeclWithoutChecking", "addDeclCore", "skipKernelTC", "evalDecl", "evalExpr"),
        *("set_premise_selector", "set_library_suggestions", "with_weak_namespace", "run_tacq", "scoped_ns"),
        *("declare_config_elab", "declare_command_config_elab", "declare_simp_like_tactic"),
        *("register_parser_alias", "show_panel_widgets", "register_builtin_option", "include_bytes"),
        *("cbv_simproc", "cbv_simproc_decl", "builtin_cbv_simproc", "builtin_simproc", "builtin_dsimproc"),
        *("grind_propagator", "builtin_grind_propagator", "def_eval_config_item", "docs_to_verso"),
        *("ensure_eval_expr_instance", "ensure_eval_expr_instances", "ensure_eval_term_expr_instances"),
        *("ensure_eval_term_instance", "derive_eval_expr_instance_using_meta_eval", "init_grind_norm"),
        *("register_tactic_tag", "tactic_extension", "register_error_explanation", "deprecated_syntax"),
        *("test_extern", "idbg", "with_decl_name%", "private_decl%", "show_term_elab", "gen_cnstr_fns"),
        *("dbg_trace", "dbgTrace", "dbg_sleep", "init_quot", "prelude", "#eval", "#eval!", "#exit"),
    }
)
"""Words with which a file runs code in the checker, changes what words mean, or goes around the kernel."""

QUESTIONS = frozenset(
    {
        *("#check", "#check_failure", "#print", "#reduce", "#synth", "#where", "#version", "#help"),
        *("#guard_msgs", "#lint", "#align", "#noalign", "#align_import", "#print_sig", "#check_simp"),
    }
)
"""Commands with `#` that run no code of the file."""

CODE_ATTRIBUTES = frozenset(
    {
        *("implemented_by", "extern", "csimp", "init", "builtin_init", "export", "macro", "tactic"),
        *("command_elab", "term_elab", "app_elab", "doElem_elab", "app_unexpander", "app_delab", "delab"),
        *("unexpander", "formatter", "parenthesizer", "term_parser", "tactic_parser", "command_parser"),
        *("combinator_formatter", "builtin_macro", "builtin_tactic", "builtin_command_elab", "run_builtin"),
        *("builtin_term_elab", "builtin_delab", "simproc", "cpass", "env_linter", "inherit_doc_code"),
    }
)
"""Attributes that hand a definition of the file to the checker, to be run, printed with or trusted."""

PLAIN_ATTRIBUTES = frozenset(
    {
        *("simp", "ext", "refl", "symm", "trans", "rfl", "congr", "gcongr", "mono", "norm_cast", "push_cast"),
        *("instance", "class", "default_instance", "reducible", "irreducible", "semireducible", "coe"),
        *(
            "implicit_reducible",
            "instance_reducible",
            "inline",
            "always_inline",
            "noinline",
            "inline_if_reduce",
        ),
        *("specialize", "nospecialize", "macro_inline", "never_extract", "unbox", "expose", "no_expose"),
        *("elab_as_elim", "elabAsElim", "elab_without_expected_type", "elab_simple", "match_pattern"),
        *("induction_eliminator", "cases_eliminator", "custom_eliminator", "recursor", "computed_field"),
        *("inherit_doc", "deprecated", "nolint", "protected", "pp_dot", "pp_nodot", "to_additive", "to_dual"),
        *(
            "pp_using_anonymous_constructor",
            "simps",
            "mk_iff",
            "stacks",
            "fun_prop",
            "continuity",
            "measurability",
        ),
        *("aesop", "grind", "reassoc", "elementwise", "defeq", "univ_out_params", "wf_preprocess", "seval"),
        *("field_simps", "mfld_simps", "functor_norm", "monad_norm", "parity_simps", "zify_simps", "push"),
        *("qify_simps", "rify_simps", "bool_to_prop", "bv_normalize", "suggest_for", "local", "scoped"),
    }
)
"""Attributes that hand what they stand on to nobody who would run it."""

NOTATIONS = frozenset(
    {"notation", "notation3", "infix", "infixl", "infixr", "prefix", "postfix", "scoped_notation"}
)
"""Commands that define tokens."""
