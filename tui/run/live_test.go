package run

import (
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	tea "charm.land/bubbletea/v2"
	"github.com/charmbracelet/x/ansi"

	"janitor/client"
	"janitor/client/auth"
	"janitor/client/cleanup"
	"janitor/client/inventory"
	"janitor/client/simcloud"
	"janitor/tui/keys"
	"janitor/tui/screen"
	"janitor/tui/theme"
)

// play runs a model's commands as the program does, until the model asks for nothing more.
func play(m *Model) {
	var commands sync.WaitGroup
	defer commands.Wait()
	messages := make(chan tea.Msg)
	waiting := 0
	do := func(cmd tea.Cmd) {
		if cmd != nil {
			waiting++
			commands.Go(func() { messages <- cmd() })
		}
	}
	for do(m.Init()); waiting > 0; {
		msg := <-messages
		waiting--
		if batch, ok := msg.(tea.BatchMsg); ok {
			for _, cmd := range batch {
				do(cmd)
			}
			continue
		}
		do(m.Update(msg))
		m.View(80, 24)
	}
}

// account is a simulated account and the way to it.
type account struct {
	*simcloud.Cloud
	deleter *client.Deleter
	loader  *inventory.Loader
	where   cleanup.Where
}

func newAccount(t *testing.T) *account {
	t.Helper()
	cloud := simcloud.New(simcloud.Options{Seed: 1, ItemCost: 5 * time.Millisecond})
	server := httptest.NewServer(cloud)
	t.Cleanup(server.Close)
	who := cloud.Account()
	hosts, err := auth.NewHosts(server.URL)
	if err != nil {
		t.Fatal(err)
	}
	base := http.DefaultTransport.(*http.Transport).Clone()
	t.Cleanup(base.CloseIdleConnections)
	config := client.Config{Project: who.ProjectID, ELB: server.URL, Transport: auth.Signer{
		AccessKey: who.AccessKey, SecretKey: who.SecretKey, ProjectID: who.ProjectID, Hosts: hosts,
	}.Transport(base), Pacing: client.NewPacing(client.Limits{})}
	reader, err := client.New(config)
	if err != nil {
		t.Fatal(err)
	}
	deleter, err := client.NewDeleter(config)
	if err != nil {
		t.Fatal(err)
	}
	return &account{
		Cloud: cloud, deleter: deleter,
		loader: inventory.NewLoader(reader, inventory.Scope{Profile: "sim", Region: who.Region, Project: who.ProjectID}),
		where:  cleanup.Where{Profile: "sim", Region: who.Region, Project: who.ProjectID},
	}
}

func (a *account) engine(o cleanup.Options) *cleanup.Engine {
	return cleanup.NewEngine(a.deleter, a.loader, o)
}

// plan of n pools that can go.
func (a *account) plan(t *testing.T, n int) cleanup.Plan {
	t.Helper()
	all := inventory.Last(a.loader.Load(t.Context(), inventory.Pools))
	var marked []inventory.Ref
	inOrder := slices.SortedFunc(slices.Values(all.Listing(inventory.Pools).Resources.All()), func(a, b inventory.Resource) int {
		return strings.Compare(a.Ref.ID, b.Ref.ID) // whichever list came first
	})
	for _, r := range inOrder {
		if p, err := cleanup.NewPlan([]inventory.Ref{r.Ref}, all, cleanup.Choice{}); err == nil && len(p.Items) == 1 && len(r.Label()) < 40 && len(marked) < n {
			marked = append(marked, r.Ref)
		}
	}
	plan, err := cleanup.NewPlan(marked, all, cleanup.Choice{})
	if err != nil || len(plan.Items) != n {
		t.Fatalf("plan of %d items, %v", len(plan.Items), err)
	}
	return plan
}

// A run against the simulated cloud, watched to its end: three pools go, one was taken away by somebody else meanwhile.
func TestRealRun(t *testing.T) {
	a := newAccount(t)
	plan := a.plan(t, 4)
	a.Remove(plan.Items[1].Resource.Ref.ID)

	env := &screen.Env{Theme: theme.New(theme.Look{NoColor: true}), Keys: keys.Default(), Now: time.Now}
	run := a.engine(cleanup.Options{}).Start(t.Context(), plan)
	m := New(env, run)
	if m.Run() != run {
		t.Error("shows another run")
	}
	play(m)

	got := ansi.Strip(m.View(120, 30))
	if want := "4 pools: 3 deleted (proved gone), 1 already gone"; !strings.Contains(got, want) {
		t.Errorf("does not end with %q:\n%s", want, got)
	}
	for i, want := range []string{"deleted", "already gone", "deleted", "deleted"} {
		name := plan.Items[i].Resource.Label()
		line := ""
		for l := range strings.SplitSeq(got, "\n") {
			if strings.Contains(l, name) {
				line = l
				break
			}
		}
		if !strings.Contains(line, want) {
			t.Errorf("%s is not %s: %s", name, want, line)
		}
	}
	if done, total, live := m.Progress(); done != 4 || total != 4 || live {
		t.Errorf("progress %d of %d, live %v", done, total, live)
	}
	if gone := slices.ContainsFunc(plan.Items, func(it cleanup.Item) bool { return a.Has(it.Resource.Ref.ID) }); gone {
		t.Error("the cloud still has something that is shown as deleted")
	}
}
