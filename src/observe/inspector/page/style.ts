/** The inspector's style sheet: nothing from elsewhere; light and dark follow the system. */

import { detailStyle } from './style-detail.ts';

const frameStyle = `
:root {
  color-scheme: light dark;
  --ground: #f6f7f9; --card: #ffffff; --raised: #ffffff; --line: #e2e6ed; --ink: #1b2130; --muted: #5d6678; --code: #f1f3f7;
  --link: #1f5fbf; --chosen: #e8f0fe; --hover: #f3f5f9;
  --good: #0b7a52; --good-ground: #e4f5ec; --bad: #b3263a; --bad-ground: #fdebed; --fair: #8a5a00; --fair-ground: #fdf2d9;
  --mono: ui-monospace, SFMono-Regular, Menlo, Consolas, 'DejaVu Sans Mono', monospace;
}
@media (prefers-color-scheme: dark) {
  :root {
    --ground: #0f1218; --card: #151a23; --raised: #1b212c; --line: #29303d; --ink: #e4e8f0; --muted: #98a3b6; --code: #0f141c;
    --link: #82b4ff; --chosen: #1c2b45; --hover: #1a202b;
    --good: #5fd6a2; --good-ground: #12332a; --bad: #ff96a3; --bad-ground: #3a1b22; --fair: #f0c264; --fair-ground: #38290c;
  }
}
* { box-sizing: border-box; }
html, body { height: 100%; }
body { margin: 0; background: var(--ground); color: var(--ink); font: 14px/1.5 system-ui, -apple-system, 'Segoe UI', Roboto, 'Noto Sans', 'DejaVu Sans', sans-serif; }
#app { height: 100%; }
h1, h2, h3, p, ul, ol, dl, dd { margin: 0; padding: 0; }
ul, ol { list-style: none; }
code, pre, textarea, kbd { font-family: var(--mono); font-size: 0.92em; }
.unseen, .is-open .badge .long { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); white-space: nowrap; }
.good { color: var(--good); } .bad { color: var(--bad); } .quiet { color: var(--muted); }
:focus-visible { outline: 2px solid var(--link); outline-offset: 1px; border-radius: 5px; }

button { font: inherit; font-size: 13px; padding: 0.25rem 0.7rem; min-height: 1.9rem; color: var(--ink); background: var(--raised); border: 1px solid var(--line); border-radius: 6px; cursor: pointer; white-space: nowrap; }
button:hover { border-color: var(--muted); }
button[aria-pressed='true'] { background: var(--chosen); border-color: var(--link); }
button.main { background: var(--good); border-color: var(--good); color: var(--card); font-weight: 600; overflow: hidden; text-overflow: ellipsis; }
button.plain { border-color: transparent; background: none; color: var(--muted); }
button.link { border: 0; padding: 0 0.2rem; min-height: 0; background: none; color: var(--link); text-decoration: underline; text-underline-offset: 0.15em; }
button.round { width: 1.9rem; padding: 0; border-radius: 99px; }
kbd, .key { padding: 0 0.3em; font-family: var(--mono); border: 1px solid var(--line); border-radius: 4px; color: var(--muted); background: var(--code); font-size: 11px; }
button.main .key { color: inherit; background: none; border-color: currentColor; }
input, textarea { font: inherit; color: var(--ink); background: var(--raised); border: 1px solid var(--line); border-radius: 6px; padding: 0.3rem 0.6rem; min-width: 0; width: 100%; }
textarea { font-family: var(--mono); font-size: 12.5px; resize: vertical; }

.app { display: grid; height: 100%; grid-template: auto minmax(0, 1fr) / 15rem minmax(0, 1fr); grid-template-areas: 'bar bar' 'side list'; }
.app.is-open { grid-template-columns: 12.5rem minmax(0, 1fr) minmax(26rem, 40%); grid-template-areas: 'bar bar bar' 'side list detail'; }
.bar { grid-area: bar; display: flex; align-items: center; gap: 0.5rem 1rem; padding: 0.5rem 0.9rem; background: var(--card); border-bottom: 1px solid var(--line); }
.bar h1 { display: flex; align-items: center; gap: 0.45rem; font-size: 14px; font-weight: 650; }
.live { display: flex; align-items: center; gap: 0.4rem; color: var(--muted); font-size: 13px; white-space: nowrap; }
.dot { width: 0.5rem; height: 0.5rem; border-radius: 99px; background: var(--muted); }
.live.is-good .dot { background: var(--good); } .live.is-bad .dot { background: var(--bad); } .live.is-bad { color: var(--bad); }
.filter { position: relative; flex: 1; max-width: 44rem; margin-left: auto; }
.filter .key { position: absolute; right: 0.5rem; top: 0.4rem; }
.filter input:focus + .key, .filter input:not(:placeholder-shown) + .key { display: none; }
.tools { display: flex; flex-wrap: wrap; gap: 0.4rem; }
.for-narrow { display: none; }
button[aria-expanded='true'] { background: var(--chosen); border-color: var(--link); }

.side { grid-area: side; overflow-y: auto; padding: 0.8rem 0.6rem; border-right: 1px solid var(--line); background: var(--card); display: grid; gap: 1.2rem; align-content: start; }
.side h2, .summary h2 { font-size: 11.5px; font-weight: 650; color: var(--muted); text-transform: uppercase; letter-spacing: 0.05em; }
.side h2, .side p, .changes, .problems { padding: 0 0.4rem; }
.side p, .changes, .problems { font-size: 12.5px; overflow-wrap: anywhere; margin-top: 0.25rem; }
.file { font-family: var(--mono); font-size: 12px; }
.problems li { padding: 0.4rem 0.5rem; margin-top: 0.3rem; border-radius: 6px; background: var(--bad-ground); }
.changes li { font-family: var(--mono); font-size: 11.5px; color: var(--muted); }
.route { width: 100%; display: grid; grid-template-columns: minmax(0, 1fr) auto; gap: 0 0.5rem; text-align: left; padding: 0.35rem 0.4rem; margin-top: 0.15rem; border-color: transparent; background: none; white-space: normal; }
.route:hover { background: var(--hover); border-color: transparent; }
.match { font-family: var(--mono); font-size: 12.5px; font-weight: 600; overflow-wrap: anywhere; }
.hits { font-variant-numeric: tabular-nums; color: var(--muted); }
.route .target, .route .bad { grid-column: 1 / -1; font-size: 12px; overflow: hidden; text-overflow: ellipsis; white-space: nowrap; }
.route .target { color: var(--muted); }

.list { grid-area: list; display: grid; grid-template-rows: auto auto minmax(0, 1fr); min-width: 0; background: var(--card); }
.summary { display: flex; flex-wrap: wrap; align-items: center; gap: 0.3rem 0.6rem; padding: 0.5rem 0.9rem; border-bottom: 1px solid var(--line); }
.summary h2 { margin-right: auto; }
.summary b { font-variant-numeric: tabular-nums; }
.chip { min-height: 1.6rem; padding: 0.05rem 0.6rem; border-radius: 99px; font-size: 12.5px; color: var(--muted); }
.heads { overflow: hidden; scrollbar-gutter: stable; border-bottom: 1px solid var(--line); }
.heads .row { position: static; height: 1.6rem; border: 0; color: var(--muted); font-size: 11.5px; }
.heads .row:hover { background: none; }
.grid { overflow-y: auto; overflow-x: hidden; overflow-anchor: none; scrollbar-gutter: stable; }
.grid:focus-visible { outline-offset: -2px; }
.rows { position: relative; contain: strict; }
.row { position: absolute; inset: 0 0 auto 0; height: 34px; display: grid; grid-template-columns: 3.2rem 4.6rem minmax(6rem, 1fr) 3rem minmax(7rem, 11rem) 4rem 3.2rem 4.6rem; align-items: center; gap: 0 0.6rem; padding: 0 0.9rem; border-bottom: 1px solid var(--line); cursor: default; font-size: 13px; }
.row:hover { background: var(--hover); }
.row.is-selected { background: var(--chosen); box-shadow: inset 3px 0 var(--link); }
.n, .duration, .size, .time { color: var(--muted); font-variant-numeric: tabular-nums; text-align: right; font-size: 12px; }
.method { font-family: var(--mono); font-size: 12px; font-weight: 600; }
.path { display: flex; align-items: center; gap: 0.5rem; min-width: 0; }
.path-text { font-family: var(--mono); font-size: 12.5px; overflow: hidden; text-overflow: ellipsis; white-space: nowrap; }
.badge { flex: none; padding: 0 0.45rem; border-radius: 99px; font-size: 11px; color: var(--muted); background: var(--code); border: 1px solid var(--line); }
.status { font-variant-numeric: tabular-nums; font-weight: 600; }
.s2 { color: var(--good); } .s3 { color: var(--link); } .s4 { color: var(--fair); } .s5 { color: var(--bad); }
.is-running { color: var(--good); white-space: nowrap; } .is-running::before { content: ''; display: inline-block; width: 0.4rem; height: 0.4rem; margin-right: 0.3rem; border-radius: 99px; background: currentColor; vertical-align: 0.1em; }
.verdict { overflow: hidden; text-overflow: ellipsis; white-space: nowrap; }
.is-open .row { grid-template-columns: 2.2rem 3.6rem minmax(5rem, 1fr) 2.9rem minmax(4.5rem, 6.5rem) 4.1rem; gap: 0 0.5rem; padding: 0 0.7rem; }
.is-open .row .size, .is-open .row .time { display: none; }
.nothing { padding: 3rem 1.5rem; text-align: center; color: var(--muted); }
.nothing code { display: inline-block; text-align: left; margin-top: 0.6rem; padding: 0.5rem 0.8rem; border-radius: 6px; background: var(--code); border: 1px solid var(--line); color: var(--ink); overflow-wrap: anywhere; }

.notice { position: fixed; left: 1rem; bottom: 1rem; display: flex; align-items: center; gap: 0.6rem; max-width: min(46rem, calc(100vw - 2rem)); padding: 0.5rem 0.5rem 0.5rem 0.9rem; border-radius: 8px; background: var(--raised); border: 1px solid var(--line); box-shadow: 0 6px 24px rgb(0 0 0 / 0.18); overflow-wrap: anywhere; }
.notice.is-empty { padding: 0; border: 0; box-shadow: none; }
.notice.is-good { border-left: 4px solid var(--good); } .notice.is-bad { border-left: 4px solid var(--bad); }
.help::backdrop { background: rgb(10 14 20 / 0.45); }
.help { width: min(30rem, calc(100vw - 1.5rem)); max-height: calc(100vh - 1.5rem); overflow-y: auto; color: inherit; padding: 1rem 1.2rem 1.2rem; border-radius: 12px; background: var(--raised); border: 1px solid var(--line); }
.help header { display: flex; justify-content: space-between; align-items: center; }
.help h2 { font-size: 14px; margin-top: 0.6rem; }
.help dl div { display: grid; grid-template-columns: 8rem minmax(0, 1fr); gap: 0.8rem; padding: 0.2rem 0; }
.help dd { color: var(--muted); }

@media (max-width: 68rem) {
  .app.is-open { grid-template-columns: minmax(0, 1fr) minmax(24rem, 50%); grid-template-areas: 'bar bar' 'list detail'; }
  .app.is-open .side { display: none; }
}
@media (max-width: 46rem) {
  .app, .app.is-open { grid-template: auto auto minmax(0, 1fr) / minmax(0, 1fr); grid-template-areas: 'bar' 'side' 'list'; }
  .bar { flex-wrap: wrap; padding: 0.5rem 0.7rem; }
  .filter { order: 3; flex: 1 0 100%; max-width: none; }
  .bar h1 { margin-right: auto; }
  .tools { width: 100%; }
  .side { display: none; }
  .for-narrow { display: block; }
  .app.is-side-open .side { display: grid; max-height: 55vh; border: 0; border-bottom: 1px solid var(--line); }
  .summary { padding: 0.4rem 0.7rem; }
  .heads { display: none; }
  .list { grid-template-rows: auto minmax(0, 1fr); }
  .row, .is-open .row { height: 58px; grid-template: auto auto / auto minmax(0, 1fr) auto; grid-template-areas: 'method path status' 'verdict verdict duration'; align-content: center; padding: 0 0.7rem; gap: 0.1rem 0.5rem; }
  .row .n, .row .size, .row .time { display: none; }
  .row .method { grid-area: method; } .row .path { grid-area: path; } .row .status { grid-area: status; text-align: right; } .row .verdict { grid-area: verdict; } .row .duration { grid-area: duration; }
}
@media (prefers-reduced-motion: no-preference) {
  .live.is-good .dot, .is-running::before { animation: breathe 2.4s ease-in-out infinite; }
  @keyframes breathe { 50% { opacity: 0.45; } }
}
`;

export const pageStyle = `${frameStyle}${detailStyle}`;
