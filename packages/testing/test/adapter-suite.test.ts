import { closingOf, respond } from "@sojourn/core";
import { canonicalAddress, isLocalhost, networkOf } from "@sojourn/net";
import { type AdapterCase, adapterCases, type AdapterFactory } from "@sojourn/testing/suites";
import { describe, expect, test } from "vitest";
import type { BrokenSessions } from "./adapter/broken/broken.ts";
import { brokenCaches } from "./adapter/broken/caches.ts";
import { brokenCosts } from "./adapter/broken/costs.ts";
import { brokenData } from "./adapter/broken/data.ts";
import { brokenBindings, brokenDoors, brokenStreams } from "./adapter/broken/door.ts";
import { brokenDumps } from "./adapter/broken/dump.ts";
import { brokenFailures } from "./adapter/broken/failure.ts";
import { brokenFixation } from "./adapter/broken/fixation.ts";
import { brokenLimits } from "./adapter/broken/limits.ts";
import { brokenUpdates } from "./adapter/broken/lost-updates.ts";
import { brokenResurrection } from "./adapter/broken/resurrection.ts";
import { brokenRenewals, brokenTimeouts } from "./adapter/broken/timeouts.ts";

const brokenSessions: readonly BrokenSessions[] = [
  ...brokenFixation,
  ...brokenResurrection,
  ...brokenUpdates,
  ...brokenTimeouts,
  ...brokenRenewals,
  ...brokenLimits,
  ...brokenDumps,
  ...brokenFailures,
  ...brokenCosts,
  ...brokenCaches,
  ...brokenData,
  ...brokenDoors,
  ...brokenStreams,
  ...brokenBindings,
];

/** The shortest adapter: what is broken is all that can go wrong. */
const direct: AdapterFactory = async (sessions, handler) => ({
  async fetch(request) {
    const { origin, pathname, protocol, hostname } = new URL(request.url);
    const header = (name: string) => request.headers.get(name);
    const closing = closingOf(request);
    const address = header("X-Forwarded-For") && canonicalAddress(header("X-Forwarded-For") ?? "");
    const exchange = sessions.begin({
      request: { method: request.method, path: pathname, ownOrigin: () => origin, header },
      cookie: header("Cookie"),
      secure: protocol === "https:" || isLocalhost(hostname),
      client: {
        address,
        userAgent: header("User-Agent"),
        network: (ipv4, ipv6) => address && networkOf(address, { ipv4, ipv6 }),
      },
      closed: closing.closed,
    });
    return respond(
      exchange,
      () => handler(request, exchange.session),
      () => new Response("", { status: 500 }),
      closing,
    );
  },
  async close() {},
});

/** ms after which a story that waits for what never comes counts as failed. */
const PATIENCE = 2_000;

/** Titles of the stories that notice the defect. */
async function rejections({ violates, make }: BrokenSessions): Promise<string[]> {
  const stories = adapterCases.filter(({ title }) =>
    violates.some((invariant) => title.startsWith(`invariant ${invariant}:`)),
  );
  const noticed = await Promise.all(stories.map((story) => fails(story, make)));
  return stories.filter((_, i) => noticed[i]).map(({ title }) => title);
}

async function fails(story: AdapterCase, make: BrokenSessions["make"]): Promise<boolean> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<boolean>((resolve) => {
    timer = setTimeout(resolve, PATIENCE, true);
  });
  const failed = story.run(direct, make()).then(
    () => false,
    () => true,
  );
  try {
    return await Promise.race([failed, late]);
  } finally {
    clearTimeout(timer);
  }
}

const rejectedBy = new Map<string, string[]>();

describe("what is right passes", () => {
  for (const { title, run } of adapterCases) test(title, () => run(direct));
});

describe("sessions are rejected that", () => {
  for (const broken of brokenSessions) {
    test(`violate invariant ${broken.violates.join(" and ")}: ${broken.defect}`, async () => {
      const titles = await rejections(broken);
      rejectedBy.set(broken.defect, titles);
      for (const invariant of broken.violates) {
        expect(titles).toContainEqual(expect.stringContaining(`invariant ${invariant}:`));
      }
    });
  }
});

test("no story is there that rejects nothing", () => {
  const telling = new Set([...rejectedBy.values()].flat());
  const idle = adapterCases.filter(({ title }) => !telling.has(title));
  expect(idle.map(({ title }) => title)).toEqual([]);
});

test("a title stands for one story", () => {
  expect(new Set(adapterCases.map(({ title }) => title)).size).toBe(adapterCases.length);
});
