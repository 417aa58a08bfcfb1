// The page: what is written is sent, what comes back is shown.
import { examples } from "./examples.js";
import { renderJSON } from "./json.js";
import { fill, remember } from "./recent.js";
import { execute } from "./request.js";
import { showSchema } from "./schema.js";

const $ = (id) => document.getElementById(id);
const fields = ["query", "variables", "tenant", "principal"]; // not authorization: a key does not belong into storage
const shownEvents = 200;

let running = null; // the AbortController of what runs

function headers() {
  const all = { "X-Tenant-ID": $("tenant").value, "X-Principal": $("principal").value, Authorization: $("authorization").value };
  return Object.fromEntries(Object.entries(all).map(([k, v]) => [k, v.trim()]).filter(([, v]) => v));
}

function status(text, kind = "") {
  $("status").textContent = text;
  $("status").className = `status ${kind}`;
}

function answer(title, text) {
  const failed = /^\s*\{\s*"errors"/.test(text);
  const box = document.createElement("article");
  box.className = failed ? "answer bad" : "answer";
  const head = document.createElement("header");
  const time = document.createElement("span");
  time.textContent = new Date().toLocaleTimeString();
  head.append(title, time);
  box.append(head, renderJSON(text));
  return box;
}

// dataOf reads a response; one that is no JSON comes from something between the page and the server.
function dataOf(text) {
  try {
    return JSON.parse(text).data;
  } catch {
    return undefined;
  }
}

async function run() {
  running?.abort();
  const mine = (running = new AbortController());
  const current = () => running === mine;
  $("stop").disabled = false;
  $("result").replaceChildren();
  status("running…");
  save();
  let count = 0;
  let streaming = false;
  const start = performance.now();
  try {
    const end = await execute({
      query: $("query").value,
      variables: fill($("variables").value),
      headers: headers(),
      signal: mine.signal,
      onOpen: (code, type) => {
        streaming = type === "text/event-stream";
        if (streaming && current()) status("listening…", "good");
      },
      onResponse: (text) => {
        if (!current()) return;
        remember(dataOf(text));
        count++;
        $("result").prepend(answer(streaming ? `event ${count}` : "response", text));
        while ($("result").childElementCount > shownEvents) $("result").lastElementChild.remove();
        if (streaming) status(`listening… ${count} event${count === 1 ? "" : "s"}`, "good");
      },
    });
    if (!current()) return;
    const ok = end.status < 400 && end.complete;
    if (!streaming) status(`HTTP ${end.status} in ${Math.round(performance.now() - start)} ms`, ok ? "good" : "bad");
    else status(end.complete ? "the stream is complete" : "the server ended the stream: run it again with after: the last cursor", ok ? "" : "bad");
  } catch (error) {
    if (!current()) return;
    if (error.name === "AbortError") status("stopped");
    else if (error instanceof SyntaxError) status(`Variables: ${error.message}`, "bad");
    else if (error instanceof RangeError) status(error.message, "bad");
    else status(`no connection: ${error.message}`, "bad");
  } finally {
    if (current()) {
      running = null;
      $("stop").disabled = true;
    }
  }
}

function load(example) {
  $("query").value = example.query;
  const variables = JSON.stringify(example.variables, null, 2);
  $("variables").value = variables === "{}" ? "" : variables;
  // A key says by itself who its bearer is; few may act as another.
  if (example.principal && !$("authorization").value) $("principal").value = example.principal;
}

function save() {
  for (const id of fields) sessionStorage.setItem(id, $(id).value);
}

function restore() {
  load(examples[0]);
  for (const id of fields) {
    const value = sessionStorage.getItem(id);
    if (value !== null) $(id).value = value;
  }
}

function offer(example) {
  const button = document.createElement("button");
  const about = document.createElement("small");
  about.textContent = example.about;
  button.append(example.name, about);
  button.onclick = () => load(example);
  return button;
}

function onKey(event) {
  if ((event.ctrlKey || event.metaKey) && event.key === "Enter") {
    event.preventDefault();
    run();
  }
}

$("examples").append(...examples.map(offer));
$("run").onclick = run;
$("stop").onclick = () => running?.abort();
document.addEventListener("keydown", onKey);
restore();
showSchema($("schema"), headers);
