export { type AdapterCase, adapterCases, testAdapter } from "./adapter/index.ts";
export type { AdapterFactory, StoryData, StoryHandler, StoryServer } from "./adapter/server.ts";
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
