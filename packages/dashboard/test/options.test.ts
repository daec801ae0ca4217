import { ConfigurationError } from "@sojourn/core";
import { dashboard, type DashboardOptions } from "@sojourn/dashboard";
import { expect, test } from "vitest";

test.each([
  [{}, "needs to know for whom. Give isAdmin: (request) => true for an operator's request"],
  [{ isAdmin: true }, "Give isAdmin: (request) =>"],
  [undefined, "Give isAdmin: (request) =>"],
  [{ isAdmin, readonly: true }, "there is no option readonly. Options: isAdmin, readOnly,"],
  [{ isAdmin, readOnly: "yes" }, "readOnly: write true or false."],
  [{ isAdmin, title: "" }, "title: write up to 64 characters."],
  [{ isAdmin, namespace: "a b" }, "namespace: write up to 128 letters"],
  [{ isAdmin, onRevoke: {} }, "onRevoke: write a function, or leave it out."],
  [{ isAdmin, shared: {} }, "shared has no `channel`. Give the powers of a store that has one"],
])("%j is refused when configured, with what would do", (options, sentence) => {
  expect(() => dashboard(options as DashboardOptions)).toThrow(ConfigurationError);
  expect(() => dashboard(options as DashboardOptions)).toThrow(sentence);
});

function isAdmin(): boolean {
  return true;
}

test("what is no store is not wrapped", () => {
  expect(() => dashboard({ isAdmin }).store({} as never)).toThrow("give it a store, such as");
});
