import { Form, Link } from "react-router";
import { sessionContext } from "../session.server";
import type { Route } from "./+types/home";

export async function loader({ context }: Route.LoaderArgs) {
  const session = await context.get(sessionContext).get();
  return { userId: session?.userId ?? null };
}

export default function Home({ loaderData: { userId } }: Route.ComponentProps) {
  if (userId === null) {
    return (
      <>
        <h1>Hello stranger</h1>
        <Link to="/login">Log in</Link>
      </>
    );
  }
  return (
    <>
      <h1>Hello {userId}</h1>
      <Link to="/account">Your account</Link>
      <Form method="post" action="/logout" reloadDocument>
        <button>Log out</button>
      </Form>
    </>
  );
}
