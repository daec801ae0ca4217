import { loadSession } from "../session";

export default async function Home() {
  const session = await loadSession();
  if (session?.userId) {
    return (
      <>
        <h1>Hello {session.userId}</h1>
        <a href="/account">Your account</a>
        <form method="post" action="/logout">
          <button>Log out</button>
        </form>
      </>
    );
  }
  const tries = session?.data.tries ?? 0;
  return (
    <>
      <h1>Hello stranger</h1>
      {tries > 0 && <p role="alert">Wrong name or password. Tries: {tries}</p>}
      <form method="post" action="/login">
        <label>
          Name <input name="name" autoComplete="username" required />
        </label>
        <label>
          Password{" "}
          <input name="password" type="password" autoComplete="current-password" required />
        </label>
        <button>Log in</button>
      </form>
    </>
  );
}
