// The page that is served where this one has not been built knows these too; its files work without a build.
declare module "*/internal/web/static/examples.js" {
  export type Example = {
    name: string;
    about: string;
    principal?: string;
    query: string;
    variables: Record<string, unknown>;
  };
  export const examples: Example[];
}

declare module "*/internal/web/static/recent.js" {
  export function remember(data: unknown): void;
  export function fill(variables: string): string;
}
