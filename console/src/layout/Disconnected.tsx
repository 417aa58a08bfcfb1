import { Unplug } from "lucide-react";
import { useEffect, useState } from "react";
import { useLiveState } from "../live/LiveProvider";

// A stream that is back at once, as when a server is replaced, is not worth a word.
const PATIENCE_MS = 1_500;

/** Says that what is shown may be old, while the stream of receipts is broken. */
export function Disconnected() {
  const broken = useLiveState() === "reconnecting";
  const [since, setSince] = useState<Date | null>(null);
  useEffect(() => {
    if (!broken) {
      setSince(null);
      return;
    }
    const lost = new Date();
    const timer = setTimeout(() => setSince(lost), PATIENCE_MS);
    return () => clearTimeout(timer);
  }, [broken]);
  if (since === null) return null;
  return (
    <p className="notice floating" role="status">
      <Unplug aria-hidden />
      No connection since {since.toLocaleTimeString()}. What is shown may be old; it is brought up to date when the server
      answers.
    </p>
  );
}
