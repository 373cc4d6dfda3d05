package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"janitor/client/cleanup"
	"janitor/client/inventory"
	"janitor/client/logbook"
	"janitor/client/profile"
	"janitor/client/simcloud"
)

// simulation is the simulated cloud as the flags want it.
type simulation struct {
	simcloud.Options
	chaos  chaosFlag
	faults string // file with a fault script
}

func (s *simulation) flags(f *pflag.FlagSet) {
	f.Uint64Var(&s.Seed, "seed", 1, "the same number makes the same account")
	f.Var((*sizeFlag)(&s.Size), "size", "how much is in the account: small, large (the default quotas) or a number of objects per kind")
	s.Latency = 20 * time.Millisecond
	f.Var((*latencyFlag)(&s.Latency), "latency", "round-trip time of every request")
	f.Var((*quotaFlag)(&s.Quota), "quota", "requests allowed per time, such as 60/1m; none unless given")
	f.Var(&s.chaos, "chaos", "trouble of every sort: lost answers, refusals, another client's hand; the same number makes the same trouble")
	f.Lookup("chaos").NoOptDefVal = "1"
	f.StringVar(&s.faults, "faults", "", "file that says what goes wrong, in YAML")
}

// chaosFlag is whether there is trouble, and its seed.
type chaosFlag struct {
	on   bool
	seed uint64
}

func (f *chaosFlag) Type() string { return "SEED" }

func (f *chaosFlag) String() string {
	if !f.on {
		return ""
	}
	return strconv.FormatUint(f.seed, 10)
}

func (f *chaosFlag) Set(s string) error {
	seed, err := strconv.ParseUint(s, 10, 64)
	if err != nil {
		return fmt.Errorf("%q is not a number: write it as --chaos or --chaos=7", s)
	}
	*f = chaosFlag{true, seed}
	return nil
}

// script takes what goes wrong from the flags.
func (s *simulation) script() error {
	switch {
	case s.chaos.on && s.faults != "":
		return usage("--chaos and --faults both say what goes wrong: keep one")
	case s.chaos.on:
		s.Script = simcloud.Chaos(s.chaos.seed)
	case s.faults != "":
		file, err := os.Open(s.faults)
		if err != nil {
			return usage("--faults: the fault script cannot be read: %w", err)
		}
		defer file.Close() //nolint:errcheck // only read
		if s.Script, err = simcloud.ReadScript(s.faults, file); err != nil {
			return usage("%w", err)
		}
	}
	return nil
}

type sizeFlag simcloud.Size

func (f *sizeFlag) Type() string   { return "small|large|N" }
func (f *sizeFlag) String() string { return fmt.Sprint(simcloud.Size(*f)) }
func (f *sizeFlag) Set(s string) error {
	size, err := simcloud.ParseSize(s)
	*f = sizeFlag(size)
	return err
}

type latencyFlag time.Duration

func (f *latencyFlag) Type() string   { return "TIME" }
func (f *latencyFlag) String() string { return time.Duration(*f).String() }
func (f *latencyFlag) Set(s string) error {
	d, err := time.ParseDuration(s)
	switch {
	case err != nil:
		return fmt.Errorf("%q is not a time such as 40ms or 1s", s)
	case d < 0:
		return errors.New("a round trip takes no less than 0s")
	}
	*f = latencyFlag(d)
	return nil
}

type quotaFlag simcloud.Quota

func (f *quotaFlag) Type() string { return "N/TIME" }

func (f *quotaFlag) String() string {
	if f.Requests == 0 {
		return ""
	}
	return fmt.Sprintf("%d/%v", f.Requests, f.Per)
}

func (f *quotaFlag) Set(s string) error {
	number, per, ok := strings.Cut(s, "/")
	n, err := strconv.Atoi(number)
	switch {
	case !ok, err != nil:
		return errors.New("write it as requests per time, such as 60/1m")
	case n <= 0:
		return errors.New("at least one request must be allowed, such as 60/1m")
	}
	d, err := time.ParseDuration(per)
	switch {
	case err != nil:
		return fmt.Errorf("%q is not a time such as 1s, 1m or 1h", per)
	case d <= 0:
		return errors.New("the time must be longer than 0s, such as 60/1m")
	}
	*f = quotaFlag{Requests: n, Per: d}
	return nil
}

// served is a simulated cloud behind an address.
type served struct {
	url     string
	cloud   *simcloud.Cloud
	account simcloud.Account
	server  *http.Server
	done    chan error // what ended serving
}

// serve starts the cloud on a listener; stop ends it.
func (s *simulation) serve(ctx context.Context, listen string) (*served, error) {
	var config net.ListenConfig
	listener, err := config.Listen(ctx, "tcp", listen)
	if err != nil {
		return nil, fmt.Errorf("the simulated cloud cannot listen on %s: %w", listen, err)
	}
	made := make(chan *simcloud.Cloud, 1)
	go func() { made <- simcloud.New(s.Options) }() // a large one takes minutes: it is not waited for after a signal
	var cloud *simcloud.Cloud
	select {
	case cloud = <-made:
	case <-ctx.Done():
		listener.Close() //nolint:errcheck // nobody has connected
		return nil, interrupted(ctx, ctx.Err())
	}
	v := &served{
		url:     "http://" + listener.Addr().String(),
		cloud:   cloud,
		account: cloud.Account(),
		server:  &http.Server{Handler: cloud, ReadHeaderTimeout: 10 * time.Second},
		done:    make(chan error, 1),
	}
	go func() { v.done <- v.server.Serve(listener) }()
	return v, nil
}

// stop ends what is in flight and waits until nothing is left running.
func (v *served) stop() {
	v.server.Close() //nolint:errcheck // the listener is gone either way
	<-v.done         //nolint:errcheck // closed, or told by wait
}

// profile is the simulated account, by access key.
func (v *served) profile(name string) profile.Profile {
	return profile.Profile{
		Name:      name,
		Cloud:     "custom",
		Region:    v.account.Region,
		ProjectID: v.account.ProjectID,
		Auth:      profile.Auth{AccessKey: profile.Secret(v.account.AccessKey), SecretKey: profile.Secret(v.account.SecretKey)},
		Endpoints: profile.Endpoints{ELB: v.url, APIG: v.url, ROMA: v.url, IAM: v.url},
	}
}

// login is who we are by password instead.
func (v *served) login() profile.Auth {
	return profile.Auth{
		Username: profile.Secret(v.account.Username), Password: profile.Secret(v.account.Password), DomainName: profile.Secret(v.account.DomainName),
	}
}

func demoCommand() *cobra.Command {
	var sim simulation
	var readOnly bool
	var book string
	cmd := &cobra.Command{
		Use:   "demo",
		Short: "Open the screen on a simulated cloud in this process",
		Long: `demo opens the same screen on a cloud that is simulated in this process: a grown account with things in use,
forgotten, protected and expired. Requests are real HTTP over the loopback interface; nothing leaves this machine.

With --chaos or --faults things go wrong, so that one can watch janitor cope; it then logs in with a password.`,
		Example: `  janitor demo
  janitor demo --size large --quota 600/1m
  janitor demo --chaos=7`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if err := sim.script(); err != nil {
				return err
			}
			walk, err := walkThrough(book, nil, &profile.Choice{})
			if err != nil {
				return err
			}
			if err := needTerminal(); err != nil {
				return err
			}
			v, err := sim.serve(cmd.Context(), "127.0.0.1:0")
			if err != nil {
				return err
			}
			defer v.stop()
			p := v.profile("demo")
			if sim.chaos.on || sim.faults != "" {
				p.Auth = v.login() // tokens can be revoked, keys cannot
			}
			p.ReadOnly = readOnly
			views, err := checkViews(demoViews())
			if err != nil {
				return err
			}
			// The cloud ends with this process: there would be nothing to resume.
			dir, err := os.MkdirTemp("", "janitor-demo-")
			if err != nil {
				return &failure{statusJournal, fmt.Errorf("the journal cannot be written: %w", err)}
			}
			defer os.RemoveAll(dir) //nolint:errcheck // in the folder for what is temporary
			here, err := os.Getwd() // reports are to outlive it
			if err != nil {
				here = "."
			}
			log := &record{book: logbook.New(filepath.Join(dir, "janitor.log")), command: cmd.CommandPath()}
			cmd.SetContext(log.within(cmd.Context()))
			err = show(cmd, p, shown{past: cleanup.NewHistory(dir, version()), reports: here, kind: inventory.Pools, views: views, walk: walk, demo: true})
			log.end(cmd.Context(), cmd.ErrOrStderr(), err)
			return err
		},
	}
	sim.flags(cmd.Flags())
	cmd.Flags().BoolVar(&readOnly, "read-only", false, "look, but never delete")
	cmd.Flags().StringVarP(&book, "file", "f", "", "runbook to walk through, step by step, with what it matches marked")
	return cmd
}

func simulateCommand() *cobra.Command {
	var sim simulation
	var listen string
	cmd := &cobra.Command{
		Use:   "simulate",
		Short: "Serve the simulated cloud to other programs on this machine",
		Long: `simulate serves the simulated cloud of demo over HTTP until it is interrupted. The first line of stdout is a JSON
object with the address, the credentials and the ids; a config file for janitor with two profiles follows, one that
signs with the access key and one that logs in with the password.`,
		Example: `  # one terminal
  janitor simulate > simulated.txt
  # another one
  tail -n +2 simulated.txt > config.yaml
  JANITOR_CONFIG=config.yaml janitor`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if err := loopbackOnly(listen); err != nil {
				return err
			}
			if err := sim.script(); err != nil {
				return err
			}
			v, err := sim.serve(cmd.Context(), listen)
			if err != nil {
				return err
			}
			defer v.stop()
			if err := v.describe(cmd); err != nil {
				return err
			}
			return v.wait(cmd.Context())
		},
	}
	sim.flags(cmd.Flags())
	cmd.Flags().StringVar(&listen, "listen", "127.0.0.1:0", "address to serve on, of this machine only; port 0 takes a free one")
	return cmd
}

// loopbackOnly refuses addresses that other machines could reach: the simulated credentials are printed for all to see.
func loopbackOnly(listen string) error {
	host, port, err := net.SplitHostPort(listen)
	if err != nil {
		return usage("--listen %q is not an address: write it as 127.0.0.1:PORT", listen)
	}
	if ip := net.ParseIP(host); host != "localhost" && (ip == nil || !ip.IsLoopback()) {
		return usage("--listen %q: the simulated cloud serves this machine only: use 127.0.0.1:PORT", listen)
	}
	if _, err := strconv.ParseUint(port, 10, 16); err != nil {
		return usage("--listen %q: %s is no port: it is a number from 0, which takes a free one, to 65535", listen, port)
	}
	return nil
}

// describe prints how to connect: a line of JSON, then a config file.
func (v *served) describe(cmd *cobra.Command) error {
	line, err := json.Marshal(struct {
		URL string `json:"url"`
		simcloud.Account
	}{v.url, v.account})
	if err != nil {
		return err
	}
	a := v.account
	rest := fmt.Sprintf(`    endpoints: {elb: %q, apig: %q, roma: %q, iam: %q}
`, v.url, v.url, v.url, v.url)
	_, err = fmt.Fprintf(cmd.OutOrStdout(), `%s
# A config file for janitor: save it and name it in JANITOR_CONFIG.
current: simulated
profiles:
  simulated: # signs its requests
    cloud: custom
    region: %q
    project_id: %q
    auth: {access_key: %q, secret_key: %q}
%s  simulated-login: # logs in with a password
    cloud: custom
    region: %q
    project_id: %q
    auth: {username: %q, password: %q, domain_name: %q}
%s`, line, a.Region, a.ProjectID, a.AccessKey, a.SecretKey, rest, a.Region, a.ProjectID, a.Username, a.Password, a.DomainName, rest)
	if err != nil {
		return unread(err)
	}
	_, err = fmt.Fprintf(cmd.ErrOrStderr(), "Serving a simulated cloud at %s until ctrl+c.\n", v.url)
	return err
}

// wait returns when the program is told to end, or when serving has failed.
func (v *served) wait(ctx context.Context) error {
	select {
	case <-ctx.Done():
		return nil
	case err := <-v.done:
		v.done <- err // for stop
		return fmt.Errorf("the simulated cloud stopped: %w", err)
	}
}
