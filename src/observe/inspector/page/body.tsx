/** The beginnings of both bodies. */

import type { BodyView, Detail } from '../wire.ts';
import { prettyJson } from './json-text.ts';

export interface BodyProps {
  readonly detail: Detail;
  readonly isRaw: boolean;
  readonly onRaw: () => void;
}

export function BodyPane({ detail: { request, response }, isRaw, onRaw }: BodyProps) {
  return (
    <>
      <Body title="Response" body={response.body} isRaw={isRaw} onRaw={onRaw} />
      <Body title="Request" body={request.body} isRaw={isRaw} onRaw={onRaw} />
    </>
  );
}

interface OneBody {
  readonly title: string;
  readonly body: BodyView;
  readonly isRaw: boolean;
  readonly onRaw: () => void;
}

function Body({ title, body, isRaw, onRaw }: OneBody) {
  const pretty = prettyJson(body.text);
  const facts = [body.type, body.bytes === 0 ? '' : `${body.bytes} bytes`, ...body.notes].filter(
    (text) => text !== '',
  );
  return (
    <section>
      <h3>
        {title} <span class="quiet">{facts.join(' · ')}</span>
        {pretty === undefined ? null : (
          <button type="button" class="link" aria-pressed={isRaw} onClick={onRaw}>
            {isRaw ? 'lay out' : 'as sent'}
          </button>
        )}
      </h3>
      {body.kind === 'text' ? (
        <pre class="body">{isRaw ? body.text : (pretty ?? body.text)}</pre>
      ) : (
        <p class="quiet">{emptyText[body.kind]}</p>
      )}
    </section>
  );
}

const emptyText: Readonly<Record<Exclude<BodyView['kind'], 'text'>, string>> = {
  none: 'No body.',
  binary: 'Not text, so it is not shown.',
  unkept: 'Not kept: bodies are kept only while this page is open. Replay the request to see it.',
};
