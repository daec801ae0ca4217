export async function createStore(redis) {
  if (redis === undefined) return (await import("@sojourn/memory")).memoryStore();
  return (await import("@sojourn/redis")).redisStore(redis);
}
