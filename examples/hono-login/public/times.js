// Ages and countdowns instead of times of day.

function write(element, text) {
  if (element.textContent !== text) element.textContent = text;
}

// The server's clock decides, whatever the browser's says.
let ahead = Number(document.querySelector("main").dataset.now) - Date.now();

export function now() {
  return Date.now() + ahead;
}

/** What the server says that it is. */
export function setNow(time) {
  ahead = time - Date.now();
}

/** Every time that stands on the page. */
export function writeTimes() {
  for (const time of document.querySelectorAll("main time[data-at]")) {
    write(time, relative(Number(time.dataset.at) - now()));
  }
}

/** An element like those that the server writes. */
export function timeElement(at) {
  const time = document.createElement("time");
  time.dateTime = new Date(at).toISOString();
  time.dataset.at = at;
  return time;
}

function relative(ms) {
  // What was seen this moment may be a few ms ahead of the server's time as the page knows it.
  if (ms >= 1000) return `in ${length(ms)}`;
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
