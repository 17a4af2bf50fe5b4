"""How the pages of a report look, over what all our pages share."""

from holdfast.runtime.page_style import BASE_STYLE

__all__ = ["STYLE"]

STYLE = (
    BASE_STYLE
    + """
.proved { color: var(--good); } .not_found { color: var(--dim); } .undecided { color: var(--open); }
.error, .refused { color: var(--bad); } td.name, td.why { overflow-wrap: anywhere; }
.share { width: 100%; height: 22px; display: block; border-radius: 3px; }
.chart { width: 100%; height: auto; display: block; } svg text { font-size: 12px; fill: var(--ink); }
svg text.axis, svg text.note, svg text.dim { fill: var(--dim); }
.grid { stroke: var(--line); } .tick { stroke: var(--dim); }
.curve { fill: none; stroke: var(--a); stroke-width: 2; }
.band { fill: var(--a); opacity: .16; }
.fill-a { fill: var(--a); background: var(--a); } .fill-b { fill: var(--b); background: var(--b); }
.fill-c { fill: var(--c); background: var(--c); } .fill-d { fill: var(--d); background: var(--d); }
.fill-e { fill: var(--e); background: var(--e); }
.legend { display: flex; flex-wrap: wrap; gap: .2rem 1.2rem; font-size: 13px; margin: .4rem 0; }
.key { display: inline-block; width: .7em; height: .7em; border-radius: 2px; margin-right: .4em; }
.scroll { overflow: auto; max-height: 34rem; border: 1px solid var(--line); border-radius: 6px; }
.tree { display: block; }
.tree text { font-size: 11px; font-family: ui-monospace, "DejaVu Sans Mono", monospace; }
.edge { fill: none; stroke: var(--d); opacity: .55; stroke-width: 1.2; }
.edge.on { opacity: 1; stroke: var(--good); stroke-width: 2.5; }
.dot { fill: var(--d); } .dot.positive { fill: var(--good); } .dot.undecided { fill: var(--open); }
.tree a:hover .dot { stroke: var(--ink); stroke-width: 2; }
details { border-left: 2px solid var(--line); padding-left: .8rem; margin: .25rem 0; }
details.positive { border-color: var(--good); } details.failed { border-left-style: dotted; }
summary { cursor: pointer; } summary::marker { color: var(--dim); }
details:target > summary { background: var(--soft); outline: 1px solid var(--a); }
.tried td { overflow-wrap: anywhere; } .tried td:nth-child(2) { white-space: nowrap; }
.filter { display: flex; flex-wrap: wrap; gap: .3rem 1rem; margin-bottom: .5rem; font-size: 13.5px; }
nav { font-size: 13.5px; margin-bottom: .8rem; display: flex; gap: 1.2rem; } .none { color: var(--dim); }
"""
)
