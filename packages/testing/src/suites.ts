export { type AdapterCase, adapterCases, testAdapter } from "./adapter/index.ts";
export type { AdapterFactory, StoryData, StoryHandler, StoryServer } from "./adapter/server.ts";
export type { Defect, DefectWorld } from "./adapter/stage.ts";
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
