package main

import (
	"cmp"
	"context"
	"net/url"

	"github.com/spf13/cobra"

	"janitor/client"
	"janitor/client/cleanup"
	"janitor/client/inventory"
	"janitor/client/profile"
)

func sessionFlags(cmd *cobra.Command, choice *profile.Choice) {
	cmd.Flags().StringVar(&choice.Profile, "profile", "", "profile to use instead of the original one")
	endpointFlag(cmd.Flags(), choice)
}

// reopen opens the project of a run. Another one is refused before anything is sent to it, where the profile names it.
func reopen(ctx context.Context, past *cleanup.Past, choice profile.Choice) (*session, error) {
	return reopenAt(ctx, "run "+past.ID, past.Ledger.Header.Where, choice)
}

// reopenAt opens the project that something is about, with the profile that it was made with unless another is given.
func reopenAt(ctx context.Context, what string, at cleanup.Where, choice profile.Choice) (*session, error) {
	choice.Profile = cmp.Or(choice.Profile, at.Profile)
	choice.Region = at.Region
	f, err := findProfile(choice)
	if err != nil {
		return nil, err
	}
	p := f.Profile
	elsewhere := func(project string) error {
		return usage("%s is about project %s of %s; %v is for project %s: give --profile", what, client.Clean(at.Project), client.Clean(at.Region), p, project)
	}
	if p.ProjectID != "" && p.ProjectID != at.Project {
		return nil, elsewhere(p.ProjectID)
	}
	return enter(ctx, p, func(s *profile.Session) (inventory.Scope, error) {
		if s.Project != at.Project {
			return inventory.Scope{}, elsewhere(s.Project)
		}
		// Resources are called as they were then, whatever the profile is called now.
		return inventory.Scope{Profile: at.Profile, Region: at.Region, Project: at.Project}, nil
	})
}

// mayDelete is why nothing can be changed in a session, nil when it can.
func mayDelete(s *profile.Session) error {
	if s.Deleter == nil {
		return refused("%s", s.ReadOnlyWhy)
	}
	return nil
}

// closing lets go of a session, and passes on what it has to say.
func closing(cmd *cobra.Command, s *profile.Session) {
	if clock := s.Clock(); clock != "" {
		say(cmd.ErrOrStderr(), "%s", clock)
	}
	s.Close()
}

// whoIs is whom the cloud takes us for in a session, for the header of journals.
func whoIs(s *profile.Session) cleanup.Principal {
	return cleanup.Principal{Way: s.Who.Way, AccessKey: s.Who.AccessKey, User: s.Who.User, Account: s.Who.Account}
}

// whereIs is the place of a session, for the header of journals.
func whereIs(p profile.Profile, s *profile.Session) cleanup.Where {
	w := cleanup.Where{Profile: s.Profile, Region: s.Region, Project: s.Project, Endpoints: map[string]string{}}
	for service, given := range map[string]string{"elb": p.Endpoints.ELB, "apig": p.Endpoints.APIG, "roma": p.Endpoints.ROMA, "iam": p.Endpoints.IAM} {
		if u, err := url.Parse(given); err == nil && given != "" {
			w.Endpoints[service] = u.Scheme + "://" + u.Host
		}
	}
	return w
}
