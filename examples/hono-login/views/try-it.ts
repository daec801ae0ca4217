import { html } from "hono/html";
import type { Html } from "./layout.ts";

/** What one can type to be the thief. */
export function tryIt(userId: string, host: string): Html {
  return html`<details class="card try">
    <summary>Steal a cookie</summary>
    <p>
      Cookies are replaced every quarter of an hour, or as
      <code>SESSION_RENEWAL=10s npm start</code> says. Who then comes with the old one holds a copy:
      the session ends, and an alert appears on this page. With curl as the victim and as the thief:
    </p>
    <pre
      tabindex="0"
    ><code>curl -c jar ${host}/login -d ${`name=${encoded(userId)}`} -d password=demo
cp jar stolen
sleep 10; curl -b jar -c jar ${host}/session
sleep 3; curl -b jar -c jar ${host}/session
sleep 3; curl -b stolen ${host}/session</code></pre>
    <p class="hint">
      Or copy the cookie <code>__Host-id</code> of this browser out of its developer tools, and send
      it with <code>curl -b</code>: it is still good, but curl is another browser, and that is an
      alert too.
    </p>
  </details>`;
}

/** Whatever is in it, a shell and a form take it for one word. */
function encoded(text: string): string {
  return encodeURIComponent(text).replaceAll(
    /[!'()*]/g,
    (each) => `%${each.charCodeAt(0).toString(16)}`,
  );
}
