import type { SessionEvent, SessionEventListener } from "@sojourn/core";

/** Remembers what happened. */
export interface EventRecorder {
  /** For the option `onEvent`. */
  readonly onEvent: SessionEventListener;
  /** All that was told, in order. */
  readonly all: readonly SessionEvent[];
  /** The same by type alone: `["session_created", "session_logout"]`. */
  readonly types: readonly SessionEvent["type"][];
  /** Those of one type: `events.of("token_refused")[0]?.reason`. */
  of<Type extends SessionEvent["type"]>(type: Type): Extract<SessionEvent, { type: Type }>[];
  /** Forgets them: what is told next is the first. */
  clear(): void;
}

/** For tests of what your application's sessions tell. What comes in the background: `sessions.drain()`. */
export function recordEvents(): EventRecorder {
  let all: readonly SessionEvent[] = [];
  return {
    onEvent(event) {
      all = [...all, event];
    },
    get all() {
      return all;
    },
    get types() {
      return all.map(({ type }) => type);
    },
    of: <Type extends SessionEvent["type"]>(type: Type) =>
      all.filter((event): event is Extract<SessionEvent, { type: Type }> => event.type === type),
    clear() {
      all = [];
    },
  };
}
