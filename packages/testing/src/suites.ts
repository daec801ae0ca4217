export { type AdapterCase, adapterCases, testAdapter } from "./adapter/index.ts";
export type { AdapterFactory, StoryData, StoryHandler, StoryServer } from "./adapter/server.ts";
export type { Defect, DefectWorld } from "./adapter/stage.ts";
export { channelCases, testChannel } from "./powers/channel.ts";
export type {
  PowerCase,
  PowerCaseContext,
  PowerFactory,
  PowerTestOptions,
  PowerUnderTest,
} from "./powers/contract.ts";
export { marksCases, testMarks } from "./powers/marks.ts";
export { onceCases, testOnce } from "./powers/once.ts";
export { referencesCases, testReferences } from "./powers/references.ts";
export { replicaCases, testReplicaTarget } from "./powers/replica.ts";
export type { Replicable } from "./powers/replica/states.ts";
export { runPowerCase } from "./powers/run.ts";
export { runStoreCase, storeCases } from "./store/cases.ts";
export type {
  StoreCase,
  StoreCaseContext,
  StoreFactory,
  StoreFactoryContext,
  StoreTestOptions,
  StoreUnderTest,
} from "./store/contract.ts";
export { testStore } from "./store/test-store.ts";
