/** What this proxy says of itself below `/__cors-proxy/`. Whoever may ask was decided by the plan. */

import type { RequestHead, ResponseHead } from '../http/request-head.ts';
import type { OwnPlan } from '../plan-shape.ts';

/** `health`: how another cors-proxy that finds the port taken learns whom it met. */
export function ownAnswer(
  plan: OwnPlan,
  head: RequestHead,
  configName: string,
): { head: ResponseHead; body: string } | undefined {
  if (plan.path !== '/health' || (head.method !== 'GET' && head.method !== 'HEAD')) return undefined;
  const body = `${JSON.stringify({ name: 'cors-proxy', pid: process.pid, config: configName })}\n`;
  const headers = [
    'Content-Type',
    'application/json',
    'Content-Length',
    String(Buffer.byteLength(body)),
    'Cache-Control',
    'no-store',
    'X-Content-Type-Options',
    'nosniff',
  ];
  return { head: { status: 200, reason: '', headers }, body };
}
