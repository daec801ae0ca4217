// Three requests, as OpenTelemetry sees them: a login, a visit, and a visit while the store is down.
import { SpanKind, trace } from "@opentelemetry/api";
import { createSessions } from "@sojourn/core";
import { memoryStore } from "@sojourn/memory";
import { telemetry } from "@sojourn/otel";
import { randomBytes } from "node:crypto";

const database = memoryStore();
const { onEvent, observe } = telemetry();
const sessions = createSessions({
  store: observe(database),
  secret: randomBytes(32).toString("base64"),
  onEvent,
});

const handler = sessions.fetch(async (request, { session }) => {
  if (request.method === "POST") {
    const { userId } = await session.login("ada");
    return new Response(`Hello ${userId}`);
  }
  const { userId } = await session.requireUser();
  return new Response(`You are ${userId}`);
});

/** The span that instrumentation of your HTTP server or framework makes. */
function visit(method: string, cookie: string): Promise<Response> {
  const tracer = trace.getTracer("story");
  return tracer.startActiveSpan(`${method} /`, { kind: SpanKind.SERVER }, async (span) => {
    const request = new Request("https://shop.example/", { method, headers: { cookie } });
    const response = await handler(request, undefined, undefined);
    span.setAttribute("http.response.status_code", response.status).end();
    return response;
  });
}

const login = await visit("POST", "");
const [cookie = ""] = login.headers.getSetCookie().map((header) => header.split(";", 1)[0]);
await visit("GET", cookie);

database.read = () => Promise.reject(new Error("connect ECONNREFUSED"));
await visit("GET", cookie);
