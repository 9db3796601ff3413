/** The one style block of report.html; its hash stands in the page's policy. */
export const style = `
:root {
  --paper: #fdfcfa; --card: #fff; --ink: #1d1c1a; --soft: #5d5850; --line: #e4dfd6; --wash: #f4f1ea;
  --bad: #b3261e; --bad-wash: #fbecea; --good: #0a6c74; --open: #855400; --calm: #5d5850;
  --baseline: #6f6a61; --candidate: #3d4fb8; --band: #ece7dc;
  --load: #c47a00; --prompt: #4a9ed0; --thinking: #b2568f; --tokens: #1d4f91; --tools: #00805f;
  color-scheme: light dark;
}
@media screen and (prefers-color-scheme: dark) {
  :root {
    --paper: #161514; --card: #1e1d1b; --ink: #eceae5; --soft: #aaa49a; --line: #36332f; --wash: #232120;
    --bad: #ff8f80; --bad-wash: #36201d; --good: #5cc9cf; --open: #e9b24c; --calm: #aaa49a;
    --baseline: #aaa49a; --candidate: #98a6ff; --band: #35322d;
    --load: #eaa93c; --prompt: #8ed0f5; --thinking: #e6a3cb; --tokens: #4f8fe0; --tools: #45c49b;
  }
}
* { box-sizing: border-box; }
html { -webkit-text-size-adjust: 100%; text-size-adjust: 100%; }
body {
  margin: 0; background: var(--paper); color: var(--ink);
  font: 16px/1.55 ui-sans-serif, system-ui, -apple-system, "Segoe UI", Roboto, "Noto Sans", "Helvetica Neue", sans-serif;
  font-variant-numeric: tabular-nums; overflow-wrap: anywhere;
}
header, main { max-width: 70rem; margin: 0 auto; padding: 0 clamp(1rem, 4vw, 2.5rem); }
header { padding-top: clamp(1.5rem, 5vw, 3.5rem); }
a { color: inherit; text-decoration-color: var(--line); text-underline-offset: .2em; }
a:hover { text-decoration-color: currentColor; }
:focus-visible { outline: 2px solid var(--candidate); outline-offset: 2px; border-radius: 2px; }
code, pre { font-family: ui-monospace, "SF Mono", "Cascadia Code", Menlo, Consolas, "DejaVu Sans Mono", monospace; font-size: .88em; }
h1, h2, h3 { line-height: 1.15; text-wrap: balance; }
h1 { display: flex; flex-wrap: wrap; align-items: baseline; gap: 0 .3em; margin: .35em 0 .3em; font-size: clamp(2.4rem, 7vw, 3.75rem); font-weight: 650; letter-spacing: -.025em; color: var(--calm); }
h1 small { font-size: .45em; font-weight: 450; letter-spacing: -.005em; color: var(--soft); }
.is-passed h1 { color: var(--good); }
.is-regressed h1, .is-invalid h1 { color: var(--bad); }
.is-inconclusive h1, .is-interrupted h1 { color: var(--open); }
h2 { margin: 0 0 .35rem; font-size: 1.6rem; font-weight: 620; letter-spacing: -.015em; }
h3 { margin: 2.25rem 0 .6rem; font-size: 1.05rem; font-weight: 620; }
.lede { margin: 0; font-size: 1.15rem; max-width: 46rem; }
.facts { margin: 0 0 .9rem; color: var(--soft); font-size: .875rem; }
.facts span::before { content: "·"; margin: 0 .5em; }
.facts b { font-weight: 600; color: var(--ink); }
.label { margin: 1.1rem 0 .4rem; font-size: .875rem; letter-spacing: 0; color: var(--soft); }
.failures, .notices { list-style: none; margin: 0; padding: 0; max-width: 52rem; }
.failures li, .notices li, .engine { padding: .6rem 1rem; margin: 0 0 .5rem; border-left: 3px solid var(--bad); background: var(--bad-wash); border-radius: 0 6px 6px 0; }
.notices li { border-color: var(--open); background: var(--wash); }
.engine { border-color: var(--candidate); background: var(--wash); max-width: 52rem; margin-top: 1.1rem; }
section { margin: clamp(2.5rem, 6vw, 4rem) 0; padding-top: clamp(1.5rem, 3vw, 2rem); border-top: 1px solid var(--line); }
table { border-collapse: collapse; font-size: .9rem; line-height: 1.4; }
caption { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); }
th, td { padding: .5rem .75rem; text-align: left; vertical-align: top; overflow-wrap: break-word; }
.metric, .group th, .plain td { overflow-wrap: anywhere; }
th { font-weight: 450; }
thead th, thead td { color: var(--soft); font-size: .8rem; vertical-align: bottom; border-bottom: 1px solid var(--line); }
tbody tr { border-bottom: 1px solid var(--line); }
th:first-child, td:first-child { padding-left: 0; }
th:last-child, td:last-child { padding-right: 0; }
.cards td small { white-space: nowrap; }
td small, th small { display: block; color: var(--soft); font-size: .8rem; font-weight: 400; }
sup { font-size: .7em; line-height: 0; margin-left: .3em; }
h2 sup { font-size: .5em; vertical-align: super; }
sup a { color: var(--open); text-decoration: none; padding: .3em .1em; }
.cards { width: 100%; }
.cards td, .cards tbody th { vertical-align: middle; }
.cards .right { text-align: right; white-space: nowrap; }
.cards .metric { min-width: 11.5rem; }
.cards .gated .metric { font-weight: 650; }
.cards .plot { width: 15.5rem; min-width: 9rem; padding-top: 0; padding-bottom: 0; }
.cards .change:has(b), .cards .verdict { white-space: nowrap; }
.cards .first { white-space: nowrap; font-weight: 600; text-align: right; }
.cards td b { font-weight: 600; }
.cards .group { border-bottom: 0; }
.cards .group th { padding: 1.1rem 0 .1rem; color: var(--soft); }
.gated.v-regressed .verdict b, .gated.v-improved .verdict b { display: inline-block; padding: 0 .45em; border-radius: 4px; background: currentColor; }
.gated.v-regressed .verdict b span, .gated.v-improved .verdict b span { color: var(--paper); }
.v-regressed .verdict, .v-regressed .forest { color: var(--bad); }
.v-improved .verdict, .v-improved .forest { color: var(--good); }
.v-unchanged .verdict, .v-unchanged .forest { color: var(--calm); }
.v-inconclusive .verdict, .v-inconclusive .forest { color: var(--open); }
.cards .v-unchanged .verdict b, .cards tr:not(.gated) .verdict b { font-weight: 450; }
.forest { display: block; width: 100%; max-width: 17rem; height: auto; }
.forest .band { fill: var(--band); }
.forest .zero { stroke: var(--soft); stroke-opacity: .55; }
.forest .whisker { stroke: currentColor; stroke-width: 2; }
.forest .estimate, .forest .arrow { fill: currentColor; }
.forest.axis text { fill: var(--soft); font-size: 11px; }
.legend { margin: .7rem 0 0; color: var(--soft); font-size: .85rem; max-width: 52rem; }
details { margin: 1rem 0 0; border: 1px solid var(--line); border-radius: 8px; background: var(--card); }
summary { padding: .65rem 1rem; cursor: pointer; font-weight: 550; font-size: .93rem; }
details > :not(summary) { margin-left: 1rem; margin-right: 1rem; }
details > table.cards { width: calc(100% - 2rem); margin-bottom: .5rem; }
details tbody:last-child tr:last-child { border-bottom: 0; }
details > .legend { margin-bottom: 1rem; }
details h4 { margin-top: 1.1rem; margin-bottom: .4rem; font-size: .9rem; font-weight: 620; }
pre { margin: 0; padding: 1rem; max-height: 32rem; overflow: auto; white-space: pre-wrap; background: var(--wash); border-radius: 6px; font-size: .82rem; line-height: 1.5; }
.pictures { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(100%, 22rem), 1fr)); gap: 1.5rem 2rem; margin-top: 1rem; align-items: start; }
.picture { margin: 0; max-width: 31rem; }
.picture figcaption { font-size: .85rem; color: var(--soft); margin-bottom: .35rem; }
.picture figcaption b { color: var(--ink); font-weight: 600; }
.picture svg { display: block; width: 100%; height: auto; }
.picture text { fill: var(--ink); font-size: 12px; }
.picture .tick, .picture .small { fill: var(--soft); font-size: 11px; }
.picture .small { fill: var(--ink); }
.picture .grid { stroke: var(--line); }
.picture .phase { stroke: var(--soft); stroke-dasharray: 2 3; }
.picture .link { stroke: var(--soft); stroke-opacity: .35; fill: none; }
.picture .middle { fill: none; stroke-width: 1.8; stroke-opacity: .75; stroke-linejoin: round; }
.picture .middle.baseline { stroke: var(--baseline); stroke-dasharray: 5 3; }
.picture .middle.candidate { stroke: var(--candidate); }
.picture .dot { stroke-width: 1.6; }
.picture .dot.baseline { fill: var(--paper); stroke: var(--baseline); }
.picture .dot.candidate { fill: var(--candidate); stroke: var(--paper); stroke-width: 1; }
.picture .invalid { stroke: var(--bad); stroke-width: 2; fill: none; }
.picture .waited { fill: var(--soft); fill-opacity: .55; }
.picture .taken { fill: var(--bad); }
.picture .band { fill: var(--band); }
.picture .zero { stroke: var(--soft); stroke-opacity: .55; }
.look { color: var(--soft); stroke-width: 1.5; }
.look path { stroke: currentColor; fill: none; }
.look .arrow { fill: currentColor; stroke: none; }
.look.last { stroke-width: 2.5; }
.picture .look.last .tick { fill: var(--ink); font-weight: 600; stroke: none; }
.picture .look .tick { stroke: none; }
.picture .estimate { fill: currentColor; }
.picture .v-regressed { color: var(--bad); }
.picture .v-improved { color: var(--good); }
.picture .v-unchanged { color: var(--ink); }
.picture .v-inconclusive { color: var(--open); }
.picture .axis { stroke: var(--soft); }
.picture .curve { fill: none; stroke-width: 2; stroke-linejoin: round; }
.picture .curve.baseline, .picture .longest.baseline { stroke: var(--baseline); }
.picture .curve.baseline { stroke-dasharray: 7 3; }
.picture .curve.candidate, .picture .longest.candidate { stroke: var(--candidate); }
.picture .curve.pauses { stroke-dasharray: 1.5 3.5; }
.picture .longest { fill: none; stroke-width: 2; }
.picture .total.baseline { fill: var(--baseline); }
.picture .total.candidate { fill: var(--candidate); }
.picture .longer { fill: var(--bad); }
.picture .shorter { fill: var(--good); }
.picture .carry { stroke: var(--soft); stroke-opacity: .6; }
.picture .arm { font-weight: 600; }
.picture .begin { stroke: var(--soft); }
.part.load { fill: var(--load); }
.part.prompt { fill: var(--prompt); }
.part.thinking { fill: var(--thinking); }
.part.tokens { fill: var(--tokens); }
.part.tools { fill: var(--tools); }
.part.own { fill: var(--ink); }
.part.other { fill: var(--soft); fill-opacity: .6; }
.picture .paper { fill: var(--paper); stroke: var(--line); }
.picture .shade { fill: var(--candidate); }
.picture .unranked .shade { fill: none; }
.picture .hatch { stroke: var(--ink); stroke-opacity: .3; }
.key { display: inline-block; margin-right: 1.2em; }
.key::before { content: ""; display: inline-block; width: .6em; height: .6em; margin-right: .45em; border-radius: 50%; border: 2px solid var(--baseline); }
.key.candidate::before { background: var(--candidate); border-color: var(--candidate); }
.key:is(.load, .prompt, .thinking, .tokens, .tools, .own, .other)::before { border: 0; border-radius: 2px; height: .75em; background: var(--ink); vertical-align: -.05em; }
.key.load::before { background: var(--load); }
.key.prompt::before { background: var(--prompt); }
.key.thinking::before { background: var(--thinking); height: .5em; vertical-align: .1em; }
.key.tokens::before { background: var(--tokens); }
.key.tools::before { background: var(--tools); height: .35em; vertical-align: .15em; }
.key.own::before { height: 2px; vertical-align: .25em; }
.key.other::before { background: var(--soft); height: 4px; vertical-align: .2em; opacity: .6; }
.key:is(.waited, .taken)::before { border: 0; border-radius: 1px; width: .3em; height: .75em; background: var(--soft); opacity: .55; vertical-align: -.05em; }
.key.taken::before { background: var(--bad); opacity: 1; }
.key.invalid::before { content: "×"; width: auto; height: auto; border: 0; color: var(--bad); font-weight: 700; }
.scroll { position: relative; overflow-x: auto; }
.plain td.right, .plain th.right { text-align: right; }
.plain th.right, .plain td.right, .plain td:nth-child(2), .plain tbody th { white-space: nowrap; }
.plain tbody th { color: var(--ink); }
.plain .group { border-bottom: 0; }
.plain .group th { padding-top: 1rem; padding-bottom: .2rem; font-size: .78rem; font-weight: 600; }
.plain td { min-width: 5rem; max-width: 30rem; }
.moved { padding: .05em .35em; border-radius: 4px; font-weight: 600; }
.moved.v-regressed { color: var(--bad); background: var(--bad-wash); }
.moved.v-improved { color: var(--good); background: var(--wash); }
ol { margin: .8rem 0 0; padding-left: 1.5rem; max-width: 56rem; }
section > ul { padding-left: 1.2rem; max-width: 56rem; }
section > ol > li, section > ul > li { margin-bottom: .6rem; }
li:target { background: var(--wash); }
@media (max-width: 46rem) {
  .cards, .cards tbody { display: block; }
  .cards thead { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); }
  .cards tr { display: grid; grid-template-columns: minmax(0, 1fr) auto; gap: .15rem .75rem; padding: .75rem 0; }
  .cards td, .cards tbody th { padding: 0; text-align: left; min-width: 0; }
  .cards .group { padding-bottom: 0; }
  .cards .group th { grid-column: 1 / -1; padding: .4rem 0 0; }
  .cards .metric { order: 1; }
  .cards .change:has(b), .cards .verdict small { white-space: normal; }
  details > :not(summary) { margin-left: .75rem; margin-right: .75rem; }
  details > table.cards { width: auto; }
  .cards .verdict { order: 2; text-align: right; }
  .cards .plot { order: 3; grid-column: 1 / -1; width: auto; }
  .cards .plot:empty, .cards .baseline:empty, .cards .candidate:empty, .cards .blocks:empty, .cards .threshold:empty { display: none; }
  .cards .plot svg { max-width: none; }
  .cards .change { order: 4; }
  .cards .blocks { order: 5; text-align: right; color: var(--soft); }
  .cards .blocks::after { content: " " attr(data-label); }
  .cards .baseline, .cards .candidate, .cards .threshold { font-size: .85rem; }
  .cards .baseline { order: 6; text-align: left; }
  .cards .candidate { order: 7; text-align: right; }
  .cards .threshold { order: 8; text-align: left; color: var(--soft); }
  .cards .first { order: 0; grid-column: 1 / -1; font-weight: 600; }
  .cards .threshold::before, .cards .baseline::before, .cards .candidate::before { content: attr(data-label) " "; color: var(--soft); font-size: .8rem; }
}
@media print {
  :root { --paper: #fff; --card: #fff; color-scheme: light; }
  body { font-size: 10.5pt; }
  header, main { max-width: none; padding: 0; }
  details::details-content { content-visibility: visible; display: block; }
  pre { max-height: none; }
  .cards { font-size: 8pt; }
  .cards th, .cards td { padding-left: .3rem; padding-right: .3rem; }
  .cards .plot { min-width: 11rem; }
  td small, th small, thead :is(th, td) { font-size: 7pt; }
  .scroll { overflow: visible; }
  .scroll .plain { font-size: 7.5pt; }
  .scroll .plain :is(th, td) { min-width: 0; padding-left: .25rem; padding-right: .25rem; white-space: normal; overflow-wrap: anywhere; }
  .scroll .plain td.right { white-space: nowrap; }
  .scroll .plain tbody th { min-width: 6rem; }
  .scroll .moved { padding: 0; }
  .key::before { print-color-adjust: exact; -webkit-print-color-adjust: exact; }
  tr, figure, .failures li, .scroll { break-inside: avoid; }
  h2, h3, caption, thead, .group { break-after: avoid; }
}
`
