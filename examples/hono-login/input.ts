import type { Context } from "hono";
import * as v from "valibot";

/** What the client sent cannot be used; the message is for whoever sent it. */
export class BadRequest extends Error {}

function text(what: string, most: number) {
  return v.pipe(
    v.string(`${what} is missing.`),
    v.trim(),
    v.nonEmpty(`${what} is missing.`),
    v.maxLength(most, `${what} is longer than ${most} characters.`),
    v.check((value) => value.isWellFormed(), `${what} is not well-formed Unicode.`),
  );
}

const KEY = /^(?!basket$|notice$|constructor$|prototype$)[a-z]\w{0,63}$/i;

export const Login = v.object({ name: text("Your name", 40), password: v.string("No password.") });

const to = v.optional(v.string());

export const Confirm = v.object({ password: v.string("No password."), to });

export const NewPassword = v.object({
  password: v.pipe(
    v.string("No password."),
    v.minLength(8, "A password has 8 characters at least."),
    v.maxLength(128, "That password is longer than 128 characters."),
  ),
});

/** "" takes it away. */
export const Label = v.object({
  label: v.pipe(
    v.string("The name is missing."),
    v.trim(),
    v.maxLength(40, "The name is longer than 40 characters."),
    v.check((value) => value.isWellFormed(), "The name is not well-formed Unicode."),
  ),
});

export const Item = v.object({ item: text("The item", 80) });

export const Wait = v.object({
  ms: v.pipe(
    v.optional(v.string(), "300"),
    v.regex(/^\d{1,4}$/, "ms is a number from 0 to 9999."),
    v.transform(Number),
  ),
});

export const Pair = v.object({
  key: v.pipe(v.string("key is missing."), v.regex(KEY, "key is not a name that can be set.")),
  value: v.pipe(v.string("value is missing."), v.maxLength(1_000, "value is too long.")),
});

/** What a schema makes of the client's input. Throws `BadRequest`. */
export function checked<Schema extends v.GenericSchema>(
  schema: Schema,
  input: unknown,
): v.InferOutput<Schema> {
  const result = v.safeParse(schema, input);
  if (result.success) return result.output;
  throw new BadRequest(result.issues[0].message);
}

/** The body: a form's or JSON. */
export async function bodyOf(c: Context): Promise<object> {
  const isJson = c.req.header("Content-Type")?.startsWith("application/json");
  const body: unknown = await (isJson ? c.req.json() : c.req.parseBody()).catch(() => null);
  if (typeof body === "object" && body !== null) return body;
  throw new BadRequest("The body is neither a form nor a JSON object.");
}
