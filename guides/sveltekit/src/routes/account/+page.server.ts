import type { PageServerLoad } from "./$types";

export const load: PageServerLoad = async ({ locals }) => {
  const session = await locals.session.requireUser();
  return { userId: session.userId, expiresAt: session.expiresAt };
};
