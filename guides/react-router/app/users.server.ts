/** Yours: a password, a passkey, an identity provider. Null: nobody that is known. */
export function checkPassword(form: FormData): string | null {
  const name = form.get("name");
  return typeof name === "string" && form.get("password") === "demo" ? name : null;
}
