/** The outcome of the CORS protocol for one request, as plain data with its reason. */

/** Why nothing has to be decided. */
export type NotNeededReason = 'no-origin' | 'own-origin' | 'passthrough';

/** Why a request or a preflight is refused; the names of the steps are Fetch's. */
export type RefusedReason =
  | 'origin-not-listed'
  | 'origin-null'
  | 'origin-malformed'
  | 'origin-repeated'
  | 'method-not-allowed'
  | 'method-malformed'
  | 'method-unsupported'
  | 'method-forbidden'
  | 'header-not-allowed'
  | 'header-malformed';

/** What the preflight asked for, read with a bound. */
export interface PreflightAsk {
  readonly method: string;
  /** Lower case, in the order asked. */
  readonly headers: readonly string[];
}

export type CorsDecision =
  /** Not a CORS request, or one that needs no permission; it is forwarded. */
  | { readonly kind: 'not-needed'; readonly reason: NotNeededReason }
  /** A CORS request whose origin may read. */
  | { readonly kind: 'allowed'; readonly origin: string }
  | { readonly kind: 'preflight-allowed'; readonly origin: string; readonly ask: PreflightAsk }
  /** The origin may not read; nothing with `Access-Control-` is sent. */
  | {
      readonly kind: 'refused';
      readonly reason: RefusedReason;
      readonly origin: string;
      readonly near?: NearMiss;
    }
  /** The origin passed; the method or a header did not. The origin's headers are sent, so that DevTools names what is missing. */
  | {
      readonly kind: 'preflight-refused';
      readonly reason: RefusedReason;
      readonly origin: string;
      readonly ask: PreflightAsk;
      /** The method or header name that failed. */
      readonly culprit: string;
    };

/** A listed origin that differs in one part only: the likely slip. */
export interface NearMiss {
  readonly listed: string;
  readonly differsIn: 'scheme' | 'host' | 'port' | 'case' | 'trailing-slash' | 'default-port';
}
