"""Classes whose methods are written together."""

import pytest

from holdfast.checkers.python.bodies import BodyError
from holdfast.checkers.python.brief import brief_of, context_of, goal_of
from holdfast.checkers.python.document import read_document
from holdfast.checkers.python.groups import class_of, classes, joint_classes, member_bodies
from holdfast.checkers.python.holes import fill, find_holes
from holdfast.checkers.python.specification import Split
from holdfast.checkers.python.tested import read_tested
from holdfast.checkers.python.trivial import trivial_bodies
from holdfast.core.documents import Source
from holdfast.core.proofs import Proof
from holdfast.core.steps import Step

TEXT = '''\
class Stack:\r
\t"""Last in, first out."""\r
\r
\tdef __init__(self):  # empty\r
\t\t...\r
\r
\tdef size(self): return len(self.items)  # written\r
\r
\tdef push(self, item):\r
\t\t"""Put on top."""\r
\t\tpass\r
\r
\r
def alone(n):\r
\t...\r
\r
\r
class Two:\r
\tdef a(self): ...\r
\tdef b(self): ...\r
'''
TESTS = """\
def test_push():
    stack = Stack()
    stack.push(3)
    assert stack.size() == 1

def test_a():
    assert Two().a() == 1

def test_b():
    assert Two().b() == 2
"""
BODY = '''\
def push(self, item):
    """Again."""
    self.items.append("""a
  b""")

def __init__(self): self.items = []'''


def test_a_class_is_joint_where_a_method_cannot_be_tested_alone() -> None:
    tested = read_tested(Source("s.py", TEXT), [Source("t.py", "from s import *\n" + TESTS)], Split())
    assert [each.name for each in classes(tested.document)] == ["Stack", "Two"]
    joint = joint_classes(tested.document, tested.specifications)
    assert [each.name for each in joint] == ["Stack"]
    holes = find_holes(tested.document, (), joint)
    assert [hole.name for hole in holes] == ["Stack", "alone", "Two.a", "Two.b"]
    (case,) = tested.specifications["Stack"].cases
    assert case.name == "test_push"
    assert not tested.specifications["Stack"].waits_for


def test_each_body_goes_where_its_method_stands_and_nothing_else_changes() -> None:
    document = read_document(Source("s.py", TEXT))
    group = class_of(document, "Stack")
    assert group is not None
    (hole,) = (each for each in find_holes(document, (), [group]) if each.name == "Stack")
    filled = fill(Source("s.py", TEXT), {hole: Proof(Step(BODY))}).text
    wanted = TEXT.replace("# empty\r\n\t\t...", "# empty\r\n\t\tself.items = []")
    wanted = wanted.replace("\t\tpass\r\n", '\t\tself.items.append("""a\r\n  b""")\r\n')
    assert filled == wanted


@pytest.mark.parametrize(
    ("body", "words"),
    [
        ("def push(self, item):\n    return 1", "leaves out __init__"),
        ("self.items = []", "as its methods"),
        (BODY + "\ndef pop(self):\n    return 1", "pop is no method of Stack that waits"),
        (BODY + "\ndef size(self):\n    return 1", "size is no method of Stack that waits"),
        ("def (", "invalid syntax"),
    ],
)
def test_what_does_not_fit_is_told(body: str, words: str) -> None:
    group = class_of(read_document(Source("s.py", TEXT)), "Stack")
    assert group is not None
    with pytest.raises(BodyError, match=words):
        member_bodies(group, body)


def test_a_class_around_the_methods_is_passed_over() -> None:
    group = class_of(read_document(Source("s.py", TEXT)), "Two")
    assert group is not None
    body = "class Two:\n    def a(self):\n        if self:\n            return 1\n    def b(self): return 2"
    found = [(member.name, own) for member, own in member_bodies(group, body)]
    assert found == [("Two.a", "if self:\n    return 1"), ("Two.b", "return 2")]


def test_a_proposer_is_told_the_methods_and_trivial_ones_are_known() -> None:
    tested = read_tested(Source("s.py", TEXT), [Source("t.py", "from s import *\n" + TESTS)], Split())
    group = class_of(tested.document, "Stack")
    assert group is not None
    brief = brief_of(tested.document, group, tested.specifications["Stack"])
    goal = goal_of(brief)
    assert "def __init__(self); def push(self, item)" in goal.subgoals[0].conclusion
    assert "return len(self.items)" in context_of(brief)
    assert context_of(brief).count("class Stack:") == 2, "the header, and the class as it is"
    for body in trivial_bodies(brief):
        assert len(member_bodies(group, body)) == 2
