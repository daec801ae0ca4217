type Callback = (error?: Error | null) => void;

/** Calls of a response's methods that wait. */
export interface Calls {
  add(run: () => unknown, args: readonly unknown[]): void;
  /** Makes them, in order. Gives what they gave. */
  run(): unknown[];
  /** They will not be made: their callbacks get the error. */
  drop(error: unknown): void;
}

export function createCalls(): Calls {
  const waiting: { run: () => unknown; args: readonly unknown[] }[] = [];
  return {
    add: (run, args) => void waiting.push({ run, args }),
    run: () => waiting.splice(0).map(({ run }) => run()),
    drop(error) {
      for (const { args } of waiting.splice(0)) dropCall(args, error);
    },
  };
}

export function dropCall(args: readonly unknown[], error: unknown): void {
  const callback = args.find((arg): arg is Callback => typeof arg === "function");
  if (callback) process.nextTick(callback, error);
}
