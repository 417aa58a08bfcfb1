package models_test

import (
	_ "embed"
	"encoding/json"
	"slices"
	"testing"

	"github.com/google/uuid"

	"github.com/asyncgate/asyncgate/models"
)

//go:embed testdata/receipt_hash_vectors.json
var hashVectorsFile []byte

type hashVector struct {
	ID    string
	Input struct {
		ReceiptType models.ReceiptType `json:"receipt_type"`
		TaskID      *uuid.UUID         `json:"task_id"`
		LeaseID     *uuid.UUID         `json:"lease_id"`
		From, To    models.Principal
		Parents     []uuid.UUID
		Body        json.RawMessage
	}
	CanonicalBody     *models.JSON `json:"canonical_body"`
	BodyHash          *string      `json:"body_hash"`
	CanonicalEnvelope models.JSON  `json:"canonical_envelope"`
	Hash              string
}

func (v hashVector) body(t *testing.T) models.JSON { return mustParseJSON(t, string(v.Input.Body)) }

func (v hashVector) envelope(t *testing.T) models.Envelope {
	e := models.Envelope{
		Type: v.Input.ReceiptType, From: v.Input.From, To: v.Input.To,
		Parents: v.Input.Parents, BodyHash: models.BodyHash(v.body(t)),
	}
	if v.Input.TaskID != nil {
		e.TaskID = *v.Input.TaskID
	}
	if v.Input.LeaseID != nil {
		e.LeaseID = *v.Input.LeaseID
	}
	return e
}

func readHashVectors(t *testing.T) (vectors []hashVector, equalities [][]string) {
	t.Helper()
	var file struct {
		Equalities [][]string
		Vectors    []hashVector
	}
	if err := json.Unmarshal(hashVectorsFile, &file); err != nil {
		t.Fatal(err)
	}
	return file.Vectors, file.Equalities
}

func TestReceiptHashVectors(t *testing.T) {
	t.Parallel()
	vectors, equalities := readHashVectors(t)
	if len(vectors) != 23 || len(equalities) != 4 {
		t.Fatalf("the file has %d vectors and %d equalities", len(vectors), len(equalities))
	}
	hashes := make(map[string]string)
	for _, v := range vectors {
		e := v.envelope(t)
		hashes[v.ID] = models.Hash(e)
		t.Run(v.ID, func(t *testing.T) {
			t.Parallel()
			if v.CanonicalBody != nil && v.body(t) != *v.CanonicalBody {
				t.Errorf("body\n got %s\nwant %s", v.body(t), *v.CanonicalBody)
			}
			if want := stringOf(v.BodyHash); e.BodyHash != want {
				t.Errorf("body hash %q, want %q", e.BodyHash, want)
			}
			if got := e.JSON(); got != v.CanonicalEnvelope {
				t.Errorf("envelope\n got %s\nwant %s", got, v.CanonicalEnvelope)
			}
			if got := models.Hash(e); got != v.Hash {
				t.Errorf("hash %s, want %s", got, v.Hash)
			}
		})
	}
	for _, equal := range equalities {
		if hashes[equal[0]] == "" || hashes[equal[0]] != hashes[equal[1]] {
			t.Errorf("%s and %s have hashes %s and %s", equal[0], equal[1], hashes[equal[0]], hashes[equal[1]])
		}
	}
}

func TestReceiptHashIncludesParents(t *testing.T) {
	t.Parallel()
	a, b := uuid.MustParse("aaaaaaaa-aaaa-4aaa-8aaa-aaaaaaaaaaaa"), uuid.MustParse("bbbbbbbb-bbbb-4bbb-8bbb-bbbbbbbbbbbb")
	hash := func(parents ...uuid.UUID) string {
		e := completedEnvelope()
		e.Parents = parents
		return models.Hash(e)
	}
	seen := make(map[string]int)
	for i, parents := range [][]uuid.UUID{nil, {a}, {b}, {a, b}, {a, a}, {a, b, b}} {
		h := hash(parents...)
		if j, ok := seen[h]; ok {
			t.Errorf("parent lists %d and %d have one hash", j, i)
		}
		seen[h] = i
	}
	if hash(a, b) != hash(b, a) {
		t.Error("the order of parents changes the hash")
	}
	if hash() != hash([]uuid.UUID{}...) {
		t.Error("no parents have two hashes")
	}
}

func TestReceiptHashLeavesParentsInTheirOrder(t *testing.T) {
	t.Parallel()
	a, b := uuid.MustParse("aaaaaaaa-aaaa-4aaa-8aaa-aaaaaaaaaaaa"), uuid.MustParse("bbbbbbbb-bbbb-4bbb-8bbb-bbbbbbbbbbbb")
	e := completedEnvelope()
	e.Parents = []uuid.UUID{b, a}
	models.Hash(e)
	if !slices.Equal(e.Parents, []uuid.UUID{b, a}) {
		t.Errorf("parents became %v", e.Parents)
	}
}

func TestReceiptHashCoversEveryField(t *testing.T) {
	t.Parallel()
	other := uuid.MustParse("cccccccc-cccc-4ccc-8ccc-cccccccccccc")
	want := models.Hash(completedEnvelope())
	for name, change := range map[string]func(*models.Envelope){
		"type":      func(e *models.Envelope) { e.Type = "task.failed" },
		"task":      func(e *models.Envelope) { e.TaskID = other },
		"no task":   func(e *models.Envelope) { e.TaskID = uuid.Nil },
		"lease":     func(e *models.Envelope) { e.LeaseID = other },
		"no lease":  func(e *models.Envelope) { e.LeaseID = uuid.Nil },
		"from kind": func(e *models.Envelope) { e.From.Kind = models.KindService },
		"from id":   func(e *models.Envelope) { e.From.ID = "worker-2" },
		"to kind":   func(e *models.Envelope) { e.To.Kind = models.KindHuman },
		"to id":     func(e *models.Envelope) { e.To.ID = "agent-2" },
		"body":      func(e *models.Envelope) { e.BodyHash = models.BodyHash(`{"summary":"other"}`) },
		"no body":   func(e *models.Envelope) { e.BodyHash = models.BodyHash(`{}`) },
		"from, to":  func(e *models.Envelope) { e.From, e.To = e.To, e.From },
	} {
		e := completedEnvelope()
		change(&e)
		if models.Hash(e) == want {
			t.Errorf("%s is not in the hash", name)
		}
	}
}

func TestBodyHashIsEmptyForEmptyBodies(t *testing.T) {
	t.Parallel()
	for _, body := range []models.JSON{"", "null", "{}"} {
		if got := models.BodyHash(body); got != "" {
			t.Errorf("of %q: %s", body, got)
		}
	}
	for _, body := range []models.JSON{"[]", "0", `""`, "false", `{"a":null}`} {
		if got := models.BodyHash(body); len(got) != 64 {
			t.Errorf("of %s: %q", body, got)
		}
	}
}

func completedEnvelope() models.Envelope {
	return models.Envelope{
		Type:     "task.completed",
		TaskID:   uuid.MustParse("11111111-1111-4111-8111-111111111111"),
		LeaseID:  uuid.MustParse("22222222-2222-4222-8222-222222222222"),
		From:     models.Principal{Kind: models.KindWorker, ID: "worker-1"},
		To:       models.Principal{Kind: models.KindAgent, ID: "agent-1"},
		BodyHash: models.BodyHash(`{"summary":"ok"}`),
	}
}

func stringOf(s *string) string {
	if s == nil {
		return ""
	}
	return *s
}
