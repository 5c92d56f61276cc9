"""Rules of the data report's page, on top of the sheet that all reports share."""

STYLE = """
body { max-width: 68rem; }
h2 { font-size: 1.25rem; margin: 2.6rem 0 .3rem; } h3 { font-size: 1rem; margin: 1.4rem 0 .3rem; }
p, li { max-width: 48rem; } p, li, b, code { overflow-wrap: anywhere; }
nav { display: flex; flex-wrap: wrap; gap: .2rem 1.1rem; margin: .8rem 0 1.4rem; }
nav a { color: var(--s0); } nav a span { color: var(--dim); }
.warn { color: var(--warn); }
.flow { display: flex; gap: 1.7rem; margin: 1rem 0; padding: 0; list-style: none; }
.flow li { flex: 1 1 0; min-width: 0; position: relative; background: var(--soft);
  border-radius: .5rem; padding: .7rem .8rem; font-size: .85rem; }
.flow > li + li::before { content: "→"; position: absolute; left: -1.4rem; top: .75rem;
  font-size: 1.1rem; color: var(--dim); }
.flow strong { display: block; font-size: 1.5rem; line-height: 1.25;
  font-variant-numeric: tabular-nums; }
.flow .long { font-size: 1.05rem; line-height: 1.8; }
.flow em { font-style: normal; font-weight: 600; }
.flow ul, .steps ul { margin: .3rem 0 0; padding: 0; list-style: none; color: var(--dim); }
.flow li li { background: none; padding: 0; font-size: inherit; overflow-wrap: anywhere; }
.parts { display: flex; gap: 3px; margin: 1rem 0 .3rem; }
.parts span { height: .8rem; background: var(--s0); min-width: 3px; }
.of { display: flex; flex-wrap: wrap; gap: 0 1.4rem; } .of i { display: inline-block;
  width: .8rem; height: .8rem; background: var(--s0); vertical-align: -.05rem; }
.parts span + span, .of span + span i { background: var(--s1); }
.parts span + span + span, .of span + span + span i { background: var(--s3); }
.cautions { list-style: none; margin: .6rem 0; padding: 0; display: grid; gap: 0 .6rem;
  grid-template-columns: max-content 1fr; }
.cautions li { max-width: none; display: grid; grid-column: 1 / -1; grid-template-columns: subgrid;
  padding: .5rem 0; border-bottom: 1px solid var(--line); }
.cautions li > span { font-weight: 600; white-space: nowrap; }
.steps { padding-left: 1.3rem; } .steps > li { margin: .7rem 0; }
.cards { display: grid; grid-template-columns: repeat(auto-fill, minmax(min(18rem, 100%), 1fr));
  gap: .9rem; margin-top: .8rem; }
.card { border: 1px solid var(--line); border-radius: .5rem; padding: .7rem .8rem; min-width: 0;
  font-size: .85rem; }
.card header { display: flex; gap: .5rem; justify-content: space-between; font-size: 1rem;
  margin-bottom: .4rem; }
.card header span { color: var(--dim); font-size: .85rem; white-space: nowrap; }
.chart { height: 4.2rem; } .now rect { fill: var(--s0); fill-opacity: .55; }
.was { fill: none; stroke: var(--ink); stroke-opacity: .75; vector-effect: non-scaling-stroke; }
.step { fill: none; stroke-width: 1.8; vector-effect: non-scaling-stroke; }
.ends { display: flex; justify-content: space-between; gap: .5rem; color: var(--dim);
  border-top: 1px solid var(--dim); font-variant-numeric: tabular-nums; }
.word { display: grid; grid-template-columns: 7rem 1fr 5rem; gap: .5rem; align-items: center; }
.word span { overflow-wrap: anywhere; } .word em { color: var(--dim); }
.word b { font-weight: 400; white-space: nowrap; text-align: right;
  font-variant-numeric: tabular-nums; }
.word i { height: .8rem; position: relative; border-bottom: 1px solid var(--line); }
.word i::before { content: ""; position: absolute; inset: 1px auto 1px 0; width: var(--a);
  background: rgb(var(--blue) / .55); }
.word i::after { content: ""; position: absolute; inset: -1px auto -1px var(--b);
  border-left: 2px solid var(--ink); }
.card table { margin-top: .4rem; } .card th, .card td { padding: .1rem .6rem .1rem 0; }
.card th:first-child, .card td:first-child { min-width: 4.5rem; }
.gap { display: grid; grid-template-columns: minmax(7rem, 14rem) 1fr 5.5rem 6.5rem; gap: .7rem;
  align-items: center; padding: .15rem 0; border-bottom: 1px solid var(--line);
  font-variant-numeric: tabular-nums; text-align: right; }
.gap > :first-child { text-align: left; overflow-wrap: anywhere; }
.stripes { height: 1.5rem; background: var(--soft); } .stripes rect { fill: var(--s1); }
.narrow { max-width: 40rem; }
.gap.head { color: var(--dim); font-weight: 600; font-size: .85rem; align-items: end; }
.gap .ends { border: 0; font-weight: 400; }
.why { white-space: normal; display: inline-block; text-align: left; min-width: 12rem; }
.digest { font: .8rem/1.4 ui-monospace, monospace; overflow-wrap: anywhere; white-space: normal;
  min-width: 16rem; text-align: left; display: inline-block; }
@media (max-width: 52rem) { .flow { flex-direction: column; gap: 1.5rem; }
  .flow > li + li::before { content: "↓"; left: 1rem; top: -1.6rem; } }
@media (max-width: 36rem) { .cautions li { grid-template-columns: 1fr; }
  .gap { grid-template-columns: 1fr 5rem 5.5rem; gap: 0 .5rem; }
  .gap > :nth-child(2) { grid-column: 1 / -1; grid-row: 2; } }
"""
