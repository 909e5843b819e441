"""The frame of a page: its style for screens, paper, light and dark; its skeleton."""

from __future__ import annotations

POLICY = "default-src 'none'; img-src data:; style-src 'unsafe-inline'"

STYLE = """
:root {
  color-scheme: light dark;
  --page: #ffffff; --ink: #1d2329; --soft: #57606a; --line: #d5dae0; --head: #f3f5f7;
  --stripe: #fafbfc; --link: #0b5cad; --alert: #b3261e; --warning: #8a5a00; --good: #1a7f4b;
  --card: #f7f8fa;
}
@media (prefers-color-scheme: dark) {
  :root {
    --page: #15191e; --ink: #e4e8ec; --soft: #a3adb8; --line: #353d46; --head: #20262d;
    --stripe: #191e24; --link: #7ab8f5; --alert: #ff8f85; --warning: #f0b94d; --good: #6fd39d;
    --card: #1c2128;
  }
}
* { box-sizing: border-box; }
body {
  margin: 0 auto; max-width: 76rem; padding: 2rem clamp(1rem, 4vw, 2.5rem) 4rem;
  background: var(--page); color: var(--ink); font: 1rem/1.5 system-ui, sans-serif;
}
h1, h2, p, li, dt, dd, caption { overflow-wrap: anywhere; unicode-bidi: isolate; }
h1 { font-size: 1.75rem; line-height: 1.25; margin: 0 0 0.25rem; }
h2 { font-size: 1.25rem; line-height: 1.3; margin: 0 0 0.75rem; }
p { max-width: 70ch; margin: 0 0 0.5rem; }
a { color: var(--link); }
.subtitle { color: var(--soft); font-size: 1.125rem; }
.tiles {
  display: grid; grid-template-columns: repeat(auto-fill, minmax(10.5rem, 1fr)); gap: 0.75rem;
  margin: 1.5rem 0 0;
}
.tiles > div {
  padding: 0.75rem 1rem; background: var(--card); border: 1px solid var(--line);
  border-top: 3px solid var(--line); border-radius: 6px;
}
.tiles dt { color: var(--soft); font-size: 0.875rem; }
.tiles dd { margin: 0; }
.tiles .figure {
  font-size: 1.75rem; font-weight: 600; line-height: 1.25; font-variant-numeric: tabular-nums;
}
.tiles .long { font-size: 1.25rem; line-height: 1.75; }
.tiles .remark { color: var(--soft); font-size: 0.8125rem; line-height: 1.35; }
.tiles .alert { border-top-color: var(--alert); }
.tiles .alert .figure { color: var(--alert); }
.tiles .warning { border-top-color: var(--warning); }
.tiles .warning .figure { color: var(--warning); }
.tiles .good { border-top-color: var(--good); }
.findings { margin: 0; padding: 0; list-style: none; max-width: 85ch; }
.findings li { display: flex; gap: 0.625rem; padding: 0.4375rem 0; }
.findings li + li { border-top: 1px solid var(--line); }
.mark { flex: none; width: 1em; text-align: center; color: var(--soft); }
.alert > .mark { color: var(--alert); }
.warning > .mark { color: var(--warning); }
.good > .mark { color: var(--good); }
.hidden {
  position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%);
  white-space: nowrap;
}
nav { margin: 1.75rem 0 0; padding: 0.75rem 0; border-block: 1px solid var(--line); }
nav ul { display: flex; flex-wrap: wrap; gap: 0.25rem 1.5rem; margin: 0; padding: 0; }
nav li { list-style: none; }
section { margin-top: 2.5rem; }
header section { margin-top: 1.75rem; }
img {
  display: block; max-width: 100%; height: auto; margin: 0 0 1rem; padding: 0.5rem;
  background: #ffffff; border: 1px solid var(--line); border-radius: 6px;
}
@media screen and (prefers-color-scheme: dark) {
  /* Light charts become dark ones whose colours keep their hues. */
  img { filter: invert(0.9) hue-rotate(180deg); border-color: #dddddd; }
}
.scroll {
  width: fit-content; max-width: 100%; max-height: 85vh; overflow: auto;
  border: 1px solid var(--line); border-radius: 6px;
}
table { border-collapse: separate; border-spacing: 0; width: max-content; font-size: 0.875rem; }
caption { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); }
th, td { padding: 0.375rem 0.75rem; text-align: start; vertical-align: top; }
thead th {
  position: sticky; top: 0; z-index: 1; background: var(--head);
  border-bottom: 1px solid var(--line); font-weight: 600; max-width: 9rem; vertical-align: bottom;
}
td, tbody th, tfoot th {
  max-width: 28rem; overflow-wrap: break-word; white-space: pre-line; unicode-bidi: isolate;
}
tbody th, tfoot th {
  position: sticky; left: 0; background: var(--page); font-weight: 500;
  max-width: min(20rem, 45vw);
  border-right: 1px solid var(--line);
}
thead th:first-child { left: 0; z-index: 2; border-right: 1px solid var(--line); }
tbody tr + tr > * { border-top: 1px solid var(--line); }
tbody tr:nth-child(even) > * { background: var(--stripe); }
tfoot > tr > * {
  position: sticky; bottom: 0; background: var(--head); font-weight: 600;
  border-top: 2px solid var(--line);
}
tfoot tr:not(:last-child) > * { position: static; }
tfoot th { z-index: 1; }
.number { text-align: end; font-variant-numeric: tabular-nums; }
td.number, td.time, th.time:not(thead th) { white-space: nowrap; }
.rows { color: var(--soft); font-size: 0.875rem; margin: 0.5rem 0 0; }
summary { cursor: pointer; color: var(--link); margin-bottom: 0.75rem; width: fit-content; }
.guide { color: var(--soft); font-size: 0.9375rem; }
@page { size: A4; margin: 14mm; }
@page wide { size: A4 landscape; margin: 10mm; }
.unprinted { display: none; }
@media print {
  :root {
    color-scheme: light; --page: #ffffff; --ink: #000000; --soft: #444444; --line: #bbbbbb;
    --head: #ffffff; --stripe: #ffffff; --link: #000000; --card: #ffffff; --alert: #9c1c16;
    --warning: #6d4700; --good: #14633a;
  }
  html { font-size: 10pt; }
  body { max-width: none; padding: 0; }
  nav, summary { display: none; }
  details:not([open]) { display: none; }
  .tiles { grid-template-columns: repeat(3, 1fr); }
  .tiles > div { break-inside: avoid; }
  .findings li { break-inside: avoid; }
  section { margin-top: 1.5rem; }
  header:has(.tiles, .findings) ~ main > section:first-child {
    break-before: page; margin-top: 0;
  }
  .wide:not(:has(details:not([open]))) { page: wide; }
  details:not([open]) + .unprinted, .columns { display: block; }
  .off-paper { display: none; }
  h2 { break-after: avoid; }
  .rows { break-before: avoid; }
  img { max-height: 22cm; width: auto; padding: 0; border: 0; break-inside: avoid; }
  .wide:not(:has(details:not([open]))) img { max-height: 15cm; }
  .few.wide:not(:has(details:not([open]))) img { max-height: 8cm; }
  .scroll { width: auto; max-width: none; max-height: none; overflow: visible; border: 0; }
  table { width: 100%; max-width: 100%; font-size: 8pt; }
  .wide table { font-size: 7pt; }
  .widest table { font-size: 5.5pt; }
  thead { display: table-header-group; }
  tfoot { display: table-row-group; }
  thead th, thead th:first-child, tbody th, tfoot th, tfoot > tr > * {
    position: static; border-right: 0; font-weight: 600;
  }
  tbody th { font-weight: 400; }
  th, td, tbody th, tfoot th { max-width: none; padding: 0.15rem 0.35rem; }
  .long { overflow-wrap: anywhere; }
  .wide :is(th, td) { padding: 0.1rem 0.2rem; }
  /* Not so narrow that a row is as high as a page. */
  .widest .long { min-width: 7em; }
  tr, .short { break-inside: avoid; }
}
"""

PAGE = """<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="{policy}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<link rel="icon" href="data:,">
<title>{title}</title>
<style>{style}</style>
</head>
<body>
<header>
<h1>{title}</h1>
{first}
</header>
{contents}
<main>
{sections}
</main>
</body>
</html>
"""
