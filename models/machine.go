package models

// Event is what moves a task. Each is caused by one operation of the API, or by the sweeper.
type Event string

// The events.
const (
	EventClaim       Event = "claim"
	EventStart       Event = "start"
	EventComplete    Event = "complete"
	EventRetry       Event = "retry"
	EventFail        Event = "fail"
	EventRelease     Event = "release"
	EventExpire      Event = "expire"
	EventExpireLimit Event = "expire_limit"
	EventCancel      Event = "cancel"
)

// Transition is one row of the state machine: from which statuses an event may move a task, whereto, and how the lease
// that held it ends ("" when it goes on or there is none).
type Transition struct {
	From  []TaskStatus
	To    TaskStatus
	Lease LeaseState
}

var held = []TaskStatus{StatusLeased, StatusRunning}

// machine is the state machine of a task. What is not here does not happen.
var machine = map[Event]Transition{
	EventClaim:       {From: []TaskStatus{StatusQueued}, To: StatusLeased},
	EventStart:       {From: []TaskStatus{StatusLeased}, To: StatusRunning},
	EventComplete:    {From: held, To: StatusSucceeded, Lease: LeaseCompleted},
	EventRetry:       {From: held, To: StatusQueued, Lease: LeaseFailed},
	EventFail:        {From: held, To: StatusFailed, Lease: LeaseFailed},
	EventRelease:     {From: held, To: StatusQueued, Lease: LeaseReleased},
	EventExpire:      {From: held, To: StatusQueued, Lease: LeaseExpired},
	EventExpireLimit: {From: held, To: StatusFailed, Lease: LeaseExpired},
	EventCancel:      {From: []TaskStatus{StatusQueued, StatusLeased, StatusRunning}, To: StatusCanceled, Lease: LeaseCanceled},
}

// Next returns the transition that event causes from status; INVALID_STATE_TRANSITION when there is none.
func Next(status TaskStatus, event Event) (Transition, error) {
	t := machine[event]
	for _, from := range t.From {
		if from == status {
			return t, nil
		}
	}
	return Transition{}, Errorf(CodeInvalidStateTransition, "a task that is %s can't %s", status, event)
}
