/** The page's style sheet. Colours of plots stand 3 to 1 from the ground, texts 4.5 to 1 (WCAG 1.4.3, 1.4.11). */
export const STYLE = `:root {
  color-scheme: light dark;
  --ground: #f7f6f3; --card: #fffefc; --line: #e3e0d9; --ink: #23211d; --soft: #66625a;
  --link: #1f5f99; --focus: #1f5f99;
  --well: #23744a; --warning: #8a5300; --critical: #b3261e;
  --well-ground: #edf5ef; --warning-ground: #fbf3e2; --critical-ground: #fcecea;
  --c1: #3b6fb6; --c2: #b8741a; --c3: #2f8f7b; --c4: #9a5ba5; --c5: #b4504b; --c6: #6e7f2c; --c7: #7b766c;
}
@media (prefers-color-scheme: dark) {
  :root {
    --ground: #161614; --card: #1e1e1b; --line: #35342f; --ink: #ebe8e1; --soft: #a8a399;
    --link: #8dbdf0; --focus: #8dbdf0;
    --well: #79c99a; --warning: #e6b455; --critical: #ff9a90;
    --well-ground: #1a2620; --warning-ground: #2a2416; --critical-ground: #331d1b;
    --c1: #6fa3e0; --c2: #d9993f; --c3: #55b8a1; --c4: #c08aca; --c5: #e07f78; --c6: #a5b659; --c7: #8f8a80;
  }
}
*, *::before, *::after { box-sizing: border-box; }
html { background: var(--ground); color: var(--ink); -webkit-text-size-adjust: 100%;
  font: 1rem/1.5 ui-sans-serif, system-ui, -apple-system, "Segoe UI", Roboto, "Helvetica Neue", sans-serif; }
body { margin: 0 auto; max-width: 76rem; padding: 0 1.5rem 3rem; }
h1, h2, h3, p, dl, dd, ol, ul, figure { margin: 0; padding: 0; }
ol, ul { list-style: none; }
h1 { font-size: 1.625rem; line-height: 1.25; font-weight: 650; letter-spacing: -0.015em; overflow-wrap: anywhere; }
h2 { font-size: 1.1875rem; line-height: 1.35; font-weight: 640; letter-spacing: -0.01em; }
h3 { font-size: 1rem; font-weight: 620; }
a { color: var(--link); text-underline-offset: 0.15em; text-decoration-thickness: 0.06em; overflow-wrap: anywhere; }
code { font: 0.875em/1.4 ui-monospace, SFMono-Regular, Menlo, Consolas, monospace; overflow-wrap: anywhere; }
time { white-space: nowrap; }
strong, .number, time, .scale, .times { font-variant-numeric: tabular-nums; }
:focus-visible { outline: 2px solid var(--focus); outline-offset: 2px; border-radius: 4px; }
.unseen { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); white-space: nowrap; }
.skip { position: absolute; left: 1.5rem; top: -4rem; background: var(--card); padding: 0.5rem 0.75rem; z-index: 1; }
.skip:focus { top: 0.5rem; }
.as-of, .quiet, .agent { color: var(--soft); font-size: 0.875rem; }
.between { display: flex; flex-wrap: wrap; align-items: baseline; justify-content: space-between; gap: 0.5rem 1.5rem; }
section { margin-top: 2.5rem; }
section > h2 { margin-bottom: 0.75rem; }

.top { display: flex; flex-wrap: wrap; align-items: center; gap: 0.75rem 1.5rem; padding: 1rem 0; border-bottom: 1px solid var(--line); }
.brand { flex: 1; font-weight: 640; }
.brand a { color: inherit; text-decoration: none; }
.pausing { display: flex; align-items: center; gap: 0.75rem; font-size: 0.875rem; color: var(--soft); }
.pausing[hidden] { display: none; }
.finder { display: flex; flex-wrap: wrap; align-items: center; gap: 0.5rem; }
.finder label { font-size: 0.875rem; color: var(--soft); }
input { font: inherit; color: inherit; background: var(--card); border: 1px solid var(--soft); border-radius: 6px; padding: 0.3rem 0.6rem; min-width: 0; width: 15rem; max-width: 100%; }
button { font: inherit; font-size: 0.9375rem; color: inherit; background: var(--card); border: 1px solid var(--soft); border-radius: 6px; padding: 0.35rem 0.85rem; cursor: pointer; }
button:hover { background: var(--line); }
button[aria-pressed="true"] { background: var(--ink); color: var(--ground); }
button.ends { color: var(--critical); border-color: currentColor; }
.badge { display: inline-block; padding: 0 0.5em; border: 1px solid currentColor; border-radius: 1em; font-size: 0.75rem; line-height: 1.6; font-weight: 560; letter-spacing: 0.01em; vertical-align: 0.12em; color: var(--soft); }
.badge.warning { color: var(--warning); }
.badge.critical { color: var(--critical); }

.status { margin-top: 1.5rem; padding: 1.25rem 1.5rem; border-radius: 12px; background: var(--well-ground); }
.status.warning { background: var(--warning-ground); }
.status.critical { background: var(--critical-ground); }
.status > .as-of { margin-top: 0.25rem; }
.light { display: inline-block; width: 0.6em; height: 0.6em; margin-right: 0.5em; border-radius: 50%; background: var(--well); vertical-align: 0.06em; }
.warning .light { background: var(--warning); border-radius: 2px; transform: rotate(45deg); }
.critical .light { background: var(--critical); border-radius: 2px; }
.troubles { margin-top: 1rem; display: grid; gap: 1rem; }
.troubles li { padding-top: 1rem; border-top: 1px solid color-mix(in srgb, var(--soft) 30%, transparent); }
.troubles h2 { font-size: 1.0625rem; }
.troubles dl { display: grid; grid-template-columns: minmax(10rem, 1fr) minmax(10rem, 1.4fr) 2.4fr; gap: 0.5rem 2rem; margin-top: 0.5rem; font-size: 0.9375rem; }
dt { color: var(--soft); font-size: 0.8125rem; }
.stale #live { opacity: 0.6; }

.tiles { display: grid; grid-template-columns: repeat(6, 1fr); gap: 1px; background: var(--line); border: 1px solid var(--line); border-radius: 12px; overflow: hidden; }
.tiles > div { background: var(--card); padding: 0.9rem 1.1rem 1rem; }
.tiles strong { display: block; font-size: 1.5rem; line-height: 1.3; font-weight: 620; letter-spacing: -0.02em; white-space: nowrap; }
.tiles dd span { display: block; color: var(--soft); font-size: 0.8125rem; line-height: 1.4; }

.alerts, .sessions { display: grid; grid-template-columns: repeat(auto-fill, minmax(min(100%, 22rem), 1fr)); gap: 1rem; }
.alerts > li, .sessions > li { background: var(--card); border: 1px solid var(--line); border-radius: 12px; padding: 1rem 1.25rem; }
.alerts > li.critical { border-color: color-mix(in srgb, var(--critical) 55%, var(--line)); }
.of { font-weight: 420; }
.evidence { display: grid; gap: 0.125rem; margin: 0.6rem 0; font-size: 0.9375rem; }
.evidence > div { display: grid; grid-template-columns: 7.5rem 1fr; gap: 0.75rem; }
.evidence dt { padding-top: 0.1em; overflow-wrap: anywhere; }
.evidence dd { overflow-wrap: anywhere; min-width: 0; }
.done { font-size: 0.9375rem; }
.sessions { margin: 1.25rem 0; }
.sessions > li { display: flex; flex-direction: column; }
.sessions form { margin-top: auto; padding-top: 0.9rem; }
.agent { overflow-wrap: anywhere; }
.message { margin: 1rem 0; padding: 0.75rem 1.1rem; border-radius: 8px; background: var(--well-ground); }
.message.critical { background: var(--critical-ground); }
main > h1 { margin-top: 2rem; }
main > p { margin-top: 0.5rem; }
.end-all { margin: 0.5rem 0 0; }
.end-all form { margin-top: 0.75rem; display: grid; gap: 0.75rem; justify-items: start; }

.ranges ul { display: flex; flex-wrap: wrap; gap: 0.25rem 1rem; font-size: 0.9375rem; }
.ranges a[aria-current] { color: inherit; font-weight: 620; text-decoration: none; border-bottom: 2px solid currentColor; }
.plots { display: grid; grid-template-columns: repeat(2, minmax(0, 1fr)); gap: 1rem; margin-top: 0.75rem; align-items: start; }
.plot:first-child { grid-column: 1 / -1; }
.plot { background: var(--card); border: 1px solid var(--line); border-radius: 12px; padding: 1rem 1.25rem; }
.plot figcaption { display: flex; flex-wrap: wrap; align-items: baseline; justify-content: space-between; gap: 0 1rem; }
.plot figcaption p { color: var(--soft); font-size: 0.875rem; }
.chart { display: grid; grid-template-columns: auto 1fr; gap: 0.25rem 0.6rem; margin: 0.75rem 0 0.5rem; }
.chart svg { display: block; width: 100%; height: 8rem; overflow: visible; }
.scale, .times { display: flex; justify-content: space-between; color: var(--soft); font-size: 0.75rem; line-height: 1; }
.scale { flex-direction: column; text-align: right; min-width: 2.25rem; margin: -0.375rem 0; }
.times { grid-column: 2; padding-top: 0.25rem; }
path.before { fill: color-mix(in srgb, var(--soft) 6%, transparent); }
path.grid { stroke: var(--line); stroke-dasharray: 2 4; }
path.ground { stroke: var(--soft); }
path { fill: none; vector-effect: non-scaling-stroke; stroke-width: 1; }
path.lines { stroke-width: 1.75; stroke: var(--colour); stroke-linejoin: round; }
path.bars { fill: var(--colour); }
path.hover { pointer-events: all; }
path.hover:hover { fill: color-mix(in srgb, var(--ink) 10%, transparent); }
.c1 { --colour: var(--c1); } .c2 { --colour: var(--c2); } .c3 { --colour: var(--c3); } .c4 { --colour: var(--c4); }
.c5 { --colour: var(--c5); } .c6 { --colour: var(--c6); } .c7 { --colour: var(--c7); }
.swatch { display: inline-block; width: 0.7em; height: 0.7em; margin-right: 0.55em; border-radius: 2px; background: var(--colour); }
table { width: 100%; border-collapse: collapse; font-size: 0.875rem; }
th { text-align: left; font-weight: 420; }
th, td { padding: 0.125rem 0; }
thead th { color: var(--soft); font-size: 0.8125rem; padding-top: 0.4rem; }
.number { text-align: right; padding-left: 1rem; white-space: nowrap; }
.none { color: var(--soft); }
.legend tbody { display: grid; grid-template-columns: repeat(auto-fill, minmax(11.5rem, 1fr)); gap: 0 2rem; }
.legend tr { display: flex; justify-content: space-between; }
summary { cursor: pointer; color: var(--link); font-size: 0.875rem; padding: 0.25rem 0; width: fit-content; }
.wide { overflow-x: auto; }
footer { margin-top: 2.5rem; padding-top: 1rem; border-top: 1px solid var(--line); color: var(--soft); font-size: 0.875rem; }
footer p { max-width: 60rem; }

@media (max-width: 62rem) {
  .tiles { grid-template-columns: repeat(3, 1fr); }
  .troubles dl { grid-template-columns: 1fr 1fr; }
  .troubles dl > :last-child { grid-column: 1 / -1; }
}
@media (max-width: 44rem) {
  body { padding: 0 1rem 2rem; }
  .plots { grid-template-columns: minmax(0, 1fr); }
  .tiles { grid-template-columns: repeat(2, 1fr); }
  .tiles > div { padding: 0.75rem 0.9rem; }
  .troubles dl { grid-template-columns: 1fr; }
  .status { padding: 1rem 1.1rem; }
  h1 { font-size: 1.4375rem; }
  section { margin-top: 2rem; }
  .finder { width: 100%; }
  .finder label { width: 100%; }
  .finder input { flex: 1; }
  button, input { min-height: 2.75rem; }
  .evidence > div { grid-template-columns: 6rem 1fr; }
}
@media (prefers-reduced-motion: no-preference) { .stale #live { transition: opacity 0.3s; } }
@media (forced-colors: active) { .swatch, path.bars, path.lines, .light { forced-color-adjust: none; } }
`;

export const ICON =
  '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 16 16"><path fill="#3b6fb6" d="M2 9h3v5H2zm4.5-7h3v12h-3zM11 6h3v8h-3z"/></svg>';
