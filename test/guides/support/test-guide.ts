import { beforeAll, describe, test } from "vitest";
import { serveGuide, type Site } from "./site.ts";
import { stories } from "./story.ts";

/** ms for a package manager and a bundler on a busy machine. */
const PATIENCE = 600_000;

interface Particulars {
  /** The site's, where it is told that: behind a proxy that ends TLS. */
  readonly origin?: string;
  /** What it alone must do. */
  readonly more?: (site: () => Site) => void;
}

/** Builds a guide's program once, and registers what it must do. */
export function testGuide(name: string, { origin, more = () => {} }: Particulars = {}): void {
  describe(`guides/${name}`, () => {
    let site: Site;

    beforeAll(async () => {
      const ends: (() => void | Promise<void>)[] = [];
      async function end(): Promise<void> {
        for (const each of ends.toReversed()) await each();
      }
      try {
        site = await serveGuide(name, origin, (each) => ends.push(each));
      } catch (error) {
        await end();
        throw error;
      }
      return end;
    }, PATIENCE);

    test.each(stories)("$title", (story) => story.run(site));

    more(() => site);
  });
}
