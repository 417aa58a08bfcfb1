import { ExternalLink } from "lucide-react";
import type { JsonValue } from "../../../api/json";
import { JsonView } from "../../../components/JsonView";
import { artifactOf } from "./artifact";

/** Where the work product lies. */
export function ArtifactList({ artifacts }: { artifacts: JsonValue[] }) {
  return (
    <div className="artifacts">
      <h3>{artifacts.length === 1 ? "Artifact" : `${artifacts.length} artifacts`}</h3>
      {artifacts.map((value, at) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: an outcome never changes
        <ArtifactItem key={at} value={value} />
      ))}
    </div>
  );
}

function ArtifactItem({ value }: { value: JsonValue }) {
  const { label, href } = artifactOf(value);
  return (
    <div className="artifact">
      {href === undefined ? (
        <span>{label}</span>
      ) : (
        <a href={href} target="_blank" rel="noreferrer noopener">
          {label} <ExternalLink aria-label="opens in a new tab" />
        </a>
      )}
      <details>
        <summary>as it was sent</summary>
        <JsonView value={value} open={1} />
      </details>
    </div>
  );
}
