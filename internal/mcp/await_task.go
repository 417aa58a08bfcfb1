package mcp

import (
	"context"
	"time"

	"github.com/google/uuid"

	"github.com/asyncgate/asyncgate/client"
)

// longestWait is how long a tool waits at most. Hosts give up on tools after a minute, and models have other things to do.
const longestWait = 20 * time.Second

type awaitTaskInput struct {
	TaskID      uuid.UUID `json:"taskId"`
	WaitSeconds *int      `json:"waitSeconds,omitempty" jsonschema:"how long to wait for its end, 0 to 20; 20 by default, 0 to look only"`
}

func (in awaitTaskInput) wait() time.Duration { return waitAtMost(in.WaitSeconds, longestWait) }

type awaitTaskOutput struct {
	Task task   `json:"task"`
	Next string `json:"next" jsonschema:"what to do now"`
}

func awaitTask(t *toolbox) {
	add(t, tool{
		name: "await_task", title: "Wait for a task", reads: true,
		description: "Returns a task as soon as it has ended, with its outcome, or as it is when the wait is over: then \"done\" is false, and you may call again at any time. Nothing is lost meanwhile.",
	}, func(ctx context.Context, c *client.Client, in awaitTaskInput) (awaitTaskOutput, error) {
		found, err := c.AwaitTask(ctx, in.TaskID, in.wait())
		if err != nil {
			return awaitTaskOutput{}, err
		}
		out := awaitTaskOutput{Task: taskOf(found), Next: "It has ended; its outcome says how."}
		if !out.Task.Done {
			out.Next = "It has not ended. Do something else, or call await_task again with this taskId."
		}
		return out, nil
	})
}

// waitAtMost is so many seconds, or the longest wait when nothing is said.
func waitAtMost(asked *int, longest time.Duration) time.Duration {
	if asked == nil {
		return longest
	}
	return min(max(seconds(*asked), 0), longest)
}

func seconds(n int) time.Duration { return time.Duration(n) * time.Second }
