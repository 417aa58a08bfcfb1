import { Dialog } from "../components/Dialog";
import type { Shortcut } from "../keyboard/shortcuts";

const IN_LISTS = [
  { keys: "j k", does: "Next and previous row; the arrows too" },
  { keys: "Enter", does: "Open the row" },
  { keys: "t", does: "On a task: graph, timeline or both" },
  { keys: "x", does: "In the ledger: unfold the receipt" },
  { keys: "Esc", does: "Close a dialog; on a task, go back" },
];

/** Lists the keys. */
export function HelpDialog({ shortcuts, onClose }: { shortcuts: readonly Shortcut[]; onClose: () => void }) {
  return (
    <Dialog title="Keys" onClose={onClose}>
      <dl className="keys">
        {[...shortcuts, ...IN_LISTS].map(({ keys, does }) => (
          <div key={keys}>
            <dt>
              {keys.split(" ").map((key) => (
                <kbd key={key}>{key}</kbd>
              ))}
            </dt>
            <dd>{does}</dd>
          </div>
        ))}
      </dl>
    </Dialog>
  );
}
