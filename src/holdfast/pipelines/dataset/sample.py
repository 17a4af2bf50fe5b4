"""A page to look at a dataset with: some theorems of each part, with all that their rows say.

What stands on it comes from sources and from models, so all of it is escaped. The one script of the page only
hides what does not fit the filter; without it everything is shown.
"""

import hashlib
from collections.abc import Iterable, Mapping, Sequence

from holdfast.pipelines.dataset.records import (
    Block,
    ChainTheorem,
    EvaluatedStep,
    EvaluatedTheorem,
    Premise,
)
from holdfast.pipelines.dataset.splitting import Part
from holdfast.runtime.markup import Child, Html, element, join, page
from holdfast.runtime.page_style import BASE_STYLE

__all__ = ["sample_page"]

_COUNT = 24
"""Theorems of each part."""
_LONGEST = 60_000
"""Characters of the goals of a theorem; a page of longer ones is no pleasure to look at."""

_STYLE = (
    BASE_STYLE
    + """
form { position: sticky; top: 0; z-index: 1; display: flex; flex-wrap: wrap; gap: .5rem .8rem;
  padding: .6rem 0; align-items: center; background: var(--paper);
  border-bottom: 1px solid var(--line); margin-bottom: 1rem; }
form[hidden], article[hidden] { display: none; }
input, select, button { font: inherit; font-size: 13.5px; color: inherit; background: var(--soft);
  border: 1px solid var(--line); border-radius: 5px; padding: .25rem .55rem; max-width: 100%; }
input { flex: 1 1 14rem; } button { cursor: pointer; }
:focus-visible { outline: 2px solid var(--a); outline-offset: 1px; }
article { border: 1px solid var(--line); border-radius: 8px; padding: .7rem 1rem; margin: 0 0 .8rem; }
h2 { margin: 0 0 .3rem; font-size: 1rem; overflow-wrap: anywhere; }
h3 { font-size: .8rem; margin: .9rem 0 .3rem; color: var(--dim); text-transform: uppercase;
  letter-spacing: .04em; font-weight: 600; }
h2 .badge { font-weight: 400; margin-left: .35rem; color: var(--dim); }
.badge.train { color: var(--a); } .badge.validation { color: var(--c); } .badge.test { color: var(--b); }
.said { margin: .3rem 0; } .said::before { content: "\\201c"; } .said::after { content: "\\201d"; }
ol { list-style: none; padding: 0; margin: .2rem 0; } li > details { border-left: 2px solid var(--line); }
li > details { padding: .05rem 0 .05rem .7rem; } li > details[open] { border-color: var(--a); }
details.chain { margin-top: .6rem; }
summary { cursor: pointer; } summary::marker { color: var(--dim); }
summary code { white-space: pre-wrap; } summary small { margin-left: .6rem; white-space: nowrap; }
.uses { margin: .2rem 0 .5rem; padding: 0; list-style: none; font-size: 13.5px; }
.uses li { overflow-wrap: anywhere; margin: .1rem 0; }
.two h3 { margin-top: .4rem; } .two > div { min-width: 0; }
.block { border-left: 3px solid var(--d); padding: .1rem .8rem; margin: .5rem 0; }
.block p { margin: .15rem 0; white-space: pre-wrap; overflow-wrap: anywhere; }
.block.think { border-color: var(--c); } .block.search { border-color: var(--b); }
.block.script, .block.have { border-color: var(--a); } .block.result { border-color: var(--good); }
"""
)

_SCRIPT = """
"use strict";
const form = document.getElementById("filter");
const shown = document.getElementById("shown");
const listed = [...document.querySelectorAll("article")].map(
  (item) => ({ item, text: item.textContent.toLowerCase() }));
function filter() {
  const { words, source, part } = form.elements;
  const wanted = words.value.toLowerCase().split(/\\s+/).filter(Boolean);
  let count = 0;
  for (const { item, text } of listed) {
    const fits = (!source.value || item.dataset.source === source.value)
      && (!part.value || item.dataset.part === part.value)
      && wanted.every((word) => text.includes(word));
    item.hidden = !fits;
    count += fits ? 1 : 0;
  }
  shown.textContent = `${count} of ${listed.length} shown`;
}
function unfold() {
  const all = [...document.querySelectorAll("article:not([hidden]) details")];
  const open = !all.every((each) => each.open);
  for (const each of all) each.open = open;
}
form.addEventListener("input", filter);
form.addEventListener("submit", (event) => event.preventDefault());
document.getElementById("unfold").addEventListener("click", unfold);
form.hidden = false;
filter();
"""


def sample_page(
    title: str,
    theorems: Sequence[EvaluatedTheorem],
    chains: Iterable[ChainTheorem],
    parts: Mapping[str, Part],
) -> str:
    """The page, the same for the same rows.

    Args:
        title: of the dataset.
        theorems: all of its theorems; those with chains are preferred.
        chains: its chains of thought.
        parts: where each theorem is, by name.
    """
    told: dict[str, list[ChainTheorem]] = {}
    for chain in chains:
        told.setdefault(chain.within or chain.name, []).append(chain)
    drawn = _drawn(theorems, told, parts)
    sources = sorted({each.library for each in drawn})
    return page(
        f"{title}: a sample",
        _STYLE,
        element("h1", title),
        element(
            "p",
            f"{len(drawn)} of {len(theorems):,} theorems, drawn by their names. A click on a sentence shows"
            " the goals before it and after it, and the names that it uses.",
            class_="dim",
        ),
        _filter(sources, sorted({parts[each.name] for each in drawn})),
        *(_theorem(each, parts[each.name], told.get(each.name, ())) for each in drawn),
        script=_SCRIPT,
    )


def _drawn(
    theorems: Sequence[EvaluatedTheorem], told: Mapping[str, object], parts: Mapping[str, Part]
) -> list[EvaluatedTheorem]:
    """Some of each part, the training part first, each part by names."""
    found: dict[Part, list[EvaluatedTheorem]] = {"train": [], "validation": [], "test": []}
    for each in sorted(theorems, key=lambda each: (each.name not in told, _draw(each.name))):
        if len(found[parts[each.name]]) < _COUNT and _length(each) <= _LONGEST:
            found[parts[each.name]].append(each)
    return [each for listed in found.values() for each in sorted(listed, key=lambda each: each.name)]


def _draw(name: str) -> bytes:
    return hashlib.sha256(name.encode()).digest()


def _length(theorem: EvaluatedTheorem) -> int:
    return sum(len(goal) for step in theorem.evaluation for goal in (*step.goals_before, *step.goals_after))


def _filter(sources: Sequence[str], parts: Sequence[str]) -> Html:
    return element(
        "form",
        element("input", type="search", name="words", placeholder="words", aria_label="words"),
        _choice("source", "all sources", sources),
        _choice("part", "all parts", parts),
        element("button", "fold or unfold", type="button", id="unfold"),
        element("small", id="shown", role="status"),
        id="filter",
        hidden="",
    )


def _choice(name: str, every: str, values: Sequence[str]) -> Html:
    options = [element("option", value, value=value) for value in values]
    return element("select", element("option", every, value=""), *options, name=name, aria_label=name)


def _theorem(theorem: EvaluatedTheorem, part: str, chains: Sequence[ChainTheorem]) -> Html:
    badges = [element("span", part, class_=f"badge {part}")]
    if theorem.licence:
        badges.append(element("span", theorem.licence, class_="badge"))
    sections = f", in section {' > '.join(theorem.sections)}" if theorem.sections else ""
    return element(
        "article",
        element("h2", element("code", theorem.name), *badges),
        element("small", f"{theorem.file}, line {theorem.line + 1}{sections}"),
        element("p", theorem.docstring, class_="said") if theorem.docstring else None,
        element("pre", theorem.statement),
        element("h3", "Proof"),
        element("ol", *(element("li", _step(each)) for each in theorem.evaluation)),
        *(_chain(each) for each in chains),
        data_part=part,
        data_source=theorem.library,
    )


def _step(step: EvaluatedStep) -> Html:
    told = f"{step.left} left" if step.left else "nothing left"
    uses = [_premise(each) for each in step.premises]
    return element(
        "details",
        element("summary", element("code", step.chain), element("small", told)),
        element(
            "div",
            element("div", element("h3", "Before"), _goals(step.goals_before)),
            element("div", element("h3", "After"), _goals(step.goals_after)),
            class_="two",
        ),
        join(element("h3", "Uses"), element("ul", *uses, class_="uses")) if uses else None,
    )


def _goals(goals: Sequence[str]) -> Html:
    return join(*(element("pre", goal) for goal in goals)) if goals else element("p", "None.", class_="dim")


def _premise(premise: Premise) -> Html:
    stated: list[Child] = [" ", element("code", premise.type, class_="dim")] if premise.type else []
    said: list[Child] = [" ", element("small", premise.info)] if premise.info else []
    return element("li", element("code", premise.name), " ", element("small", premise.kind), *stated, *said)


def _chain(chain: ChainTheorem) -> Html:
    title: list[Child] = [f"Chain of thought by {chain.model}, {len(chain.blocks)} blocks"]
    if chain.within:
        title += [": ", element("code", chain.statement)]
    return element(
        "details", element("summary", *title), *(_block(each) for each in chain.blocks), class_="chain"
    )


def _block(block: Block) -> Html:
    words = block.kind in {"think", "search"}
    return element(
        "div",
        element("small", block.kind),
        element("p", block.text) if words else element("pre", block.text),
        class_=f"block {block.kind}",
    )
