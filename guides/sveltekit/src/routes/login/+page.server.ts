import { fail, redirect } from "@sveltejs/kit";
import { checkPassword } from "../../server/users.ts";
import type { Actions } from "./$types";

export const actions: Actions = {
  async default({ request, locals: { session } }) {
    const userId = checkPassword(await request.formData());
    if (userId === null) {
      const tries = await session.update((data) => (data.tries = (data.tries ?? 0) + 1));
      return fail(401, { tries });
    }
    await session.login(userId);
    redirect(303, "/account");
  },
};
