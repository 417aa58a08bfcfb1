package store

import (
	"encoding/json"
	"fmt"
	"strings"
	"time"

	"github.com/google/uuid"

	"github.com/asyncgate/asyncgate/models"
)

// outcomeText is how an outcome lies in its column: canonical JSON, so that any text it holds is kept.
func outcomeText(o *models.TaskOutcome) *jsonText {
	if o == nil {
		return nil
	}
	return jsonPtr(models.Object(map[string]models.JSON{
		"status":       models.String(string(o.Status)),
		"result":       o.Result,
		"error":        o.Error,
		"reason":       models.StringOrNull(o.Reason),
		"artifacts":    models.Array(o.Artifacts),
		"completed_at": models.Time(o.CompletedAt),
	}))
}

func outcomeOf(text *jsonText) (*models.TaskOutcome, error) {
	if text == nil {
		return nil, nil //nolint:nilnil // a task that is not terminal has no outcome
	}
	var raw struct {
		Status      models.TaskStatus `json:"status"`
		Result      json.RawMessage   `json:"result"`
		Error       json.RawMessage   `json:"error"`
		Reason      *string           `json:"reason"`
		Artifacts   []json.RawMessage `json:"artifacts"`
		CompletedAt time.Time         `json:"completed_at"`
	}
	if err := json.Unmarshal([]byte(*text), &raw); err != nil {
		return nil, fmt.Errorf("the outcome of a task: %w", err)
	}
	o := &models.TaskOutcome{
		Status: raw.Status, Result: absentIfNull(raw.Result), Error: absentIfNull(raw.Error), Reason: raw.Reason,
		CompletedAt: raw.CompletedAt, Artifacts: make([]models.JSON, len(raw.Artifacts)),
	}
	for i, a := range raw.Artifacts {
		o.Artifacts[i] = models.JSON(a)
	}
	return o, nil
}

func absentIfNull(raw json.RawMessage) models.JSON {
	if string(raw) == string(models.Null) {
		return ""
	}
	return models.JSON(raw)
}

func newTaskRow(t *models.Task) *taskRow {
	row := &taskRow{
		TenantID: t.TenantID, ID: t.ID, Type: t.Type, Status: string(t.Status),
		Payload: jsonPtr(t.Payload), PayloadPointer: t.PayloadPointer, Priority: t.Priority,
		Capabilities:    jsonText(models.Strings(t.Requirements.Capabilities)),
		Tags:            jsonText(models.Strings(t.Requirements.Tags)),
		ExpectedOutcome: string(t.ExpectedOutcome),
		CreatedByKind:   string(t.CreatedBy.Kind), CreatedByID: t.CreatedBy.ID,
		IdempotencyKey: t.IdempotencyKey, Fingerprint: t.Fingerprint,
		Attempt: t.Attempt, ExpiryCount: t.ExpiryCount, MaxAttempts: t.MaxAttempts,
		RetryBackoffSeconds: t.RetryBackoffSeconds,
		CreatedAt:           instant(t.CreatedAt), UpdatedAt: instant(t.UpdatedAt),
		NextEligibleAt: instantPtr(t.NextEligibleAt), StartedAt: instantPtr(t.StartedAt),
		ObligationID: t.ObligationID, Outcome: outcomeText(t.Outcome),
	}
	row.Archived, row.PayloadHash = t.Archived, nullText(t.PayloadHash)
	if t.Progress != nil {
		row.Progress, row.ProgressAt = jsonPtr(t.Progress.Data), instantPtr(&t.Progress.UpdatedAt)
	}
	if t.Status == models.StatusQueued && t.NextEligibleAt == nil {
		row.Lane = nullID(laneOf(t.Type, t.Requirements.Capabilities))
	}
	return row
}

func (row *taskRow) model() (*models.Task, error) {
	outcome, err := outcomeOf(row.Outcome)
	if err != nil {
		return nil, err
	}
	t := &models.Task{
		Spec: models.Spec{
			Type: row.Type, Payload: jsonValue(row.Payload), PayloadPointer: row.PayloadPointer, Priority: row.Priority,
			ExpectedOutcome: models.ExpectedOutcome(row.ExpectedOutcome), MaxAttempts: row.MaxAttempts,
			RetryBackoffSeconds: row.RetryBackoffSeconds,
		},
		ID: row.ID, TenantID: row.TenantID, Status: models.TaskStatus(row.Status),
		CreatedBy:      models.Principal{Kind: models.PrincipalKind(row.CreatedByKind), ID: row.CreatedByID},
		IdempotencyKey: row.IdempotencyKey, Fingerprint: row.Fingerprint,
		Attempt: row.Attempt, ExpiryCount: row.ExpiryCount,
		CreatedAt: time.Time(row.CreatedAt), UpdatedAt: time.Time(row.UpdatedAt),
		NextEligibleAt: timePtr(row.NextEligibleAt), StartedAt: timePtr(row.StartedAt),
		ObligationID: row.ObligationID, Outcome: outcome, Archived: row.Archived,
	}
	if row.Archived {
		// What stays of its outcome the row says anyway: a task's state last changed when it ended.
		t.Outcome = &models.TaskOutcome{Status: t.Status, Artifacts: []models.JSON{}, CompletedAt: t.UpdatedAt}
	}
	if row.PayloadHash != nil {
		t.PayloadHash = *row.PayloadHash
	}
	if err := json.Unmarshal([]byte(row.Capabilities), &t.Requirements.Capabilities); err != nil {
		return nil, fmt.Errorf("the capabilities of a task: %w", err)
	}
	if err := json.Unmarshal([]byte(row.Tags), &t.Requirements.Tags); err != nil {
		return nil, fmt.Errorf("the tags of a task: %w", err)
	}
	if row.Progress != nil && row.ProgressAt != nil {
		t.Progress = &models.TaskProgress{Data: jsonValue(row.Progress), UpdatedAt: time.Time(*row.ProgressAt)}
	}
	return t, nil
}

func newLeaseRow(l *models.Lease) *leaseRow {
	return &leaseRow{
		TenantID: l.TenantID, ID: l.ID, TaskID: l.TaskID, WorkerKind: string(l.Worker.Kind), WorkerID: l.Worker.ID,
		State: string(l.State), AcquiredAt: instant(l.AcquiredAt), ExpiresAt: instant(l.ExpiresAt),
		EndedAt: instantPtr(l.EndedAt), RenewalCount: l.RenewalCount, ProgressSequence: l.ProgressSequence,
		ReportHash: l.ReportHash,
	}
}

func (row *leaseRow) model() (*models.Lease, error) {
	return &models.Lease{
		ID: row.ID, TenantID: row.TenantID, TaskID: row.TaskID,
		Worker: models.Principal{Kind: models.PrincipalKind(row.WorkerKind), ID: row.WorkerID},
		State:  models.LeaseState(row.State), AcquiredAt: time.Time(row.AcquiredAt), ExpiresAt: time.Time(row.ExpiresAt),
		EndedAt: timePtr(row.EndedAt), RenewalCount: row.RenewalCount, ProgressSequence: row.ProgressSequence,
		ReportHash: row.ReportHash,
	}, nil
}

func newReceiptRow(r *models.Receipt) *receiptRow {
	return &receiptRow{
		TenantID: r.TenantID, ID: r.ID, Seq: r.Seq, Type: string(r.Type),
		FromKind: string(r.From.Kind), FromID: r.From.ID, ToKind: string(r.To.Kind), ToID: r.To.ID,
		TaskID: nullID(r.TaskID), LeaseID: nullID(r.LeaseID), Parents: parentsText(r.Parents), Body: jsonText(r.Body),
		BodyHash: nullText(r.BodyHash), Hash: r.Hash, Archived: r.Archived, TraceID: r.TraceID,
		CreatedAt: instant(r.CreatedAt),
	}
}

func (row *receiptRow) model() (*models.Receipt, error) {
	r := &models.Receipt{
		ID: row.ID, TenantID: row.TenantID, Seq: row.Seq, Type: models.ReceiptType(row.Type),
		From:   models.Principal{Kind: models.PrincipalKind(row.FromKind), ID: row.FromID},
		To:     models.Principal{Kind: models.PrincipalKind(row.ToKind), ID: row.ToID},
		TaskID: row.TaskID.UUID, LeaseID: row.LeaseID.UUID, Body: models.JSON(row.Body), Hash: row.Hash,
		Archived: row.Archived, TraceID: row.TraceID, CreatedAt: time.Time(row.CreatedAt),
	}
	if row.BodyHash != nil {
		r.BodyHash = *row.BodyHash
	}
	if err := json.Unmarshal([]byte(row.Parents), &r.Parents); err != nil {
		return nil, fmt.Errorf("the parents of a receipt: %w", err)
	}
	return r, nil
}

func newAPIKeyRow(k models.APIKey, hash [32]byte) *apiKeyRow {
	scopes := make([]string, len(k.Scopes))
	for i, scope := range k.Scopes {
		scopes[i] = string(scope)
	}
	return &apiKeyRow{
		ID: k.ID, Hash: hash[:], TenantID: k.TenantID, PrincipalKind: string(k.Principal.Kind), PrincipalID: k.Principal.ID,
		Scopes: strings.Join(scopes, " "), CreatedAt: instant(k.CreatedAt), ExpiresAt: instantPtr(k.ExpiresAt),
		RevokedAt: instantPtr(k.RevokedAt), LastUsedAt: instantPtr(k.LastUsedAt),
	}
}

func (row *apiKeyRow) key() models.APIKey {
	k := models.APIKey{
		ID: row.ID, TenantID: row.TenantID,
		Principal: models.Principal{Kind: models.PrincipalKind(row.PrincipalKind), ID: row.PrincipalID},
		CreatedAt: time.Time(row.CreatedAt), ExpiresAt: timePtr(row.ExpiresAt), RevokedAt: timePtr(row.RevokedAt),
		LastUsedAt: timePtr(row.LastUsedAt),
	}
	for scope := range strings.FieldsSeq(row.Scopes) {
		k.Scopes = append(k.Scopes, models.Scope(scope))
	}
	return k
}

func parentsText(ids []uuid.UUID) jsonText {
	texts := make([]string, len(ids))
	for i, id := range ids {
		texts[i] = id.String()
	}
	return jsonText(models.Strings(texts))
}

// row is a row struct that knows the noun it holds.
type row[M any] interface{ model() (*M, error) }

// modelsOf turns scanned rows into nouns.
func modelsOf[M any, R row[M]](rows []R) ([]*M, error) {
	nouns := make([]*M, len(rows))
	for i, r := range rows {
		m, err := r.model()
		if err != nil {
			return nil, err
		}
		nouns[i] = m
	}
	return nouns, nil
}
