/**
 * The page's script: asks for the live part every five seconds and puts it in place of the old one, with
 * what was opened still open and what had the focus still having it. Without it one reloads.
 */
export const SCRIPT = `"use strict";
(() => {
  const live = document.getElementById("live");
  if (!live) return;
  const EVERY = 5000;
  const pause = document.getElementById("pause");
  const state = document.getElementById("state");
  const told = document.getElementById("headline-told");
  let paused = false;
  let failing = false;
  let over = false;

  document.getElementById("pausing").hidden = false;
  pause.addEventListener("click", () => {
    paused = !paused;
    pause.setAttribute("aria-pressed", String(paused));
    pause.textContent = paused ? "Go on" : "Pause";
    say(paused ? "Paused" : "");
    if (!paused) refresh();
  });
  document.addEventListener("visibilitychange", () => document.hidden || refresh());
  setInterval(refresh, EVERY);

  function say(text) {
    if (state.textContent !== text) state.textContent = text;
  }

  async function refresh() {
    if (paused || over || document.hidden) return;
    try {
      const url = "?part=live&range=" + encodeURIComponent(live.dataset.range);
      const response = await fetch(url, { cache: "no-store", signal: AbortSignal.timeout(4 * EVERY) });
      if (response.status === 401 || response.status === 403 || response.redirected) {
        over = true;
        document.body.classList.add("stale");
        say("You are not let in any more. Reload the page.");
        return;
      }
      if (!response.ok) throw new Error(String(response.status));
      const text = await response.text();
      if (paused) return;
      replace(text);
      if (failing) say("");
      failing = false;
      document.body.classList.remove("stale");
    } catch {
      failing = true;
      document.body.classList.add("stale");
      say("No answer. These figures are old.");
    }
  }

  function replace(text) {
    const selection = getSelection();
    if (selection && !selection.isCollapsed && live.contains(selection.anchorNode)) return;
    const fresh = new DOMParser().parseFromString(text, "text/html");
    const before = headline(document);
    for (const { id, open } of live.querySelectorAll("details[id]")) {
      const same = fresh.getElementById(id);
      if (same) same.open = open;
    }
    const focused = live.contains(document.activeElement) ? pathOf(document.activeElement) : null;
    live.replaceChildren(...fresh.body.childNodes);
    if (focused) nodeAt(focused)?.focus({ preventScroll: true });
    if (headline(document) !== before) told.textContent = headline(document);
  }

  function headline(root) {
    const heading = root.getElementById("headline");
    return heading ? heading.textContent : "";
  }

  // Links and summaries have no names of their own: by their section, and their place in it.
  function pathOf(element) {
    const home = element.closest("[id]");
    if (!home || home === live) return null;
    return [home.id, [...focusable(home)].indexOf(element)];
  }

  function nodeAt([id, index]) {
    const home = document.getElementById(id);
    return home && (index < 0 ? home : focusable(home)[index]);
  }

  function focusable(home) {
    return home.querySelectorAll("a, button, summary, [tabindex]");
  }
})();
`;
