import { sessionContext } from "../session.server";
import type { Route } from "./+types/me";

export async function loader({ context }: Route.LoaderArgs) {
  const session = await context.get(sessionContext).get();
  return Response.json(session, { status: session?.userId ? 200 : 401 });
}
