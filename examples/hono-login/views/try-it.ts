import { html } from "hono/html";
import type { Html } from "./layout.ts";

/** What one can type to be the thief. */
export function tryIt(userId: string, host: string): Html {
  const json = "-H accept:application/json";
  return html`<details class="card try">
    <summary>Steal a cookie</summary>
    <p>
      Cookies are replaced every quarter of an hour, or as
      <code>SESSION_RENEWAL=10s npm start</code> says. Who then comes with the old one holds a copy:
      the session ends, and an alert appears on this page. With curl as the victim and as the thief:
    </p>
    <pre
      tabindex="0"
    ><code>curl -c jar ${host}/login --data-urlencode ${quoted(`name=${userId}`)} -d password=demo
cp jar stolen
sleep 10; curl -b jar -c jar ${json} ${host}/session
sleep 3; curl -b jar -c jar ${json} ${host}/session
sleep 3; curl -b stolen ${json} ${host}/session</code></pre>
    <p class="hint">
      Or copy the cookie <code>__Host-id</code> of this browser out of its developer tools, and send
      it with <code>curl -b</code>: that one is still good, but not curl’s, which is an alert too.
    </p>
  </details>`;
}

/** As a shell takes it: one word, whatever is in it. */
function quoted(text: string): string {
  return /^[\w=.@-]+$/.test(text) ? text : `'${text.replaceAll("'", `'\\''`)}'`;
}
