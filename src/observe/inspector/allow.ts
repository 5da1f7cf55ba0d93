/** The one mend that a click can make: the origin that a route refused, added to its list. */

import type { Plan } from '../../plan-shape.ts';

export interface AllowWish {
  readonly origin: string;
  /** The place of the route; `undefined` for the top-level rules. */
  readonly route: string | undefined;
}

/** Only an origin that a list could hold: `null` and two at once are not to be clicked away. */
export function allowableOrigin({ decision }: Plan): string | undefined {
  return decision?.kind === 'refused' && decision.reason === 'origin-not-listed'
    ? decision.origin
    : undefined;
}
