/** All that an object has, of its class too, to be spread: methods go on working on the object itself. */
export function membersOf<T extends object>(object: T): T {
  const members = { ...object } as Record<string, unknown>;
  for (const name of Object.getOwnPropertyNames(Object.getPrototypeOf(object))) {
    if (name === "constructor" || name in Object.prototype) continue;
    const value: unknown = object[name as keyof T];
    members[name] = typeof value === "function" ? value.bind(object) : value;
  }
  return members as T;
}
