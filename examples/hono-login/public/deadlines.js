// Both deadlines, counting down, and the button that moves the one that can be moved.

import { now } from "./times.js";

/** ms: the last minute, of a short one the last third, and never less than takes to be read. */
const soon = (whole) => Math.max(2_000, Math.min(60_000, whole / 3));

/** ms that the answer of a server may take. */
const SLACK = 5_000;

/** `stay` asks the server to go on; false: it does not. */
export function countdown(bar, stay) {
  const announce = bar.querySelector("[data-announce]");
  const meters = [...bar.querySelectorAll("progress")];
  let warned = false;

  function timeOf(key) {
    return bar.querySelector(`time[data-key="${key}"]`);
  }

  function at(key) {
    return Number(timeOf(key).dataset.at);
  }

  function left(key) {
    return at(key) - now();
  }

  bar.querySelector("[data-stay]").addEventListener("submit", async (event) => {
    event.preventDefault();
    if (await stay()) {
      announce.textContent = `You stay, for ${timeOf("idleExpiresAt").textContent.slice(3)} more.`;
    }
  });

  return {
    left: () => Math.min(left("idleExpiresAt"), left("expiresAt")),
    /** Why it is over, for whom nobody told it: the deadline that is here, as far as a slow network shows. */
    passed() {
      if (left("expiresAt") < SLACK) return "absolute";
      return left("idleExpiresAt") < SLACK ? "idle" : null;
    },
    take(session) {
      for (const meter of meters) {
        const key = meter.dataset.of;
        timeOf(key).dataset.at = session[key];
        meter.max = Math.max(meter.max, left(key));
      }
    },
    tick() {
      for (const meter of meters) meter.value = Math.max(0, left(meter.dataset.of));
      // Once, and not every second: a screen reader would talk of nothing else.
      const rest = this.left();
      const warn = rest < soon(meters[0].max);
      bar.classList.toggle("soon", warn);
      if (warn && !warned) announce.textContent = "This session ends soon. “Stay” prolongs it.";
      warned = warn;
    },
  };
}
