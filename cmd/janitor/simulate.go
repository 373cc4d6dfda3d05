package main

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"strconv"
	"time"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

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
	f.Var((*sizeFlag)(&s.Size), "size", "small, large or a number of each kind")
	s.Latency = 20 * time.Millisecond
	f.Var((*latencyFlag)(&s.Latency), "latency", "round trip of a request")
	f.Var((*quotaFlag)(&s.Quota), "quota", "requests allowed per time, such as 60/1m; else no limit")
	f.Var(&s.chaos, "chaos", "trouble of every sort; --chaos=NUMBER makes other trouble")
	f.Lookup("chaos").NoOptDefVal = "1"
	f.StringVar(&s.faults, "faults", "", "file that says what goes wrong, in YAML")
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

// served is a simulated cloud behind an address.
type served struct {
	url     string
	cloud   *simcloud.Cloud
	account simcloud.Account
	server  *http.Server
	done    chan error // what ended serving
}

// serve starts the cloud on a listener; stop ends it. stderr is told when that takes long.
func (s *simulation) serve(ctx context.Context, listen string, stderr io.Writer) (*served, error) {
	var config net.ListenConfig
	listener, err := config.Listen(ctx, "tcp", listen)
	if err != nil {
		return nil, fmt.Errorf("the simulated cloud cannot listen on %s: %w", listen, err)
	}
	made := make(chan *simcloud.Cloud, 1)
	go func() { made <- simcloud.New(s.Options) }() // a large one takes seconds: it is not waited for after a signal
	var cloud *simcloud.Cloud
	for long := time.After(patience); cloud == nil; {
		select {
		case cloud = <-made:
		case <-long:
			say(stderr, "Making an account of this size takes a while.")
		case <-ctx.Done():
			listener.Close() //nolint:errcheck // nobody has connected
			return nil, interrupted(ctx, ctx.Err())
		}
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

func simulateCommand() *cobra.Command {
	var sim simulation
	var listen string
	cmd := &cobra.Command{
		Use:   "simulate",
		Short: "Serve the simulated cloud on this machine",
		Long: `simulate serves the simulated cloud of demo over HTTP until it is interrupted. The first line of stdout is a JSON
object with the address, the credentials and the ids; a config file for janitor with two profiles follows, one that
signs with the access key and one that logs in with the password.`,
		Example: `  # one terminal
  janitor simulate > simulated.txt
  # another one
  tail -n +2 simulated.txt > config.yaml
  JANITOR_CONFIG=config.yaml janitor`,
		Args: noArguments,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if err := loopbackOnly(listen); err != nil {
				return err
			}
			if err := sim.script(); err != nil {
				return err
			}
			v, err := sim.serve(cmd.Context(), listen, cmd.ErrOrStderr())
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
	cmd.Flags().StringVar(&listen, "listen", "127.0.0.1:0", "address of this machine; port 0 takes a free one")
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
		return usage("--listen %q: %s is no port: it must be a number from 0, for any free one, to 65535", listen, port)
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
