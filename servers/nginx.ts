import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { find } from "./programs.ts";
import { type Server, startServer } from "./server.ts";
import { supervise } from "./supervise.ts";

export interface NginxOptions {
  /** The port on 127.0.0.1 of the application behind it. */
  readonly upstream: number;
  /** Headers of the application's that it is set up to ignore, as in `proxy_ignore_headers`. */
  readonly ignore?: readonly ("Cache-Control" | "Set-Cookie" | "Vary")[];
  /** Default: one that is free. */
  readonly port?: number;
}

/** An nginx on 127.0.0.1 that caches what the application says may be, and tells it as `X-Cache`. */
export interface NginxServer extends Server {
  /** http://127.0.0.1:port */
  readonly url: string;
}

/** Starts nginx with an empty cache, and resolves when it answers. It ends with this process at the latest. */
export async function startNginx({
  upstream,
  ignore = [],
  port,
}: NginxOptions): Promise<NginxServer> {
  // Debian keeps it where only root's PATH leads.
  const program = find("nginx", ["/usr/sbin"]);
  const server = await startServer({
    name: "nginx",
    port,
    prepare: async () => {},
    async start(folder, onPort) {
      const file = join(folder, "nginx.conf");
      await writeFile(file, configuration(folder, onPort, upstream, ignore));
      // Not its own log file: the one that it has before it has read any configuration.
      return supervise(folder, [program, "-p", folder, "-e", "stderr", "-c", file], /getrlimit/);
    },
  });
  return Object.assign(server, { url: `http://127.0.0.1:${server.port}` });
}

// One process, in the foreground: a worker of its own would outlive a master that is killed, and as
// root nginx would give it to another account, which may not write here.
// https://nginx.org/en/docs/ngx_core_module.html#master_process
//
// The cache as nginx has it by itself: its key is the address, without the cookie, and Cache-Control,
// Set-Cookie and Vary are obeyed. https://nginx.org/en/docs/http/ngx_http_proxy_module.html#proxy_cache
function configuration(
  folder: string,
  port: number,
  upstream: number,
  ignore: readonly string[],
): string {
  const temporary = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"].map(
    (kind) => `${kind}_temp_path ${join(folder, kind)};`,
  );
  return `
daemon off;
master_process off;
pid ${join(folder, "nginx.pid")};
error_log stderr notice;
events {}
http {
  access_log off;
  ${temporary.join("\n  ")}
  proxy_cache_path ${join(folder, "cache")} keys_zone=pages:1m;
  server {
    listen 127.0.0.1:${port};
    location / {
      proxy_pass http://127.0.0.1:${upstream};
      proxy_set_header Host $http_host;
      proxy_set_header X-Forwarded-For $remote_addr;
      proxy_set_header X-Forwarded-Proto https;
      proxy_cache pages;
      ${ignore.length > 0 ? `proxy_ignore_headers ${ignore.join(" ")};` : ""}
      ${ignore.includes("Cache-Control") ? "proxy_cache_valid 200 1h;" : ""}
      add_header X-Cache $upstream_cache_status always;
    }
  }
}
`;
}
