// GraphiQL itself: what the page loads when its frame is there.
import "./trusted";
import "./workers";
import "@graphiql/react/style.css";
import "graphiql/graphiql.css";
import "@graphiql/plugin-doc-explorer/style.css";
import "@graphiql/plugin-explorer/style.css";
import "./editor.css";
import { explorerPlugin } from "@graphiql/plugin-explorer";
import { GraphiQL, type GraphiQLProps } from "graphiql";
import { Companion } from "./Companion";
import { examplesPlugin } from "./Examples";
import { newFetcher } from "./fetcher";
import { followTab } from "./follow_tab";
import { useScheme } from "./scheme";
import { initialTabs } from "./tabs";
import { variablesText } from "./variables";

const fetcher = newFetcher(variablesText);
// The scalar JSON, as the editor of variables checks it: anything.
const scalars = {
  JSON: { type: ["object", "array", "string", "number", "boolean", "null"] },
} satisfies GraphiQLProps["customScalarSchemas"];
const plugins = [examplesPlugin, explorerPlugin({ showAttribution: false })];

export default function Editor() {
  return (
    <GraphiQL
      fetcher={fetcher}
      plugins={plugins}
      customScalarSchemas={scalars}
      defaultTabs={initialTabs}
      defaultEditorToolsVisibility="variables"
      forcedTheme={useScheme()}
      isHeadersEditorEnabled={false}
      shouldPersistHeaders={false}
      onTabChange={followTab}
      inputValueDeprecation
      schemaDescription
    >
      <GraphiQL.Logo>
        <span />
      </GraphiQL.Logo>
      <Companion />
    </GraphiQL>
  );
}
