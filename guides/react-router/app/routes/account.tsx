import { sessionContext, userMiddleware } from "../session.server";
import type { Route } from "./+types/account";

export const middleware: Route.MiddlewareFunction[] = [userMiddleware];

export async function loader({ context }: Route.LoaderArgs) {
  const { userId, expiresAt } = await context.get(sessionContext).requireUser();
  return { userId, expiresAt };
}

export default function Account({ loaderData: { userId, expiresAt } }: Route.ComponentProps) {
  return (
    <>
      <h1>The account of {userId}</h1>
      <p>Signed in until {new Date(expiresAt).toISOString()} at most.</p>
    </>
  );
}
