import { startReplicated } from "@sojourn/servers";
import { afterAll, expect, test } from "vitest";
import { connect } from "../resp.ts";

const { primary, replica, ...replicated } = await startReplicated();
afterAll(() => replicated.stop());

test("the replica has what the primary has", async () => {
  await primary.cli("set", "key", "value");
  await replicated.synced();
  expect(await replica.cli("get", "key")).toBe("value");
});

test("held, an acknowledged write is on the primary only, until the replica may catch up", async () => {
  replicated.hold();
  const connection = connect(primary.port);
  expect(await connection.send("SET", "held", "1")).toBe("OK");
  expect(await connection.send("WAIT", 1, 50)).toBe(0);
  expect(await replica.cli("exists", "held")).toBe("0");
  await replicated.release();
  expect(await connection.send("WAIT", 1, 5000)).toBe(1);
  expect(await replica.cli("get", "held")).toBe("1");
  connection.close();
});

test("a replica that is promoted doesn't know what was held back", async () => {
  replicated.hold();
  expect(await primary.cli("set", "lost", "1")).toBe("OK");
  await primary.kill();
  await replicated.promote();
  expect(await replica.cli("exists", "lost")).toBe("0");
  expect(await replica.cli("set", "key", "new")).toBe("OK");
});
