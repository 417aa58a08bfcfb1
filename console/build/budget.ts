import { gzipSync } from "node:zlib";
import type { Plugin, Rollup } from "vite";

type Budget = {
  /** The page, as its entry is named. */
  page: string;
  /** What its scripts and styles may weigh together when they are compressed, those included that it loads later. */
  bytes: number;
};

/** Fails the build when a page has grown too large. */
export function budget({ page, bytes }: Budget): Plugin {
  return {
    name: "budget",
    apply: "build",
    writeBundle: {
      order: "post",
      handler(_, bundle) {
        const weight = filesOf(page, bundle)
          .map((file) => gzipSync(contentOf(bundle, file), { level: 9 }).length)
          .reduce((sum, length) => sum + length, 0);
        this.info(`${page} weighs ${Math.ceil(weight / 1000)} of ${bytes / 1000} KB, compressed`);
        if (weight > bytes) this.error(`${page} weighs ${weight} bytes, compressed: more than the ${bytes} that it may`);
      },
    },
  };
}

/** Lists all that a page can load, by way of its entry's imports. */
export function filesOf(page: string, bundle: Rollup.OutputBundle): string[] {
  const entry = Object.values(bundle).find(
    (output) => output.type === "chunk" && output.facadeModuleId?.endsWith(`/${page}`),
  );
  if (entry === undefined) throw new Error(`there is no page ${page}`);
  const seen = new Set<string>();
  const visit = (file: string) => {
    if (seen.has(file)) return;
    seen.add(file);
    const output = bundle[file];
    if (output?.type !== "chunk") return;
    for (const next of [...output.imports, ...output.dynamicImports]) visit(next);
    for (const style of output.viteMetadata?.importedCss ?? []) visit(style);
  };
  visit(entry.fileName);
  return [...seen];
}

function contentOf(bundle: Rollup.OutputBundle, file: string): string | Uint8Array {
  const output = bundle[file];
  if (output === undefined) throw new Error(`there is no file ${file}`);
  return output.type === "chunk" ? output.code : output.source;
}
