/** The style of the detail pane. */

export const detailStyle = `
.detail { grid-area: detail; display: flex; flex-direction: column; min-width: 0; background: var(--card); border-left: 1px solid var(--line); overflow: hidden; }
.detail:focus-visible { outline-offset: -2px; }
.head { display: grid; grid-template-columns: minmax(0, 1fr) auto; gap: 0.4rem 0.5rem; align-items: start; padding: 0.7rem 0.9rem 0.5rem; }
.head h2 { font-size: 13px; font-weight: 500; font-family: var(--mono); overflow-wrap: anywhere; padding-top: 0.25rem; }
.head .method { font-size: 13px; }
.banner { grid-column: 1 / -1; display: flex; flex-wrap: wrap; gap: 0.1rem 0.8rem; align-items: baseline; justify-content: space-between; padding: 0.5rem 0.8rem; border-radius: 8px; background: var(--code); overflow-wrap: anywhere; }
.banner.good { background: var(--good-ground); } .banner.bad { background: var(--bad-ground); }
.banner.quiet b { color: var(--ink); }
.banner .quiet { font-size: 12.5px; font-variant-numeric: tabular-nums; }
.actions { display: flex; flex-wrap: wrap; gap: 0.4rem; padding: 0.2rem 0.9rem 0.7rem; }
.actions button { max-width: 100%; }
.tabs { display: flex; gap: 0.2rem; padding: 0 0.9rem; border-bottom: 1px solid var(--line); overflow-x: auto; scrollbar-width: none; flex: none; }
.tabs button { border: 0; border-bottom: 2px solid transparent; border-radius: 0; background: none; color: var(--muted); padding: 0.3rem 0.6rem; }
.tabs button[aria-selected='true'] { color: var(--ink); border-bottom-color: var(--link); font-weight: 600; }
.count { margin-left: 0.35rem; padding: 0 0.4rem; border-radius: 99px; background: var(--code); font-size: 11px; font-weight: 500; }
.pane { flex: 1; overflow-y: auto; padding: 0.8rem 0.9rem 1.5rem; }
.pane:focus-visible { outline-offset: -2px; }
.pane h3 { margin: 1.2rem 0 0.4rem; font-size: 12.5px; font-weight: 650; }
.pane > h3:first-child, .pane > section:first-child h3 { margin-top: 0; }
.pane h3 .quiet { font-weight: 400; margin: 0 0.4rem; }
.steps { display: grid; gap: 0.35rem; }
.steps li { display: grid; grid-template-columns: 1.3rem minmax(0, 1fr); color: var(--ink); overflow-wrap: anywhere; }
.mark { font-weight: 700; }
.steps .good .mark { color: var(--good); } .steps .bad .mark { color: var(--bad); } .steps .quiet .mark { color: var(--muted); }
.place { margin-left: 0.3em; padding: 0.05em 0.4em; border-radius: 4px; background: var(--code); color: var(--muted); font-size: 12px; white-space: nowrap; }
.mend { display: block; margin-top: 0.3rem; padding: 0.4rem 0.7rem; border-radius: 6px; background: var(--good-ground); }
.mend b { color: var(--good); font-weight: 600; margin-right: 0.3em; }
.command { display: block; margin-top: 0.3rem; padding: 0.4rem 0.7rem; border-radius: 6px; background: var(--code); }
.command b { color: var(--muted); font-weight: 600; margin-right: 0.3em; }
.command code { display: block; margin: 0.2rem 0 0.5rem; }
.asked { overflow-wrap: anywhere; }
.sent { margin-bottom: 0.4rem; overflow-wrap: anywhere; }
.fields { border: 1px solid var(--line); border-radius: 8px; overflow: hidden; font-family: var(--mono); font-size: 12px; }
.fields li { display: grid; grid-template-columns: 1.2rem minmax(0, 1fr); padding: 0.15rem 0.6rem; overflow-wrap: anywhere; }
.fields b { font-weight: 600; }
.sign { white-space: pre; color: var(--muted); }
.fields .is-gone { background: var(--bad-ground); } .fields .is-gone .sign { color: var(--bad); }
.fields .is-new { background: var(--good-ground); } .fields .is-new .sign { color: var(--good); }
.body { margin: 0; padding: 0.6rem 0.8rem; border: 1px solid var(--line); border-radius: 8px; background: var(--code); font-size: 12px; line-height: 1.5; white-space: pre-wrap; overflow-wrap: anywhere; }
.cookies { display: grid; gap: 0.6rem; }
.cookies li { padding: 0.5rem 0.7rem; border: 1px solid var(--line); border-radius: 8px; overflow-wrap: anywhere; font-size: 13px; }
.cookies code { display: block; font-size: 12px; }
.was { color: var(--muted); text-decoration: line-through; text-decoration-color: var(--bad); }
.tag { padding: 0 0.45rem; border-radius: 99px; font-size: 11.5px; background: var(--code); }
.spans { display: flex; gap: 2px; margin-bottom: 1rem; font-size: 12px; }
.spans span { flex-basis: 8.5rem; padding: 0.3rem 0.6rem; border-radius: 6px; white-space: nowrap; overflow: hidden; text-overflow: ellipsis; }
.spans .wait { background: var(--fair-ground); color: var(--fair); } .spans .receive { background: var(--good-ground); color: var(--good); }
.facts div { display: grid; grid-template-columns: 10rem minmax(0, 1fr); gap: 0.8rem; padding: 0.3rem 0; border-top: 1px solid var(--line); overflow-wrap: anywhere; }
.facts dt { color: var(--muted); }
.edit { display: grid; gap: 0.7rem; align-content: start; }
.edit label { display: grid; gap: 0.2rem; font-size: 12.5px; color: var(--muted); }
.edit .line { display: grid; grid-template-columns: 6rem minmax(0, 1fr); gap: 0.6rem; }
.edit input { font-family: var(--mono); font-size: 12.5px; }
.edit .actions { padding: 0; }
@media (max-width: 46rem) {
  .detail { position: fixed; inset: 0; border: 0; z-index: 1; }
  .notice { z-index: 2; }
  .facts div { grid-template-columns: minmax(0, 1fr); gap: 0; }
}
`;
