package client

import (
	"context"
	"errors"
)

// Batch is the answer of a batch call, as the service gave it: ids may be missing, doubled, foreign or contradict each
// other (S0, S3).
type Batch struct {
	RequestID string
	Items     []BatchItem
}

// BatchItem is what the service says of one id.
type BatchItem struct {
	ID     string `json:"id"`
	Status string `json:"ret_status"` // successful, not found, or another word: compare without case
	Code   string `json:"ret_code"`   // the service's error code, "" when none
}

// batch sends ids in one request and reads the answer about each. word is the list's name, in both directions.
func batch(ctx context.Context, r request, word string, ids []string) (Batch, error) {
	if len(ids) == 0 {
		r.err = errors.New("no ids given")
	}
	for _, id := range ids {
		if id == "" {
			r.err = errors.New("an id is empty")
		}
	}
	var b Batch
	a := answer[[]BatchItem]{key: word}
	if err := r.post(ctx, map[string][]string{word: ids}, &a, &b.RequestID); err != nil {
		return b, err
	}
	if a.Value == nil {
		return b, r.bad(b.RequestID, "the answer holds no %s", word)
	}
	b.Items = a.Value
	return b, nil
}
