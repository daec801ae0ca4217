import type { PageServerLoad } from "./$types";

export const load: PageServerLoad = async ({ locals }) => {
  const session = await locals.session.get();
  return { userId: session?.userId ?? null };
};
