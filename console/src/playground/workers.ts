// Monaco's workers: files of this server, and no others.
import editorWorker from "monaco-editor/esm/vs/editor/editor.worker.js?worker&url";
import jsonWorker from "monaco-editor/esm/vs/language/json/json.worker.js?worker&url";
import graphqlWorker from "monaco-graphql/esm/graphql.worker.js?worker&url";
import { scriptURL } from "./trusted";

const scripts: Record<string, string> = { json: jsonWorker, graphql: graphqlWorker };

Object.assign(globalThis, {
  MonacoEnvironment: {
    getWorker: (_: string, label: string) => new Worker(scriptURL(scripts[label] ?? editorWorker), { name: label }),
  },
});
