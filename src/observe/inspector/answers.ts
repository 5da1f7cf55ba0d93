/** The inspector's paths. The page is given to a window that showed the token; all else to that page alone. */

import type { OwnAnswer, OwnRequest, WholeAnswer } from '../../own-endpoint.ts';
import { harOf } from '../har.ts';
import type { Numbered } from '../journal.ts';
import { allowableOrigin } from './allow.ts';
import { jsonAnswer, plainAnswer } from './answer.ts';
import { assetAnswer, pageAnswer } from './assets.ts';
import { detailOf } from './detail.ts';
import type { Inspected } from './inspected.ts';
import { replayOf, sendReplay } from './replay.ts';
import type { Told } from './wire.ts';
import { readAllowWish, readReplayWish } from './wishes.ts';

export async function answerInspector(
  request: OwnRequest,
  inspected: Inspected,
): Promise<OwnAnswer | undefined> {
  const { door, feed } = inspected;
  const { path } = request;
  const { method } = request.head;
  if (method !== 'GET' && method !== 'POST') return plainAnswer(405, 'GET or POST', ['Allow', 'GET, POST']);
  if (path === '/') return door.exchange(request) ?? door.barPage(request) ?? pageAnswer(request, inspected);
  if (path.startsWith('/assets/')) return door.barAsset(request) ?? assetAnswer(path, inspected);
  const barred = door.barRequest(request);
  if (barred !== undefined) return barred;
  if (method === 'POST') return act(request, inspected);
  if (path === '/events') return feed.open();
  if (path === '/har') return harAnswer(request, inspected);
  const n = /^\/exchanges\/([0-9]{1,15})$/.exec(path)?.[1];
  return n === undefined ? undefined : detailAnswer(Number(n), inspected);
}

const gone = 'This exchange is not kept any more: the last 200 are';

function detailAnswer(n: number, { journal }: Inspected): WholeAnswer {
  const exchange = journal.find(n);
  return exchange === undefined ? plainAnswer(404, gone) : jsonAnswer(detailOf({ n, exchange }));
}

/** `n=3,5,8`: these; without it all that are kept. */
function harAnswer({ query }: OwnRequest, { journal, version }: Inspected): WholeAnswer {
  const wanted = new URLSearchParams(query).get('n')?.split(',').map(Number);
  const isWanted = ({ n }: Numbered) => wanted === undefined || wanted.includes(n);
  const name = `cors-proxy-${new Date().toISOString().replaceAll(/[:.]/g, '-')}.har`;
  return jsonAnswer(harOf(journal.numbered().filter(isWanted), version), [
    'Content-Disposition',
    `attachment; filename="${name}"`,
  ]);
}

async function act(request: OwnRequest, inspected: Inspected): Promise<WholeAnswer | undefined> {
  const { path } = request;
  if (path !== '/replay' && path !== '/allow') return undefined;
  const body = await request.body();
  if (body === undefined) return plainAnswer(413, 'The body is too large');
  const wish: unknown = jsonOf(body);
  return path === '/replay' ? replay(wish, request, inspected) : allow(wish, inspected);
}

function jsonOf(body: Buffer): unknown {
  try {
    return JSON.parse(body.toString('utf8'));
  } catch {
    return undefined;
  }
}

async function replay(value: unknown, request: OwnRequest, { journal }: Inspected): Promise<WholeAnswer> {
  const wish = readReplayWish(value);
  const exchange = wish && journal.find(wish.n);
  if (wish === undefined) return plainAnswer(400, 'This is no wish for a replay');
  if (exchange === undefined) return plainAnswer(404, gone);
  const made = replayOf(exchange, wish);
  return jsonAnswer('ok' in made ? made : await sendReplay(made, request));
}

async function allow(value: unknown, { journal, allow }: Inspected): Promise<WholeAnswer> {
  const n = readAllowWish(value);
  const exchange = n === undefined ? undefined : journal.find(n);
  if (exchange === undefined) return plainAnswer(404, gone);
  const { plan } = exchange;
  const origin = allowableOrigin(plan);
  const nothing: Told = { ok: false, text: 'No origin was refused here that a list could hold', mend: '' };
  if (origin === undefined) return jsonAnswer(nothing);
  const route = plan.route?.place;
  return jsonAnswer(await allow({ origin, route }));
}
