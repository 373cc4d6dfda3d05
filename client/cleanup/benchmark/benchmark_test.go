package benchmark

import (
	"context"
	"encoding/csv"
	"flag"
	"fmt"
	"os"
	"regexp"
	"strings"
	"testing"
	"time"

	"go.uber.org/goleak"
)

var (
	table = flag.Bool("table", false, "measure, and print the table instead of testing")
	runs  = flag.Int("runs", 10, "of -table: runs of each client in each cell")
	only  = flag.String("only", "", `of -table: cells whose name matches, such as "W1.*10/s"`)
	raw   = flag.String("raw", "", "of -table: file for every run, as CSV; times in microseconds")
)

// TestMain is also the service of each run, and the program that prints the table.
func TestMain(m *testing.M) {
	if order := os.Getenv(serviceEnv); order != "" {
		if err := serve(order); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		return
	}
	flag.Parse()
	if *table {
		if err := printTable(); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		return
	}
	goleak.VerifyTestMain(m)
}

func printTable() error {
	which, err := regexp.Compile(*only)
	if err != nil {
		return err
	}
	dir, err := os.MkdirTemp("", "janitor-benchmark-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	b := &bench{runs: *runs, dir: dir, born: time.Now(), planned: map[work]trial{}, says: os.Stderr}
	if *raw != "" {
		file, err := os.Create(*raw)
		if err != nil {
			return err
		}
		defer file.Close()
		b.raw = csv.NewWriter(file)
		b.raw.Write(strings.Split("workload,service,client,took,first,requests,throttled,extra,undone,wrong,twice,age_p99", ","))
	}
	return b.table(context.Background(), os.Stdout, which)
}
