import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import type { Plugin } from "vite";

/** Puts a compressed copy, NAME.gz, beside every file that becomes smaller by it: the server has nothing to compress. */
export function compressed(): Plugin {
  return {
    name: "compressed",
    apply: "build",
    writeBundle: {
      order: "post",
      handler({ dir }) {
        if (dir === undefined) return;
        for (const file of readdirSync(dir, { recursive: true, withFileTypes: true })) {
          if (!file.isFile() || file.name.endsWith(".gz")) continue;
          const path = join(file.parentPath, file.name);
          const content = readFileSync(path);
          const small = gzipSync(content, { level: 9 });
          if (small.length < content.length * 0.9) writeFileSync(`${path}.gz`, small);
        }
      },
    },
  };
}
