import { seeOther, withSession } from "../../session";

export const POST = withSession(async (_request, { session }) => {
  await session.logout();
  return seeOther("/");
});
