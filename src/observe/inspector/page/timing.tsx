/** Where the time went. */

import type { Detail } from '../wire.ts';

export function TimingPane({ detail }: { readonly detail: Detail }) {
  const { timing, row, requestId, client, version } = detail;
  const { waitMs, totalMs, attempts } = timing;
  const receiveMs = waitMs === null ? 0 : Math.max(0, totalMs - waitMs);
  const noHead = row.isRunning ? 'the API has given none yet' : 'the API gave none';
  const facts: readonly (readonly [name: string, value: string])[] = [
    ['Started', `${row.time} (${new Date(row.at).toISOString()})`],
    ['Until the API’s head', waitMs === null ? noHead : milliseconds(waitMs)],
    [row.isRunning ? 'By now' : 'Until the end', milliseconds(totalMs)],
    ['Requests to the API', String(attempts)],
    ['Request id', requestId],
    ['Client', `${client}, HTTP/${version}`],
  ];
  return (
    <>
      {waitMs === null ? null : (
        <div
          class="spans"
          role="img"
          aria-label={`${milliseconds(waitMs)} waiting, ${milliseconds(receiveMs)} receiving`}
        >
          <span class="wait" style={{ flexGrow: waitMs }}>
            waiting {milliseconds(waitMs)}
          </span>
          <span class="receive" style={{ flexGrow: receiveMs }}>
            receiving {milliseconds(receiveMs)}
          </span>
        </div>
      )}
      <dl class="facts">
        {facts.map(([name, value]) => (
          <div key={name}>
            <dt>{name}</dt>
            <dd>{value}</dd>
          </div>
        ))}
      </dl>
    </>
  );
}

function milliseconds(ms: number): string {
  return `${ms < 10 ? ms.toFixed(1) : Math.round(ms)} ms`;
}
