/** Waiting for events without sleeping: whoever changes something says so, and every wish looks again. */

export interface Watch {
  readonly changed: () => void;
  /** Resolves with what `look` finds, now or after a change; rejects where it throws. May wait for ever. */
  readonly whenever: <T>(look: () => T | undefined) => Promise<T>;
  /** As `whenever`, within a deadline, which only bounds failures: `missed` says what did not happen. */
  readonly within: <T>(deadlineMs: number, look: () => T | undefined, missed: () => string) => Promise<T>;
}

export function newWatch(): Watch {
  const wishes = new Set<() => void>();
  const changed = () => {
    for (const look of [...wishes]) look();
  };
  const wish = <T>(look: () => T | undefined, forget: (again: () => void) => void): Promise<T> =>
    new Promise((resolve, reject) => {
      const settle = (finish: () => void) => {
        wishes.delete(again);
        finish();
      };
      const again = () => {
        try {
          const found = look();
          if (found !== undefined) settle(() => resolve(found));
        } catch (error) {
          settle(() => reject(error as Error));
        }
      };
      wishes.add(again);
      forget(again);
      again();
    });
  return {
    changed,
    whenever: (look) => wish(look, () => undefined),
    within: (deadlineMs, look, missed) => {
      let again = () => {};
      const wished = wish(look, (wake) => {
        again = wake;
      });
      let timer: NodeJS.Timeout | undefined;
      const late = new Promise<never>((_resolve, reject) => {
        timer = setTimeout(() => {
          wishes.delete(again);
          reject(new Error(`${deadlineMs} ms: ${missed()}`));
        }, deadlineMs);
      });
      return Promise.race([wished, late]).finally(() => clearTimeout(timer));
    },
  };
}
