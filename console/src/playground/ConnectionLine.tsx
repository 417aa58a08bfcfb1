import { useConnection } from "./connection";

const TEXTS = { none: "", connecting: "Connecting…", listening: "Listening", reconnecting: "Reconnecting…" };

/** How the subscription stands, while one runs. */
export function ConnectionLine() {
  const connection = useConnection();
  return <output className={`connection ${connection}`}>{TEXTS[connection]}</output>;
}
