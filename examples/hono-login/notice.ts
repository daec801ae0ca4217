import { type Alert } from "@sojourn/watch";
import { deviceName } from "@sojourn/watch/device";

/** An alert in the words of its user. It holds no text that a client has sent. */
export interface Notice {
  readonly at: number;
  readonly severity: Alert["severity"];
  readonly title: string;
  readonly text: string;
}

export function noticeOf({ at, severity, reason, evidence, client }: Alert): Notice {
  const device = deviceName(client?.userAgent ?? null);
  const from = client?.address ? `${device}, ${client.address}` : device;
  return { at, severity, ...wordsFor(reason, evidence, from) };
}

function wordsFor(reason: string, evidence: Alert["evidence"], from: string) {
  switch (evidence["sign"] ?? reason) {
    case "token-reuse":
      return {
        title: "A copied cookie was used",
        text: `One of your sessions had already moved on to a new cookie when the old one was sent again (${from}). It was ended. If you do not know why, change your password.`,
      };
    case "binding-mismatch":
      return {
        title: "A session changed its browser",
        text: `A cookie that was given to another browser was sent by ${from}.`,
      };
    case "new-device":
      return {
        title: "A login from somewhere new",
        text: `Somebody logged in under your name: ${from}. If that was not you, end the session and change your password.`,
      };
    case "churn":
      return {
        title: "Unusually many logins",
        text: `Sessions of yours begin and end faster than people do it (last: ${from}).`,
      };
    default:
      return { title: "Something unusual", text: `The detector ${reason} has seen it: ${from}.` };
  }
}
