import { data, Form, redirect } from "react-router";
import { sessionContext } from "../session.server";
import { checkPassword } from "../users.server";
import type { Route } from "./+types/login";

export async function action({ request, context }: Route.ActionArgs) {
  const session = context.get(sessionContext);
  const userId = checkPassword(await request.formData());
  if (userId === null) {
    const tries = await session.update((kept) => (kept.tries = (kept.tries ?? 0) + 1));
    return data({ tries }, { status: 401 });
  }
  await session.login(userId);
  throw redirect("/account", 303);
}

export default function Login({ actionData }: Route.ComponentProps) {
  return (
    <>
      <h1>Log in</h1>
      {actionData && <p role="alert">Wrong name or password. Tries: {actionData.tries}</p>}
      <Form method="post">
        <label>
          Name <input name="name" autoComplete="username" required />
        </label>
        <label>
          Password{" "}
          <input name="password" type="password" autoComplete="current-password" required />
        </label>
        <button>Log in</button>
      </Form>
    </>
  );
}
