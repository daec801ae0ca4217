import { type Browser, createBrowser } from "../http/browser.ts";
import { type Answer, openConnection, requestText } from "../http/connection.ts";

/** Sends requests each on a connection of its own, as many at once as one likes. */
export interface Visitor {
  readonly browser: Browser;
  get(path: string): Promise<Answer>;
  post(path: string): Promise<Answer>;
  /** Somebody else with a copy of the cookies as they are now. */
  copy(): Visitor;
  /** Whom the server takes this one for; "nobody" also where it refuses to say. */
  whoAmI(): Promise<string>;
}

export function createVisitor(port: number, user: string, cookie?: string): Visitor {
  const browser = createBrowser(user, cookie?.split("; "));

  async function send(method: string, path: string): Promise<Answer> {
    const connection = openConnection(port);
    try {
      const answer = await connection.send(requestText(method, path, browser.cookie));
      browser.take(answer);
      return answer;
    } finally {
      connection.close();
    }
  }

  return {
    browser,
    get: (path) => send("GET", path),
    post: (path) => send("POST", path),
    copy: () => createVisitor(port, user, browser.cookie),
    async whoAmI() {
      const { status, body } = await send("GET", "/me");
      return status === 200 ? (body.split(" ", 1)[0] as string) : "nobody";
    },
  };
}
