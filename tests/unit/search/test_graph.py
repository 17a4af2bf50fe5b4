"""What the graph knows after each step: merging, paths, what is proved, dead or needed."""

from holdfast.core.goals import Goal, Hypothesis, Subgoal
from holdfast.core.steps import Proposal, Step
from holdfast.search.graph import Graph
from holdfast.search.nodes import Drop, Edge, Node, Status


def goal(*conclusions: str) -> Goal:
    return Goal(tuple(Subgoal((), conclusion) for conclusion in conclusions))


def offer(text: str = "step", logprob: float = -1.0) -> Proposal:
    return Proposal(Step(text), logprob)


def advance(graph: Graph, node: Node, *conclusions: str, logprob: float = -1.0) -> list[Node]:
    edge = graph.advance(node, offer("to " + " ".join(conclusions), logprob), goal(*conclusions))
    assert isinstance(edge, Edge)
    return [link.node for link in edge.links]


def started(sibling_cost: float = 0.0) -> tuple[Graph, Node]:
    graph = Graph(sibling_cost)
    return graph, graph.start(goal("root"))


def test_open_siblings_cost_until_they_are_proved() -> None:
    graph, root = started(sibling_cost=1.0)
    left, middle, right = advance(graph, root, "left", "middle", "right")
    (below,) = advance(graph, right, "below")
    assert (left.logprob, right.logprob, below.logprob) == (-3.0, -3.0, -4.0)
    graph.close_by(left, offer())
    assert (middle.logprob, right.logprob, below.logprob) == (-2.0, -2.0, -3.0)
    graph.close_by(middle, offer())
    assert (right.logprob, below.logprob) == (-1.0, -2.0)


def test_a_better_path_counts_for_all_that_lies_below() -> None:
    graph, root = started()
    (far,) = advance(graph, root, "far", logprob=-4.0)
    (goal_,) = advance(graph, far, "goal", logprob=-1.0)
    (below,) = advance(graph, goal_, "below", logprob=-1.0)
    assert (below.depth, below.logprob) == (3, -6.0)
    advance(graph, root, "goal", logprob=-2.0)
    assert (goal_.depth, goal_.logprob) == (1, -2.0)
    assert (below.depth, below.logprob) == (2, -3.0)


def test_a_shorter_but_less_likely_path_is_not_taken() -> None:
    graph, root = started()
    (far,) = advance(graph, root, "far", logprob=-1.0)
    (goal_,) = advance(graph, far, "goal", logprob=-1.0)
    advance(graph, root, "goal", logprob=-9.0)
    assert (goal_.depth, goal_.logprob) == (2, -2.0)


def test_what_nothing_needed_is_ranked_again_when_it_is_needed() -> None:
    graph, root = started()
    gone, high = advance(graph, root, "gone", "high")
    (deep,) = advance(graph, high, "deep")
    graph.close(gone)
    assert not graph.needed(deep)
    (other,) = advance(graph, root, "other")
    graph.ranked.clear()
    advance(graph, other, "high")
    assert graph.needed(deep)
    assert deep in graph.ranked


def test_death_climbs_only_where_nothing_else_is_left() -> None:
    graph, root = started()
    (only,) = advance(graph, root, "only")
    first, _second = advance(graph, only, "first", "second")
    graph.close(only)
    graph.close(first)
    assert [node.status for node in (first, only, root)] == [Status.DEAD, Status.DEAD, Status.OPEN]
    graph.close(root)
    assert root.status is Status.DEAD


def test_a_step_that_needs_a_dead_goal_is_hopeless() -> None:
    graph, root = started()
    (dead,) = advance(graph, root, "dead")
    graph.close(dead)
    assert graph.advance(root, offer("again"), goal("dead", "fresh")) is Drop.HOPELESS
    assert len(graph.nodes) == 2


def test_a_goal_is_above_another_only_by_a_path_that_still_counts() -> None:
    graph, root = started()
    above, gone = advance(graph, root, "above", "gone")
    (node,) = advance(graph, above, "node")
    assert graph.advance(node, offer("back"), goal("above")) is Drop.LOOP
    graph.close(gone)
    advance(graph, root, "node", logprob=-9.0)
    assert node.via is not None
    assert node.via.source is above
    assert isinstance(graph.advance(node, offer("on"), goal("above")), Edge)


def test_two_equal_subgoals_of_one_step_are_one_goal() -> None:
    graph, root = started()
    one, other = advance(graph, root, "same", "same")
    assert one is other
    graph.close_by(one, offer("close"))
    assert root.status is Status.PROVED
    assert [step.text for step in graph.proof(root).steps()] == ["to same same", "close", "close"]


def named(name: str) -> Subgoal:
    return Subgoal((Hypothesis((name,), "P"),), "P")


def borrowing() -> tuple[Graph, Edge]:
    """A root with two subgoals that differ in a name, the first proved, so that all is."""
    graph, root = started()
    edge = graph.advance(root, offer("split"), Goal((named("a"), named("b"))))
    assert isinstance(edge, Edge)
    graph.close_by(edge.links[0].node, offer("exact a"))
    return graph, edge


def test_a_proof_is_borrowed_in_other_names() -> None:
    graph, edge = borrowing()
    assert edge.links[0].node is edge.links[1].node
    assert [step.text for step in graph.proof(graph.root).steps()] == ["split", "exact a", "exact b"]


def test_a_borrowed_proof_that_broke_gives_way_to_a_goal_of_its_own() -> None:
    graph, edge = borrowing()
    lender = edge.links[0].node
    graph.ranked.clear()
    graph.distrust((1,))
    own = edge.links[1].node
    assert own is not lender
    assert (graph.root.status, lender.status, own.status) == (Status.OPEN, Status.PROVED, Status.OPEN)
    assert own in graph.ranked
    graph.close_by(own, offer("exact b, really"))
    assert [step.text for step in graph.proof(graph.root).steps()][1:] == ["exact a", "exact b, really"]


def test_a_step_of_its_own_that_broke_is_dropped() -> None:
    graph, root = started()
    (child,) = advance(graph, root, "child")
    graph.close_by(child, offer("lucky"))
    graph.distrust((0,))
    assert (root.status, child.status, child.edges) == (Status.OPEN, Status.OPEN, [])
    graph.close_by(child, offer("sound"))
    assert [step.text for step in graph.proof(root).steps()][1:] == ["sound"]


def test_what_was_set_aside_before_the_search_does_not_count() -> None:
    before = Goal((Subgoal((), "root"),), shelved=(Subgoal((), "nat"),), given_up=(Subgoal((), "lost"),))
    graph = Graph(0.0)
    root = graph.start(before)
    same = Goal((Subgoal((), "a"), Subgoal((), "b")), shelved=before.shelved, given_up=before.given_up)
    edge = graph.advance(root, offer(), same)
    assert isinstance(edge, Edge)
    assert len(edge.links) == 2
    more_shelved = Goal(same.subgoals, shelved=before.shelved * 2, given_up=before.given_up)
    tied = graph.advance(root, offer("shelve"), more_shelved)
    assert isinstance(tied, Edge)
    assert len(tied.links) == 1
    worse = Goal(same.subgoals, given_up=before.given_up * 2)
    assert graph.advance(root, offer("give up"), worse) is Drop.STUCK
