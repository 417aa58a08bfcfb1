import react from "@vitejs/plugin-react";
import { defineConfig } from "vitest/config";
import { budget } from "./build/budget.ts";
import { compressed } from "./build/compressed.ts";

export default defineConfig({
  plugins: [react(), budget({ page: "index.html", bytes: 400_000 }), compressed()],
  publicDir: false,
  build: {
    // dist itself stays, with the file that keeps it in git: embed.go embeds the folder.
    outDir: "dist/site",
    target: "es2023",
    // What is inlined as a data URL would be refused by the pages' policy.
    assetsInlineLimit: 0,
    chunkSizeWarningLimit: 10_000,
    rollupOptions: {
      input: ["index.html", "playground.html"],
      onwarn(warning, warn) {
        // GraphiQL's files tell React's compiler, which has been there already, to leave them alone.
        if (warning.code !== "MODULE_LEVEL_DIRECTIVE") warn(warning);
      },
    },
  },
  server: {
    // An origin that a server in development allows; it answers what the pages ask.
    port: 3000,
    strictPort: true,
    proxy: {
      "/graphql": { target: "http://127.0.0.1:8080", ws: true },
      "/static": "http://127.0.0.1:8080",
    },
  },
  test: { include: ["src/**/*.test.ts", "build/**/*.test.ts"] },
});
