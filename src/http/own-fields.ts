/** Fields that only this proxy and its inspector's page speak between each other; no API sees them. */

export const ownFields = {
  /** The page's key, in its requests. */
  key: 'cors-proxy-inspector',
  /** What a replayed request repeats. */
  replay: 'cors-proxy-replay',
} as const;
