import { type Argument, type Connection, RedisError, type Reply } from "./resp.ts";

// https://upstash.com/docs/redis/features/restapi, as far as @upstash/redis uses it.

/** How texts are written into an answer's JSON. base64 keeps every byte. */
type Encoding = "base64" | "utf8";

type Json = string | number | null | Json[];
export type Answer = { readonly result: Json } | { readonly error: string };

/** The body and the path of a request, and what counts the commands in it. */
export interface Asked {
  readonly path: string;
  readonly json: unknown;
  readonly encoding: Encoding;
  count(commands: number): void;
}

/** What a request is answered with. Rejects if Redis is away. */
export async function answer(redis: Connection, asked: Asked): Promise<Answer | Answer[]> {
  try {
    if (asked.path === "/pipeline") return await pipeline(redis, asked);
    if (asked.path === "/multi-exec") return await multiExec(redis, asked);
    if (asked.path !== "/") throw new RedisError(`ERR there is nothing at ${asked.path}`);
    const command = commandOf(asked.json);
    asked.count(1);
    return answerOf(await redis.send(...command), asked.encoding);
  } catch (error) {
    if (error instanceof RedisError) return { error: error.message };
    throw error;
  }
}

async function pipeline(redis: Connection, { json, encoding, count }: Asked): Promise<Answer[]> {
  const commands = commandsOf(json);
  count(commands.length);
  const replies = await sendAll(redis, commands);
  return replies.map((reply) => answerOf(reply, encoding));
}

async function multiExec(redis: Connection, { json, encoding, count }: Asked): Promise<Answer[]> {
  const commands = commandsOf(json);
  count(commands.length);
  const replies = await sendAll(redis, [["MULTI"], ...commands, ["EXEC"]]);
  const executed = replies.at(-1);
  if (executed instanceof RedisError) throw executed;
  return (executed as Reply[]).map((reply) => answerOf(reply, encoding));
}

/** In one go, so that nobody else's command comes between. Errors of Redis are replies. */
function sendAll(redis: Connection, commands: Argument[][]): Promise<Reply[]> {
  return Promise.all(
    commands.map(async (command) => {
      try {
        return await redis.send(...command);
      } catch (error) {
        if (error instanceof RedisError) return error;
        throw error;
      }
    }),
  );
}

function answerOf(reply: Reply, encoding: Encoding): Answer {
  if (reply instanceof RedisError) return { error: reply.message };
  // The one text that is never encoded.
  return { result: reply === "OK" ? "OK" : toJson(reply, encoding) };
}

function toJson(reply: Reply, encoding: Encoding): Json {
  if (reply === null || typeof reply === "number") return reply;
  if (Array.isArray(reply)) return reply.map((item) => toJson(item, encoding));
  if (reply instanceof RedisError) return toJson(reply.message, encoding);
  return Buffer.from(reply).toString(encoding);
}

function commandsOf(json: unknown): Argument[][] {
  if (!Array.isArray(json)) throw new RedisError("ERR expected an array of commands");
  return json.map(commandOf);
}

function commandOf(json: unknown): Argument[] {
  if (!Array.isArray(json) || json.length === 0) throw new RedisError("ERR expected a command");
  return json.map((part: unknown) => (typeof part === "string" ? part : JSON.stringify(part)));
}
