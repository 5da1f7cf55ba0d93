/** Header fields before and after, as a diff. */

import type { Detail } from '../wire.ts';
import { diffFields, type Line } from './diff.ts';

export function HeadersPane({ detail: { request, response, row } }: { readonly detail: Detail }) {
  const up = request.upstream;
  const { upstreamFields, fields } = response;
  return (
    <>
      <h3>
        Request <span class="quiet">{up === null ? 'as it came; nothing was sent on' : 'page → API'}</span>
      </h3>
      {up === null ? null : (
        <p class="sent">
          <code>
            {up.method} {up.url}
          </code>
        </p>
      )}
      <Lines lines={diffFields(request.fields, up === null ? request.fields : up.fields)} />
      <h3>
        Response {row.status}{' '}
        <span class="quiet">{upstreamFields === null ? 'made by the proxy' : 'API → page'}</span>
      </h3>
      <Lines lines={diffFields(upstreamFields ?? fields, fields)} />
    </>
  );
}

const signs = { same: ' ', gone: '−', new: '+' } as const;
const words = { same: '', gone: 'removed', new: 'added' } as const;

function Lines({ lines }: { readonly lines: readonly Line[] }) {
  if (lines.length === 0) return <p class="quiet">None.</p>;
  return (
    <ul class="fields">
      {lines.map(({ kind, name, value }, i) => (
        <li key={`${i} ${name}`} class={`is-${kind}`}>
          <span class="sign" aria-hidden="true">
            {signs[kind]}
          </span>
          <span class="unseen">{words[kind]}</span>
          <span>
            <b>{name}:</b> {value}
          </span>
        </li>
      ))}
    </ul>
  );
}
