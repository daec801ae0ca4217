import { testAdapter } from "@sojourn/testing";
import { frameworks } from "./frameworks.ts";

for (const { name, serve } of frameworks) testAdapter(name, serve);
