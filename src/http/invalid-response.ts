/** Why the bytes of an upstream are no answer that could be passed on. A value: nobody throws it. */

export type InvalidResponseCode =
  /** No HTTP/1.1, or two readers could understand two things. */
  'INVALID_RESPONSE' | 'RESPONSE_HEAD_TOO_LARGE' | 'UNKNOWN_TRANSFER_CODING' | 'UNASKED_UPGRADE';

export class InvalidResponse extends Error {
  readonly code: InvalidResponseCode;
  /** The bytes in question as latin1 text, from their beginning. */
  readonly data: string;

  constructor(code: InvalidResponseCode, message: string, data = '') {
    super(message);
    this.name = 'InvalidResponse';
    this.code = code;
    this.data = data.slice(0, 200);
  }
}

export function invalid(message: string, data = ''): InvalidResponse {
  return new InvalidResponse('INVALID_RESPONSE', message, data);
}
