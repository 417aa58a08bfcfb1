import { lazy, Suspense } from "react";
import { ThemeSwitch } from "../layout/ThemeSwitch";
import { ConnectionLine } from "./ConnectionLine";
import { Fields } from "./Fields";

// What follows takes long to run: the frame is shown before. GraphiQL asks for Monaco once it is there itself; asked for now,
// both come at the same time.
const Editor = lazy(async () => {
  await new Promise((shown) => requestAnimationFrame(() => setTimeout(shown)));
  void import("monaco-graphql/esm/monaco-editor.js");
  return import("./Editor");
});

/** The frame, which is there at once, and in it GraphiQL. */
export function Page() {
  return (
    <>
      <header>
        <a className="playground-brand" href="/" title="To the console">
          <img src="/static/icon.svg" alt="" />
          AsyncGate
        </a>
        <h1>Playground</h1>
        <Fields />
        <ConnectionLine />
        <ThemeSwitch />
      </header>
      <main>
        <Suspense fallback={<p className="loading">Loading the editor…</p>}>
          <Editor />
        </Suspense>
      </main>
    </>
  );
}
