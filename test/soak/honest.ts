import { browser, type Browser, type Site } from "./browser.ts";
import { pause, type Time } from "./pause.ts";

/** Of what an honest user has to find again. */
export interface Report {
  /** What must not be: somebody honest logged out, an update lost, a session back from the dead. */
  fault(text: string): void;
  /** A login from a device or a network that is new with this user, which the user is told of. */
  expectNew(userId: string): void;
}

/** A device with its session; null where it has none. */
interface Device {
  readonly browser: Browser;
  readonly homes: readonly string[];
  session: Known | null;
}

/** What was acknowledged in a session, by key. A write that was answered 503 may be there or not. */
type Known = Map<string, { least: number; most: number }>;

const AGENTS = [
  "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:140.0) Gecko/20100101 Firefox/140.0",
  "Mozilla/5.0 (iPhone; CPU iPhone OS 18_5 like Mac OS X) Version/18.5 Mobile/15E148 Safari/604.1",
  "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 Chrome/140.0.0.0 Safari/537.36",
];

/** Nobody logs in oftener than that within ten minutes; twenty times is an alert. */
const LOGINS = 12;
const TEN_MINUTES = 600_000;

/**
 * A user with three devices, until the traffic ends: reads, writes in parallel, moves between networks,
 * logs out, changes the password. Whatever is answered is compared with what was acknowledged before.
 */
export async function honestUser(
  at: number,
  site: Site,
  time: Time,
  { fault, expectNew }: Report,
): Promise<void> {
  const { random } = site;
  const userId = `honest-${at}`;
  const networks = [`10.${at}.1`, `10.${at}.2`, `10.${at}.3`];
  const devices: Device[] = AGENTS.map((agent, place) => ({
    browser: browser(site, `${networks[0]}.${place + 10}`, agent),
    homes: networks.map((network) => `${network}.${place + 10}`),
    session: null,
  }));
  const dead: string[] = [];
  const logins: number[] = [];
  const seen = new Set<string>();

  function pick<T>(from: readonly T[]): T {
    return from[Math.floor(random() * from.length)] as T;
  }

  function mayLogIn(): boolean {
    while (logins[0] !== undefined && logins[0] < Date.now() - TEN_MINUTES) logins.shift();
    return logins.length < LOGINS;
  }

  /** The cookies that a device had before its session ended. */
  function buried({ browser: { cookieHeader } }: Device): () => void {
    const header = cookieHeader();
    return () => void (header !== null && dead.push(header));
  }

  async function logIn(device: Device): Promise<void> {
    const { browser: client } = device;
    if (random() < 0.5) await client.post("/basket");
    const { status } = await client.post(`/login?user=${userId}`);
    logins.push(Date.now());
    if (status === 503) return;
    if (status !== 200) return fault(`${userId} could not log in: ${status}`);
    device.session = new Map();
    const network = client.address.split(".").slice(0, 3).join(".");
    const isNew = !seen.has(client.userAgent) || !seen.has(network);
    if (seen.size > 0 && isNew) expectNew(userId);
    seen.add(client.userAgent).add(network);
  }

  function count(known: Known, key: string, status: number): void {
    const counted = known.get(key) ?? { least: 0, most: 0 };
    if (status === 200) counted.least++;
    if (status === 200 || status === 503) counted.most++;
    known.set(key, counted);
  }

  async function add({ browser: client }: Device, known: Known, key: string): Promise<void> {
    const { status } = await client.post(`/add?key=${key}`);
    count(known, key, status);
    if (status !== 200 && status !== 503) fault(`${userId} could not write: ${status}`);
  }

  /** Two at once, one after the other in each: while one renews, the other is under way. */
  async function write(device: Device, known: Known): Promise<void> {
    const keys = ["a", "b", "both"];
    const one = async () => {
      for (let times = 0; times < 3; times++) await add(device, known, pick(keys));
    };
    await Promise.all([one(), one()]);
  }

  async function read({ browser: client }: Device, known: Known): Promise<void> {
    const response = await client.get("/me");
    if (response.status === 503) return;
    if (response.status !== 200) return fault(`${userId} was logged out: ${response.status}`);
    const { user, data } = (await response.json()) as {
      user: string;
      data: Record<string, number>;
    };
    if (user !== userId) fault(`${userId} was taken for ${user}`);
    for (const [key, { least, most }] of known) {
      const value = data[key] ?? 0;
      if (value < least || value > most) fault(`${userId}: ${key} is ${value}, not ${least}`);
    }
  }

  async function logOut(device: Device): Promise<void> {
    const bury = buried(device);
    const { browser: client } = device;
    const late = ["/add?key=late", "/set?key=late&value=1"].map((path) => client.post(path));
    const [{ status }] = await Promise.all([client.post("/logout"), ...late]);
    // If nobody knows whether it has ended, it is neither alive nor dead.
    if (status === 200 || status === 503) device.session = null;
    if (status === 200) bury();
  }

  async function changePassword(device: Device): Promise<void> {
    const others = devices.filter((other) => other !== device && other.session !== null);
    const buries = others.map(buried);
    const { status } = await device.browser.post("/password");
    for (const other of others) other.session = null;
    if (status === 503) device.session = null;
    else if (status !== 200) return fault(`${userId} could not change the password: ${status}`);
    else for (const bury of buries) bury();
  }

  /** Not even a cookie comes back: it would log somebody out who has logged in meanwhile. */
  async function presentDead(client: Browser): Promise<void> {
    if (dead.length === 0) return;
    const response = await client.get("/me", { cookie: pick(dead), hold: true });
    if (response.status === 503) return;
    if (response.status !== 401) fault(`${userId}: a dead session answered ${response.status}`);
    if (response.headers.getSetCookie().length > 0) fault(`${userId}: a dead token set a cookie`);
  }

  while (Date.now() < time.until) {
    const device = pick(devices);
    const { session } = device;
    const dice = random();
    if (session === null) {
      // Most of the time on the first device, at home.
      if (mayLogIn() && (device === devices[0] || seen.size > 0) && dice < 0.5) await logIn(device);
    } else if (dice < 0.4) await read(device, session);
    else if (dice < 0.75) await write(device, session);
    else if (dice < 0.85) device.browser.address = pick(device.homes);
    else if (dice < 0.95) await presentDead(device.browser);
    else if (mayLogIn() && dice < 0.985) await logOut(device);
    else if (mayLogIn()) await changePassword(device);
    await pause(40 + random() * 160, time);
  }
  for (const device of devices) if (device.session !== null) await read(device, device.session);
}
