/** Finds the first route in file order whose glob matches a path, without asking those that cannot. */

export interface RouteIndex {
  /** Index of the route, or -1. `method` is the one that a preflight asks for. */
  readonly find: (path: string, method: string) => number;
}
