import { testAdapter } from "@sojourn/testing/suites";
import { frameworks } from "./frameworks.ts";

for (const { name, serve } of frameworks) testAdapter(name, serve);
