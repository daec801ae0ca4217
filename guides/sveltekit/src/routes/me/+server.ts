import { json } from "@sveltejs/kit";
import type { RequestHandler } from "./$types";

export const GET: RequestHandler = async ({ locals }) => {
  const session = await locals.session.get();
  return json(session, { status: session?.userId ? 200 : 401 });
};
