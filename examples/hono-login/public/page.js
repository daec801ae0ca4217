// Keeps the ages and the countdowns of the page up to date. Without this script they are times of day.
//
// It looks with ?peek=1: a page that is merely open is no activity, and must not keep its user
// signed in for ever.

const LOOK_EVERY = 60_000;
const WARN_BEFORE = 60_000;

const ticket = document.querySelector("[data-handle]");
if (ticket) follow(ticket);

function follow(ticket) {
  // The server's clock decides, whatever this one says.
  let ahead = Number(ticket.dataset.now) - Date.now();
  let warned = false;
  let looking = false;
  let lookedAt = Date.now();

  const times = [...ticket.querySelectorAll("time[data-at]")];
  const bars = [...ticket.querySelectorAll("progress")];
  const announce = ticket.querySelector("[data-announce]");
  const ended = ticket.querySelector("[data-ended]");

  const ticking = setInterval(tick, 1000);
  document.addEventListener("visibilitychange", onVisible);
  tick();

  function now() {
    return Date.now() + ahead;
  }

  function at(key) {
    return Number(times.find((time) => time.dataset.key === key).dataset.at);
  }

  function left() {
    return Math.min(at("idleExpiresAt"), at("expiresAt")) - now();
  }

  function tick() {
    for (const time of times) write(time, relative(Number(time.dataset.at) - now()));
    for (const bar of bars) bar.value = Math.max(0, at(bar.dataset.of) - now());
    const due = Date.now() - lookedAt >= (left() > 0 ? LOOK_EVERY : 1000);
    if (due && document.visibilityState === "visible") look();
    warn();
  }

  // Once, and not every second: a screen reader would talk of nothing else.
  function warn() {
    const soon = left() < WARN_BEFORE;
    if (soon && !warned) announce.textContent = "This session ends in less than a minute.";
    warned = soon;
  }

  function onVisible() {
    if (document.visibilityState === "visible") look();
  }

  async function look() {
    if (looking) return;
    looking = true;
    try {
      const response = await fetch("/session?peek=1", { headers: { Accept: "application/json" } });
      if (response.status === 401) end();
      if (response.ok) take(await response.json());
    } catch {
      // Offline, or the server is away: that says nothing about the session.
    } finally {
      looking = false;
      lookedAt = Date.now();
    }
  }

  function take(session) {
    // A login in another tab has ended the session that this page shows.
    if (session.handle !== ticket.dataset.handle) return end();
    ahead = session.now - Date.now();
    for (const time of times) {
      const value = session[time.dataset.key];
      if (value) time.dataset.at = value;
    }
    for (const bar of bars) bar.max = Math.max(bar.max, at(bar.dataset.of) - now());
  }

  function end() {
    clearInterval(ticking);
    document.removeEventListener("visibilitychange", onVisible);
    ticket.classList.add("over");
    ended.hidden = false;
  }
}

function write(element, text) {
  if (element.textContent !== text) element.textContent = text;
}

function relative(ms) {
  if (ms > 0) return `in ${length(ms)}`;
  return ms > -1000 ? "just now" : `${length(-ms)} ago`;
}

/** The two largest units: "23 h 59 min", "4 min 5 s". */
function length(ms) {
  const seconds = Math.floor(ms / 1000);
  const parts = [
    [Math.floor(seconds / 86_400), "d"],
    [Math.floor(seconds / 3600) % 24, "h"],
    [Math.floor(seconds / 60) % 60, "min"],
    [seconds % 60, "s"],
  ];
  const first = parts.findIndex(([count]) => count > 0);
  if (first === -1) return "0 s";
  return parts
    .slice(first, first + 2)
    .map(([count, unit]) => `${count} ${unit}`)
    .join(" ");
}
