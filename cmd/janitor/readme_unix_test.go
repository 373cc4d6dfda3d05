//go:build unix

package main

import (
	"encoding/json"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"janitor/client/simcloud"
)

var (
	readmeScript  = regexp.MustCompile("(?s)<!-- script -->\\s*```sh\n(.*?)```\\s*<!-- /script -->")
	readmeRunbook = regexp.MustCompile("(?s)<!-- runbook (\\S+) -->\\s*```yaml\n(.*?)```\\s*<!-- /runbook -->")
)

// The script of the README does what it says, as it is written there.
func TestTheScriptOfTheREADME(t *testing.T) {
	text, err := os.ReadFile("../../README.md")
	if err != nil {
		t.Fatal(err)
	}
	script, book := readmeScript.FindSubmatch(text), readmeRunbook.FindSubmatch(text)
	if script == nil || book == nil {
		t.Fatal("the README has no script or no runbook between its marks")
	}
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, string(book[1])), book[2], 0o600); err != nil {
		t.Fatal(err)
	}
	// Besides, everything else that prints, as both of the cloud's users.
	more := ""
	for _, who := range []string{"simulated", "simulated-login"} {
		more += "janitor doctor --profile " + who + "; janitor doctor -o json --profile " + who + "\n" +
			"for kind in certificates pools channels members; do janitor list $kind -o json --profile " + who + "; janitor list $kind -o csv --profile " + who + "; done\n"
	}
	more += "janitor profiles; janitor profiles -o json; janitor runs -o ndjson; janitor report \"$run\" -o json\n"
	all := strings.Replace(string(script[1]), "kill $cloud", more+"kill $cloud", 1)
	cmd := exec.CommandContext(t.Context(), "sh", "-eu", "-c", all)
	cmd.Dir = dir
	cmd.Env = append(os.Environ(), "XDG_STATE_HOME="+dir, "XDG_CONFIG_HOME="+dir, "HOME="+dir)
	out, err := cmd.CombinedOutput()
	if err != nil {
		t.Fatalf("%v:\n%s", err, out)
	}
	for _, want := range []string{
		"deleted, proved", "what was said to be gone is gone", "restored", "expired certificates: certificates where expired && unused",
		"unused pools: pools where unused && age > 90d", "entries contained in others: entries where any(signs",
	} {
		if !strings.Contains(string(out), want) {
			t.Errorf("it does not say %q:\n%s", want, out)
		}
	}
	for name, want := range map[string]string{"pools.md": "| Digest |", "pools.html": "OPS-1234", "pools.json": "janitor_plan"} {
		made, err := os.ReadFile(filepath.Join(dir, name))
		if err != nil || !strings.Contains(string(made), want) {
			t.Errorf("%s does not hold %q: %v", name, want, err)
		}
	}
	noSecrets(t, dir, string(out))
}

// noSecrets: neither the credentials nor a private key of the simulated cloud is in what was printed, or in any file but
// the two that hold them on purpose.
func noSecrets(t *testing.T, dir, printed string) {
	t.Helper()
	first, _, _ := strings.Cut(readAll(t, filepath.Join(dir, "simulated.txt")), "\n")
	var who struct {
		SecretKey string `json:"secret_key"`
		Password  string `json:"password"`
	}
	if err := json.Unmarshal([]byte(first), &who); err != nil || who.SecretKey == "" || who.Password == "" {
		t.Fatalf("%q, %v", first, err)
	}
	look := func(where, text string) {
		for _, secret := range []string{who.SecretKey, who.Password, "PRIVATE KEY", simcloud.PrivateKeyMarker, "SDK-HMAC-SHA256"} {
			if strings.Contains(text, secret) {
				t.Errorf("%s holds %q", where, secret)
			}
		}
	}
	look("the output", printed)
	files := 0
	err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || d.Name() == "simulated.txt" || d.Name() == "config.yaml" {
			return err
		}
		files++
		look(path, readAll(t, path))
		return nil
	})
	if err != nil || files < 10 { // plans, reports, and plan and journal of five runs
		t.Errorf("%d files, %v", files, err)
	}
}

func readAll(t *testing.T, path string) string {
	t.Helper()
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return string(data)
}

// Where nobody reads any more what becomes of the items, no more of them are sent, and it is said how to go on.
func TestARunStopsWhenNobodyReads(t *testing.T) {
	dir := t.TempDir()
	cmd := exec.CommandContext(t.Context(), "sh", "-c", `umask 077
janitor simulate --size 200 --latency 100ms --faults none.yaml > simulated.txt &
cloud=$!
until grep -q simulated-login simulated.txt; do sleep 0.1; done
tail -n +2 simulated.txt > config.yaml
export JANITOR_CONFIG=$PWD/config.yaml
janitor plan pools --where 'unused && type == "dedicated"' --max-items 0 --max-percent 0 -o plan.json 2> plan.txt
{ janitor apply plan.json --yes --max-items 0 --max-percent 0 -o ndjson 2> said.txt; echo "status $?" > status.txt; } | head -1
cat status.txt
janitor resume $(janitor runs | awk 'NR == 2 { print $1 }') > rest.txt
kill $cloud`)
	cmd.Dir = dir
	cmd.Env = append(os.Environ(), "XDG_STATE_HOME="+dir, "XDG_CONFIG_HOME="+dir, "HOME="+dir)
	// Single deletions, one after the other, so that there is a rest.
	script := "rules:\n  - path: \"**/batch-delete\"\n    do: {status: 404, code: APIGW.0101, message: The API does not exist}\n"
	if err := os.WriteFile(filepath.Join(dir, "none.yaml"), []byte(script), 0o600); err != nil {
		t.Fatal(err)
	}
	out, err := cmd.CombinedOutput()
	said := readAll(t, filepath.Join(dir, "said.txt"))
	last := said[strings.LastIndex(strings.TrimSpace(said), "\n")+1:]
	if err != nil || !strings.Contains(string(out), "status 7") || !strings.HasPrefix(last, "janitor: not everything could be written to stdout: ") || !strings.Contains(last, "janitor resume ") {
		t.Errorf("%v: %s\n%s", err, out, said)
	}
	if rest := readAll(t, filepath.Join(dir, "rest.txt")); !strings.Contains(rest, "deleted, proved") || strings.Contains(rest, "pending") {
		t.Errorf("resumed: %s", rest)
	}
}
