/** The demo page's style sheet: no font, image or script from elsewhere; light and dark follow the system. */
export const pageStyle = `
:root {
  color-scheme: light dark;
  --ground: #f6f7f9; --card: #ffffff; --line: #dfe3ea; --ink: #1b2130; --muted: #586174; --code: #f0f2f6;
  --link: #1f5fbf; --good: #0b7a52; --good-ground: #e2f5ec; --bad: #b3263a; --bad-ground: #fdebed;
  --fair: #8a5a00; --fair-ground: #fdf2d9; --proxied-edge: #0f9d6b; --direct-edge: #a7aebc;
  --mono: ui-monospace, SFMono-Regular, Menlo, Consolas, 'DejaVu Sans Mono', monospace;
}
@media (prefers-color-scheme: dark) {
  :root {
    --ground: #11141b; --card: #191e28; --line: #2c3442; --ink: #e6e9f0; --muted: #9aa5b8; --code: #10141c;
    --link: #82b4ff; --good: #5fd6a2; --good-ground: #12352a; --bad: #ff96a3; --bad-ground: #3c1b22;
    --fair: #f0c264; --fair-ground: #38290c; --proxied-edge: #23b27c; --direct-edge: #5a6478;
  }
}
* { box-sizing: border-box; }
html { scroll-padding-top: 1rem; }
@media (prefers-reduced-motion: no-preference) { html { scroll-behavior: smooth; } }
body {
  margin: 0 auto; max-width: 72rem; padding: 1.5rem clamp(0.9rem, 3vw, 2rem) 3rem;
  background: var(--ground); color: var(--ink);
  font: 16px/1.55 system-ui, -apple-system, 'Segoe UI', Roboto, 'Noto Sans', 'DejaVu Sans', sans-serif;
}
a { color: var(--link); text-underline-offset: 0.15em; }
:focus-visible { outline: 3px solid var(--link); outline-offset: 2px; border-radius: 4px; }
main:focus { outline: none; }
code, pre { font-family: var(--mono); font-size: 0.85em; }
code { overflow-wrap: anywhere; }
pre {
  margin: 0; padding: 0.65rem 0.8rem; background: var(--code); border: 1px solid var(--line); border-radius: 6px;
  line-height: 1.5; white-space: pre-wrap; overflow-wrap: anywhere;
}
h1 { margin: 0.4rem 0 0.5rem; font-size: clamp(1.7rem, 5vw, 2.5rem); line-height: 1.15; letter-spacing: -0.02em; text-wrap: balance; }
h2 { margin: 0; font-size: 1.2rem; line-height: 1.3; }
h3 { margin: 0; font-size: 0.82rem; color: var(--muted); font-weight: 600; }
h4 { margin: 1rem 0 0.35rem; font-size: 0.82rem; color: var(--muted); font-weight: 600; }
p { margin: 0.5rem 0; }
.muted, .wait { color: var(--muted); }
.unseen { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); white-space: nowrap; }
.skip { position: absolute; left: -100vw; padding: 0.5rem 0.8rem; background: var(--card); }
.skip:focus { left: 0.5rem; top: 0.5rem; z-index: 1; }
.brand { display: flex; align-items: center; gap: 0.5rem; margin: 0; font-weight: 650; }
.brand svg { width: 1.8rem; height: 1.8rem; }
.lead { max-width: 44rem; font-size: 1.08rem; color: var(--muted); text-wrap: pretty; }
.note { padding: 0.6rem 0.9rem; background: var(--fair-ground); color: var(--fair); border-radius: 6px; }

button {
  font: inherit; font-size: 0.88rem; min-height: 2.2rem; padding: 0.3rem 0.85rem; color: var(--ink);
  background: var(--card); border: 1px solid var(--direct-edge); border-radius: 6px; cursor: pointer;
}
button:hover { border-color: var(--link); color: var(--link); }
button[aria-disabled='true'] { opacity: 0.6; cursor: progress; }

.ways { list-style: none; margin: 1.2rem 0; padding: 0; display: grid; gap: 0.8rem; grid-template-columns: 2fr 3fr; }
.ways li, .score, .card { background: var(--card); border: 1px solid var(--line); border-radius: 10px; }
.ways li { padding: 0.8rem 1rem; border-top: 3px solid var(--direct-edge); }
.ways li.proxied, .card.proxied { border-top-color: var(--proxied-edge); }
.ways h2 { font-size: 0.95rem; }
.ways p { display: flex; flex-wrap: wrap; align-items: end; gap: 0.25rem 0.6rem; margin: 0.4rem 0 0; }
.stop b { display: block; font-size: 0.75rem; font-weight: 500; color: var(--muted); }
.arrow { color: var(--muted); }

.score { padding: 0.9rem 1rem 0.5rem; }
.bar { display: flex; flex-wrap: wrap; align-items: center; gap: 0.3rem 1rem; margin-bottom: 0.5rem; }
.bar h2 { font-size: 1rem; }
.bar p { margin: 0; flex: 1 1 18rem; color: var(--muted); font-size: 0.92rem; }
table { border-collapse: collapse; width: 100%; font-size: 0.9rem; }
th, td { text-align: left; vertical-align: top; padding: 0.35rem 0.6rem 0.35rem 0; border-top: 1px solid var(--line); font-weight: 400; }
thead th { color: var(--muted); font-size: 0.82rem; border-top: 0; }
.score td, .score thead th + th { width: 9.5rem; }
.score tbody a { display: inline-block; min-height: 1.5rem; }

.badge {
  display: inline-block; padding: 0.05rem 0.6rem; border-radius: 99px; font-size: 0.82rem; font-weight: 600; white-space: nowrap;
  color: var(--bad); background: var(--bad-ground);
}
.badge.works { color: var(--good); background: var(--good-ground); }
.badge.not-run { color: var(--muted); background: var(--code); }
.badge.readable-error { color: var(--fair); background: var(--fair-ground); }

.experiment { margin-top: 2.6rem; }
.intro { display: grid; grid-template-columns: minmax(0, 1fr) minmax(0, 1fr); gap: 0.8rem 1.6rem; margin-bottom: 0.9rem; }
.intro p { max-width: 36rem; text-wrap: pretty; }
.number { margin-right: 0.55em; color: var(--muted); font-weight: 400; font-variant-numeric: tabular-nums; }
.sources { display: grid; gap: 0.3rem; align-content: start; }
.sources h3:not(:first-child) { margin-top: 0.35rem; }
.sides { display: grid; grid-template-columns: minmax(0, 1fr) minmax(0, 1fr); gap: 0.8rem; align-items: start; }
.card { padding: 0.8rem 1rem 1rem; border-top: 3px solid var(--direct-edge); min-width: 0; }
.card[aria-busy='true'] .result { opacity: 0.65; }
.card .verdict { margin: 0.5rem 0 0; }
.card .says { margin: 0.45rem 0 0.7rem; text-wrap: pretty; }
h4.call { font-family: var(--mono); color: var(--ink); border-top: 1px solid var(--line); padding-top: 0.7rem; }
dl { margin: 0; font-size: 0.9rem; }
dl div { display: grid; grid-template-columns: 7.5rem minmax(0, 1fr); gap: 0.6rem; padding: 0.3rem 0; border-top: 1px solid var(--line); }
dt { color: var(--muted); }
dd { margin: 0; font-family: var(--mono); font-size: 0.92em; overflow-wrap: anywhere; }
table.headers { margin-top: 0.9rem; table-layout: fixed; }
caption { text-align: left; font-size: 0.82rem; font-weight: 600; color: var(--muted); padding-bottom: 0.3rem; }
.headers th, .headers td { font-family: var(--mono); font-size: 0.92em; overflow-wrap: anywhere; }
.headers th { width: 42%; }
.hidden-headers { font-size: 0.88rem; color: var(--muted); }
.card pre { max-height: 18rem; overflow: auto; }
.ask { margin-top: 0.9rem; }
.ask pre { margin-top: 0.6rem; }
.say { display: flex; gap: 0.5rem; }
.say input {
  flex: 1; min-width: 0; font: inherit; font-size: 0.92rem; min-height: 2.2rem; padding: 0.3rem 0.6rem; color: var(--ink);
  background: var(--card); border: 1px solid var(--direct-edge); border-radius: 6px;
}

footer { margin-top: 3rem; padding-top: 1.2rem; border-top: 1px solid var(--line); }
footer ul { padding-left: 1.2rem; }
footer li { margin: 0.4rem 0; }

@media (max-width: 46rem) {
  .ways, .intro, .sides { grid-template-columns: minmax(0, 1fr); }
}
@media (max-width: 30rem) {
  .score td, .score thead th + th { width: 4.2rem; }
  .score .badge { min-width: 2rem; text-align: center; }
  .score .word { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); }
  dl div { grid-template-columns: 6rem minmax(0, 1fr); }
  .headers th { width: 50%; }
}
`;
