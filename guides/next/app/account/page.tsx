import { redirect } from "next/navigation";
import { loadSession } from "../../session";

export default async function Account() {
  const session = await loadSession();
  if (!session?.userId) redirect("/");
  return (
    <>
      <h1>The account of {session.userId}</h1>
      <p>Signed in until {new Date(session.expiresAt).toISOString()} at most.</p>
    </>
  );
}
