import { Dialog } from "../components/Dialog";
import { type Key, SECTIONS } from "../keyboard/keys";

/** Lists the keys. */
export function HelpDialog({ everywhere, onClose }: { everywhere: readonly Key[]; onClose: () => void }) {
  return (
    <Dialog title="Keys" onClose={onClose}>
      {[{ title: "Everywhere", keys: everywhere }, ...SECTIONS].map(({ title, keys }) => (
        <section key={title}>
          <h3>{title}</h3>
          <dl className="keys">
            {keys.map((key) => (
              <div key={key.keys}>
                <dt>
                  {key.keys.split(" ").map((each) => (
                    <kbd key={each}>{each}</kbd>
                  ))}
                </dt>
                <dd>{key.does}</dd>
              </div>
            ))}
          </dl>
        </section>
      ))}
    </Dialog>
  );
}
