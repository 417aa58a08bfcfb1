import { isLosslessNumber } from "lossless-json";
import { useState } from "react";
import { type JsonValue, writeJson } from "../api/json";
import { CopyButton } from "./CopyButton";

// A list is unfolded a piece at a time, and a text begins with so many characters: what workers write can be long.
const PIECE = 100;
const TEXT = 2_000;

type Props = {
  value: JsonValue;
  /** How many levels are unfolded at first. */
  open?: number;
};

/** JSON to fold and unfold, with every digit that was sent. */
export function JsonView({ value, open = 1 }: Props) {
  return (
    <div className="json">
      <Node value={value} open={open} />
      <CopyButton text={() => writeJson(value, 2)} what="JSON" />
    </div>
  );
}

function Node({ name, value, open }: { name?: string; value: JsonValue; open: number }) {
  const label = name !== undefined && <span className="json-key">{writeText(name).slice(1, -1)}: </span>;
  if (!isContainer(value)) {
    return (
      <div className="json-leaf">
        {label}
        <Leaf value={value} />
      </div>
    );
  }
  return <Container label={label} value={value} open={open} />;
}

type ContainerValue = JsonValue[] | { [key: string]: JsonValue };

function Container({ label, value, open }: { label: React.ReactNode; value: ContainerValue; open: number }) {
  const [unfolded, setUnfolded] = useState(open > 0);
  const [shown, setShown] = useState(PIECE);
  const members = Object.entries(value);
  const [left, right] = Array.isArray(value) ? ["[", "]"] : ["{", "}"];
  if (members.length === 0) {
    return (
      <div className="json-leaf">
        {label}
        {left}
        {right}
      </div>
    );
  }
  return (
    <details open={unfolded} onToggle={(event) => setUnfolded(event.currentTarget.open)}>
      <summary>
        {label}
        {left}
        {!unfolded && <span className="json-folded">{summaryOf(value, members.length)}</span>}
        {!unfolded && right}
      </summary>
      {unfolded && (
        <>
          <div className="json-members">
            {members.slice(0, shown).map(([key, member]) => (
              <Node key={key} {...(!Array.isArray(value) && { name: key })} value={member} open={open - 1} />
            ))}
            {members.length > shown && (
              <button type="button" className="button quiet" onClick={() => setShown(shown + PIECE)}>
                {members.length - shown} more
              </button>
            )}
          </div>
          {right}
        </>
      )}
    </details>
  );
}

function summaryOf(value: ContainerValue, count: number): string {
  if (Array.isArray(value)) return `${count} ${count === 1 ? "item" : "items"}`;
  const keys = Object.keys(value);
  return keys.slice(0, 4).join(", ") + (keys.length > 4 ? ", …" : "");
}

function Leaf({ value }: { value: JsonValue }) {
  if (value === null || typeof value === "boolean") return <span className="json-literal">{String(value)}</span>;
  if (typeof value === "string") return <Text written={writeText(value)} />;
  return <span className="json-number">{String(value)}</span>;
}

function Text({ written }: { written: string }) {
  const [whole, setWhole] = useState(false);
  const left = whole ? 0 : written.length - TEXT;
  return (
    <>
      <span className="json-string">{left > 0 ? written.slice(0, TEXT) : written}</span>
      {left > 0 && (
        <button type="button" className="button quiet" onClick={() => setWhole(true)}>
          {left.toLocaleString()} more characters
        </button>
      )}
    </>
  );
}

// What turns the direction of a text around is shown, not done: else what one reads is not what was sent.
const DIRECTIONS = /[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/g;

function writeText(text: string): string {
  return JSON.stringify(text).replace(DIRECTIONS, (sign) => `\\u${sign.charCodeAt(0).toString(16).padStart(4, "0")}`);
}

function isContainer(value: JsonValue): value is ContainerValue {
  return typeof value === "object" && value !== null && !isLosslessNumber(value);
}
