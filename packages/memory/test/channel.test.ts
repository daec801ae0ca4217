import { memoryStore } from "@sojourn/memory";
import { expect, test } from "vitest";

const forever = { signal: new AbortController().signal, onGap() {} };

test("what a listener publishes is heard by all after what it has just heard", async () => {
  const { channel } = memoryStore().powers;
  const heard: string[] = [];
  await channel.subscribe(
    "topic",
    (message) => {
      if (message === "question") void channel.publish("topic", "answer");
    },
    forever,
  );
  await channel.subscribe("topic", (message) => heard.push(message), forever);
  await channel.publish("topic", "question");
  await Promise.resolve();
  await Promise.resolve();
  expect(heard).toEqual(["question", "answer"]);
});
