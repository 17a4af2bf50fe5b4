"""Messages of Coq 8.16 and the reasons they stand for."""

import pytest

from holdfast.checkers.rocq.reasons import classify
from holdfast.core.steps import RefusalReason

TABLE = [
    ("Syntax error: [term level 200] expected after '(' (in [term]).", RefusalReason.SYNTAX),
    ("Syntax Error: Lexer: Undefined token", RefusalReason.SYNTAX),
    ("The reference foo was not found in the current environment.", RefusalReason.UNKNOWN_NAME),
    ("The variable x was not found in the current environment.", RefusalReason.UNKNOWN_NAME),
    ("No such hypothesis: H9", RefusalReason.UNKNOWN_NAME),
    (
        "No quantified hypothesis named x in current goal even after head-reduction.",
        RefusalReason.UNKNOWN_NAME,
    ),
    ("No such Hint database: nothing.", RefusalReason.UNKNOWN_NAME),
    ('Unable to unify "True" with "n = n".', RefusalReason.NOT_APPLICABLE),
    ("No matching clauses for match.", RefusalReason.NOT_APPLICABLE),
    ("No such goal.", RefusalReason.NOT_APPLICABLE),
    ('Found no subterm matching "?n + ?m" in the current goal.', RefusalReason.NOT_APPLICABLE),
    ("Tactic failure:  Cannot find witness.", RefusalReason.NOT_APPLICABLE),
    ("No product even after head-reduction.", RefusalReason.NOT_APPLICABLE),
    ("Failed to progress.", RefusalReason.NO_PROGRESS),
    ("Tactic generated a subgoal identical to the original goal.", RefusalReason.NO_PROGRESS),
    (
        'In environment\nn : nat\nThe term "n" has type "nat" while it is expected to have type "n = n".',
        RefusalReason.TYPE_MISMATCH,
    ),
    (
        'Illegal application (Non-functional construction): \nThe expression "n" of type "nat"\n'
        'cannot be applied to the term\n "n" : "nat"',
        RefusalReason.TYPE_MISMATCH,
    ),
    ('Cannot infer this placeholder of type "nat".', RefusalReason.TYPE_MISMATCH),
    ("Not convertible.", RefusalReason.TYPE_MISMATCH),
    ("User interrupt.", RefusalReason.TIMEOUT),
    ("Timeout!", RefusalReason.TIMEOUT),
    ("Stack overflow.", RefusalReason.MEMORY),
    ("Out of memory.", RefusalReason.MEMORY),
    (
        'Anomaly "Uncaught exception Not_found." Please report at http://coq.inria.fr/bugs/.',
        RefusalReason.OTHER,
    ),
    ("", RefusalReason.NOT_APPLICABLE),
]


@pytest.mark.parametrize(("message", "reason"), TABLE)
def test_reason(message: str, reason: RefusalReason) -> None:
    assert classify(message) is reason
