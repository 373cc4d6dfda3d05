package main

import (
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"

	"janitor/client/simcloud"
)

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

type sizeFlag simcloud.Size

func (f *sizeFlag) Type() string { return "small|large|N" }

func (f *sizeFlag) String() string { return fmt.Sprint(simcloud.Size(*f)) }

func (f *sizeFlag) Set(s string) error {
	size, err := simcloud.ParseSize(s)
	*f = sizeFlag(size)
	return err
}

type latencyFlag time.Duration

func (f *latencyFlag) Type() string { return "TIME" }

func (f *latencyFlag) String() string { return time.Duration(*f).String() }

func (f *latencyFlag) Set(s string) error {
	d, err := time.ParseDuration(s)
	switch {
	case err != nil:
		return fmt.Errorf("%q is not a time such as 40ms or 1s", s)
	case d < 0:
		return errors.New("a round trip cannot take less than 0s")
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
