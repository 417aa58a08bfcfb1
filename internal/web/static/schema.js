// A small schema explorer: the root types, and from there every type by its name.
import { post } from "./request.js";

const introspection = `{
  __schema {
    queryType { name } mutationType { name } subscriptionType { name }
    types {
      name kind description
      fields { name description args { name description defaultValue type { ...T } } type { ...T } }
      inputFields { name description defaultValue type { ...T } }
      enumValues { name description }
    }
  }
}
fragment T on __Type { kind name ofType { kind name ofType { kind name ofType { kind name } } } }`;

// What a type of each kind is made of; scalars of nothing.
const parts = { OBJECT: "fields", INPUT_OBJECT: "inputFields", ENUM: "enumValues" };

const element = (name, props = {}, ...children) => {
  const e = Object.assign(document.createElement(name), props);
  e.append(...children);
  return e;
};

// showSchema fills the container; headers are asked for at the time of the request.
export async function showSchema(container, headers) {
  container.replaceChildren(element("p", { textContent: "Reading the schema…" }));
  try {
    const response = await post(introspection, null, headers());
    const { data, errors } = await response.json();
    if (!data) throw new Error(errors?.[0]?.message || `HTTP ${response.status}`);
    explore(container, data.__schema);
  } catch (error) {
    const retry = element("button", { textContent: "Try again", onclick: () => showSchema(container, headers) });
    container.replaceChildren(element("p", { textContent: `The schema can't be read: ${error.message}` }), retry);
  }
}

function explore(container, schema) {
  const types = new Map(schema.types.map((type) => [type.name, type]));
  const roots = [schema.queryType, schema.mutationType, schema.subscriptionType].filter(Boolean).map((r) => r.name);
  const link = (name) => element("button", { textContent: name, onclick: () => open(name) });

  const reference = (type) => {
    if (type.kind === "NON_NULL") return [...reference(type.ofType), "!"];
    if (type.kind === "LIST") return ["[", ...reference(type.ofType), "]"];
    return [link(type.name)];
  };
  // Descriptions are wrapped in the schema's text; here the page wraps them, all but lists and paragraphs.
  const describe = (text) => (text ? [element("p", { textContent: text.replace(/([^\n])\n(?![\n-])/g, "$1 ") })] : []);
  const argumentsOf = (args) =>
    args?.length ? ["(", ...args.flatMap((a, i) => [i ? ", " : "", `${a.name}: `, ...reference(a.type), a.defaultValue ? ` = ${a.defaultValue}` : ""]), ")"] : [];
  const member = (m) =>
    element("div", { className: "item" },
      element("code", {}, m.name, ...argumentsOf(m.args), ...(m.type ? [": ", ...reference(m.type)] : []), m.defaultValue ? ` = ${m.defaultValue}` : ""),
      ...describe(m.description));

  function show(name) {
    const type = types.get(name);
    const members = type[parts[type.kind]] ?? [];
    container.replaceChildren(
      element("div", { className: "crumbs" }, ...roots.map(link)),
      element("strong", { textContent: `${type.kind.toLowerCase().replace("_", " ")} ${name}` }),
      ...describe(type.description),
      ...members.map(member));
  }
  function open(name) {
    show(name);
    container.scrollIntoView(); // its beginning, however far down the link was
  }
  show(roots[0]);
}
