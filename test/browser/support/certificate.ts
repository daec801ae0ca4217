import { spawnSync } from "node:child_process";
import { createHash, X509Certificate } from "node:crypto";

export interface Certificate {
  readonly key: string;
  readonly cert: string;
  /** SHA-256 of the public key, as Chromium wants to be told which one to trust. */
  readonly fingerprint: string;
}

/** Made on the spot, for the length of a run: nothing that could be found in a repository. */
export function makeCertificate(): Certificate {
  const curve = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes"];
  const subject = ["-days", "2", "-subj", "/CN=test", "-addext", "subjectAltName=DNS:app.test"];
  const streams = ["-keyout", "-", "-out", "-"];
  const { error, stdout, stderr } = spawnSync(
    "openssl",
    ["req", "-x509", ...curve, ...subject, ...streams],
    { encoding: "utf8" },
  );
  const [cert] = /-----BEGIN CERTIFICATE-----[^]*/.exec(stdout ?? "") ?? [];
  if (cert === undefined) throw error ?? new Error(`openssl made no certificate: ${stderr}`);
  const key = stdout.replace(cert, "");
  const spki = new X509Certificate(cert).publicKey.export({ type: "spki", format: "der" });
  return { key, cert, fingerprint: createHash("sha256").update(spki).digest("base64") };
}
