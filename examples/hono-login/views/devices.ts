import type { ListedSession } from "@sojourn/core";
import { describeDevice, type Device } from "@sojourn/watch/device";
import { html } from "hono/html";
import type { Html } from "./layout.ts";
import { time } from "./time.ts";

export function devicesCard(devices: readonly ListedSession[]): Html {
  return html`<section class="card" aria-labelledby="where">
    <h2 id="where" tabindex="-1">Where you are logged in</h2>
    <div data-devices>${deviceList(devices)}</div>
    <p class="unseen" role="status" data-devices-status></p>
  </section>`;
}

/** Also by itself: `GET /devices`. */
export function deviceList(devices: readonly ListedSession[]): Html {
  const sorted = devices.toSorted((a, b) => Number(b.current) - Number(a.current));
  return html`<ul class="devices">
      ${sorted.map(device)}
    </ul>
    ${
      devices.length < 2
        ? html`<p class="hint">Nowhere else. Log in from another browser, and it appears here.</p>`
        : html`<form method="post" action="/devices/others/end">
            <button id="others" class="quiet">Log out everywhere else</button>
          </form>`
    }`;
}

function device(session: ListedSession): Html {
  const { handle, label, client, current, createdAt, lastSeenAt } = session;
  const { name, kind } = describeDevice(client?.userAgent ?? null);
  const title = label ?? name;
  return html`<li>
    ${icon(kind)}
    <div class="what">
      <p class="title">
        <strong>${title}</strong> ${current ? html`<span class="badge">This one</span>` : ""}
      </p>
      <p class="facts">
        ${label === null ? "" : html`<span>${name}</span>`}
        <span>${networkOf(client?.address ?? null)}</span>
        <span>${current ? "here now" : html`seen ${time(lastSeenAt ?? createdAt)}`}</span>
      </p>
      <details id="rename-${handle}">
        <summary>Name it<span class="unseen">: ${title}</span></summary>
        <form method="post" action="/devices/${handle}/label" class="row">
          <label for="label-${handle}" class="unseen">Name of this session</label>
          <input
            id="label-${handle}"
            name="label"
            value="${label ?? ""}"
            maxlength="40"
            placeholder="Work laptop"
            autocomplete="off"
          />
          <button class="quiet small">Save</button>
        </form>
      </details>
    </div>
    ${
      current
        ? ""
        : html`<form method="post" action="/devices/${handle}/end">
            <button id="end-${handle}" class="quiet small">
              Log out<span class="unseen"> ${title}</span>
            </button>
          </form>`
    }
  </li>`;
}

function networkOf(address: string | null): string {
  if (address === null) return "from an unknown network";
  return address.startsWith("127.") || address.startsWith("::/") ? "this computer" : address;
}

function icon(kind: Device["kind"]): Html {
  const shape =
    kind === "mobile" || kind === "tablet"
      ? html`<rect x="7" y="3" width="10" height="18" rx="2" /><path d="M11 18h2" />`
      : kind === "desktop"
        ? html`<rect x="3" y="5" width="18" height="11" rx="1.5" /><path d="M2 20h20" />`
        : html`<rect x="3" y="4" width="18" height="16" rx="2" /><path
              d="m7 9 3 3-3 3M12.5 15H16"
            />`;
  return html`<svg class="device" viewBox="0 0 24 24" aria-hidden="true">${shape}</svg>`;
}
