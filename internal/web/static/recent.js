// What stands for an id in the variables of the examples: the task that this page has created last, and the lease that it has
// claimed last.
const sources = {
  $lastTask: { from: "createTask", id: (data) => data.createTask?.task?.id },
  $lastLease: { from: "claimTasks", id: (data) => data.claimTasks?.leases?.[0]?.id },
};
const recent = new Map();

// remember takes note of a response's data, if it has any.
export function remember(data) {
  for (const [name, { id }] of Object.entries(sources)) {
    const found = data && id(data);
    if (found) recent.set(name, found);
  }
}

// fill puts the ids into variables, the text of a JSON object. Throws a RangeError, which says what to run before.
export function fill(variables) {
  return variables.replace(/"(\$last(?:Task|Lease))"/g, (_, name) => {
    if (!recent.has(name)) throw new RangeError(`${name} stands for what ${sources[name].from} returns: run that first`);
    return `"${recent.get(name)}"`;
  });
}
