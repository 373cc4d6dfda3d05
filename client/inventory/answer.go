package inventory

import (
	"context"
	"errors"
	"net/http"
	"strings"

	"janitor/client"
)

// Permissions that more than one list, or a part of one, takes (api.md 2.12).
const (
	toListListeners = "elb:listeners:list"
	toReadListener  = "elb:listeners:get"
	toListPolicies  = "elb:l7policies:list"
	toListGroups    = "elb:ipgroups:list"
)

// needs adds to the service's words the permission that is lacking, where it was refused for that and they do not say it.
func needs(permission string, err error) error {
	e, ok := err.(*client.Error) //nolint:errorlint // what is around another one would be lost
	if !ok || permission == "" || e.Class != client.Forbidden || e.Unsent || e.Code == unsupported || strings.Contains(e.Message, permission) {
		return err
	}
	told := *e
	if told.Message == "" && told.Code == "" {
		told.Message = http.StatusText(e.Status)
	}
	told.Message = strings.TrimPrefix(strings.TrimSuffix(told.Message, ".")+"; needs "+permission, "; ")
	return &told
}

// unsupported is a 403 that no permission helps against (api.md 6.2).
const unsupported = "ELB.8962"

// send is [Route.Send].
type send = func(context.Context, *client.Deleter, []Resource) ([]Answer, error)

// inBatches deletes many by their ids in one request. A refusal tells which permission it takes (api.md 2.12), as with
// oneByOne.
func inBatches(permission string, remove func(*client.Deleter, context.Context, []string) (client.Batch, error)) send {
	return func(ctx context.Context, d *client.Deleter, items []Resource) ([]Answer, error) {
		answers, err := batch(remove(d, ctx, idsOf(items)))
		return answers, needs(permission, err)
	}
}

// oneByOne deletes one by its id.
func oneByOne(permission string, remove func(*client.Deleter, context.Context, string) error) send {
	return func(ctx context.Context, d *client.Deleter, items []Resource) ([]Answer, error) {
		answers, err := single(items, remove(d, ctx, items[0].Ref.ID))
		return answers, needs(permission, err)
	}
}

// idsOf gives the ids of resources; those of entries are their ips.
func idsOf(items []Resource) []string {
	ids := make([]string, len(items))
	for i, r := range items {
		ids[i] = r.Ref.ID
	}
	return ids
}

// batch reads the answer of S0 and S3. Whatever is not one of the two documented words is gone when it carries the code of
// S0's "not found", refused when it carries that of a conflict, and unclear otherwise: other codes say that it failed, not
// what it is now. An element without an id speaks of nothing: what it was about is missing in the answer (api.md 2.11,
// 6.2).
func batch(b client.Batch, err error) ([]Answer, error) {
	if err != nil {
		return nil, err
	}
	answers := make([]Answer, 0, len(b.Items))
	for _, item := range b.Items {
		if item.ID == "" {
			continue
		}
		a := Answer{ID: item.ID, Code: item.Code, Message: item.Status, RequestID: b.RequestID}
		switch status := strings.ToLower(strings.TrimSpace(item.Status)); {
		case status == "successful":
			a.Said, a.Message = SaidDeleted, ""
		case status == "not found", item.Code == "ELB.9903":
			a.Said = SaidGone
		case item.Code == "ELB.8907":
			a.Said = SaidRefused
		}
		answers = append(answers, a)
	}
	return answers, nil
}

// single reads the answer to a request that names one item: an error that is about the item is its answer.
func single(items []Resource, err error) ([]Answer, error) {
	a := Answer{ID: items[0].Ref.ID, Said: SaidDeleted}
	if err == nil {
		return []Answer{a}, nil
	}
	switch {
	case gonePlainly(err):
		a.Said = SaidGone
	case errors.Is(err, client.InUse), errors.Is(err, client.Protected):
		a.Said = SaidRefused
	default:
		return nil, err
	}
	if e, ok := errors.AsType[*client.Error](err); ok {
		a.Code, a.Message, a.RequestID = e.Code, e.Message, e.RequestID
	} else {
		a.Message = err.Error()
	}
	return []Answer{a}, nil
}
