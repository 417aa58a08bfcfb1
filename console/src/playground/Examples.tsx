import { type GraphiQLPlugin, pick, useGraphiQL, useGraphiQLActions } from "@graphiql/react";
import { List } from "lucide-react";
import { type Example, examples } from "../../../internal/web/static/examples.js";
import { isStream, operationNameOf, tabOf } from "./tabs";

// Where an open panel takes the place of the tabs; the style sheet knows it too.
const narrow = matchMedia("(max-width: 720px)");

/** A panel with all examples. */
export const examplesPlugin: GraphiQLPlugin = { title: "Examples", icon: List, content: Examples };

function Examples() {
  const open = useOpen();
  return (
    <section className="examples" aria-label="Examples">
      <h2>Examples</h2>
      <ul>
        {examples.map((example) => (
          <li key={example.name}>
            <button type="button" onClick={() => open(example)}>
              <strong>{example.name}</strong>
              <small>{example.about}</small>
            </button>
            {isStream(example) && (
              // biome-ignore lint/security/noBlankTarget: the same page, which begins with this one's credentials if it has an opener
              <a href={`#${operationNameOf(example)}`} target="_blank" rel="opener">
                In a browser tab of its own
              </a>
            )}
          </li>
        ))}
      </ul>
    </section>
  );
}

/** Shows the tab of an example, or makes one. */
function useOpen() {
  const { addTab, changeTab, setVisiblePlugin } = useGraphiQLActions();
  const { tabs, queryEditor, variableEditor } = useGraphiQL(pick("tabs", "queryEditor", "variableEditor"));
  return (example: Example) => {
    if (narrow.matches) setVisiblePlugin(null);
    const index = tabs.findIndex((tab) => tab.operationName === operationNameOf(example));
    if (index >= 0) return changeTab(index);
    addTab();
    const { query, variables } = tabOf(example);
    queryEditor?.setValue(query);
    variableEditor?.setValue(variables);
  };
}
