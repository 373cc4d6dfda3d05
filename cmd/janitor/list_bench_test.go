package main

import (
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"janitor/client/simcloud"
)

// From the start of the built program to the first byte of its output: 500 pools, 40 ms a round trip. The bound is three
// round trips and 100 ms (220 ms).
func BenchmarkListToFirstOutput(b *testing.B) {
	const trip = 40 * time.Millisecond
	bin := filepath.Join(b.TempDir(), "janitor")
	if out, err := exec.CommandContext(b.Context(), "go", "build", "-o", bin, ".").CombinedOutput(); err != nil {
		b.Fatalf("%v: %s", err, out)
	}
	sim := simulation{Options: simcloud.Options{Size: simcloud.Empty, Latency: trip}}
	v, err := sim.serve(b.Context(), "127.0.0.1:0", io.Discard)
	if err != nil {
		b.Fatal(err)
	}
	defer v.stop()
	for i := range 500 {
		v.cloud.AddPool(fmt.Sprintf("11111111-1111-1111-1111-%012d", i), fmt.Sprint("pool-", i))
	}
	p := v.profile("bench")
	config := filepath.Join(b.TempDir(), "config.yaml")
	text := fmt.Sprintf("profiles:\n  bench:\n    region: %s\n    project_id: %s\n    auth: {access_key: %q, secret_key: %q}\n    endpoints: {elb: %q, apig: %q, roma: %q, iam: %q}\n",
		p.Region, p.ProjectID, string(p.Auth.AccessKey), string(p.Auth.SecretKey), v.url, v.url, v.url, v.url)
	if err := os.WriteFile(config, []byte(text), 0o600); err != nil {
		b.Fatal(err)
	}
	var took []time.Duration
	for b.Loop() {
		cmd := exec.CommandContext(b.Context(), bin, "list", "pools", "-o", "json")
		cmd.Env = append(os.Environ(), "JANITOR_CONFIG="+config)
		cmd.Stderr = os.Stderr
		out, err := cmd.StdoutPipe()
		if err != nil {
			b.Fatal(err)
		}
		began := time.Now()
		if err := cmd.Start(); err != nil {
			b.Fatal(err)
		}
		if _, err := out.Read(make([]byte, 1)); err != nil {
			b.Fatal(err)
		}
		took = append(took, time.Since(began))
		if _, err := io.Copy(io.Discard, out); err != nil {
			b.Fatal(err)
		}
		if err := cmd.Wait(); err != nil {
			b.Fatal(err)
		}
	}
	slices.Sort(took)
	median := took[len(took)/2]
	b.ReportMetric(float64(median.Microseconds())/1e3, "ms-to-first")
	b.ReportMetric(float64(median)/float64(3*trip+100*time.Millisecond), "of-bound")
	b.ReportMetric(0, "ns/op")
}
