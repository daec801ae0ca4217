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
export { type EventRecorder, recordEvents } from "./events.ts";
export {
  type FaultPlan,
  faultyStore,
  type FaultyStore,
  type PausedCall,
  type StoreCall,
  type StoreFault,
} from "./faulty-store.ts";
