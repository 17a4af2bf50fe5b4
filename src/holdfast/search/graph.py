"""The AND/OR graph of a search: goals to choose a step at, steps whose subgoals all have to be proved."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from holdfast.core.goals import Goal, Subgoal
from holdfast.core.proofs import Proof
from holdfast.core.steps import Proposal
from holdfast.search.canonical import (
    Canonical,
    Canoniser,
    goal_key,
    independent,
    rename_proof,
    renaming,
)
from holdfast.search.nodes import Drop, Edge, Link, Node, Part, Status

__all__ = ["Graph"]


@dataclass(slots=True)
class Graph:
    """All goals of one search, equal ones merged; knows what is proved and what is out of reach."""

    sibling_cost: float
    nodes: list[Node] = field(default_factory=list)
    merged: int = 0
    dead: int = 0
    ranked: list[Node] = field(default_factory=list)
    """Nodes to be ranked anew since this was last emptied: new ones and those on a better path."""
    _canoniser: Canoniser = field(default_factory=Canoniser)
    _by_text: dict[tuple[tuple[Subgoal, ...], tuple[Subgoal, ...]], Node] = field(default_factory=dict)
    _by_key: dict[str, Node] = field(default_factory=dict)

    @property
    def root(self) -> Node:
        """The goal that the search is about."""
        return self.nodes[0]

    def start(self, goal: Goal) -> Node:
        """Make the root; its subgoals stay together, because a proof begins with one step."""
        part = Part(goal, -1)
        self._canonise(part)
        return self._make(part, None, 0, 0.0)

    def known(self, goal: Goal) -> Node | None:
        """The node that was made for this very text, if any."""
        return self._by_text.get((goal.subgoals, goal.shelved))

    def close_by(self, source: Node, proposal: Proposal) -> None:
        """Record a step that proves `source`."""
        edge = Edge(source, proposal, ())
        source.edges.append(edge)
        self._prove(source, edge)

    def advance(self, source: Node, proposal: Proposal, left: Goal) -> Edge | Drop:
        """Record a step that leaves `left`, or say why it leads nowhere; then nothing is recorded."""
        # A hole in a proof that gave something up earlier starts with that; only more of it is a dead end.
        before = self.root.part.whole
        if len(left.given_up) > len(before.given_up) or not left.subgoals:
            return Drop.STUCK
        parts = _parts(left, len(before.shelved))
        found = [self._find(part) for part in parts]
        for node in found:
            if node is not None and (drop := _pointless(source, node)) is not None:
                return drop
        edge = Edge(source, proposal, ())
        edge.links = tuple(
            self._link(edge, part, node, len(parts)) for part, node in zip(parts, found, strict=True)
        )
        source.edges.append(edge)
        self._settle(edge)
        return edge

    def close(self, node: Node) -> None:
        """Everything offered at `node` was tried."""
        node.closed = True
        self._bury(node)

    def needed(self, node: Node) -> bool:
        """Whether a proof of `node` could still help to prove the root."""
        if node.status is not Status.OPEN:
            return False
        waiting, seen = [node], {node.number}
        while waiting:
            current = waiting.pop()
            if current is self.root:
                return True
            for edge in current.parents:
                above = edge.source
                if not edge.dead and above.status is Status.OPEN and above.number not in seen:
                    seen.add(above.number)
                    waiting.append(above)
        return False

    def proof(self, node: Node) -> Proof:
        """The proof of a proved node, in the names of its own goal."""
        edge = node.proof
        assert edge is not None
        children = [
            rename_proof(self.proof(link.node), renaming(link.node.part.forms, link.part.forms))
            for link in edge.links
        ]
        return Proof(edge.proposal.step, tuple(children))

    def distrust(self, path: Sequence[int]) -> None:
        """The root's proof broke at the end of `path`: forget what made it, so that another can be found.

        The last goal on the way that borrowed its proof from an equal one gets a node of its own; where
        none did, the step at fault is dropped.
        """
        links = list(self._walk(path))
        borrowed = [link for _, link in links if link.borrowed]
        culprit = (links[-1][1].node if links else self.root).proof
        if borrowed:
            self._part_ways(next(pair for pair in reversed(links) if pair[1].borrowed))
        elif culprit is not None:
            self._drop(culprit)
        self._judge_anew()

    def _forms(self, subgoals: Sequence[Subgoal]) -> tuple[Canonical, ...]:
        return tuple([self._canoniser.canonical(subgoal) for subgoal in subgoals])

    def _canonise(self, part: Part) -> None:
        part.forms = self._forms(part.subgoals)
        part.key = goal_key(part.forms, self._forms(part.shelved))

    def _find(self, part: Part) -> Node | None:
        """The node for a goal, by its text, else by its canonical form, which is made only then."""
        node = self._by_text.get((part.subgoals, part.shelved))
        if node is not None:
            part.forms = node.part.forms
            return node
        self._canonise(part)
        return self._by_key.get(part.key)

    def _link(self, edge: Edge, part: Part, node: Node | None, count: int) -> Link:
        source = edge.source
        logprob = source.logprob + edge.proposal.logprob - self.sibling_cost * (count - 1)
        # Two subgoals of one step may be equal: the second finds the node that the first made.
        node = node or self._by_key.get(part.key)
        borrowed = node is not None
        if node is None:
            node = self._make(part, edge, source.depth + 1, logprob)
        else:
            self.merged += 1
            if not self.needed(node):
                self._wake(node)
            self._improve(node, source.depth + 1, logprob, edge)
            self.ranked.append(node)
        node.parents.append(edge)
        return Link(node, part, borrowed)

    def _wake(self, node: Node) -> None:
        """Rank all below `node`: goals that nothing needed have left the queue."""
        waiting, seen = [node], {node.number}
        for awake in waiting:
            self.ranked.append(awake)
            for edge in awake.edges:
                below = [link.node for link in edge.links if link.node.number not in seen]
                seen.update(child.number for child in below)
                waiting += below

    def _make(
        self, part: Part, via: Edge | None, depth: int, logprob: float, *, private: bool = False
    ) -> Node:
        node = Node(len(self.nodes), part, depth, logprob, via, goal=part.goal)
        self.nodes.append(node)
        self.ranked.append(node)
        if not private:
            self._by_text[part.subgoals, part.shelved] = node
            self._by_key[part.key] = node
        return node

    def _settle(self, edge: Edge) -> None:
        """Draw what a new edge says about its source."""
        if all(link.node.status is Status.PROVED for link in edge.links):
            self._prove(edge.source, edge)
        else:
            self._share(edge)

    def _prove(self, node: Node, edge: Edge) -> None:
        """`node` is proved by `edge`; so is every goal whose last open subgoal it was."""
        waiting = [(node, edge)]
        for proved, by in waiting:
            if proved.status is not Status.OPEN:
                continue
            proved.status, proved.proof = Status.PROVED, by
            for parent in proved.parents:
                if parent.dead or parent.source.status is not Status.OPEN:
                    continue
                if all(link.node.status is Status.PROVED for link in parent.links):
                    waiting.append((parent.source, parent))
                else:
                    self._share(parent)

    def _share(self, edge: Edge) -> None:
        """The fewer subgoals of a step are open, the better the path to each of them."""
        links = [link for link in edge.links if link.node.status is Status.OPEN]
        cost = self.sibling_cost * (len(links) - 1)
        for link in links:
            logprob = edge.source.logprob + edge.proposal.logprob - cost
            self._improve(link.node, edge.source.depth + 1, logprob, edge)

    def _improve(self, node: Node, depth: int, logprob: float, via: Edge) -> None:
        """Take a path that is no longer and no less likely, for `node` and all that lies below it."""
        waiting = [(node, depth, logprob, via)]
        for below, new_depth, new_logprob, edge in waiting:
            no_worse = new_depth <= below.depth and new_logprob >= below.logprob
            if not no_worse or (new_depth, new_logprob) == (below.depth, below.logprob):
                continue
            below.depth, below.logprob, below.via = new_depth, new_logprob, edge
            self.ranked.append(below)
            for onward in below.edges:
                open_links = [link for link in onward.links if link.node.status is Status.OPEN]
                onward_logprob = (
                    new_logprob + onward.proposal.logprob - self.sibling_cost * (len(open_links) - 1)
                )
                waiting += [(link.node, new_depth + 1, onward_logprob, onward) for link in open_links]

    def _bury(self, node: Node) -> None:
        """A closed goal without a step left is dead, and so is every step that needs it."""
        waiting = [node]
        for dying in waiting:
            if dying.status is not Status.OPEN or not dying.closed or dying.edges:
                continue
            dying.status = Status.DEAD
            self.dead += 1
            for edge in dying.parents:
                if not edge.dead:
                    self._drop(edge, bury=False)
                    waiting.append(edge.source)

    def _drop(self, edge: Edge, *, bury: bool = True) -> None:
        edge.dead = True
        if edge in edge.source.edges:
            edge.source.edges.remove(edge)
        if bury:
            self._bury(edge.source)

    def _walk(self, path: Sequence[int]) -> Iterator[tuple[Edge, Link]]:
        node = self.root
        for index in path:
            assert node.proof is not None
            link = node.proof.links[index]
            yield node.proof, link
            node = link.node

    def _part_ways(self, pair: tuple[Edge, Link]) -> None:
        edge, link = pair
        if sum(other.node is link.node for other in edge.links) == 1:
            link.node.parents.remove(edge)
        link.node = self._make(link.part, edge, edge.source.depth + 1, edge.source.logprob, private=True)
        link.node.parents.append(edge)
        link.borrowed = False

    def _judge_anew(self) -> None:
        """Forget what counts as proved and draw it again from the steps that are left."""
        for node in self.nodes:
            if node.status is Status.PROVED:
                node.status, node.proof = Status.OPEN, None
        for node in self.nodes:
            for edge in node.edges:
                if not edge.links:
                    self._prove(node, edge)
        for node in self.nodes:
            self._bury(node)
        self.ranked.extend(node for node in self.nodes if node.status is Status.OPEN)


def _parts(left: Goal, shelved: int) -> list[Part]:
    """The goals that a state falls into: its subgoals where they are independent, else itself."""
    if len(left.subgoals) > 1 and independent(left, shelved):
        return [Part(left, index) for index in range(len(left.subgoals))]
    return [Part(left, -1)]


def _pointless(source: Node, child: Node) -> Drop | None:
    """Why a step from `source` that needs `child` cannot be part of a shortest proof, if so."""
    if child is source:
        return Drop.NO_PROGRESS
    if child.status is Status.DEAD:
        return Drop.HOPELESS
    return Drop.LOOP if _is_above(child, source) else None


def _is_above(ancestor: Node, node: Node) -> bool:
    """Whether the best path to `node` leads through `ancestor`, and still counts as a path."""
    met, edge = False, node.via
    while edge is not None:
        if edge.dead:
            return False
        met = met or edge.source is ancestor
        edge = edge.source.via
    return met
