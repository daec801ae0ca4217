import type { NextConfig } from "next";

const config: NextConfig = {
  // Else Next.js takes a folder above for the root, if there is a lock file in it.
  turbopack: { root: import.meta.dirname },
};

export default config;
