import { randomBytes, scrypt, timingSafeEqual } from "node:crypto";
import { promisify } from "node:util";

/** Everybody's, until they change it. */
const FIRST = "demo";

/** Where hashes are kept, by name. */
export interface Hashes {
  get(name: string): Promise<string | null>;
  set(name: string, hash: string): Promise<void>;
}

export interface Passwords {
  check(name: string, password: string): Promise<boolean>;
  change(name: string, password: string): Promise<void>;
}

const hashed = promisify<string, Buffer, number, Buffer>(scrypt);

/** Passwords are the application's own: sessions begin where it is known who somebody is. */
export function createPasswords(hashes: Hashes): Passwords {
  return {
    async check(name, password) {
      const kept = await hashes.get(name);
      if (kept === null) return password === FIRST;
      const [salt = "", hash = ""] = kept.split(".");
      const expected = Buffer.from(hash, "base64");
      const given = await hashed(password, Buffer.from(salt, "base64"), expected.length);
      return timingSafeEqual(given, expected);
    },
    async change(name, password) {
      const salt = randomBytes(16);
      const hash = await hashed(password, salt, 32);
      await hashes.set(name, `${salt.toString("base64")}.${hash.toString("base64")}`);
    },
  };
}
