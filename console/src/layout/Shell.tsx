import { useState } from "react";
import { Outlet } from "react-router";
import { ActionsProvider } from "../actions/ActionsProvider";
import { Disconnected } from "./Disconnected";
import { HelpDialog } from "./HelpDialog";
import { LiveLine } from "./LiveLine";
import { Navigation } from "./Navigation";
import { SessionBox } from "./SessionBox";
import { Stale } from "./Stale";
import { ThemeSwitch } from "./ThemeSwitch";
import { useGlobalShortcuts } from "./useGlobalShortcuts";
import { useTop } from "./useTop";

/** What is around every page: the navigation, who is signed in, how the stream stands. */
export function Shell() {
  const [help, setHelp] = useState(false);
  const keys = useGlobalShortcuts(() => setHelp(true));
  useTop();
  return (
    <div className="shell">
      <button type="button" className="skip" onClick={() => document.getElementById("main")?.focus()}>
        Skip to the content
      </button>
      <aside className="side">
        <div className="brand">
          <img src="/static/icon.svg" alt="" />
          AsyncGate
        </div>
        <Navigation />
        <div className="side-foot">
          <LiveLine />
          <SessionBox />
          <div className="side-tools">
            <ThemeSwitch />
            <button type="button" className="button quiet" onClick={() => setHelp(true)}>
              Keys <kbd>?</kbd>
            </button>
          </div>
        </div>
      </aside>
      <main id="main" className="main" tabIndex={-1}>
        <Disconnected />
        <Stale />
        <ActionsProvider>
          <Outlet />
        </ActionsProvider>
      </main>
      {help && <HelpDialog everywhere={keys} onClose={() => setHelp(false)} />}
    </div>
  );
}
