// Brings the page to life: without this script it is as it was when it was loaded.
//
// It looks with ?peek=1: a page that is merely open is no activity, and must not keep its user
// signed in for ever. "Stay" is a real request.

import { countdown } from "./deadlines.js";
import { listen, refreshDevices, showAlert, showEnd } from "./live.js";
import { setNow, writeTimes } from "./times.js";

const LOOK_EVERY = 60_000;

const main = document.querySelector("main");

document.querySelector(".notice")?.focus();
writeTimes();
if (main.dataset.handle !== undefined) follow(main.dataset.handle);
else setInterval(writeTimes, 1000);

function follow(handle) {
  let lookedAt = Date.now();
  let looking = null;
  let over = false;

  const bar = countdown(document.querySelector("[data-deadlines]"), stay);
  const stream = listen(
    {
      ended: (reason) => end(reason || null),
      sessions: refreshDevices,
      alert: (data) => showAlert(JSON.parse(data)),
      // Who was away may have missed something.
      here: (named) => (named === handle ? again() : end(null)),
    },
    look,
  );
  const ticking = setInterval(tick, 1000);
  tick();

  // What this page itself asks for is answered with another one. No word about it in between.
  addEventListener("submit", (event) => {
    if (!event.defaultPrevented) stream.close();
  });

  // The request that brought this page was noted beside its answer.
  let isFirst = true;
  function again() {
    void look();
    if (!isFirst) void refreshDevices();
    isFirst = false;
  }

  function tick() {
    writeTimes();
    bar.tick();
    const due = Date.now() - lookedAt >= (bar.left() > 0 ? LOOK_EVERY : 1000);
    if (due && document.visibilityState === "visible") look().then(() => over || stream.open());
  }

  function look() {
    looking ??= ask("/session?peek=1").finally(() => {
      looking = null;
    });
    return looking;
  }

  async function stay() {
    if (!(await ask("/stay", { method: "POST" }))) return false;
    // The request was noted beside its answer: now it shows.
    await look();
    tick();
    return !over;
  }

  /** False: no answer, or nobody is there any more. */
  async function ask(path, options) {
    try {
      const response = await fetch(path, { ...options, headers: { Accept: "application/json" } });
      if (response.status === 401) end(null);
      if (response.ok) take(await response.json());
      return response.ok;
    } catch {
      // Offline, or the server is away: that says nothing about the session.
      return false;
    } finally {
      lookedAt = Date.now();
    }
  }

  function take(session) {
    // A login in another tab has ended the session that this page shows.
    if (session.handle !== handle) return end(null);
    setNow(session.now);
    bar.take(session);
    for (const time of document.querySelectorAll(".ticket time[data-key]")) {
      time.dataset.at = session[time.dataset.key] ?? time.dataset.at;
    }
  }

  function end(reason) {
    if (over) return;
    over = true;
    clearInterval(ticking);
    stream.close();
    showEnd(reason ?? bar.passed(), main.dataset.user !== undefined);
  }
}
