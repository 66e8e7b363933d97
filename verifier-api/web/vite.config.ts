import { defineConfig } from "vite";

export default defineConfig({
  build: {
    target: ["chrome94", "firefox114", "safari16.4"],
    modulePreload: { polyfill: false },
    assetsInlineLimit: 0,
    sourcemap: false,
    rollupOptions: { input: { index: "index.html", explorer: "explorer.html" } },
    chunkSizeWarningLimit: 1500,
  },
  worker: { format: "es" },
});
