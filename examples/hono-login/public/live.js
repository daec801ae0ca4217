// What the server tells an open page, and what becomes of it.

import { timeElement, writeTimes } from "./times.js";

const MOST_ALERTS = 5;

/**
 * Listens as long as somebody can see the page: a browser opens but six connections to a server, and
 * whoever comes back is told at once. `told`: what each event does. `lost`: the server wants no
 * listener; the session may be over.
 */
export function listen(told, lost) {
  let source = null;

  function open() {
    if (source !== null || document.visibilityState !== "visible") return;
    source = new EventSource("/events");
    source.onerror = () => {
      // Else the browser tries again by itself.
      if (source?.readyState === EventSource.CLOSED) {
        close();
        lost();
      }
    };
    for (const [name, hear] of Object.entries(told)) {
      source.addEventListener(name, ({ data }) => hear(data));
    }
  }

  function close() {
    source?.close();
    source = null;
  }

  document.addEventListener("visibilitychange", () =>
    document.visibilityState === "visible" ? open() : close(),
  );
  // Back from memory: see that it still holds.
  addEventListener("pageshow", open);
  addEventListener("pagehide", close);
  open();
  return { open, close };
}

/** The list as it is now, unless somebody is just writing into it. */
export async function refreshDevices() {
  const place = document.querySelector("[data-devices]");
  if (place === null) return;
  const response = await fetch("/devices", { headers: { Accept: "text/html" } });
  if (!response.ok) return;
  const text = await response.text();
  const busy = place.querySelector("details[open]");
  if (busy !== null) return busy.addEventListener("toggle", refreshDevices, { once: true });
  const before = place.querySelectorAll("li").length;
  const focused = place.contains(document.activeElement) ? document.activeElement.id : null;
  place.innerHTML = text;
  writeTimes();
  // Whoever was in the list stays there, if not on the same button.
  if (focused) (document.getElementById(focused) ?? document.getElementById("where")).focus();
  const after = place.querySelectorAll("li").length;
  const status = document.querySelector("[data-devices-status]");
  if (after > before) status.textContent = "You are now logged in in one more place.";
  if (after < before) status.textContent = "One of your other sessions is over.";
}

/** On top of the others. Text only: nothing of it can become markup. */
export function showAlert({ at, severity, title, text }) {
  const list = document.querySelector("[data-alerts]");
  if (list === null) return;
  const item = document.createElement("li");
  item.className = `${severity} new`;
  const head = document.createElement("p");
  const strong = document.createElement("strong");
  strong.textContent = title;
  const age = document.createElement("span");
  // It grows every second, and is not to be read each time.
  age.setAttribute("aria-live", "off");
  age.append(timeElement(at));
  head.append(strong, " ", age);
  const body = document.createElement("p");
  body.textContent = text;
  item.append(head, body);
  list.prepend(item);
  writeTimes();
  while (list.children.length > MOST_ALERTS) list.lastElementChild.remove();
}

const REASONS = {
  idle: "Nothing happened for too long.",
  absolute: "It has lasted as long as a session may.",
  logout: "You logged out, in this browser.",
  revoke: "It was ended from another of your sessions, or by an administrator.",
  "revoke-all": "You were logged out everywhere else, by yourself or by an administrator.",
  "credential-change": "Your password was changed.",
  reuse:
    "Somebody used a copy of this browser’s cookie. If you do not know why, change your password.",
  replaced: "There were more sessions of yours than there may be.",
};

/** In place of all that was there: who looks at this page may be somebody else by now. */
export function showEnd(reason, wasUser) {
  const main = document.querySelector("main");
  const card = document.createElement("section");
  card.className = `card narrow ended${reason === "reuse" ? " critical" : ""}`;
  card.setAttribute("role", "alert");
  const head = document.createElement("h1");
  head.tabIndex = -1;
  head.textContent = wasUser ? "You have been logged out" : "This session has ended";
  const why = document.createElement("p");
  why.textContent = REASONS[reason] ?? "It was ended elsewhere.";
  const again = document.createElement("p");
  const link = document.createElement("a");
  link.href = "/";
  link.className = "button";
  link.textContent = wasUser ? "Log in again" : "Begin another";
  again.append(link);
  card.append(head, why, again);
  main.replaceChildren(card);
  for (const mine of document.querySelectorAll("header form, [data-admin]")) mine.remove();
  document.title = `${head.textContent} · Sojourn`;
  head.focus();
}
