"""How our pages look, in light and in dark: what all of them share."""

__all__ = ["BASE_STYLE"]

BASE_STYLE = """
:root { color-scheme: light dark; --paper: #fff; --ink: #1b1f24; --dim: #6a737d; --line: #e3e6ea;
  --soft: #f5f7f9; --a: #2f6fb5; --b: #c8762b; --c: #7a5aa6; --d: #8a949e; --e: #b5483f; --good: #2b8a57;
  --bad: #b5483f; --open: #b8860b; --link: #1f5fa8; }
@media (prefers-color-scheme: dark) { :root { --paper: #14171b; --ink: #e2e6ea; --dim: #929ba5;
  --line: #2b3138; --soft: #1c2127; --a: #6aa5e3; --b: #e09a55; --c: #b094d8; --d: #7b858f; --e: #e0766c;
  --good: #5cc08a; --bad: #e0766c; --open: #d9b04a; --link: #7db4ee; } }
* { box-sizing: border-box; }
body { margin: 0 auto; padding: 1.5rem 1.25rem 4rem; max-width: 1180px; background: var(--paper);
  color: var(--ink); font: 15px/1.5 system-ui, "Segoe UI", Roboto, "Liberation Sans", sans-serif; }
h1 { font-size: 1.5rem; margin: 0 0 .25rem; overflow-wrap: anywhere; }
h2 { font-size: 1.05rem; margin: 2rem 0 .6rem; }
a { color: var(--link); text-decoration: none; } a:hover { text-decoration: underline; }
code, pre { font: 13px/1.45 ui-monospace, "DejaVu Sans Mono", Menlo, Consolas, monospace; }
code { overflow-wrap: anywhere; }
pre { background: var(--soft); border: 1px solid var(--line); border-radius: 4px; padding: .5rem .7rem;
  margin: .4rem 0; overflow-x: auto; white-space: pre-wrap; overflow-wrap: anywhere; }
small, .dim { color: var(--dim); font-size: 12.5px; }
.tiles { display: flex; flex-wrap: wrap; gap: .6rem; margin: 1rem 0; padding: 0; list-style: none; }
.tiles li { border: 1px solid var(--line); border-radius: 6px; padding: .45rem .8rem; min-width: 8rem; }
.tiles b { display: block; font-size: 1.25rem; font-weight: 600; font-variant-numeric: tabular-nums; }
.two { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(430px, 100%), 1fr));
gap: 0 2.5rem; }
table { border-collapse: collapse; width: 100%; font-variant-numeric: tabular-nums; font-size: 13.5px; }
th { text-align: left; font-weight: 600; border-bottom: 1px solid var(--line); }
td, th { padding: .22rem .8rem .22rem 0; vertical-align: top; }
td.n, th.n { text-align: right; } tbody tr { border-bottom: 1px solid var(--line); }
.badge { border-radius: 9px; padding: 0 .55em; font-size: 12.5px; border: 1px solid currentColor;
white-space: nowrap; }
"""
