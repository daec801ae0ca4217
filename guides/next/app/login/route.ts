import { seeOther, withSession } from "../../session";
import { checkPassword } from "../../users";

export const POST = withSession(async (request, { session }) => {
  const userId = checkPassword(await request.formData());
  if (userId === null) {
    await session.update((data) => (data.tries = (data.tries ?? 0) + 1));
    return seeOther("/");
  }
  await session.login(userId);
  return seeOther("/account");
});
