import { expect, test } from "vitest";
import { startBridge } from "./bridge.ts";
import { startWorker } from "./worker/start.ts";

test("on Workers a request that did not wait for its call takes no other's time limit away", async () => {
  const bridge = await startBridge();
  const url = await startWorker({ URL: bridge.url, TOKEN: bridge.token });
  const get = async (path: string) => (await fetch(url + path)).text();

  expect(await get("/read")).toBe("null");
  await bridge.tell("hang");
  expect(await get("/leave")).toBe("left");
  expect(await Promise.all([get("/read"), get("/leave"), get("/read")])).toEqual([
    "StoreUnavailableError",
    "left",
    "StoreUnavailableError",
  ]);
  await bridge.tell("heal");
  await expect.poll(() => get("/read"), { timeout: 10_000 }).toBe("null");
});
