import type { CodegenConfig } from "@graphql-codegen/cli";

// Documents stand beside the components that use them; each becomes its text and its types, and nothing of graphql-js is
// needed in the browser.
const config: CodegenConfig = {
  schema: "../schema.graphqls",
  documents: "src/**/*.graphql",
  generates: {
    "src/generated/graphql.ts": {
      plugins: ["typescript-operations", "typed-document-node"],
      config: {
        documentMode: "string",
        useTypeImports: true,
        enumsAsTypes: true,
        strictScalars: true,
        defaultScalarType: "unknown",
        dedupeFragments: true,
        scalars: {
          ID: "string",
          DateTime: "string",
          JSON: "../api/json#JsonValue",
          Long: "../api/json#Integer",
        },
      },
    },
  },
};

export default config;
