import { withSession } from "../../session";

export const GET = withSession(async (_request, { session }) => {
  const found = await session.get();
  return Response.json(found, { status: found?.userId ? 200 : 401 });
});
