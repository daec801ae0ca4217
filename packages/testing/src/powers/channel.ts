import { type Channel, InvalidDataError, MESSAGE_BYTES } from "@sojourn/core";
import { checkRejects, same, show } from "../store/assert.ts";
import { together } from "../store/records.ts";
import type { PowerCase, PowerFactory, PowerTestOptions } from "./contract.ts";
import { failureCases } from "./failures.ts";
import { eventually, hear, type Hearing } from "./hearing.ts";
import { checkNamesRefused, NAMES, newName } from "./names.ts";
import { testPower } from "./run.ts";

const MESSAGES = [
  "",
  " ",
  "\u0000",
  "a\r\nb",
  "*",
  '{"json":[1,"two"]}',
  "\u00e9e\u0301\u{1f9e6}\ufeff\u2028\uffff",
  "x".repeat(MESSAGE_BYTES),
  "\u{1f9e6}".repeat(MESSAGE_BYTES / 4),
];

const NOBODY = { signal: new AbortController().signal, onGap() {} };

/** All of them have heard these, in this order, and nothing else. */
async function checkHeard(
  hearings: readonly Hearing[],
  messages: readonly string[],
  patience: number,
  what: string,
): Promise<void> {
  const arrived = () => hearings.every(({ heard }) => heard.length >= messages.length);
  await eventually(what, patience, arrived);
  for (const { heard } of hearings) same(heard, messages, what);
}

/** Whose own connection was cut may have to try more than once. */
async function publishAgain(
  channel: Channel,
  topic: string,
  message: string,
  patience: number,
): Promise<void> {
  const deadline = Date.now() + patience;
  for (;;) {
    try {
      return await channel.publish(topic, message);
    } catch (error) {
      if (Date.now() >= deadline) throw error;
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
  }
}

export const channelCases: readonly PowerCase<Channel>[] = [
  {
    title:
      "channel: a message is heard once by each subscription, in its own process and in others",
    async run({ power, peer, patience }) {
      const topic = newName();
      const hearings = [];
      for (const channel of [power, peer, power, peer]) hearings.push(await hear(channel, topic));
      await power.publish(topic, "from one");
      await checkHeard(hearings, ["from one"], patience, "the first message");
      await peer.publish(topic, "from another");
      await checkHeard(hearings, ["from one", "from another"], patience, "both messages");
    },
  },
  {
    title: "channel: what is published when `subscribe` has resolved is heard",
    async run({ power, peer, patience }) {
      const heard = await together(30, async (i) => {
        const topic = newName(`${i}`);
        const hearing = await hear(power, topic);
        await peer.publish(topic, "at once");
        return hearing;
      });
      await checkHeard(heard, ["at once"], patience, "the message");
    },
  },
  {
    title: "channel: what was published before is not heard",
    async run({ power, peer, patience }) {
      const topic = newName();
      const first = await hear(power, topic);
      await peer.publish(topic, "before");
      await checkHeard([first], ["before"], patience, "the first message");
      const second = await hear(power, topic);
      await peer.publish(topic, "after");
      await checkHeard([second], ["after"], patience, "what the second hears");
    },
  },
  {
    title: "channel: messages of one publisher come in their order",
    async run({ power, peer, patience }) {
      const topic = newName();
      const hearings = [await hear(power, topic), await hear(peer, topic)];
      const messages = Array.from({ length: 200 }, (_, i) => String(i));
      for (const message of messages) await peer.publish(topic, message);
      await checkHeard(hearings, messages, patience, "the messages");
    },
  },
  {
    title: "channel: messages come unit for unit, up to their greatest length",
    async run({ power, peer, patience }) {
      const topic = newName();
      const hearing = await hear(power, topic);
      for (const message of MESSAGES) await peer.publish(topic, message);
      await checkHeard([hearing], MESSAGES, patience, "the messages");
    },
  },
  {
    title: "channel: names of topics that are nearly one are two",
    async run({ power, peer, patience }) {
      const run = newName();
      const hearings = new Map<string, Hearing>();
      for (const topic of NAMES) hearings.set(topic, await hear(power, topic));
      // Others may be at the same server, on the same topics.
      const ours = ({ heard }: Hearing) => heard.filter((message) => message.startsWith(run));
      for (const topic of NAMES) await peer.publish(topic, `${run} ${topic}`);
      for (const [topic, hearing] of hearings) {
        await eventually(`what ${show(topic)} hears`, patience, () => ours(hearing).length > 0);
      }
      for (const [topic, hearing] of hearings) {
        same(ours(hearing), [`${run} ${topic}`], `what ${show(topic)} hears`);
      }
    },
  },
  {
    title: "channel: a topic or message that is too long or ill-formed is refused",
    async run({ power, patience }) {
      await checkNamesRefused({
        publish: (topic) => power.publish(topic, "message"),
        subscribe: (topic) => power.subscribe(topic, () => {}, NOBODY),
      });
      const topic = newName();
      const hearing = await hear(power, topic);
      const refused = [
        "x".repeat(MESSAGE_BYTES + 1),
        "\u20ac".repeat(MESSAGE_BYTES / 3 + 1),
        "\ud800",
      ];
      for (const message of refused) {
        await checkRejects(() => power.publish(topic, message), InvalidDataError, "publish");
      }
      await power.publish(topic, "right");
      await checkHeard([hearing], ["right"], patience, "what is heard");
    },
  },
  {
    title: "channel: to publish what nobody hears is no error",
    async run({ power }) {
      const publishing = power.publish(newName(), "message");
      const failed = await publishing.then(
        () => null,
        (error: unknown) => String(error),
      );
      same(failed, null, "what it failed with");
    },
  },
  {
    title: "channel: whose signal has aborted hears no more, and the others still do",
    async run({ power, peer, patience }) {
      const topic = newName();
      const hearings = [await hear(power, topic), await hear(power, topic)];
      const [ended, other] = hearings as [Hearing, Hearing];
      await peer.publish(topic, "one");
      await checkHeard(hearings, ["one"], patience, "the first message");
      ended.end();
      await peer.publish(topic, "two");
      await checkHeard([other], ["one", "two"], patience, "what the other hears");
      same(ended.heard, ["one"], "what the ended one has heard");
    },
  },
  {
    title: "channel: whose signal aborts while messages are on their way hears none of them",
    async run({ power, peer, patience }) {
      const topic = newName();
      const first = await hear(power, topic, () => first.end());
      const second = await hear(power, topic);
      await Promise.all(["a", "b", "c"].map((message) => peer.publish(topic, message)));
      await eventually("what the second hears", patience, () => second.heard.length === 3);
      same(first.heard.length, 1, "how many messages were heard by who ended at the first");
    },
  },
  {
    title: "channel: one listener in two subscriptions hears twice, and once when one has ended",
    async run({ power, peer, patience }) {
      const topic = newName();
      const heard: string[] = [];
      const listener = (message: string) => heard.push(message);
      const ending = new AbortController();
      await power.subscribe(topic, listener, { ...NOBODY, signal: ending.signal });
      await power.subscribe(topic, listener, NOBODY);
      const control = await hear(power, topic);
      await peer.publish(topic, "one");
      await checkHeard([control], ["one"], patience, "the first message");
      same(heard, ["one", "one"], "what is heard by two");
      ending.abort();
      await peer.publish(topic, "two");
      await checkHeard([control], ["one", "two"], patience, "the second message");
      same(heard, ["one", "one", "two"], "what is heard when one has ended");
    },
  },
  {
    title: "channel: whose signal had aborted before hears nothing, and is told nothing",
    async run({ power, peer, patience }) {
      const topic = newName();
      let heard = 0;
      const signal = AbortSignal.abort();
      await power.subscribe(topic, () => heard++, { signal, onGap: () => heard++ });
      const control = await hear(power, topic);
      await peer.publish(topic, "message");
      await checkHeard([control], ["message"], patience, "what another hears");
      same(heard, 0, "how often it was called");
    },
  },
  {
    title: "channel: who subscribes as the last one leaves is not taken along",
    async run({ power, peer, patience }) {
      for (let round = 0; round < 20; round++) {
        const topic = newName(`${round}`);
        const last = await hear(power, topic);
        last.end();
        const next = await hear(power, topic);
        await peer.publish(topic, "message");
        await checkHeard([next], ["message"], patience, "what the next one hears");
        same(last.heard, [], "what the last one hears");
      }
    },
  },
  {
    title: "channel: a listener that throws, rejects or hangs harms nobody",
    async run({ power, peer, patience }) {
      const topic = newName();
      const harms = [
        () => {
          throw new Error("A listener throws.");
        },
        () => Promise.reject(new Error("A listener rejects.")),
        () => new Promise(() => {}),
      ];
      const hearings = [];
      for (const harm of harms) hearings.push(await hear(power, topic, harm));
      hearings.push(await hear(power, topic), await hear(peer, topic));
      for (const message of ["one", "two"]) {
        const sent = { yet: false };
        const publishing = power.publish(topic, message).then(() => (sent.yet = true));
        await Promise.race([publishing, eventually("publish", patience, () => sent.yet)]);
      }
      await checkHeard(hearings, ["one", "two"], patience, "what all hear");
    },
  },
  {
    title: "channel: 100 subscriptions to one topic all hear, and 100 topics each its own",
    async run({ power, peer, patience }) {
      const topic = newName();
      const same = await together(100, () => hear(power, topic));
      const topics = await together(100, async (i) => newName(`${i}`));
      const own = await together(100, (i) => hear(power, topics[i] as string));
      await peer.publish(topic, "all");
      await together(100, (i) => peer.publish(topics[i] as string, `${i}`));
      await checkHeard(same, ["all"], patience, "what those of one topic hear");
      for (const [i, hearing] of own.entries()) {
        await checkHeard([hearing], [`${i}`], patience, "what each topic hears");
      }
    },
  },
  {
    title: "channel: who may have missed something is told, and hears again from then on",
    needs: "interrupt",
    async run({ power, under, patience }) {
      const topic = newName();
      const hearings = [await hear(power, topic), await hear(power, newName())];
      const [hearing] = hearings as [Hearing];
      const ended = await hear(power, topic);
      ended.end();
      for (let round = 1; round <= 3; round++) {
        const before = hearings.map(({ gaps }) => gaps);
        await under.interrupt?.();
        const told = () => hearings.every(({ gaps }, i) => gaps > (before[i] as number));
        await eventually(`gap ${round}`, patience, told);
        await publishAgain(power, topic, `${round}`, patience);
        const arrived = () => hearing.heard.includes(`${round}`);
        await eventually("what is heard after a gap", patience, arrived);
      }
      same(ended.gaps, 0, "how often one that had ended was told");
    },
  },
  ...failureCases<Channel>((channel) => ({
    publish: () => channel.publish(newName(), "message"),
    subscribe: () => channel.subscribe(newName(), () => {}, NOBODY),
  })),
];

/** Registers with vitest what a `Channel` must do. */
export function testChannel(
  name: string,
  factory: PowerFactory<Channel>,
  options: PowerTestOptions = {},
): void {
  testPower(`channel: ${name}`, channelCases, factory, options);
}
