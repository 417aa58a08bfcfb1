import { Link } from "react-router";
import { Age } from "../../components/Age";
import { PrincipalName } from "../../components/PrincipalName";
import { StatusBadge } from "../../components/StatusBadge";
import { toGraph, toTask } from "../../paths";
import { componentsOf } from "./components";
import { type Group, groupsOf, type Row } from "./forest";
import { type Graph, kinOf, type Task } from "./graph";

// Deeper trees are as far to the right as this.
const DEEPEST = 5;

type Props = { graph: Graph; sought: (task: Task) => boolean };

/** The same tasks as the graph's, as a list of trees. */
export function GraphList({ graph, sought }: Props) {
  const groups = groupsOf(componentsOf(graph), kinOf(graph))
    .map((group) => ({ ...group, rows: group.rows.filter(({ task }) => sought(task)) }))
    .filter(({ rows }) => rows.length > 0);
  if (groups.length === 0) return <p className="graph-none">None of these tasks is what you look for.</p>;
  return groups.map((group) => <Tree key={group.root?.id ?? `${group.open > 0}`} group={group} beyond={graph.beyond} />);
}

function Tree({ group: { root, open, rows }, beyond }: { group: Group; beyond: ReadonlySet<string> }) {
  const title = root?.type ?? (open > 0 ? "On their own, still owed" : "On their own, closed");
  return (
    <div className="panel tree">
      <header className="tree-head">
        <h2>{title}</h2>
        <small>
          {rows.length} {rows.length === 1 ? "task" : "tasks"}
          {open > 0 && `, ${open} open`}
        </small>
        {root && (
          <Link className="tree-family" to={toGraph(root.id)}>
            Its family
          </Link>
        )}
      </header>
      <ul className="tree-rows">
        {rows.map((row) => (
          <TreeRow key={row.task.id} row={row} beyond={beyond.has(row.task.id)} />
        ))}
      </ul>
    </div>
  );
}

function TreeRow({ row: { task, depth, others }, beyond }: { row: Row; beyond: boolean }) {
  return (
    <li className={`tree-row depth-${Math.min(depth, DEEPEST)}`}>
      <span className="tree-task">
        <Link to={toTask(task.id)} data-row title={task.id}>
          {task.type}
        </Link>
        {depth > 0 && <span className="offscreen">, level {depth + 1}</span>}
        {others > 0 && <small>and out of {others} more</small>}
        {beyond && (
          <Link to={toGraph(task.id)} className="tree-beyond">
            more kin
          </Link>
        )}
      </span>
      <StatusBadge status={task.status} />
      <span className="tree-owner">
        <PrincipalName principal={task.owner} link />
      </span>
      <Age since={task.since} tinted={task.open} />
    </li>
  );
}
