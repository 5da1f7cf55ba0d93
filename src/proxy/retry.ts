/** Whether a failed request may be sent once more: only where the upstream cannot have acted on it. */

/** RFC 9110 §9.2.2. */
const idempotent: ReadonlySet<string> = new Set(['GET', 'HEAD', 'OPTIONS', 'PUT', 'DELETE']);

/** Ends of a connection that an idle upstream closes while our request is on its way. */
const staleCodes: ReadonlySet<string> = new Set(['CONNECTION_ENDED', 'ECONNRESET', 'EPIPE', 'ECONNABORTED']);

export interface FailedAttempt {
  readonly error: Error;
  readonly method: string;
  /** The connection had served another request before. */
  readonly isReused: boolean;
  /** At least one byte of the response had come. */
  readonly gotBytes: boolean;
}

export function mayRetry({ error, method, isReused, gotBytes }: FailedAttempt): boolean {
  const code = 'code' in error && typeof error.code === 'string' ? error.code : '';
  return isReused && !gotBytes && idempotent.has(method) && staleCodes.has(code);
}
