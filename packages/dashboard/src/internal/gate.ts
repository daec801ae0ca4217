/**
 * Whether a form came from this page: no other site may make an operator's browser send one (CWE-352).
 * As the gate of the core, and stricter: who says nothing of where a request comes from is no browser,
 * and only browsers have business here.
 */
export function isFromHere({ headers, url }: Request): boolean {
  const site = headers.get("Sec-Fetch-Site");
  if (site !== null) return site === "same-origin" || site === "none";
  const origin = headers.get("Origin");
  const { origin: own, host } = new URL(url);
  // Behind a proxy that ends TLS the request came by http, and the page by https.
  return origin === own || origin === `https://${host}`;
}
