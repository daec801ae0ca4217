import { ReauthenticationRequiredError, SojournError, UnauthenticatedError } from "@sojourn/core";
import { dashboardApp } from "@sojourn/dashboard/hono";
import { sessions } from "@sojourn/hono";
import { Hono } from "hono";
import { bodyLimit } from "hono/body-limit";
import { HTTPException } from "hono/http-exception";
import { secureHeaders } from "hono/secure-headers";
import type { ContentfulStatusCode } from "hono/utils/http-status";
import { answer, type Env, type Parts, wantsJson } from "./answer.ts";
import { assets } from "./assets.ts";
import { BadRequest } from "./input.ts";
import { basketRoutes } from "./routes/basket.ts";
import { deviceRoutes } from "./routes/devices.ts";
import { eventRoutes } from "./routes/events.ts";
import { passwordRoutes, placeAfter } from "./routes/password.ts";
import { raceRoutes } from "./routes/races.ts";
import { sessionRoutes } from "./routes/session.ts";

export function createApp(parts: Parts): Hono<Env> {
  const app = new Hono<Env>();

  app.use(secureHeaders(headers));
  app.route("/", assets);
  // Its gate turns away what other sites send, a login under the attacker's name among them.
  app.use(sessions(parts.sessions), bodyLimit({ maxSize: 16_384, onError: tooLarge }));
  for (const routes of [sessionRoutes, deviceRoutes, passwordRoutes, eventRoutes]) {
    app.route("/", routes(parts));
  }
  app.route("/", basketRoutes);
  app.route("/", raceRoutes);
  app.route("/admin", dashboardApp(parts.board));

  app.notFound((c) => answer(c, 404, "not-found", "There is no such page."));
  app.onError((error, c) => {
    if (error instanceof BadRequest) return answer(c, 400, "bad-request", error.message);
    if (error instanceof HTTPException) return answer(c, error.status, "refused", error.message);
    if (!wantsJson(c)) {
      if (error instanceof ReauthenticationRequiredError) {
        return c.redirect(`/confirm?to=${encodeURIComponent(placeAfter(c))}`, 303);
      }
      if (error instanceof UnauthenticatedError) return c.redirect("/", 303);
    }
    // The session's errors know their answer: 401, 409, 413, 503 ...
    if (error instanceof SojournError && error.expose) {
      return answer(c, error.status as ContentfulStatusCode, error.code, error.message);
    }
    console.error(error);
    return answer(c, 500, "internal", "Something went wrong here.");
  });

  return app;
}

const headers: Parameters<typeof secureHeaders>[0] = {
  contentSecurityPolicy: {
    defaultSrc: ["'none'"],
    scriptSrc: ["'self'"],
    styleSrc: ["'self'"],
    imgSrc: ["'self'"],
    connectSrc: ["'self'"],
    formAction: ["'self'"],
    baseUri: ["'none'"],
    frameAncestors: ["'none'"],
  },
  referrerPolicy: "same-origin",
  // For those who serve https for good. This is http://localhost.
  strictTransportSecurity: false,
};

function tooLarge(c: Parameters<typeof answer>[0]): Response | Promise<Response> {
  return answer(c, 413, "too-large", "That is more than this page takes.");
}
