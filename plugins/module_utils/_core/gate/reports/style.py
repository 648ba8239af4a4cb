# Copyright: (c) 2026, datascan.gate maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The style sheet of the HTML page: for screens, light and dark, and for paper."""

from __future__ import annotations

# Every text colour has a contrast of at least 4.5 to its background, every colour of a shape at least 3.
CSS = """
:root {
  color-scheme: light dark;
  --page: #f3f5f8; --card: #ffffff; --line: #d9dfe7; --text: #17202b; --soft: #556070;
  --passed: #1a7a48; --rejected: #c0292b; --advised: #8f5a00;
  --focus: #1f66d0;
}
@media screen and (prefers-color-scheme: dark) {
  :root {
    --page: #0e131a; --card: #171e28; --line: #2c3643; --text: #e8edf3; --soft: #a3afbe;
    --passed: #56d08f; --rejected: #ff8079; --advised: #e9b35c;
    --focus: #6aaeff;
  }
}
* { box-sizing: border-box; }
body {
  margin: 0 auto; max-width: 78rem; padding: 2rem 1.25rem 3rem; background: var(--page); color: var(--text);
  font: 1rem/1.5 system-ui, -apple-system, "Segoe UI", Roboto, "Noto Sans", "DejaVu Sans", sans-serif;
}
h1, h2, h3, p, ul, ol, dl, dd { margin: 0; padding: 0; }
ul, ol { list-style: none; }
a { color: inherit; text-decoration-color: var(--soft); text-underline-offset: .2em; }
a:focus-visible, .scroll:focus-visible { outline: 3px solid var(--focus); outline-offset: 2px; }
h2 { font-size: 1.15rem; margin-bottom: .75rem; }
h3 { font-size: 1rem; overflow-wrap: anywhere; }
.card {
  background: var(--card); border: 1px solid var(--line); border-radius: .9rem; padding: 1.4rem 1.5rem;
  margin-bottom: 1.1rem;
}
.soft { color: var(--soft); font-size: .9rem; }
.id { color: var(--soft); font: .8rem/1.4 ui-monospace, "SF Mono", Consolas, "DejaVu Sans Mono", monospace; }

.verdict { display: flex; align-items: center; gap: 1.5rem; border-left: .55rem solid var(--tone); }
.verdict svg { flex: none; width: 7rem; height: 7rem; }
.verdict h1 { font-size: 2.3rem; line-height: 1.15; letter-spacing: -.02em; color: var(--tone); }
.verdict p { font-size: 1.1rem; }
.verdict .soft { font-size: .9rem; }
.passed { --tone: var(--passed); }
.rejected { --tone: var(--rejected); }
.advised { --tone: var(--advised); }
.tone { fill: var(--tone); }
.stripe { fill: var(--card); }
.post { fill: var(--soft); }

.tiles { display: grid; grid-template-columns: repeat(auto-fit, minmax(7.5rem, 1fr)); gap: .5rem 1.5rem; }
.tiles div { display: flex; flex-direction: column-reverse; justify-content: flex-end; }
.tiles dt { color: var(--soft); font-size: .9rem; }
.tiles dd { font-size: 1.8rem; font-weight: 650; line-height: 1.25; font-variant-numeric: tabular-nums; }
.states { display: block; width: 100%; height: .9rem; margin: 1.1rem 0 .7rem; }
.share { fill: var(--tone); }
.legend { display: flex; flex-wrap: wrap; gap: .2rem 1.4rem; font-size: .95rem; }
.dot { display: inline-block; width: .75em; height: .75em; margin-right: .5em; fill: var(--tone); }

.rows { margin-top: .6rem; }
.rows li { display: grid; grid-template-columns: 14rem 1fr 12rem; gap: 0 1.2rem; align-items: center; }
.rows .name { overflow: hidden; text-overflow: ellipsis; white-space: nowrap; }
.rows .said { font-size: .9rem; font-variant-numeric: tabular-nums; }
.rows .track { display: block; width: 100%; height: 2rem; overflow: visible; }
.rows .axis .track { height: 1.5rem; }
.grid { stroke: var(--line); }
.bar { fill: var(--tone); stroke: var(--tone); stroke-width: 2; stroke-linejoin: round; }
.open { fill-opacity: .22; stroke-dasharray: 5 4; }
.rows text { fill: var(--soft); font-size: .8rem; font-variant-numeric: tabular-nums; }

.why { display: grid; grid-template-columns: repeat(auto-fill, minmax(20rem, 1fr)); gap: .9rem; }
.why > li {
  border: 1px solid var(--line); border-left: .3rem solid var(--tone, var(--soft)); border-radius: .5rem;
  padding: .7rem 1rem;
}
.why p { overflow-wrap: anywhere; }
.why p + p, .why h3 + p { margin-top: .3rem; }

.scroll { overflow-x: auto; }
table { border-collapse: collapse; width: 100%; font-size: .9rem; line-height: 1.4; }
th, td { text-align: left; vertical-align: top; padding: .55rem .6rem; border-top: 1px solid var(--line); }
thead th { border-top: 0; color: var(--soft); font-weight: 600; white-space: nowrap; }
tbody th { font-weight: 600; min-width: 12rem; overflow-wrap: anywhere; }
td { overflow-wrap: anywhere; }
.number { text-align: right; font-variant-numeric: tabular-nums; white-space: nowrap; }
.short { min-width: 8rem; }
.time { font-variant-numeric: tabular-nums; white-space: nowrap; }
.word { white-space: nowrap; }
.path { min-width: 11rem; }
.outcome { font-weight: 600; color: var(--tone); }
tr:target > * { background: var(--page); }
.away { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); white-space: nowrap; }

@media (max-width: 46rem) {
  .verdict svg { width: 4.5rem; height: 4.5rem; }
  .verdict h1 { font-size: 1.7rem; }
  .rows li { grid-template-columns: 1fr auto; padding-bottom: .4rem; }
  .rows .track { grid-row: 2; grid-column: 1 / -1; }
}
@media print {
  @page { size: landscape; margin: 12mm; }
  :root { --page: #ffffff; color-scheme: light; }
  * { -webkit-print-color-adjust: exact; print-color-adjust: exact; }
  body { max-width: none; padding: 0; font-size: .85rem; }
  .card { padding: .8rem 1rem; }
  .scroll { overflow: visible; }
  table { font-size: .8rem; }
  td .soft { font-size: inherit; }
  tbody th { min-width: 9rem; }
  .path, .short { min-width: 5.5rem; }
  .verdict, .rows li, .why > li, tr { break-inside: avoid; }
  h2 { break-after: avoid; }
  thead { display: table-header-group; }
}
"""
