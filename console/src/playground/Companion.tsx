import { pick, useGraphiQL, useGraphiQLActions, useMonaco } from "@graphiql/react";
import { useEffect, useRef } from "react";
import { isCast } from "./cast";
import { defineThemes } from "./editor_theme";
import { useIdentity } from "./identity";
import { setVariableEditor } from "./variables";

/** What the page wants of GraphiQL beside its properties. */
export function Companion() {
  useVariableEditor();
  useLook();
  useSchema();
  useFirstTab();
  return null;
}

function useVariableEditor() {
  const { variableEditor } = useGraphiQL(pick("variableEditor"));
  useEffect(() => {
    setVariableEditor(variableEditor);
    return () => setVariableEditor(undefined);
  }, [variableEditor]);
}

/** Editors have the page's colours and its type: that which GraphiQL asks for would have to be loaded. */
function useLook() {
  const monaco = useMonaco((state) => state.monaco);
  useEffect(() => {
    if (!monaco) return;
    defineThemes(monaco.editor.defineTheme);
    const fontFamily = getComputedStyle(document.documentElement).getPropertyValue("--mono");
    const set = (editor: { updateOptions(options: object): void }) =>
      editor.updateOptions({ fontFamily, fontSize: 13, lineHeight: 20 });
    monaco.editor.getEditors().forEach(set);
    const watch = monaco.editor.onDidCreateEditor(set);
    return () => watch.dispose();
  }, [monaco]);
}

/** Asks for the schema again when somebody else asks, as long as there is none. */
function useSchema() {
  const { introspect } = useGraphiQLActions();
  const { schema } = useGraphiQL(pick("schema"));
  const { key, tenant, principal } = useIdentity();
  const asks = [key, tenant, isCast(principal) ? "" : principal].join("\n");
  const asked = useRef(asks);
  useEffect(() => {
    if (schema || asks === asked.current) return;
    asked.current = asks;
    const typed = setTimeout(introspect, 400);
    return () => clearTimeout(typed);
  }, [schema, asks, introspect]);
}

/** Shows the tab that the address names, else the one that was open last: GraphiQL by itself leaves out its variables. */
function useFirstTab() {
  const { changeTab } = useGraphiQLActions();
  const { tabs, activeTabIndex, queryEditor, variableEditor, responseEditor } = useGraphiQL(
    pick("tabs", "activeTabIndex", "queryEditor", "variableEditor", "responseEditor"),
  );
  const shown = useRef(false);
  useEffect(() => {
    if (shown.current || !queryEditor || !variableEditor || !responseEditor) return;
    shown.current = true;
    const named = tabs.findIndex((tab) => `#${tab.title}` === location.hash);
    changeTab(named < 0 ? activeTabIndex : named);
  });
}
