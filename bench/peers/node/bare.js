import { createServer } from "node:http";

export function start() {
  return createServer((req, res) => {
    const [, page] = req.url.split("/");
    switch (`${req.method} /${page}`) {
      case "GET /plain":
        return res.end("plain");
      case "GET /me":
        return res.end("nobody");
      case "POST /login":
        return res.end("hello");
      case "POST /count":
        return res.end("0");
      default:
        return res.end("bye");
    }
  });
}
