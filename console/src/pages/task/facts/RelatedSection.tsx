import { Network } from "lucide-react";
import { Link } from "react-router";
import type { LinkedTaskPartsFragment } from "../../../generated/graphql";
import { toGraph } from "../../../paths";
import { Section } from "../Section";
import { LinkedTask } from "./LinkedTask";
import type { Related } from "./related";

/** The tasks beside this one; nothing where there are none. */
export function RelatedSection({ id, related }: { id: string; related: Related }) {
  const { retriedFrom, answers, retries, answeredBy, more } = related;
  if (retriedFrom.length + answers.length + retries.length + answeredBy.length === 0) return null;
  return (
    <Section
      title="Related tasks"
      note={
        <Link to={toGraph(id)} className="section-link">
          <Network aria-hidden /> Graph
        </Link>
      }
    >
      <Group title="Retried from" tasks={retriedFrom} />
      <Group title="Retried as" tasks={retries} />
      <Group title="Answers" tasks={answers} />
      <Group title="Answered by" tasks={answeredBy} />
      {more && <p className="muted">There are more: the graph shows them.</p>}
    </Section>
  );
}

function Group({ title, tasks }: { title: string; tasks: LinkedTaskPartsFragment[] }) {
  if (tasks.length === 0) return null;
  return (
    <div className="related-group">
      <h3>{title}</h3>
      {tasks.map((task) => (
        <LinkedTask key={task.id} task={task} />
      ))}
    </div>
  );
}
