export { type AdapterCase, adapterCases, testAdapter } from "./adapter/index.ts";
export type { AdapterFactory, StoryData, StoryHandler, StoryServer } from "./adapter/server.ts";
export type { Defect, DefectWorld } from "./adapter/stage.ts";
export {
  type ClientOptions,
  type Cookie,
  createClient,
  type Fetch,
  type PostOptions,
  type RequestOptions,
  type TestClient,
} from "./client.ts";
export { bearerToken, signedInClient, signedInCookie, type SignInOptions } from "./signed-in.ts";
export { fakeClock, type FakeClock } from "./clock.ts";
export {
  type FaultPlan,
  faultyStore,
  type FaultyStore,
  type PausedCall,
  type StoreCall,
  type StoreFault,
  type StoreOperation,
} from "./faulty-store.ts";
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
