/** What would end a process, or be printed on its user's terminal. */

const events = ['uncaughtExceptionMonitor', 'unhandledRejection', 'warning'] as const;

export interface ProcessEvents {
  readonly heard: () => readonly string[];
  readonly stop: () => void;
}

export function hearProcess(): ProcessEvents {
  const heard: string[] = [];
  const note = (what: unknown) =>
    heard.push(what instanceof Error ? (what.stack ?? what.message) : String(what));
  for (const event of events) process.on(event, note);
  return {
    heard: () => heard,
    stop: () => {
      for (const event of events) process.off(event, note);
    },
  };
}
