const start = performance.now();

/** Says on stderr what is being done, and how long the bench has been running. */
export function progress(what: string): void {
  console.error(`[${minutes(performance.now() - start)}] ${what}`);
}

/** `12:03`: minutes and seconds. */
export function minutes(ms: number): string {
  const seconds = Math.round(ms / 1_000);
  return `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, "0")}`;
}
