/** Holds requests back in the middle of their handlers, until it is told to let them go on. */
export function createGate() {
  let held = [];
  return {
    get waiting() {
      return held.length;
    },
    pass: () => new Promise((resolve) => held.push(resolve)),
    release() {
      for (const resolve of held) resolve();
      held = [];
    },
  };
}
